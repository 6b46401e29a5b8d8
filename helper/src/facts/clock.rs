//! How long each part of the reading took, for `check --timings`.

use std::time::{Duration, Instant};

/// A part's name, and how long it took.
pub type Timing = (&'static str, Duration);

/// Measures from one lap to the next.
#[derive(Debug)]
pub(super) struct Clock {
    last: Instant,
    timings: Vec<Timing>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self {
            last: Instant::now(),
            timings: Vec::new(),
        }
    }

    /// Assigns the time since the last lap to this part.
    pub(super) fn lap(&mut self, part: &'static str) {
        let now = Instant::now();
        self.timings.push((part, now.duration_since(self.last)));
        self.last = now;
    }

    pub(super) fn timings(self) -> Vec<Timing> {
        self.timings
    }
}

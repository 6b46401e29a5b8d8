//! A bar on the terminal, and the end that Ctrl-C asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::warm::Watch;

/// A bar over bytes on stderr; nothing where that is no terminal.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    is_stopped: Arc<AtomicBool>,
}

impl Progress {
    /// Takes the bar away.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Default for Progress {
    /// A bar that nobody sees yet.
    fn default() -> Self {
        let bar = ProgressBar::no_length();
        // A template that a test parses.
        let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        Self {
            bar,
            is_stopped: Arc::default(),
        }
    }
}

const TEMPLATE: &str = "copying units {wide_bar} {bytes}/{total_bytes}";

impl Watch for Progress {
    /// From here on Ctrl-C (and TERM, and a terminal that closes) is noted instead of ending the process, which until then
    /// has nothing to finish. Where it cannot be noted it ends the process all the same.
    fn begin(&self, bytes: u64) {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let _ = flag::register(signal, Arc::clone(&self.is_stopped));
        }
        self.bar.set_length(bytes);
    }

    fn copied(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn go_on(&self) -> bool {
        !self.is_stopped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_sound() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }
}

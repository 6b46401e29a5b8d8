//! The time that programs take, one of each in every round: what else the machine does affects all of them alike.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Which of the times of many rounds is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    /// What a user sees: the number for docs/measurements.md, on an idle machine.
    Median,
    /// What the program needs, without what else the machine does: for a bound in a test run.
    Fastest,
}

/// The wall-clock time of each command over `rounds` rounds; the output of the commands is dropped.
///
/// # Panics
/// If a command cannot be started or fails: the time of a failure means nothing.
pub(crate) fn times<const N: usize>(rounds: usize, take: Take, mut commands: [Command; N]) -> [Duration; N] {
    let mut times: [Vec<Duration>; N] = std::array::from_fn(|_| Vec::with_capacity(rounds));
    // The first round warms the page cache and is not counted.
    for round in 0..=rounds {
        for (command, times) in commands.iter_mut().zip(&mut times) {
            let start = Instant::now();
            let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
            let took = start.elapsed();
            assert!(status.is_ok_and(|status| status.success()), "{command:?} failed");
            if round > 0 {
                times.push(took);
            }
        }
    }
    times.map(|times| match take {
        Take::Median => median(times),
        Take::Fastest => times.into_iter().min().unwrap_or_default(),
    })
}

/// The middle one.
pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Milliseconds, as a table shows them.
pub(crate) fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

/// How many times as long.
pub(crate) fn ratio(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64()
}

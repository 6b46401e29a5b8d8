//! Processor time of every program that this one started and that ended, and of a server with its compilers. Other
//! programs on the machine affect it less than wall-clock time.

use std::fs;

/// The kernel's unit in `/proc/PID/stat`, the same on every Linux of today (`sysconf(_SC_CLK_TCK)`).
const TICKS: f64 = 100.0;

/// Seconds so far; `None` without `/proc`.
pub(crate) fn seconds(server: Option<u32>) -> Option<f64> {
    let [_, _, user, system] = times("self")?;
    let server = server.and_then(|pid| times(&pid.to_string())).unwrap_or_default();
    Some((user + system + server.iter().sum::<u64>()) as f64 / TICKS)
}

/// `utime`, `stime`, and the same of children that were waited for (proc_pid_stat(5), fields 14 to 17).
fn times(process: &str) -> Option<[u64; 4]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let times: Option<Vec<u64>> = fields.get(11..15)?.iter().map(|field| field.parse().ok()).collect();
    times?.try_into().ok()
}

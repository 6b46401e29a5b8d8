//! Passes signals that would end this process on to the child that it waits for.

use std::io;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::process::{Pid, Signal};
use signal_hook::consts::signal::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// Sends the signal to the child.
pub(crate) fn hand_on(child: Pid, signal: i32) {
    if let Some(signal) = Signal::from_named_raw(signal) {
        let _ = rustix::process::kill_process(child, signal);
    }
}

/// Ends this process as the signal does by default.
pub(crate) fn end_self(signal: i32) {
    let _ = emulate_default_handler(signal);
}

/// Starts a child and waits for it. Signals that arrive meanwhile go to `on_signal`, with the child's pid.
pub(crate) fn while_waiting(
    spawn: impl FnOnce() -> io::Result<Child>,
    on_signal: impl Fn(Pid, i32) + Send,
    wait: impl FnOnce(&mut Child) -> io::Result<ExitStatus>,
) -> io::Result<ExitStatus> {
    let is_default = is_default()?;
    let mut signals = Signals::new(ENDING)?;
    is_default.store(false, Ordering::SeqCst);
    let status = spawn().and_then(|mut child| {
        let (handle, pid) = (signals.handle(), Pid::from_child(&child));
        std::thread::scope(|scope| {
            scope.spawn(move || signals.forever().for_each(|signal| on_signal(pid, signal)));
            let status = wait(&mut child);
            handle.close();
            status
        })
    });
    is_default.store(true, Ordering::SeqCst);
    status
}

/// Whether these signals end this process. A switch, because the default handler cannot be restored.
fn is_default() -> io::Result<&'static AtomicBool> {
    static IS_DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(known) = IS_DEFAULT.get() {
        return Ok(known);
    }
    let made = Arc::new(AtomicBool::new(true));
    for signal in ENDING {
        register_conditional_default(signal, Arc::clone(&made))?;
    }
    Ok(IS_DEFAULT.get_or_init(|| made))
}

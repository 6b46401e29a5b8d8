//! Runs a program so that it can change nothing: by Landlock, which needs no privilege. Kernels without it run it as it is.

use std::io;
use std::path::Path;
use std::process::{Child, Command};

/// Devices that keep nothing; `/proc` has the process's own settings.
#[cfg(target_os = "linux")]
const HARMLESS: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
    "/proc",
];

/// Starts `command`, which may write nothing but what lies at or below `writable`.
#[cfg(target_os = "linux")]
pub(crate) fn spawn(command: &mut Command, writable: &[&Path]) -> io::Result<Child> {
    // A thread's restriction is its children's, and this process goes on without it.
    std::thread::scope(|scope| {
        let child = scope.spawn(|| {
            let _ = restrict(writable);
            command.spawn()
        });
        child
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread that starts the compiler ended")))
    })
}

#[cfg(target_os = "linux")]
fn restrict(writable: &[&Path]) -> Result<(), landlock::RulesetError> {
    use landlock::{ABI, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules};
    let writes = AccessFs::from_write(ABI::V3);
    let paths = HARMLESS.iter().map(Path::new).chain(writable.iter().copied());
    Ruleset::default()
        .handle_access(writes)?
        .create()?
        .add_rules(path_beneath_rules(paths, writes))?
        .restrict_self()?;
    Ok(())
}

/// Starts `command`.
#[cfg(not(target_os = "linux"))]
pub(crate) fn spawn(command: &mut Command, _writable: &[&Path]) -> io::Result<Child> {
    command.spawn()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_elsewhere_and_the_caller_stays_free() {
        let (mine, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let script = r#": > "$1/a"; : > "$2/b"; : >/dev/null"#;
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).args([mine.path(), other.path()]);
        spawn(&mut shell, &[mine.path()]).unwrap().wait().unwrap();
        assert!(mine.path().join("a").exists());
        let has_landlock =
            std::fs::read_to_string("/proc/kallsyms").is_ok_and(|text| text.contains("landlock_restrict"));
        assert!(!has_landlock || !other.path().join("b").exists());
        std::fs::write(other.path().join("c"), "").unwrap();
    }
}

//! Keeps a program from writing: by Landlock, which needs no privileges.

use std::path::{Path, PathBuf};

/// Devices that store nothing; `/proc` has the process's own settings.
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

/// Lets this thread and its children write only at or below `writable`. Kernels without Landlock do not prevent it.
pub(crate) fn this_thread(writable: &[PathBuf]) {
    let _ = restrict(writable);
}

fn restrict(writable: &[PathBuf]) -> Result<(), landlock::RulesetError> {
    use landlock::{ABI, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, path_beneath_rules};
    let writes = AccessFs::from_write(ABI::V3);
    let paths = HARMLESS
        .iter()
        .map(Path::new)
        .chain(writable.iter().map(PathBuf::as_path));
    Ruleset::default()
        .handle_access(writes)?
        .create()?
        .add_rules(path_beneath_rules(paths, writes))?
        .restrict_self()?;
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn nothing_is_written_elsewhere_and_the_caller_stays_free() {
        let (mine, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let script = r#": > "$1/a"; : > "$2/b"; : >/dev/null"#;
        let mut shell = Command::new("sh");
        shell.args(["-c", script, "sh"]).args([mine.path(), other.path()]);
        let writable = [mine.path().to_owned()];
        std::thread::scope(|scope| {
            scope.spawn(|| {
                this_thread(&writable);
                shell.status().unwrap()
            });
        });
        assert!(mine.path().join("a").exists());
        let has_landlock =
            std::fs::read_to_string("/proc/kallsyms").is_ok_and(|text| text.contains("landlock_restrict"));
        assert!(!has_landlock || !other.path().join("b").exists());
        std::fs::write(other.path().join("c"), "").unwrap();
    }
}

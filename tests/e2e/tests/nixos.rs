//! NixOS's front: what it has systemd do to the directory for temporary files, by the real systemd-tmpfiles.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use sccache_shell_e2e::example::Example;
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// The lines that the example makes with this `tmpDir`.
fn rules(home: &Home, tmp_dir: &str) -> Vec<String> {
    let example = Example::copy(home, "nixos", &[]);
    let nix = tmp_dir.replace('\\', "\\\\").replace('"', "\\\"");
    example.edit(
        "cacheSize = \"48G\";",
        &format!("cacheSize = \"48G\"; tmpDir = \"{nix}\";"),
    );
    let rules = ".#nixosConfigurations.machine.config.systemd.tmpfiles.rules";
    let out = example.nix(home, &["eval", "--json", rules]).ok();
    let rules: Vec<String> = serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"));
    // NixOS has lines of its own.
    rules.into_iter().filter(|line| line.contains(":1777")).collect()
}

/// Runs systemd-tmpfiles over these lines.
fn tmpfiles(dir: &Path, verb: &str, rules: &[String]) {
    let file = dir.join("rules.conf");
    fs::write(&file, rules.join("\n") + "\n").expect("the directory is writable");
    let mut tmpfiles = Command::new(machine::program("systemd-tmpfiles"));
    let out = Output::of(tmpfiles.arg(verb).arg(&file)).ok();
    assert_eq!(out.stderr(), "", "{out}");
}

#[test]
fn a_directory_for_temporary_files_is_made_and_stays() {
    if !machine::is_root() || !cfg!(target_os = "linux") {
        return;
    }
    let home = Home::new();
    let parent = tempfile::tempdir_in("/var/tmp").unwrap();
    let dir = parent.path().join("o'ne \"two\" %h \\x41");
    let rules = rules(&home, dir.to_str().unwrap());
    assert_eq!(rules.len(), 1, "{rules:?}");

    tmpfiles(home.path(), "--create", &rules);
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o7777, 0o1777);

    // What is deleted beside it, by age, is not deleted in it.
    fs::write(dir.join("used"), "").unwrap();
    fs::write(parent.path().join("old"), "").unwrap();
    let aged = format!("d {} - - - 0", parent.path().display());
    tmpfiles(home.path(), "--clean", &[rules.clone(), vec![aged]].concat());
    assert!(dir.join("used").exists() && !parent.path().join("old").exists());

    // Somebody's own directory is not taken away.
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o750)).unwrap();
    chown(&dir, Some(54321), Some(54321)).unwrap();
    tmpfiles(home.path(), "--create", &rules);
    let kept = fs::metadata(&dir).unwrap();
    assert_eq!(
        (kept.permissions().mode() & 0o7777, kept.uid(), kept.gid()),
        (0o750, 54321, 54321)
    );
}

/// systemd has lines for these, and of two lines for a path the first is in force: ours would keep /var/tmp from being cleaned.
#[test]
fn the_systems_own_directories_are_left_to_it() {
    for tmp_dir in ["/tmp", "/var/tmp", "/var/tmp/"] {
        assert_eq!(rules(&Home::new(), tmp_dir), [""; 0], "{tmp_dir}");
    }
}

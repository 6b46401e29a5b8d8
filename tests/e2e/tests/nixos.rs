//! The front for NixOS: a session's variables, and what the real systemd-tmpfiles does to the temporary directory.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use sccache_shell_e2e::example::Example;
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// The value of an option of the machine in the example, with `config` added to `programs.sccache-shell`.
fn option(config: &str, name: &str) -> Value {
    let home = Home::new();
    let example = Example::copy(&home, "nixos", &[]);
    example.edit("cacheSize = \"48G\";", &format!("cacheSize = \"48G\"; {config}"));
    let option = format!(".#nixosConfigurations.machine.config.{name}");
    let out = example.nix(&home, &["eval", "--json", &option]).ok();
    serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"))
}

/// A machine on which a compile cannot be observed has fewer hits, and a warning.
#[test]
fn a_hardened_machine_gets_a_warning() {
    for (scope, told) in [(1, 0), (2, 1)] {
        let warnings = option(
            &format!("}}; boot.kernel.sysctl.\"kernel.yama.ptrace_scope\" = {scope}; programs.sccache-shell = {{"),
            "warnings",
        );
        let ours = warnings.as_array().expect("a list").iter().filter_map(Value::as_str);
        assert_eq!(
            ours.filter(|line| line.contains("ptrace_scope")).count(),
            told,
            "{warnings}"
        );
    }
}

/// The lines for systemd-tmpfiles with this `tmpDir`.
fn rules(tmp_dir: &str) -> Vec<String> {
    let nix = tmp_dir.replace('\\', "\\\\").replace('"', "\\\"");
    let config = format!("sessionVariables = true; tmpDir = \"{nix}\";");
    let rules = option(&config, "systemd.tmpfiles.rules");
    let rules = rules.as_array().expect("a list").iter().filter_map(Value::as_str);
    // NixOS has its own lines.
    rules.filter(|line| line.contains(":1777")).map(str::to_owned).collect()
}

/// Runs systemd-tmpfiles with these lines.
fn tmpfiles(dir: &Path, verb: &str, rules: &[String]) {
    let file = dir.join("rules.conf");
    fs::write(&file, rules.join("\n") + "\n").expect("the directory is writable");
    let mut tmpfiles = Command::new(machine::program("systemd-tmpfiles"));
    let out = Output::of(tmpfiles.arg(verb).arg(&file)).ok();
    assert_eq!(out.stderr(), "", "{out}");
}

#[test]
fn tmpfiles_create_and_keep_the_directory() {
    if !machine::is_root() || !cfg!(target_os = "linux") {
        return;
    }
    let work = tempfile::tempdir().unwrap();
    let parent = tempfile::tempdir_in("/var/tmp").unwrap();
    let dir = parent.path().join("o'ne \"two\" %h \\x41");
    let rules = rules(dir.to_str().unwrap());
    assert_eq!(rules.len(), 1, "{rules:?}");

    tmpfiles(work.path(), "--create", &rules);
    assert_eq!(fs::metadata(&dir).unwrap().permissions().mode() & 0o7777, 0o1777);

    // Old files are deleted beside it, but not in it.
    fs::write(dir.join("used"), "").unwrap();
    fs::write(parent.path().join("old"), "").unwrap();
    let aged = format!("d {} - - - 0", parent.path().display());
    tmpfiles(work.path(), "--clean", &[rules.clone(), vec![aged]].concat());
    assert!(dir.join("used").exists() && !parent.path().join("old").exists());

    // The owner of an existing directory is kept.
    fs::set_permissions(&dir, PermissionsExt::from_mode(0o750)).unwrap();
    chown(&dir, Some(54321), Some(54321)).unwrap();
    tmpfiles(work.path(), "--create", &rules);
    let kept = fs::metadata(&dir).unwrap();
    assert_eq!(
        (kept.permissions().mode() & 0o7777, kept.uid(), kept.gid()),
        (0o750, 54321, 54321)
    );
}

/// systemd has lines for these, and the first line for a path applies: ours would prevent the cleaning of /var/tmp.
#[test]
fn system_directories_get_no_rule() {
    for tmp_dir in ["/tmp", "/var/tmp", "/var/tmp/"] {
        assert_eq!(rules(tmp_dir), [""; 0], "{tmp_dir}");
    }
}

/// A program that no shell starts, such as a desktop's editor, has PAM's variables only. A server that it starts
/// without the config file would shrink the cache to 10 GiB.
#[test]
fn desktop_programs_find_the_config_file() {
    for (config, wrapper) in [("", false), ("sessionVariables = true;", true)] {
        for kind in ["sessionVariables", "variables"] {
            let variables = option(config, &format!("environment.{kind}"));
            assert_eq!(variables["SCCACHE_CONF"], "/etc/sccache/config", "{kind}: {variables}");
            assert_eq!(variables.get("RUSTC_WRAPPER").is_some(), wrapper, "{kind}: {variables}");
        }
    }
}

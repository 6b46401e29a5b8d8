//! Every way to enter the shell: which variables are set, that nothing is printed, and that no variable names a
//! directory that is deleted with the shell.

use std::fs;
use std::path::Path;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{machine, worktree};

/// The variables that name a temporary directory.
const TMP: [&str; 4] = ["TMPDIR", "TMP", "TEMP", "TEMPDIR"];

/// Fails on any finding, except on how much disk space this machine has.
const STRICT: &str = "sccache-shell check --strict --ignore disk-too-small >/dev/null";

/// A home with the configuration that the flake wants, so that there are no findings.
fn healthy() -> (Home, Consumer) {
    let home = Home::with_cache_size("24G");
    let consumer = Consumer::write(&home.path().join("project"), "cacheSize = \"24G\";").commit(&home);
    (home, consumer)
}

#[test]
fn every_entry_sets_the_shell_up() {
    let (home, consumer) = healthy();
    for entry in Entry::all() {
        let script = "printf '%s\\n' \"$CARGO_INCREMENTAL\" \"$RUSTC_WRAPPER\" \"${PATH%%:*}\" \"$CMAKE_C_COMPILER_LAUNCHER\" \
                      \"$CMAKE_CXX_COMPILER_LAUNCHER\" \"$(sccache --version)\" \"$(type -P sccache-shell)\"";
        let out = consumer.run(&home, entry, script).ok();
        let lines: Vec<&str> = out.stdout().lines().collect();
        let [incremental, wrapper, first_on_path, c, cxx, version, helper] = lines[..] else {
            panic!("{entry:?}: {out}")
        };
        assert_eq!(incremental, "0", "{entry:?}");
        assert!(
            wrapper.starts_with("/nix/store/") && wrapper.ends_with("/libexec/sccache-shell/sccache"),
            "{entry:?}: {wrapper}"
        );
        assert_eq!(Path::new(wrapper).parent(), Some(Path::new(first_on_path)), "{entry:?}");
        assert_eq!((c, cxx), ("sccache", "sccache"), "{entry:?}");
        assert!(version.starts_with("sccache "), "{entry:?}: {version}");
        assert!(helper.starts_with("/nix/store/"), "{entry:?}: {helper}");
    }
}

#[test]
fn every_entry_is_silent_when_all_is_well() {
    let (home, consumer) = healthy();
    for entry in Entry::all() {
        // The first time nix-direnv prints what it caches.
        drop(consumer.run(&home, entry, "true").ok());
        let out = consumer.run(&home, entry, "echo mine").ok();
        assert_eq!(out.stdout(), "mine\n", "{entry:?}: {out}");
        assert_eq!(out.messages(), [""; 0], "{entry:?}: {out}");
        // The full check has no findings or notes either.
        drop(consumer.run(&home, entry, STRICT).ok());
    }
    assert_eq!(home.server().pid(), None, "no entry may start a server");
}

/// A CI machine has no configuration, and no user who could write one.
#[test]
fn every_entry_is_silent_on_a_fresh_ci_machine() {
    let home = Home::new();
    let consumer = Consumer::write(&home.path().join("project"), "cacheSize = \"24G\";").commit(&home);
    for entry in Entry::all() {
        drop(consumer.run(&home, entry, "true").ok());
        let script = format!("{STRICT}; echo mine");
        let out = Output::of(consumer.command(&home, entry, &script).env("CI", "true")).ok();
        assert_eq!(out.stdout(), "mine\n", "{entry:?}: {out}");
        assert_eq!(out.messages(), [""; 0], "{entry:?}: {out}");
    }
}

#[test]
fn every_entry_prints_findings_to_stderr() {
    let (home, consumer) = healthy();
    home.configure("[cache.disk]\nsize = \"1G\"\n");
    for entry in Entry::all() {
        let out = consumer.run(&home, entry, "echo mine").ok();
        assert_eq!(out.stdout(), "mine\n", "{entry:?}: {out}");
        assert!(out.stderr().contains("24"), "{entry:?}: {out}");
        assert!(out.stderr().contains("cache-size"), "{entry:?}: {out}");
    }
}

#[test]
fn temporary_directories_outlive_the_shell() {
    let (home, consumer) = healthy();
    // nix-direnv restores the caller's values after the hook; the wrapper handles that (build_server.rs).
    for entry in [Entry::Develop, Entry::Direnv, Entry::NixShell] {
        let script = TMP.map(|name| format!("echo \"{name}=${{{name}-}}\"")).join("; ");
        let out = consumer.run(&home, entry, &script).ok();
        let lines: Vec<&str> = out.stdout().lines().collect();
        assert_eq!(lines, TMP.map(|name| format!("{name}=/var/tmp")), "{entry:?}");
        assert!(Path::new("/var/tmp").is_dir());
    }
}

#[test]
fn without_a_tmp_dir_the_callers_is_kept() {
    let home = Home::with_cache_size("24G");
    let consumer = Consumer::write(&home.path().join("project"), "tmpDir = null;").commit(&home);
    let mine = home.path().join("tmp");
    std::fs::create_dir(&mine).unwrap();
    let script = TMP.map(|name| format!("echo \"${{{name}-}}\"")).join("; ");
    let out =
        sccache_shell_e2e::output::Output::of(consumer.command(&home, Entry::Develop, &script).env("TMPDIR", &mine))
            .ok();
    let mine = mine.to_str().unwrap();
    assert_eq!(out.stdout().lines().collect::<Vec<_>>(), [mine; 4], "{out}");
}

#[test]
fn nested_shells_are_like_one_shell() {
    let (home, consumer) = healthy();
    let report = r#"printf '%s\n' "$TMPDIR" "$RUSTC_WRAPPER" "${PATH%%:*}""#;
    let one = consumer.run(&home, Entry::Develop, report).ok();
    let script = r#"nix develop --command nix develop --command bash -euc "$REPORT""#;
    let mut nested = consumer.command(&home, Entry::Develop, script);
    let three = Output::of(nested.env("REPORT", report)).ok();
    let (one, three): (Vec<&str>, Vec<&str>) = (one.stdout().lines().collect(), three.stdout().lines().collect());
    assert_eq!(one, three);
    assert_eq!(one[0], "/var/tmp");
    assert_eq!(one[1], format!("{}/sccache", one[2]), "first on PATH");
}

#[test]
fn flake_parts_gives_the_same_shell() {
    let (home, plain) = healthy();
    let parts = Consumer::write_flake_parts(&home.path().join("parts"), "cacheSize = \"24G\";").commit(&home);
    let script = r#"env | grep -E '^(CARGO_INCREMENTAL|RUSTC_WRAPPER|SCCACHE_SHELL_.*|CMAKE_.*|TMP|TMPDIR|TEMP|TEMPDIR)=' | sort"#;
    let plain = plain.run(&home, Entry::Develop, script).ok();
    let parts = parts.run(&home, Entry::Develop, script).ok();
    assert_eq!(plain.stdout(), parts.stdout());
    assert!(plain.stdout().contains("SCCACHE_SHELL_CACHE_SIZE=24G"), "{plain}");
}

/// The environment of a script with `eval "$(nix print-dev-env)"`, and of CI steps that keep it in a file.
#[test]
fn print_dev_env_gives_the_same_shell() {
    let (home, consumer) = healthy();
    let script = "eval \"$(\"$NIX\" print-dev-env)\"; printf '%s\\n' \"$RUSTC_WRAPPER\" \"$TMPDIR\"; sccache --version";
    let mut shell = home.command("bash");
    shell
        .current_dir(consumer.dir())
        .env("NIX", machine::program("nix"))
        .args(["-euc", script]);
    let out = Output::of(&mut shell).ok();
    let lines: Vec<&str> = out.stdout().lines().collect();
    assert!(lines[0].ends_with("/libexec/sccache-shell/sccache"), "{out}");
    assert_eq!(lines[1], "/var/tmp", "{out}");
    assert_eq!(out.messages(), [""; 0], "{out}");
}

/// The environment of VS Code's direnv, Zed and nushell: JSON, without bash.
#[test]
fn editors_get_the_environment_as_json() {
    let (home, consumer) = healthy();
    drop(consumer.run(&home, Entry::Direnv, "true").ok());
    let mut export = home.command(machine::program("direnv"));
    let out = Output::of(export.current_dir(consumer.dir()).args(["export", "json"])).ok();
    let json: serde_json::Value = serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"));
    assert!(
        json["RUSTC_WRAPPER"]
            .as_str()
            .is_some_and(|path| path.ends_with("/libexec/sccache-shell/sccache")),
        "{out}"
    );
    assert_eq!(json["TMPDIR"], "/var/tmp");
    let first = json["PATH"].as_str().and_then(|path| path.split(':').next());
    assert!(
        first.is_some_and(|dir| dir.ends_with("/libexec/sccache-shell")),
        "{out}"
    );
    assert_eq!(json.get("_sccache_shell_checked"), None);
    assert_eq!(out.messages(), [""; 0], "{out}");
}

/// As lorri does: the hook runs in a build, where HOME does not exist, and its exported variables are used.
#[test]
fn a_hook_in_a_sandbox_exports_nothing_of_the_sandbox() {
    let (home, consumer) = healthy();
    let dir = consumer.dir();
    fs::write(
        dir.join("lorri.nix"),
        r#"let drv = import ./shell.nix; in derivation (drv.drvAttrs // {
          name = "lorri-shell"; outputs = [ "out" ]; builder = "/bin/bash"; PATH = "/usr/bin:/bin";
          args = [ "-e" (builtins.toFile "keep-env" ''
            . $stdenv/setup
            eval "$shellHook"
            export > $out
          '') ];
        })"#,
    )
    .unwrap();
    worktree::git(dir, &["add", "--all"]);
    let out = consumer
        .nix(
            &home,
            &[
                "build",
                "--impure",
                "--file",
                "lorri.nix",
                "--no-link",
                "--print-out-paths",
                "-L",
            ],
        )
        .ok();
    let exported = fs::read_to_string(out.stdout().trim()).unwrap();
    let ours: Vec<&str> = exported
        .lines()
        .filter(|line| line.contains("SCCACHE") || line.contains("RUSTC_WRAPPER"))
        .collect();
    assert!(ours.iter().any(|line| line.contains("RUSTC_WRAPPER=")), "{exported}");
    assert!(
        !ours
            .iter()
            .any(|line| line.contains("homeless-shelter") || line.contains("/build")),
        "{ours:?}"
    );
    assert_eq!(home.server().pid(), None);
}

/// A container's user often has no name, and a home that does not exist.
#[test]
fn a_user_without_a_home_gets_a_working_shell() {
    let (home, consumer) = healthy();
    if !machine::is_root() {
        return;
    }
    let env = consumer.nix(&home, &["print-dev-env"]).ok();
    let file = tempfile::NamedTempFile::new_in("/tmp").unwrap();
    fs::write(file.path(), env.stdout()).unwrap();
    fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let script = ". \"$1\"; printf '%s\\n' \"$TMPDIR\"; [ -w \"$TMPDIR\" ]; \"$RUSTC_WRAPPER\" --version";
    let mut shell = home.command("setpriv");
    shell.env("HOME", "/nonexistent").current_dir("/").args([
        "--reuid=54321",
        "--regid=54321",
        "--clear-groups",
        "bash",
        "-euc",
        script,
        "shell",
    ]);
    let out = Output::of(shell.arg(file.path())).ok();
    assert!(out.stdout().starts_with("/var/tmp\nsccache "), "{out}");
}

//! The front for home-manager: activated in a home with existing files and with secrets, and used outside a shell. A
//! stand-in activates, unless `SCCACHE_SHELL_TEST_HOME_MANAGER` names the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sccache_shell_e2e::example::Example;
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

const PACKAGE: &str = "homeConfigurations.me.activationPackage";

/// The example, for this home.
fn example(home: &Home) -> Example {
    let example = Example::copy(home, "home-manager", &["home-manager"]);
    example.edit(
        "/home/me",
        home.path().to_str().expect("the tests' own paths are UTF-8"),
    );
    // The real home-manager creates its profile there.
    fs::create_dir_all(home.path().join(".local/state/nix/profiles")).expect("the home is writable");
    example
}

/// `home-manager switch`.
fn switch(home: &Home, example: &Example) -> Output {
    let package = example.build(home, PACKAGE);
    let mut activate = home.command(package.join("activate"));
    // The home is not the caller's own, and Nix's profiles must not be changed.
    Output::of(
        activate
            .env("SKIP_SANITY_CHECKS", "1")
            .env("USER", "me")
            .args(["--driver-version", "1"]),
    )
}

/// Runs a script as a login shell of that home would.
fn session(home: &Home, example: &Example, dir: &Path, script: &str) -> Output {
    let script = session_script(home, example, script);
    Output::of(home.command("bash").current_dir(dir).args(["-c", &script]))
}

fn session_script(home: &Home, example: &Example, script: &str) -> String {
    let package = example.build(home, PACKAGE);
    let variables = package.join("home-path/etc/profile.d/hm-session-vars.sh");
    format!(". {}; set -eu; {script}", variables.display())
}

fn text(home: &Home) -> String {
    fs::read_to_string(home.config_file()).expect("there is a configuration")
}

#[test]
fn the_config_file_is_written_and_an_existing_one_kept() {
    let home = Home::new();
    let mine = "# mine\n[cache.disk]\nsize = \"24G\"\n";
    home.configure(mine);
    let example = example(&home);
    let kept = home.path().join(".config/sccache/config.before-home-manager");

    let out = switch(&home, &example).ok();
    assert!(text(&home).contains("size = \"48G\""), "{out}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), mine);
    assert!(
        out.stderr().contains("is now managed by home-manager") && out.stderr().contains("config.before-home-manager"),
        "{out}"
    );

    // The second time there is no existing file.
    let out = switch(&home, &example).ok();
    assert!(!out.stderr().contains("sccache-shell:"), "{out}");
    assert!(
        !home
            .path()
            .join(".config/sccache/config.before-home-manager.2")
            .exists()
    );

    // A second file of the user's is kept beside the first.
    fs::remove_file(home.config_file()).unwrap();
    home.configure("# mine again\n");
    drop(switch(&home, &example).ok());
    assert_eq!(
        fs::read_to_string(home.path().join(".config/sccache/config.before-home-manager.2")).unwrap(),
        "# mine again\n"
    );
    assert_eq!(fs::read_to_string(&kept).unwrap(), mine);
}

#[test]
fn init_refuses_a_file_of_home_manager() {
    let home = Home::new();
    let example = example(&home);
    drop(switch(&home, &example).ok());
    let out = helper_says(&home, &["init", "--size", "50G"]).failed();
    assert!(
        out.stderr().contains("is managed by home-manager")
            && out.stderr().contains("programs.sccache-shell.cacheSize"),
        "{out}"
    );
    assert!(text(&home).contains("48G"));
}

/// Runs the helper to which the wrapper's link points.
fn helper_says(home: &Home, args: &[&str]) -> Output {
    let link = home.path().join(".local/libexec/sccache-shell/sccache");
    let helper = fs::canonicalize(link).expect("home-manager made the links");
    Output::of(home.command(helper).args(args))
}

#[test]
fn secrets_are_read_from_files_and_not_in_the_store() {
    let home = Home::new();
    let example = example(&home);
    let secret = home.path().join("redis-password");
    example.edit(
        "cacheSize = \"48G\";",
        &format!(
            "cacheSize = \"48G\"; settings.cache.redis.endpoint = \"redis://127.0.0.1:1\"; \
             secretFiles.\"cache.redis.password\" = \"{}\";",
            secret.display()
        ),
    );
    // Without the file nothing is written, and that is reported.
    let out = switch(&home, &example).ok();
    assert!(!home.config_file().exists(), "{out}");
    assert!(
        out.stderr().contains("redis-password") && out.stderr().contains("cannot be read"),
        "{out}"
    );

    fs::write(&secret, "pa\\ss\"wo&rd\n").unwrap();
    drop(switch(&home, &example).ok());
    let written = text(&home);
    assert!(written.starts_with("# Written by home-manager"), "{written}");
    assert!(
        written.contains("password = \"pa\\\\ss\\\"wo&rd\"") && written.contains("size = \"48G\""),
        "{written}"
    );
    let mode = fs::metadata(home.config_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!home.config_file().is_symlink());

    let out = helper_says(&home, &["init", "--size", "50G"]).failed();
    assert!(out.stderr().contains("is managed by home-manager"), "{out}");
    assert_eq!(text(&home), written);
    // A changed secret is written at the next switch, and no copy is kept of home-manager's own file.
    fs::write(&secret, "other").unwrap();
    let out = switch(&home, &example).ok();
    assert!(text(&home).contains("password = \"other\""), "{out}");
    assert!(!home.path().join(".config/sccache/config.before-home-manager").exists());
}

/// An editor's rust-analyzer, or a plain terminal, uses the cache without a dev shell.
#[test]
fn a_session_outside_of_any_shell_uses_the_cache() {
    let home = Home::new();
    let example = example(&home);
    drop(switch(&home, &example).ok());
    let build = "cargo build --quiet && printf '%s\\n' \"$RUSTC_WRAPPER\" \"$(type -P sccache)\"";
    let out = session(&home, &example, example.dir(), build).ok();
    let ours = home.path().join(".local/libexec/sccache-shell/sccache");
    let lines: Vec<&str> = out.stdout().lines().collect();
    assert_eq!(lines, [ours.to_str().unwrap(); 2], "{out}");

    let second = Example::copy(&home, "plain", &[]);
    let before = home.stats();
    drop(session(&home, &example, second.dir(), "cargo build --quiet").ok());
    let rust = (home.stats().rust) - before.rust;
    assert!(rust.hits > 0 && rust.misses == 0, "{rust:?}");
}

/// A flake's shell in such a session: one wrapper, the shell's own, and no message.
#[test]
fn a_flakes_shell_works_in_such_a_session() {
    let home = Home::new();
    let example = example(&home);
    drop(switch(&home, &example).ok());
    let plain = Example::copy(&home, "plain", &[]);
    let package = example.build(&home, PACKAGE);
    let variables = package.join("home-path/etc/profile.d/hm-session-vars.sh");
    let print = "printf '%s\\n' \"$RUSTC_WRAPPER\" \"$(type -P sccache)\" \"$TMPDIR\"; sccache-shell check --strict --ignore disk-too-small >&2";
    let develop = plain.command(&home, &["develop", "--command", "bash", "-euc", print]);
    let mut inner = home.command("bash");
    inner
        .current_dir(plain.dir())
        .args(["-c", &format!(". {}; exec \"$0\" \"$@\"", variables.display())]);
    let out = Output::of(inner.arg(machine::program("nix")).args(develop.get_args())).ok();
    let lines: Vec<&str> = out.stdout().lines().collect();
    let [wrapper, first, tmp_dir] = lines[..] else {
        panic!("{out}")
    };
    assert!(wrapper.starts_with("/nix/store/") && wrapper == first, "{out}");
    assert_eq!(tmp_dir, "/var/tmp");
    assert!(!out.stderr().contains("sccache-shell: "), "{out}");
}

/// On NixOS or macOS with their own front, a user's session has that user's config file.
#[test]
fn the_users_config_file_precedes_the_machines() {
    let home = Home::new();
    let example = example(&home);
    drop(switch(&home, &example).ok());
    let script = "printf '%s\\n' \"$SCCACHE_CONF\"; \"$(readlink -f ~/.local/libexec/sccache-shell/sccache)\" check";
    let script = format!(
        "export SCCACHE_CONF=/etc/sccache/config; {}",
        session_script(&home, &example, script)
    );
    let out = Output::of(home.command("bash").args(["-c", &script])).ok();
    assert_eq!(out.stdout().lines().next(), home.config_file().to_str(), "{out}");
    assert!(out.stdout().contains("48 GiB"), "{out}");
}

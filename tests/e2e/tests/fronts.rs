//! Every front except flakes and flake-parts, by its example: a shell is entered, a home is activated, a machine is
//! built. Stand-ins replace home-manager, nix-darwin, devenv, devshell and crane, unless the caller names the real ones
//! (`SCCACHE_SHELL_TEST_HOME_MANAGER` and so on).

use std::fs;

use sccache_shell_e2e::example::Example;
use sccache_shell_e2e::flake::{project, system};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// A new user's first minute: enter, build, check.
const BUILD: &str = "cargo build --quiet && sccache-shell check --strict --ignore disk-too-small >&2 && \
                     printf '%s\\n' \"$RUSTC_WRAPPER\" \"${TMPDIR-unset}\" \"$(type -P sccache)\"";

/// The build went through our wrapper, and TMPDIR outlives the shell.
fn well(home: &Home, out: &Output) {
    let lines: Vec<&str> = out.stdout().lines().collect();
    let [wrapper, tmp_dir, first] = lines[..] else {
        panic!("{out}")
    };
    assert!(
        wrapper.starts_with("/nix/store/") && wrapper.ends_with("/libexec/sccache-shell/sccache"),
        "{out}"
    );
    assert_eq!(wrapper, first, "one wrapper: {out}");
    assert!(!tmp_dir.contains("nix-shell"), "{out}");
    // How much disk space this machine has does not matter.
    let found = out
        .stderr()
        .lines()
        .any(|line| line.starts_with("sccache-shell: ") && !line.contains("[disk-too-small]"));
    assert!(!found, "all is well, so nothing is found: {out}");
    assert!(home.server().pid().is_some(), "{out}");
}

#[test]
fn shells_of_other_tools_are_entered() {
    let home = Home::with_cache_size("24G");
    for (name, inputs) in [
        ("devenv-flake", &["devenv"][..]),
        ("devshell", &["devshell"]),
        ("crane", &["crane"]),
        ("derivation", &[]),
    ] {
        let before = home.server().pid().map(|_| home.stats().rust.hits);
        let out = Example::copy(&home, name, inputs).develop(&home, BUILD).ok();
        well(&home, &out);
        // The first fills the cache; in the others the registry's crate hits.
        assert!(
            before.is_none_or(|before| home.stats().rust.hits > before),
            "{name}: {out}"
        );
    }
}

#[test]
fn shells_without_flakes_are_entered() {
    for (name, nixpkgs) in [("classic", "pkgs"), ("overlay", "nixpkgs")] {
        let home = Home::with_cache_size("24G");
        let example = Example::copy(&home, name, &[]);
        let ours = project().trim_start_matches("path:");
        // <nixpkgs> is the tests' own: an archive cannot be fetched.
        let mut shell = home.command(machine::program("nix-shell"));
        shell
            .current_dir(example.dir())
            .args(["--arg", "sccache-shell", ours, "--run", BUILD]);
        let out = Output::of(&mut shell).ok();
        well(&home, &out);
        assert!(
            fs::read_to_string(example.dir().join("shell.nix"))
                .unwrap()
                .contains(&format!("{nixpkgs} ?"))
        );
    }
}

#[test]
fn a_nixos_machine_is_built() {
    let home = Home::new();
    let example = Example::copy(&home, "nixos", &[]);
    if machine::given("SCCACHE_SHELL_TEST_NIXPKGS").is_none_or(|nixpkgs| !nixpkgs.ends_with("/host-pkgs")) {
        // A real machine needs more than the example has.
        return;
    }
    let system = example.build(&home, "nixosConfigurations.machine.config.system.build.toplevel");
    let config = fs::read_to_string(system.join("etc/sccache/config")).unwrap();
    assert_eq!(config, "[cache.disk]\nsize = \"48G\"\n");
    let wrapper = system.join("sw/libexec/sccache-shell/sccache");
    let out = Output::of(
        home.command(wrapper)
            .arg("--version")
            .env("SCCACHE_CONF", system.join("etc/sccache/config")),
    );
    assert!(out.ok().stdout().starts_with("sccache "));
}

#[test]
fn a_darwin_system_is_evaluated() {
    let home = Home::new();
    let example = Example::copy(&home, "darwin", &["nix-darwin"]);
    let variables = ".#darwinConfigurations.machine.config.environment.variables.SCCACHE_CONF";
    let out = example.nix(&home, &["eval", "--raw", variables]).ok();
    assert_eq!(out.stdout(), "/etc/sccache/config");
}

/// A front: its example, that example's inputs, its output, and the name of its options in an error.
type Front = (&'static str, &'static [&'static str], String, &'static str);

fn fronts() -> [Front; 6] {
    let shell = format!("devShells.{}.default", system());
    [
        ("plain", &[], shell.clone(), "sccache-shell"),
        ("flake-parts", &["flake-parts"], shell.clone(), "sccache-shell"),
        ("devenv-flake", &["devenv"], shell, "sccache-shell"),
        (
            "home-manager",
            &["home-manager"],
            "homeConfigurations.me.activationPackage".to_owned(),
            "programs.sccache-shell",
        ),
        (
            "nixos",
            &[],
            "nixosConfigurations.machine.config.system.build.toplevel".to_owned(),
            "programs.sccache-shell",
        ),
        (
            "darwin",
            &["nix-darwin"],
            "darwinConfigurations.machine.config.system.build.toplevel".to_owned(),
            "programs.sccache-shell",
        ),
    ]
}

/// The error of evaluating a front's example after an edit.
fn refused((name, inputs, output, _): &Front, from: &str, to: &str) -> Output {
    let home = Home::new();
    let example = Example::copy(&home, name, inputs);
    example.edit(from, to);
    let output = format!(".#{output}.drvPath");
    example.nix(&home, &["eval", "--raw", "--impure", &output]).failed()
}

#[test]
fn each_front_refuses_a_wrong_value() {
    for front in fronts() {
        let size = if front.3 == "sccache-shell" { "24G" } else { "48G" };
        let out = refused(&front, &format!("\"{size}\""), &format!("\"{size}iB\""));
        let option = format!(
            "{}.cacheSize' is not a size that sccache can read: write \"{size}\"",
            front.3
        );
        assert!(out.stderr().contains(&option), "{}: {out}", front.0);
    }
}

#[test]
fn fronts_with_assertions_refuse_contradicting_options() {
    for front in fronts() {
        let (from, to, says) = match front.0 {
            "devenv-flake" => (
                "sccache-shell.cacheSize",
                "sccache-shell.helper = null; sccache-shell.cacheSize",
                "sccache-shell: `cacheSize` does nothing with `helper = null`",
            ),
            "home-manager" => (
                "sessionVariables = true;",
                "tmpDir = \"/srv/tmp\";",
                "programs.sccache-shell: `tmpDir` does nothing with `sessionVariables = false`",
            ),
            "nixos" | "darwin" => (
                "cacheSize =",
                "settings.cache.disk.dir = \"/srv/cache\"; cacheSize =",
                "programs.sccache-shell: `settings.cache.disk.dir` would be one directory for the servers of all users",
            ),
            // The flake's own check reports it: outputs.rs.
            _ => continue,
        };
        let out = refused(&front, from, to);
        assert!(out.stderr().contains(says), "{}: {out}", front.0);
    }
}

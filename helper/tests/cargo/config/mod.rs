//! Our reading of cargo's settings compared with cargo's own: each place that a setting may come from, alone and
//! overriding others.

mod env_table;
mod lab;
mod paths_and_flags;

use lab::{Lab, Settings};

/// A project's files, and the variables of a shell in it.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)]);

/// The settings that cargo uses. Our reading of them must agree.
fn settings(lab: &Lab) -> Settings {
    let settings = lab
        .cargos_settings()
        .unwrap_or_else(|message| panic!("cargo refuses: {message}"));
    assert_eq!(lab.our_settings(), settings, "left: ours, right: cargo's");
    settings
}

fn lab((files, vars): Case<'_>) -> Lab {
    let mut lab = Lab::new(files);
    for (name, value) in vars {
        lab.set(name, value);
    }
    lab
}

const ABOVE: &str = ".cargo/config.toml";
const IN_WORKSPACE: &str = "ws/.cargo/config.toml";
const IN_MEMBER: &str = "ws/app/.cargo/config.toml";
const IN_HOME: &str = "home/.cargo/config.toml";
const BUILD_ON: &str = "[build]\nincremental = true\n";
const BUILD_OFF: &str = "[build]\nincremental = false\n";
const PROFILE_OFF: &str = "[profile.dev]\nincremental = false\n";
const PROFILE_ON: &str = "[profile.dev]\nincremental = true\n";

#[test]
fn incremental() {
    let root = |profile: &str| format!("[workspace]\nmembers = [\"app\"]\nresolver = \"2\"\n{profile}");
    let manifest_off = root(PROFILE_OFF);
    let manifest_off = ("ws/Cargo.toml", manifest_off.as_str());
    let manifest_on = root(PROFILE_ON);
    let manifest_on = ("ws/Cargo.toml", manifest_on.as_str());
    let env_table = "[env]\nCARGO_INCREMENTAL = \"0\"\n";
    let cases: &[(Case<'_>, bool)] = &[
        ((&[], &[]), true),
        ((&[], &[("CARGO_INCREMENTAL", "0")]), false),
        ((&[manifest_off], &[("CARGO_INCREMENTAL", "1")]), true),
        ((&[], &[("CARGO_INCREMENTAL", "true")]), false),
        ((&[], &[("CARGO_INCREMENTAL", "")]), false),
        ((&[(IN_MEMBER, BUILD_ON)], &[("CARGO_INCREMENTAL", "0")]), false),
        ((&[], &[("CARGO_BUILD_INCREMENTAL", "false")]), false),
        (
            (&[(IN_MEMBER, BUILD_ON)], &[("CARGO_BUILD_INCREMENTAL", "false")]),
            false,
        ),
        (
            (&[(IN_MEMBER, BUILD_OFF)], &[("CARGO_BUILD_INCREMENTAL", "true")]),
            true,
        ),
        ((&[manifest_off], &[("CARGO_BUILD_INCREMENTAL", "true")]), true),
        ((&[], &[("CARGO_PROFILE_DEV_INCREMENTAL", "false")]), false),
        (
            (
                &[(IN_WORKSPACE, BUILD_ON)],
                &[("CARGO_PROFILE_DEV_INCREMENTAL", "false")],
            ),
            true,
        ),
        ((&[manifest_on], &[("CARGO_PROFILE_DEV_INCREMENTAL", "false")]), false),
        (
            (
                &[(IN_WORKSPACE, PROFILE_ON)],
                &[("CARGO_PROFILE_DEV_INCREMENTAL", "false")],
            ),
            false,
        ),
        (
            (
                &[(IN_WORKSPACE, PROFILE_OFF)],
                &[("CARGO_PROFILE_RELEASE_INCREMENTAL", "true")],
            ),
            false,
        ),
        ((&[(IN_WORKSPACE, BUILD_OFF)], &[]), false),
        ((&[(ABOVE, BUILD_OFF)], &[]), false),
        ((&[(IN_HOME, BUILD_OFF)], &[]), false),
        ((&[(IN_HOME, BUILD_OFF), (ABOVE, BUILD_ON)], &[]), true),
        ((&[(ABOVE, BUILD_OFF), (IN_WORKSPACE, BUILD_ON)], &[]), true),
        ((&[(IN_WORKSPACE, BUILD_OFF), (IN_MEMBER, BUILD_ON)], &[]), true),
        ((&[(IN_WORKSPACE, PROFILE_OFF)], &[]), false),
        ((&[(IN_WORKSPACE, PROFILE_OFF), (ABOVE, BUILD_ON)], &[]), true),
        ((&[(IN_HOME, PROFILE_OFF), manifest_on], &[]), false),
        ((&[manifest_off], &[]), false),
        ((&[manifest_off, (IN_HOME, PROFILE_ON)], &[]), true),
        ((&[manifest_off, (IN_MEMBER, BUILD_ON)], &[]), true),
        // None of these has an effect.
        ((&[(IN_WORKSPACE, env_table)], &[]), true),
        (
            (&[(IN_WORKSPACE, "[profile.release]\nincremental = false\n")], &[]),
            true,
        ),
        ((&[("ws/app/.cargo/incremental.toml", BUILD_OFF)], &[]), true),
        // Files of the old name, which take precedence.
        ((&[("ws/.cargo/config", BUILD_OFF)], &[]), false),
        (
            (&[("ws/.cargo/config", BUILD_OFF), (IN_WORKSPACE, BUILD_ON)], &[]),
            false,
        ),
        // A different home.
        (
            (&[("other/config.toml", BUILD_OFF)], &[("CARGO_HOME", "LAB/other")]),
            false,
        ),
        ((&[(IN_HOME, BUILD_OFF)], &[("CARGO_HOME", "LAB/other")]), true),
        (
            (&[("ws/app/other/config.toml", BUILD_OFF)], &[("CARGO_HOME", "other")]),
            false,
        ),
        ((&[(IN_HOME, BUILD_OFF)], &[("CARGO_HOME", "")]), false),
    ];
    for (case, is_on) in cases {
        assert_eq!(settings(&lab(*case)).incremental, *is_on, "{case:?}");
    }
}

#[test]
fn files_that_include_others() {
    let include = "include = [\"first.toml\", \"second.toml\"]\n";
    let first = ("ws/.cargo/first.toml", BUILD_OFF);
    let second = ("ws/.cargo/second.toml", BUILD_ON);
    let optional = "include = [{ path = \"none.toml\", optional = true }, \"first.toml\"]\n";
    let own = format!("include = [\"first.toml\"]\n{BUILD_ON}");
    let cases: &[(&[(&str, &str)], bool)] = &[
        (&[(IN_WORKSPACE, include), first, second], true),
        (&[(IN_WORKSPACE, include), first, ("ws/.cargo/second.toml", "")], false),
        (&[(IN_WORKSPACE, optional), first], false),
        (&[(IN_WORKSPACE, &own), first], true),
        (
            &[(IN_WORKSPACE, "include = [\"first.toml\"]\n"), first, (ABOVE, BUILD_ON)],
            false,
        ),
        (
            &[
                (IN_WORKSPACE, "include = [\"first.toml\"]\n"),
                first,
                (IN_MEMBER, BUILD_ON),
            ],
            true,
        ),
        (
            &[
                (IN_WORKSPACE, "include = [\"first.toml\"]\n"),
                first,
                (IN_MEMBER, "include = [\"../../.cargo/first.toml\"]\n"),
            ],
            false,
        ),
        (
            &[
                (IN_WORKSPACE, "include = [\"../shared/a.toml\"]\n"),
                ("ws/shared/a.toml", "include = [\"deeper/b.toml\"]\n"),
                ("ws/shared/deeper/b.toml", BUILD_OFF),
            ],
            false,
        ),
    ];
    for (files, is_on) in cases {
        let lab = lab((files, &[]));
        assert_eq!(settings(&lab).incremental, *is_on, "{files:?}");
    }
    // Paths are relative to the directory of the file that has them.
    let paths = "[build]\ntarget-dir = \"out\"\nrustc-wrapper = \"./tools/wrap\"\n";
    let lab = lab((
        &[
            (IN_MEMBER, "include = [\"../../.cargo/paths.toml\"]\n"),
            ("ws/.cargo/paths.toml", paths),
        ],
        &[],
    ));
    let found = settings(&lab);
    assert_eq!(found.target_dir, lab.path("ws/app/.cargo/../../out"));
    assert_eq!(found.wrappers, [lab.path("ws/app/.cargo/../../tools/wrap")]);
}

/// Read again for each way to it, a file would be read a million times.
#[test]
fn files_that_include_each_other_in_many_ways() {
    let names: Vec<String> = (0..10).map(|number| format!("\"{number}.toml\"")).collect();
    let include = format!("include = [{}]\n", names.join(", "));
    let files: Vec<(String, &str)> = (0..10)
        .map(|number| (format!("ws/.cargo/{number}.toml"), include.as_str()))
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let lab = lab((&[&files[..], &[(IN_WORKSPACE, include.as_str())]].concat(), &[]));
    let start = std::time::Instant::now();
    assert!(!lab.broken().is_empty() && lab.cargos_settings().is_err());
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
}

#[test]
fn what_cargo_refuses_is_broken() {
    for files in [
        [("ws/.cargo/config.toml", "include = [\"none.toml\"]\n")],
        [("ws/.cargo/config.toml", "include = \"none.toml\"\n")],
        [("ws/.cargo/config.toml", "include = [\"config.toml\"]\n")],
        [("ws/.cargo/config.toml", "[build\n")],
        [("ws/app/Cargo.toml", "[package\n")],
    ] {
        let lab = lab((&files, &[]));
        assert!(lab.cargos_settings().is_err(), "{files:?}");
        let broken = lab.broken();
        assert!(
            broken.len() == 1 && broken[0].path == lab.path(files[0].0),
            "{files:?}: {broken:?}"
        );
    }
}

#[test]
fn manifests_that_decide() {
    // A workspace of its own, below a directory of a different workspace.
    let mut alone = lab((&[], &[]));
    alone.package("ws/alone", "[workspace]\n[profile.dev]\nincremental = false\n");
    alone.go("ws/alone/src");
    let found = settings(&alone);
    assert_eq!(
        (found.incremental, found.target_dir),
        (false, alone.path("ws/alone/target"))
    );

    // A member's own profile does not count.
    let member = lab((&[], &[]));
    member.package("ws/app", PROFILE_OFF);
    assert!(settings(&member).incremental);

    // Left out by the workspace around it.
    let root = "[workspace]\nmembers = []\nexclude = [\"app\"]\nresolver = \"2\"\n[profile.dev]\nincremental = false\n";
    let excluded = lab((&[("ws/Cargo.toml", root)], &[]));
    let found = settings(&excluded);
    assert_eq!(
        (found.incremental, found.target_dir),
        (true, excluded.path("ws/app/target"))
    );
    // And included again by the workspace around that.
    excluded.write("Cargo.toml", "[workspace]\nmembers = [\"ws/app\"]\nresolver = \"2\"\n");
    assert_eq!(settings(&excluded).target_dir, excluded.path("target"));

    // Excluded and listed.
    let root = root.replace("members = []", "members = [\"app\"]");
    let listed = lab((&[("ws/Cargo.toml", &root)], &[]));
    assert!(!settings(&listed).incremental);

    // A root elsewhere.
    let elsewhere = lab((&[], &[]));
    elsewhere.write(
        "root/Cargo.toml",
        "[workspace]\nmembers = [\"../ws/app\"]\nresolver = \"2\"\n[profile.dev]\nincremental = false\n",
    );
    elsewhere.package("ws/app", "workspace = \"../../root\"\n");
    let found = settings(&elsewhere);
    assert_eq!(
        (found.incremental, found.target_dir),
        (false, elsewhere.path("root/target"))
    );
}

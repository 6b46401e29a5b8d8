//! Wrappers, directories and flags.

use super::{ABOVE, Case, IN_HOME, IN_MEMBER, IN_WORKSPACE, lab, settings};

#[test]
fn wrappers() {
    let by_path = "[build]\nrustc-wrapper = \"tools/wrap\"\n";
    let by_name = "[build]\nrustc-wrapper = \"one\"\n";
    let of_members = "[build]\nrustc-workspace-wrapper = \"two\"\n";
    let cases: &[(Case<'_>, &[&str])] = &[
        ((&[], &[]), &[]),
        ((&[], &[("RUSTC_WRAPPER", "one")]), &["bin/one"]),
        ((&[], &[("RUSTC_WRAPPER", "LAB/bin/one")]), &["bin/one"]),
        ((&[], &[("RUSTC_WRAPPER", "../tools/wrap")]), &["ws/app/../tools/wrap"]),
        ((&[(IN_WORKSPACE, by_path)], &[]), &["ws/tools/wrap"]),
        ((&[(IN_WORKSPACE, by_name)], &[]), &["bin/one"]),
        ((&[(IN_WORKSPACE, by_path), (IN_MEMBER, by_name)], &[]), &["bin/one"]),
        ((&[(IN_HOME, by_name)], &[]), &["bin/one"]),
        ((&[(IN_WORKSPACE, by_path)], &[("RUSTC_WRAPPER", "one")]), &["bin/one"]),
        ((&[(IN_WORKSPACE, by_path)], &[("RUSTC_WRAPPER", "")]), &[]),
        (
            (&[(IN_WORKSPACE, by_path)], &[("CARGO_BUILD_RUSTC_WRAPPER", "one")]),
            &["bin/one"],
        ),
        ((&[(IN_WORKSPACE, by_path)], &[("CARGO_BUILD_RUSTC_WRAPPER", "")]), &[]),
        (
            (&[], &[("CARGO_BUILD_RUSTC_WRAPPER", "two"), ("RUSTC_WRAPPER", "one")]),
            &["bin/one"],
        ),
        (
            (&[], &[("CARGO_BUILD_RUSTC_WRAPPER", "two"), ("RUSTC_WRAPPER", "")]),
            &[],
        ),
        (
            (&[], &[("CARGO_BUILD_RUSTC_WRAPPER", "../tools/wrap")]),
            &["ws/app/../tools/wrap"],
        ),
        (
            (
                &[(IN_HOME, by_name), (IN_WORKSPACE, "[build]\nrustc-wrapper = \"\"\n")],
                &[],
            ),
            &[],
        ),
        ((&[(IN_WORKSPACE, "[env]\nRUSTC_WRAPPER = \"one\"\n")], &[]), &[]),
        (
            (&[(IN_WORKSPACE, of_members)], &[("RUSTC_WRAPPER", "one")]),
            &["bin/one", "bin/two"],
        ),
        ((&[(IN_WORKSPACE, of_members)], &[("RUSTC_WORKSPACE_WRAPPER", "")]), &[]),
        ((&[], &[("CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER", "two")]), &["bin/two"]),
    ];
    for (case, expected) in cases {
        let lab = lab(*case);
        let expected: Vec<_> = expected.iter().map(|name| lab.path(name)).collect();
        assert_eq!(settings(&lab).wrappers, expected, "{case:?}");
    }
}

#[test]
fn target_and_build_directories() {
    let target = "[build]\ntarget-dir = \"out\"\n";
    let build = "[build]\nbuild-dir = \"units\"\n";
    let templates = "[build]\nbuild-dir = \"{workspace-root}/units\"\n";
    let cache = "[build]\nbuild-dir = \"{cargo-cache-home}/units\"\n";
    let cases: &[(Case<'_>, [&str; 2])] = &[
        ((&[], &[]), ["ws/target", "ws/target"]),
        ((&[], &[("CARGO_TARGET_DIR", "LAB/t")]), ["t", "t"]),
        ((&[], &[("CARGO_TARGET_DIR", "t")]), ["ws/app/t", "ws/app/t"]),
        ((&[], &[("CARGO_BUILD_TARGET_DIR", "t")]), ["ws/app/t", "ws/app/t"]),
        (
            (
                &[],
                &[("CARGO_BUILD_TARGET_DIR", "LAB/b"), ("CARGO_TARGET_DIR", "LAB/t")],
            ),
            ["t", "t"],
        ),
        (
            (&[(IN_WORKSPACE, target)], &[("CARGO_BUILD_TARGET_DIR", "LAB/b")]),
            ["b", "b"],
        ),
        ((&[(IN_WORKSPACE, target)], &[]), ["ws/out", "ws/out"]),
        ((&[(ABOVE, target)], &[]), ["out", "out"]),
        ((&[(IN_HOME, target)], &[]), ["home/out", "home/out"]),
        (
            (
                &[(IN_WORKSPACE, target), (IN_MEMBER, "[build]\ntarget-dir = \"../x\"\n")],
                &[],
            ),
            ["ws/app/../x", "ws/app/../x"],
        ),
        ((&[(IN_WORKSPACE, build)], &[]), ["ws/target", "ws/units"]),
        (
            (&[(IN_WORKSPACE, build)], &[("CARGO_TARGET_DIR", "LAB/t")]),
            ["t", "ws/units"],
        ),
        (
            (&[(IN_WORKSPACE, build)], &[("CARGO_BUILD_BUILD_DIR", "u")]),
            ["ws/target", "ws/app/u"],
        ),
        ((&[(ABOVE, templates)], &[]), ["ws/target", "ws/units"]),
        ((&[(ABOVE, cache)], &[]), ["ws/target", "home/.cargo/units"]),
        (
            (&[], &[("CARGO_BUILD_BUILD_DIR", "{workspace-root}/u")]),
            ["ws/target", "ws/u"],
        ),
    ];
    for (case, expected) in cases {
        let lab = lab(*case);
        let found = settings(&lab);
        assert_eq!(
            [found.target_dir, found.build_dir],
            expected.map(|name| lab.path(name)),
            "{case:?}"
        );
    }
}

#[test]
fn flags() {
    let host = host();
    let build = "[build]\nrustflags = [\"--cfg=from_build\"]\n";
    let text = "[build]\nrustflags = \"--cfg=from_text   --cfg=from_more\"\n";
    let mine = format!("[target.{host}]\nrustflags = [\"--cfg=from_target\"]\n");
    let other = "[target.wasm32-unknown-unknown]\nrustflags = [\"--cfg=from_wasm\"]\n";
    let conditions = "[target.'cfg(unix)']\nrustflags = \"--cfg=from_unix\"\n[target.'cfg(windows)']\nrustflags = \"--cfg=from_windows\"\n";
    let all = format!("{build}{mine}{other}{conditions}");
    let for_wasm = all.replace("[build]\n", "[build]\ntarget = \"wasm32-unknown-unknown\"\n");
    let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", host.to_uppercase().replace('-', "_"));
    let cases: &[(Case<'_>, &[&str])] = &[
        ((&[], &[]), &[]),
        ((&[], &[("RUSTFLAGS", " --cfg=from_a  --cfg=from_b ")]), &["a", "b"]),
        ((&[(IN_WORKSPACE, &all)], &[("RUSTFLAGS", "--cfg=from_a")]), &["a"]),
        ((&[(IN_WORKSPACE, &all)], &[("RUSTFLAGS", "")]), &[]),
        (
            (
                &[],
                &[
                    ("CARGO_ENCODED_RUSTFLAGS", "--cfg=from_a\u{1f}--cfg=from_b"),
                    ("RUSTFLAGS", "--cfg=from_c"),
                ],
            ),
            &["a", "b"],
        ),
        ((&[(IN_WORKSPACE, build)], &[("CARGO_ENCODED_RUSTFLAGS", "")]), &[]),
        ((&[(IN_WORKSPACE, &all)], &[]), &["target", "unix"]),
        ((&[(IN_WORKSPACE, &mine), (ABOVE, build)], &[]), &["target"]),
        ((&[(IN_WORKSPACE, &format!("{build}{other}"))], &[]), &["build"]),
        ((&[(IN_WORKSPACE, &format!("{build}{conditions}"))], &[]), &["unix"]),
        ((&[(IN_WORKSPACE, text)], &[]), &["text", "more"]),
        (
            (
                &[
                    (IN_MEMBER, build),
                    (ABOVE, "[build]\nrustflags = [\"--cfg=from_above\"]\n"),
                ],
                &[],
            ),
            &["above", "build"],
        ),
        (
            (
                &[(IN_WORKSPACE, build)],
                &[("CARGO_BUILD_RUSTFLAGS", "--cfg=from_a --cfg=from_b")],
            ),
            &["build", "a", "b"],
        ),
        (
            (&[(IN_WORKSPACE, &mine)], &[("CARGO_BUILD_RUSTFLAGS", "--cfg=from_a")]),
            &["target"],
        ),
        (
            (&[(IN_WORKSPACE, &mine)], &[(&variable, "--cfg=from_a")]),
            &["target", "a"],
        ),
        ((&[(IN_WORKSPACE, build)], &[(&variable, "--cfg=from_a")]), &["a"]),
        (
            (
                &[(IN_WORKSPACE, &all)],
                &[("CARGO_BUILD_TARGET", "wasm32-unknown-unknown")],
            ),
            &["wasm"],
        ),
        ((&[(IN_WORKSPACE, &for_wasm)], &[]), &["wasm"]),
    ];
    for (case, expected) in cases {
        let lab = lab(*case);
        let found = settings(&lab);
        let expected: Vec<_> = expected.iter().map(|word| format!("--cfg=from_{word}")).collect();
        assert_eq!(found.rustflags, expected, "{case:?}");
    }
}

fn host() -> String {
    let version = std::process::Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

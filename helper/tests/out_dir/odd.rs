//! Crates that use OUT_DIR in ways that a copy of it would change, or that could change a copy.

use std::fs;

use crate::scene::{Files, Scene, succeed};

const DEPENDENCIES: Files = &[
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"writes\", \"written\", \"climbs\", \"probes\", \"names-itself\"]\n",
    ),
    // A proc macro that writes into the OUT_DIR of the crate that it expands in, which includes it then.
    (
        "writes/Cargo.toml",
        "[package]\nname = \"writes\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
    ),
    (
        "writes/src/lib.rs",
        r#"#[proc_macro]
pub fn include_written(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("written.rs"), "pub const WRITTEN: u32 = 5;").unwrap();
    "include!(concat!(env!(\"OUT_DIR\"), \"/written.rs\"));".parse().unwrap()
}
"#,
    ),
    (
        "written/Cargo.toml",
        "[package]\nname = \"written\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nwrites = { path = \"../writes\" }\n",
    ),
    (
        "written/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("own.rs"), "pub const OWN: u32 = 1;").unwrap();
}
"#,
    ),
    (
        "written/src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/own.rs\"));\nwrites::include_written!();\n",
    ),
    // Generated files that name each other: from a directory inside, and one that lies outside.
    (
        "climbs/Cargo.toml",
        "[package]\nname = \"climbs\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\nout = []\n",
    ),
    (
        "climbs/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=OUTSIDE");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::create_dir_all(out.join("sub")).unwrap();
    std::fs::write(out.join("../beside.rs"), "pub const CLIMBS: u32 = 2;").unwrap();
    std::fs::write(out.join("inside.rs"), "pub const CLIMBS: u32 = 3;").unwrap();
    let other = if std::env::var_os("OUTSIDE").is_some() { "../../beside.rs" } else { "../inside.rs" };
    std::fs::write(out.join("sub/first.rs"), format!("include!({other:?});")).unwrap();
}
"#,
    ),
    (
        "climbs/src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/sub/first.rs\"));\n",
    ),
    // As `thiserror` and `anyhow`: a build script that tries the compiler, as cargo would call it.
    (
        "probes/Cargo.toml",
        "[package]\nname = \"probes\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "probes/build.rs",
        r#"use std::{env, fs, path::PathBuf, process::Command};
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    fs::write(out.join("made.rs"), "pub const MADE: u32 = 4;").unwrap();
    fs::create_dir_all(out.join("probe")).unwrap();
    let source = out.join("probe.rs");
    fs::write(&source, "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));").unwrap();
    let mut probe = Command::new(env::var_os("RUSTC_WRAPPER").unwrap());
    probe.arg(env::var_os("RUSTC").unwrap()).args(["--crate-name", "probe", "--crate-type", "lib"]);
    probe.args(["--emit=dep-info,metadata", "--cap-lints", "allow", "--out-dir"]).arg(out.join("probe")).arg(source);
    assert!(probe.status().unwrap().success());
    assert!(out.join("probe/libprobe.rmeta").is_file());
    fs::remove_dir_all(out.join("probe")).unwrap();
}
"#,
    ),
    (
        "probes/src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n",
    ),
    // What is generated says where.
    (
        "names-itself/Cargo.toml",
        "[package]\nname = \"names-itself\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "names-itself/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::env::var("OUT_DIR").unwrap();
    std::fs::write(format!("{out}/data"), "6").unwrap();
    std::fs::write(format!("{out}/itself.rs"), format!("pub const DATA: &str = include_str!(\"{out}/data\"); pub const PATH: &str = {out:?};")).unwrap();
    println!("cargo:rustc-env=FLAGS=-I{out}/include");
}
"#,
    ),
    (
        "names-itself/src/lib.rs",
        "include!(concat!(env!(\"OUT_DIR\"), \"/itself.rs\"));\npub const FLAGS: &str = env!(\"FLAGS\");\n",
    ),
];

const PROGRAM: Files = &[
    (
        "Cargo.toml",
        r#"[package]
name = "program"
version = "0.1.0"
edition = "2021"
[workspace]
[dependencies]
written = { git = "REPOSITORY" }
climbs = { git = "REPOSITORY" }
probes = { git = "REPOSITORY" }
names-itself = { git = "REPOSITORY" }
"#,
    ),
    (
        "build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("own.rs"), "pub fn place() -> &'static str { file!() }").unwrap();
}
"#,
    ),
    ("src/lib.rs", "include!(concat!(env!(\"OUT_DIR\"), \"/own.rs\"));\n"),
    (
        "src/main.rs",
        r#"fn main() {
    println!("written={}", written::WRITTEN + written::OWN);
    println!("climbs={}", climbs::CLIMBS);
    println!("probes={}", probes::MADE);
    println!("data={}", names_itself::DATA);
    println!("path={}", names_itself::PATH);
    println!("flags={}", names_itself::FLAGS);
    println!("place={}", program::place());
}
"#,
    ),
];

fn scene() -> Scene {
    let scene = Scene::of(DEPENDENCIES, PROGRAM, &[]);
    scene.checkout("one");
    scene.checkout("two");
    scene
}

#[track_caller]
fn assert_right(scene: &Scene, checkout: &str, climbs: &str) {
    let printed = scene.run(checkout);
    for (name, value) in [("written", "6"), ("climbs", climbs), ("probes", "4"), ("data", "6")] {
        assert_eq!(printed[name], value, "{name} in {checkout}");
    }
    let target = scene.path(checkout).join("target").display().to_string();
    assert!(printed["path"].starts_with(&target), "{printed:?}");
    assert!(printed["flags"].starts_with(&format!("-I{target}")), "{printed:?}");
    assert!(printed["place"].starts_with(&target), "{printed:?}");
}

#[test]
fn every_crate_is_right_in_every_checkout() {
    let scene = scene();
    scene.build("one");
    // Whether it was told so by the mode, or root wrote there.
    let written = scene.out_dir_of("written").unwrap();
    assert!(
        ["the compile wrote to it", "the crate did not compile with a copy of it"].contains(&written.as_str()),
        "{written}"
    );
    assert_eq!(
        scene.out_dir_of("probe").as_deref(),
        Some("a compile that writes into it")
    );
    assert_eq!(scene.out_dir_of("climbs").as_deref(), Some("moved"));
    assert_right(&scene, "one", "3");
    scene.build("two");
    assert_right(&scene, "two", "3");
    scene.build_with("two", &[("OUTSIDE", "1")]);
    assert_right(&scene, "two", "2");
    assert_right(&scene, "one", "3");
    fs::remove_dir_all(scene.path("one")).unwrap();
    assert_right(&scene, "two", "2");
}

/// RUSTFLAGS caps the lints of all crates, by which dependencies are told.
#[test]
fn own_code_stays_own_whatever_the_flags() {
    let scene = scene();
    scene.build_with("one", &[("RUSTFLAGS", "--cap-lints=warn")]);
    assert_eq!(
        scene.out_dir_of("program").as_deref(),
        Some("a crate of the workspace, or by path")
    );
    assert_right(&scene, "one", "3");
}

/// A path that is to have another name in what is built must not get one that names the user's home.
#[test]
fn a_remapped_path_is_as_it_was_asked_for() {
    let scene = scene();
    let remap = format!("--remap-path-prefix={}=/src", scene.path("one").display());
    scene.build_with("one", &[("RUSTFLAGS", &remap)]);
    assert_eq!(
        scene.out_dir_of("climbs").as_deref(),
        Some("--remap-path-prefix gives it another name")
    );
    let program = fs::read(scene.path("one/target/debug/program")).unwrap();
    let copies = scene.copies().display().to_string();
    assert!(!String::from_utf8_lossy(&program).contains(&copies));
    assert!(scene.run("one")["place"].starts_with("/src/target/"));
}

#[test]
fn a_build_script_that_runs_again_counts() {
    let scene = scene();
    scene.build("one");
    scene.build_with("one", &[("OUTSIDE", "1")]);
    assert_right(&scene, "one", "2");
    scene.build("one");
    assert_right(&scene, "one", "3");
    succeed(scene.cargo("one").args(["clean", "--package", "climbs"]));
    scene.build("one");
    assert_right(&scene, "one", "3");
    scene.build("one");
    // What a macro writes is newer than what is compiled with it, and cargo builds that again each time.
    let again = scene.compiled();
    assert!(
        again.iter().all(|name| ["written", "program"].contains(&name.as_str())),
        "{again:?}"
    );
}

//! What it is asked for, what it says, and when it does nothing.

use std::fs::{self, File};

use rustix::fs::{FlockOperation, flock};

use crate::crates::{PRINTS, returns};
use crate::lab::{Ended, HELPER, Lab};

/// `a` is built, `b` is a new worktree.
fn built() -> Lab {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.app(&["plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab
}

fn nothing(output: &Ended) -> bool {
    output.code == Some(0) && output.stdout.starts_with("sccache-shell: nothing to gain: ")
}

#[test]
fn a_dry_run_writes_nothing() {
    let lab = built();
    let output = lab.warm("b", &["--dry-run"]).ok();
    assert!(
        output.stdout.starts_with("sccache-shell: would copy 1 unit ("),
        "{output:?}"
    );
    assert!(!lab.path("b/target").exists());
}

#[test]
fn from_a_directory_outside_of_git() {
    let lab = built();
    let copy = lab.path("elsewhere/my project");
    fs::create_dir_all(lab.path("elsewhere")).unwrap();
    Ended::of(lab.command("cp", "").arg("-r").arg(lab.path("b")).arg(&copy)).ok();
    fs::remove_file(copy.join(".git")).unwrap();
    fs::remove_dir_all(lab.path("b")).unwrap();
    let output = lab.warm("elsewhere/my project", &[]);
    assert!(nothing(&output) && output.stdout.contains("--from DIR"), "{output:?}");
    let output = lab.warm("elsewhere/my project", &["--from", "../../a"]).ok();
    assert!(output.stdout.contains("copied 1 unit ("), "{output:?}");
    lab.build("elsewhere/my project", &[]).only(&["app"]);
    // And back, by a path with a blank, into a worktree.
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    lab.warm("a", &["--from", copy.to_str().unwrap()]).ok();
    lab.build("a", &[]).only(&["app"]);
    assert_eq!(lab.says("a"), "plain");
}

#[test]
fn from_something_that_is_no_project() {
    let lab = built();
    for dir in ["/nonexistent", "/"] {
        let output = lab.warm("b", &["--from", dir]);
        assert_eq!((output.code, output.stderr.lines().count()), (Some(2), 1), "{output:?}");
    }
    assert!(!lab.path("b/target").exists());
}

/// At a shell's door: silent wherever there is nothing to do.
#[test]
fn if_new() {
    let lab = built();
    let silent = |dir: &str| {
        let output = lab.warm(dir, &["--if-new"]).ok();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", ""), "{dir}");
    };
    silent("a");
    silent("");
    let output = lab.warm("b", &["--if-new"]).ok();
    assert!(
        output.stdout.starts_with("sccache-shell: copied 1 unit ("),
        "{output:?}"
    );
    assert!(output.stderr.is_empty(), "{output:?}");
    silent("b");
    lab.package_at("alone", "plain", "").write();
    lab.commit("alone");
    silent("alone");
    assert!(!lab.path("alone/target").exists());
}

/// `check` mentions it as long as it would bring something, and a shell's door never does.
#[test]
fn check_mentions_it() {
    let lab = built();
    let mentions = |dir: &str| {
        let output = Ended::of(lab.command(HELPER, dir).args(["check", "--json"]));
        let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .filter(|finding| finding["id"] == "worktree-cold")
            .count()
    };
    assert_eq!(
        (mentions("b"), mentions("b/app/src"), mentions("a"), mentions("")),
        (1, 1, 0, 0)
    );
    let door = Ended::of(lab.command(HELPER, "b").args(["check", "--quiet"])).ok();
    assert!(!door.stdout.contains("worktree-cold"), "{door:?}");
    // Where there is nothing to gain: another toolchain, vendored sources, nothing but members.
    let toolchain = lab.write("b/rust-toolchain.toml", "[toolchain]\nchannel = \"1.0\"\n");
    assert_eq!(mentions("b"), 0);
    fs::remove_file(toolchain).unwrap();
    let vendor = "[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"vendor\"\n";
    let config = lab.write("b/.cargo/config.toml", vendor);
    assert_eq!(mentions("b"), 0);
    fs::remove_file(config).unwrap();
    let units = lab.path("a/target/debug/.fingerprint");
    fs::rename(&units, lab.path("units")).unwrap();
    fs::create_dir_all(units.join("app-0123456789abcdef")).unwrap();
    assert_eq!(mentions("b"), 0);
    fs::remove_dir_all(&units).unwrap();
    fs::rename(lab.path("units"), &units).unwrap();
    lab.warmed("b");
    assert_eq!(mentions("b"), 0);
    // Nobody has anything to give.
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    fs::remove_dir_all(lab.path("b/target")).unwrap();
    assert_eq!(mentions("b"), 0);
}

#[test]
fn the_sibling_that_fits_best() {
    let lab = built();
    lab.package("more", "").publish();
    let manifest = lab.read("b/app/Cargo.toml") + "more = \"1\"\n";
    lab.write("b/app/Cargo.toml", manifest);
    lab.build("b", &[]);
    lab.commit("b");
    let path = lab.path("c");
    lab.git("b", &["worktree", "add", "--quiet", path.to_str().unwrap()]);
    let output = lab.warmed("c");
    assert!(
        output.stdout.contains(&format!("from {} to ", lab.path("b").display())),
        "{output:?}"
    );
    // A sibling that cargo cannot even read is passed over.
    fs::remove_dir_all(lab.path("c/target")).unwrap();
    lab.write("b/Cargo.toml", "[broken");
    let output = lab.warmed("c");
    assert!(
        output.stdout.contains(&format!("from {} to ", lab.path("a").display())),
        "{output:?}"
    );
}

/// Other flags are other units: a sibling with all of them in vain is not the best one.
#[test]
fn the_sibling_with_the_same_flags() {
    let mut lab = built();
    lab.set("RUSTFLAGS", "-Copt-level=1");
    lab.build("b", &[]);
    lab.build("b", &["--release"]);
    lab.worktree("c");
    let output = lab.warmed("c");
    assert!(
        output.stdout.contains(&format!("from {} to ", lab.path("b").display())),
        "{output:?}"
    );
    lab.build("c", &[]).only(&["app"]);
    fs::remove_dir_all(lab.path("c/target")).unwrap();
    lab.set("RUSTFLAGS", "");
    let output = lab.warmed("c");
    assert!(
        output.stdout.contains(&format!("from {} to ", lab.path("a").display())),
        "{output:?}"
    );
    lab.build("c", &[]).only(&["app"]);
}

#[test]
fn worktrees_with_odd_names() {
    let lab = built();
    let odd = "we ird\n$x";
    lab.git(
        "a",
        &[
            "worktree",
            "add",
            "--quiet",
            "--detach",
            lab.path(odd).to_str().unwrap(),
        ],
    );
    lab.warmed(odd);
    lab.build(odd, &[]).only(&["app"]);
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    let output = lab.warmed("b");
    assert!(output.stdout.contains("we ird\\n$x to "), "{output:?}");
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain");
}

#[test]
fn a_workspace_below_the_worktrees_root() {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.app(&["plain = \"1\""], PRINTS);
    fs::remove_dir_all(lab.path("a/.git")).unwrap();
    fs::create_dir_all(lab.path("top")).unwrap();
    fs::rename(lab.path("a"), lab.path("top/rust")).unwrap();
    fs::rename(lab.path("top"), lab.path("a")).unwrap();
    lab.commit("a");
    lab.build("a/rust", &[]);
    lab.worktree("b");
    lab.warmed("b/rust/app/src");
    lab.build("b/rust", &[]).only(&["app"]);
}

#[test]
fn another_rustc_built_nothing_that_fits() {
    let mut lab = built();
    let rustc = Ended::of(lab.command("sh", "").args(["-c", "command -v rustc"]))
        .ok()
        .stdout;
    let script = format!(
        "#!/bin/sh\n{} \"$@\" | sed 's/^commit-date: .*/commit-date: 2000-01-01/'\n",
        rustc.trim()
    );
    let other = lab.write("rustc", script);
    Ended::of(lab.command("chmod", "").arg("+x").arg(&other)).ok();
    lab.set("RUSTC", &other);
    let output = lab.warm("b", &[]);
    assert!(nothing(&output), "{output:?}");
    lab.build("b", &[]);
    assert_eq!(lab.says("b"), "plain");
    // Of a build directory that saw both, only what fits is taken.
    lab.build("a", &[]);
    lab.worktree("c");
    let output = lab.warmed("c");
    assert!(output.stdout.contains("copied 1 unit ("), "{output:?}");
    lab.build("c", &[]).only(&["app"]);
}

/// Two in a Nix store may say the same of themselves, and link to other libraries.
#[test]
fn a_rustc_in_another_place_is_another_one() {
    let mut lab = built();
    let sysroot = Ended::of(lab.command("rustc", "").args(["--print", "sysroot"]))
        .ok()
        .stdout;
    let other = lab.path("toolchain");
    std::os::unix::fs::symlink(sysroot.trim_end(), &other).unwrap();
    let script = format!(
        "#!/bin/sh\nexec {}/bin/rustc --sysroot {} \"$@\"\n",
        sysroot.trim_end(),
        other.display()
    );
    let rustc = lab.write("rustc", script);
    Ended::of(lab.command("chmod", "").arg("+x").arg(&rustc)).ok();
    lab.set("RUSTC", &rustc);
    let output = lab.warm("b", &[]);
    assert!(nothing(&output), "{output:?}");
    lab.build("b", &[]);
    lab.worktree("c");
    let output = lab.warmed("c");
    assert!(
        output.stdout.contains(&format!("from {} to ", lab.path("b").display())),
        "{output:?}"
    );
    lab.build("c", &[]).only(&["app"]);
}

#[test]
fn another_cargo_home_unpacked_other_files() {
    let mut lab = built();
    let home = lab.path("another");
    Ended::of(lab.command("cp", "").arg("-r").arg(lab.path("cargo")).arg(&home)).ok();
    lab.set("CARGO_HOME", &home);
    assert!(nothing(&lab.warm("b", &[])));
}

#[test]
fn one_build_directory_for_both() {
    let mut lab = built();
    lab.set("CARGO_TARGET_DIR", lab.path("shared"));
    lab.build("a", &[]);
    let output = lab.warm("b", &[]);
    assert!(
        nothing(&output) && output.stdout.contains("both build in"),
        "{output:?}"
    );
}

/// Not waited for: one line, and nothing is written.
#[test]
fn while_cargo_builds() {
    for (dir, name) in [
        ("a", ".cargo-lock"),
        ("a", ".cargo-build-lock"),
        ("b", ".cargo-lock"),
        ("b", ".cargo-build-lock"),
    ] {
        let lab = built();
        let lock = lab.write(format!("{dir}/target/debug/{name}"), "");
        let file = File::open(&lock).unwrap();
        flock(&file, FlockOperation::LockExclusive).unwrap();
        let output = lab.warm("b", &[]);
        assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output:?}");
        let line = format!(
            "sccache-shell: cargo is building in {}: try again when it is done\n",
            lab.path(dir).join("target/debug").display()
        );
        assert_eq!(output.stderr, line);
        assert!(
            !lab.files("b")
                .iter()
                .any(|path| path.to_string_lossy().contains("plain")),
            "{dir} {name}"
        );
        drop(file);
        lab.warmed("b");
    }
}

#[test]
fn cargos_memory_of_rustc_stays() {
    let lab = built();
    lab.warmed("b");
    assert!(lab.path("a/target/.rustc_info.json").exists());
    assert!(!lab.path("b/target/.rustc_info.json").exists());
}

/// Cargo compares times to the nanosecond.
#[test]
fn times_and_modes_are_kept() {
    let lab = Lab::new();
    lab.generator("made").publish();
    lab.app(&["made = \"1\""], "fn main() { println!(\"{}\", made::MADE); }");
    lab.build("a", &[]);
    lab.worktree("b");
    lab.warmed("b");
    let mode = |path: &std::path::Path| fs::symlink_metadata(path).unwrap().permissions();
    let copied = lab.files("b/target/debug");
    let mut compared = 0;
    for file in copied.iter().filter(|file| !file.to_string_lossy().contains("lock")) {
        let (from, to) = (
            lab.path("a/target/debug").join(file),
            lab.path("b/target/debug").join(file),
        );
        assert_eq!(lab.time(&from), lab.time(&to), "{}", file.display());
        assert_eq!(mode(&from), mode(&to), "{}", file.display());
        assert_eq!(fs::read(&from).unwrap(), fs::read(&to).unwrap(), "{}", file.display());
        compared += 1;
    }
    assert!(compared > 15, "{copied:?}");
}

//! Differences between worktrees that cost hits.

use std::fs;
use std::path::Path;

use crate::support::{NOTHING, Sandbox, manifest, older_sccache, real_sccache, what};

#[test]
fn version_too_old_for_sharing() {
    let Some(older) = older_sccache("0.17") else { return };
    for (sccache, is_old) in [(older, true), (real_sccache(), false)] {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        sandbox.write("project/x", "");
        sandbox.second_worktree("other");
        assert!(!sandbox.finds("version-too-old-for-sharing"), "with our wrapper");
        sandbox.go_past_the_wrapper();
        assert_eq!(
            sandbox.ids().contains(&"version-too-old-for-sharing".to_owned()),
            is_old
        );
        assert_eq!(names_the_other_worktree(&sandbox), is_old);
    }
}

/// Compiles one crate into two target directories, as two worktrees do, and returns whether the second dep-info has
/// paths of the first.
fn names_the_other_worktree(sandbox: &Sandbox) -> bool {
    let rustc = sandbox.rustc();
    for out in ["a", "b"] {
        sandbox.compile_library(sandbox.sccache(), &rustc, "pub fn l() {}\n", out, &[]);
    }
    let dep_info = fs::read_to_string(sandbox.path("b/l-1.d")).unwrap();
    dep_info.contains(&format!("{}/", sandbox.path("a").display()))
}

#[test]
fn rustc_toolchain_differs() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.second_worktree("other");
    for dir in ["project", "other"] {
        sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
    }
    assert!(!sandbox.finds("rustc-toolchain-differs"));
    // As a different toolchain would write it.
    let info = other.join("target/.rustc_info.json");
    let text = fs::read_to_string(&info).unwrap();
    let mine = sandbox.run("project", "rustc", &["--version"]);
    let mine = mine.trim().strip_prefix("rustc ").unwrap();
    assert!(text.contains(mine), "{text}");
    fs::write(&info, text.replace(mine, "1.80.0 (051478957 2024-07-21)")).unwrap();
    let finding = sandbox.finding("rustc-toolchain-differs");
    let expected = format!("rustc {mine}, {} by 1.80.0 (051478957 2024-07-21)", other.display());
    assert!(what(&finding).contains(&expected), "{finding}");
}

/// `rustc-toolchain-differs`, with a script that prints a different version as the different toolchain.
#[test]
fn a_different_toolchain_hits_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let rustc = sandbox.rustc();
    let script = format!(
        "case \"$*\" in *-vV*) '{0}' \"$@\" | sed 's/^rustc [^ ]*/rustc 1.80.0/; s/^release: .*/release: 1.80.0/' ;; *) exec '{0}' \"$@\" ;; esac",
        rustc.display()
    );
    let other_rustc = sandbox.program("bin/rustc", &script);
    sandbox.unset("CARGO_INCREMENTAL");
    let compile = |rustc: &Path| {
        sandbox.compile_library(sandbox.sccache(), rustc, "pub fn l() {}\n", "out", &[]);
        sandbox.hits()
    };
    assert_eq!([&rustc, &rustc, &other_rustc].map(|rustc| compile(rustc)), [0, 1, 1]);

    let other = sandbox.second_worktree("other");
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    sandbox.set("RUSTC", &other_rustc);
    sandbox.run("other", "cargo", &["build", "-q", "--offline"]);
    let text = what(&sandbox.finding("rustc-toolchain-differs"));
    assert!(text.contains(&format!("{} by 1.80.0 (", other.display())), "{text}");
    sandbox.unset("RUSTC");
    fs::remove_dir_all(other.join("target")).unwrap();
    sandbox.run("other", "cargo", &["build", "-q", "--offline"]);
    assert!(!sandbox.finds("rustc-toolchain-differs"));
}

#[test]
fn basedirs_missing_worktree() {
    let mut sandbox = Sandbox::new();
    let other = sandbox.second_worktree("other");
    let root = sandbox.path("project").display().to_string();
    let config = |dirs: &[&str]| {
        let text = format!(
            "basedirs = {dirs:?}\n[cache.disk]\nsize = \"24G\"\n[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n"
        );
        sandbox.configure(text);
    };
    config(&[&root]);
    for dir in ["project", "other"] {
        // As `assert` uses it.
        sandbox.write(format!("{dir}/x.c"), "const char *file = __FILE__;\n");
    }
    // By its absolute path, as CMake and build scripts name sources.
    let compile = |dir: &str| {
        let source = sandbox.path(dir).join("x.c").display().to_string();
        sandbox.run(dir, real_sccache(), &["cc", "-c", &source, "-o", "x.o"])
    };
    compile("project");
    compile("other");
    assert_eq!(sandbox.hits(), 0, "the finding is right");
    let finding = sandbox.finding("basedirs-missing-worktree");
    assert!(
        what(&finding).contains(&format!("leave out the worktree {}", other.display())),
        "{finding}"
    );
    sandbox.stop_server();
    config(&[sandbox.path("").to_str().unwrap()]);
    compile("project");
    compile("other");
    assert_eq!(sandbox.hits(), 0, "a directory around both is not enough");
    assert!(sandbox.finds("basedirs-missing-worktree"));
    sandbox.stop_server();
    config(&[&root, other.to_str().unwrap()]);
    assert!(!sandbox.finds("basedirs-missing-worktree"));
    compile("project");
    compile("other");
    assert!(sandbox.hits() > 0);
    sandbox.unset("SCCACHE_BASEDIRS");
}

#[test]
fn deps_vendored_in_tree() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.git("project", &["init", "-q"]);
    let config = |dir: &str| {
        let text = format!("[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"{dir}\"\n");
        sandbox.write("project/.cargo/config.toml", text);
    };
    config("vendor");
    let finding = sandbox.finding("deps-vendored-in-tree");
    assert!(what(&finding).contains(".cargo/config.toml:4"), "{finding}");
    config("../vendor");
    assert!(what(&sandbox.finding("deps-vendored-in-tree")).contains("../vendor, by"));
    config(sandbox.path("vendor").to_str().unwrap());
    assert_eq!(sandbox.ids(), NOTHING, "outside it is the same for all worktrees");
}

/// `deps-vendored-in-tree`: the same dependency in each worktree, or outside of both.
#[test]
fn vendored_crates_are_compiled_in_each_worktree() {
    for (vendor, hits) in [("vendor", 0), ("../vendor", 0), ("/", 2)] {
        let sandbox = Sandbox::new();
        sandbox.package("A");
        sandbox.write("project/Cargo.toml", manifest("app", "[dependencies]\ndep = \"0.1\"\n"));
        let beside = sandbox.path("vendor");
        // Cargo does not resolve a relative path, so the worktree's path stays in it.
        let vendor = if vendor == "/" {
            beside.to_str().unwrap()
        } else {
            vendor
        };
        let dep = Path::new("project").join(vendor).join("dep");
        sandbox.write(dep.join("Cargo.toml"), manifest("dep", ""));
        sandbox.write(dep.join("src/lib.rs"), "pub fn dep() {}\n");
        sandbox.write(dep.join(".cargo-checksum.json"), "{\"files\":{}}");
        let source = format!("[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"{vendor}\"\n");
        sandbox.write("project/.cargo/config.toml", source);
        sandbox.second_worktree("other");
        for dir in ["project", "other"] {
            sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
        }
        assert_eq!(sandbox.hits(), hits, "{vendor}");
        assert_eq!(sandbox.finds("deps-vendored-in-tree"), hits == 0, "{vendor}");
    }
}

/// Builds in both, and returns whether the second build has hits.
fn shares(sandbox: &Sandbox, one: &Path, two: &Path) -> bool {
    for dir in [one, two] {
        sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
    }
    sandbox.hits() > 0
}

#[test]
fn a_nested_worktree_reads_both_files() {
    for (flags, is_joined) in [
        ("[\"-Cdebug-assertions=on\"]", true),
        ("\"-Cdebug-assertions=on\"", false),
    ] {
        let mut sandbox = Sandbox::new();
        sandbox.package("A");
        sandbox.write("project/src/lib.rs", "");
        sandbox.write("project/.gitignore", "target\n.trees\n");
        sandbox.write("project/.cargo/config.toml", format!("[build]\nrustflags = {flags}\n"));
        sandbox.second_worktree("project/.trees/x");
        let nested = sandbox.path("project/.trees/x");
        assert_eq!(
            shares(&sandbox, &sandbox.path("project"), &nested),
            !is_joined,
            "{flags}"
        );
        assert_eq!(sandbox.ids(), NOTHING);
        sandbox.go("project/.trees/x");
        assert_eq!(sandbox.finds("rustflags-joined"), is_joined, "{flags}");
        assert_eq!(
            sandbox.prints(&["check"]).contains("different rustflags"),
            is_joined,
            "{flags}"
        );
        assert_eq!(
            sandbox
                .prints(&["check"])
                .contains("worktrees  2; none shares with this one"),
            is_joined,
            "{flags}"
        );
    }
}

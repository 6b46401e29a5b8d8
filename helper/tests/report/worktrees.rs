//! Which other worktrees share crates with this one: what is printed, and that builds agree.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Sandbox, manifest};

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n\
    [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\n\
    [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";

#[test]
fn which_worktrees_share_and_why_others_do_not() {
    let sandbox = Sandbox::new();
    sandbox.package("hello");
    sandbox.write("project/Cargo.lock", LOCK);
    for name in ["same", "older", "flags", "moved", "rustc", "gone", "linker"] {
        sandbox.second_worktree(name);
    }
    let rows = || {
        let text = sandbox.prints(&["check"]);
        let rows = text.lines().skip_while(|line| !line.starts_with("worktrees "));
        let rows: Vec<String> = rows.take_while(|line| !line.is_empty()).map(str::to_owned).collect();
        rows.join("\n").replace(sandbox.path("").to_str().unwrap(), "")
    };
    let all_share = "worktrees  8; all crates can be shared, by shells with the same CARGO_HOME\n           \
        7 of the 7 others share all 2 crates; nothing is built there yet";
    assert_eq!(rows(), all_share);

    sandbox.write(
        "older/Cargo.lock",
        LOCK.replace("\"b\"\nversion = \"1", "\"b\"\nversion = \"0"),
    );
    sandbox.write(
        "flags/.cargo/config.toml",
        "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
    );
    sandbox.write(
        "linker/.cargo/config.toml",
        "[target.x86_64-unknown-linux-gnu]\nlinker = \"gcc\"\n",
    );
    let dep_info = "/x: /elsewhere/.cargo/registry/src/i-0/a-1.0.0/src/lib.rs\n";
    sandbox.write("moved/target/debug/deps/a-0123456789abcdef.d", dep_info);
    sandbox.write("rustc/rust-toolchain.toml", "[toolchain]\nchannel = \"1.90\"\n");
    std::fs::remove_file(sandbox.path("gone/Cargo.toml")).unwrap();
    let some_differ = "worktrees  8; all crates can be shared, by shells with the same CARGO_HOME\n           \
        2 of the 7 others share; the fewest with older, 1 of 2 crates, by its Cargo.lock; nothing is built there yet\n           \
        flags does not: different rustflags (flags/.cargo/config.toml:2)\n           \
        gone does not: it does not contain this workspace\n           \
        linker does not: a different target or linker (linker/.cargo/config.toml:2)\n           \
        moved does not: it was built with CARGO_HOME /elsewhere/.cargo\n           \
        rustc does not: its rust-toolchain.toml is different, so its rustc may be too";
    assert_eq!(rows(), some_differ);
    assert_eq!(sandbox.prints(&["check", "--quiet"]), "", "the hook prints none of it");
}

#[test]
fn members_are_shared_only_in_normal_form() {
    let mut sandbox = Sandbox::new();
    sandbox.package("hello");
    sandbox.second_worktree("other");
    let shares = |sandbox: &Sandbox| sandbox.prints(&["check"]).contains("; all crates can be shared");
    assert!(shares(&sandbox));
    sandbox.set("SCCACHE_SHELL", "off");
    assert!(!shares(&sandbox));
    assert!(sandbox.prints(&["check"]).contains(", switched off by SCCACHE_SHELL\n"));
    let cache = sandbox.path("cache");
    sandbox.unset("SCCACHE_SHELL").set("XDG_CACHE_HOME", &cache);
    fs::create_dir(&cache).unwrap();
    assert!(shares(&sandbox));
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    assert!(!shares(&sandbox), "{}", sandbox.prints(&["check"]));
}

/// A project with one git dependency, whose sources are in cargo's home.
fn with_a_dependency() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("CARGO_HOME", sandbox.path("cargo-home"));
    sandbox.write("dependency/Cargo.toml", manifest("dependency", ""));
    sandbox.write("dependency/src/lib.rs", "pub fn answer() -> u32 { 42 }\n");
    sandbox.commit_all("dependency");
    let url = format!("file://{}", sandbox.path("dependency").display());
    let dependencies = format!("[dependencies]\ndependency = {{ git = \"{url}\" }}\n");
    sandbox.write("project/Cargo.toml", manifest("app", &dependencies));
    sandbox.write("project/src/main.rs", "fn main() { dependency::answer(); }\n");
    sandbox.write("project/.gitignore", "target\n");
    sandbox.run("project", "cargo", &["generate-lockfile", "--quiet"]);
    sandbox
}

#[test]
fn builds_hit_where_check_says_so() {
    let mut sandbox = with_a_dependency();
    for name in ["flags", "moved", "profile", "same", "variable"] {
        sandbox.second_worktree(name);
    }
    sandbox.write("flags/.cargo/config.toml", "[build]\nrustflags = [\"--cfg=other\"]\n");
    let manifest = std::fs::read_to_string(sandbox.path("project/Cargo.toml")).unwrap();
    sandbox.write("profile/Cargo.toml", manifest + "[profile.dev]\ndebug = 0\n");

    sandbox.write("variable/.cargo/config.toml", "[env]\nMINE = \"1\"\n");

    let build = |sandbox: &Sandbox, dir: &str| sandbox.run(dir, "cargo", &["build", "--quiet", "--locked"]);
    build(&sandbox, "project");
    let mut hits = 0;
    for (dir, expected) in [("same", 2), ("flags", 0), ("profile", 0), ("variable", 1), ("moved", 0)] {
        let home = if dir == "moved" { "moved-home" } else { "cargo-home" };
        sandbox.set("CARGO_HOME", sandbox.path(home));
        build(&sandbox, dir);
        assert_eq!(sandbox.hits() - hits, expected, "{dir}");
        hits = sandbox.hits();
    }

    sandbox.set("CARGO_HOME", sandbox.path("cargo-home"));
    let text = String::from_utf8(sandbox.helper(&["check"]).stdout).unwrap();
    let root = sandbox.path("");
    let text = text.replace(root.to_str().unwrap(), "");
    let expected = "worktrees  6; all crates can be shared, by shells with the same CARGO_HOME\n           \
        1 of the 5 others share the only crate\n           \
        flags does not: different rustflags (flags/.cargo/config.toml:2)\n           \
        moved does not: it was built with CARGO_HOME moved-home\n           \
        profile does not: a different `debug` in the dev profile (profile/Cargo.toml:8)\n           \
        variable does not: a different MINE (variable/.cargo/config.toml:2), which is in the key of each crate with dependencies\n";
    assert!(text.contains(expected), "{text}");
}

/// As nix-direnv has one: `.direnv/bin`.
#[test]
fn a_directory_of_the_worktree_on_path() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.second_worktree("second");
    let path = sandbox.var("PATH").unwrap();
    for (dir, hits) in [("project", 0), ("second", 1)] {
        let own = sandbox.path(dir).join(".direnv/bin");
        fs::create_dir_all(&own).unwrap();
        sandbox.set("PATH", &path).prepend_to_path(&own);
        sandbox.run(dir, "cargo", &["build", "--quiet", "--offline"]);
        assert_eq!(sandbox.hits(), hits, "{dir}");
    }
}

//! Where the cache is, and who may change it. Network file systems are tested with recorded facts, next to the check.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use serde_json::Value;

use crate::support::{HELPER, NOTHING, Sandbox, is_root, real_sccache, skipped, stdout, unshare_rights, what};

#[test]
fn cache_dir_unusable() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("file", "");
    let config = |dir: &str| sandbox.configure(format!("[cache.disk]\nsize = \"24G\"\ndir = \"{dir}\"\n"));
    for dir in [file.to_str().unwrap(), file.join("deeper").to_str().unwrap()] {
        config(dir);
        assert!(!sandbox.compiles_c(), "{dir}");
        assert_eq!(sandbox.ids(), ["cache-dir-unusable"], "{dir}");
        sandbox.sccache().arg("--stop-server").output().unwrap();
    }
    config(sandbox.path("new/dir").to_str().unwrap());
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
pub(in crate::checks) fn cache_dir_unusable_by_another_user() {
    let mut sandbox = Sandbox::new();
    assert!(sandbox.compiles_c());
    sandbox.stop_server();
    let cache = sandbox.path("home/.cache");
    let found = |sandbox: &Sandbox| {
        let output = sandbox.as_nobody(&["check", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["id"] == "cache-dir-unusable");
        finding.map(|finding| (what(finding), finding["fix"]["run"].as_str().unwrap().to_owned()))
    };
    let (what, fix) = found(&sandbox).unwrap();
    assert!(what.contains("is user 0's and may not be written to"), "{what}");
    assert!(fix.starts_with("sudo chown -R"), "{fix}");
    // The tests run as root: `sudo` does nothing, and `id` names the other user.
    sandbox.program("libexec/sccache-shell/sudo", "exec \"$@\"");
    sandbox.program("libexec/sccache-shell/id", "echo 65534");
    sandbox.run("project", "sh", &["-c", &fix]);
    sandbox.run("", "chown", &["-R", "65534", cache.to_str().unwrap()]);
    assert_eq!(found(&sandbox), None);

    // A directory of the same user, but read-only.
    fs::set_permissions(cache.join("sccache"), fs::Permissions::from_mode(0o500)).unwrap();
    let (what, fix) = found(&sandbox).unwrap();
    assert!(what.contains("is read-only and may not be written to"), "{what}");
    sandbox.set("SHELL_COMMAND", &fix);
    let fix_as_user = "exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c \"$SHELL_COMMAND\"";
    sandbox.run("", "sh", &["-c", fix_as_user]);
    assert_eq!(found(&sandbox), None);
}

#[test]
fn cache_dir_vanished() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING, "the first compile creates it");
    assert!(sandbox.compiles_c());
    fs::remove_dir_all(sandbox.path("home/.cache/sccache")).unwrap();
    assert!(sandbox.finds("cache-dir-vanished"));
    assert!(sandbox.compiles_c());
    sandbox.write("project/x.c", "int other;\n");
    sandbox.run("project", real_sccache(), &["cc", "-c", "x.c", "-o", "x.o"]);
    assert!(sandbox.running_stat("cache_write_errors") > 0, "the finding is right");
    sandbox.fix("cache-dir-vanished");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn dir_literal() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    for (value, fixed) in [
        ("~/my cache", Some("home/my cache")),
        ("$HOME/x", None),
        ("relative", None),
        ("", None),
    ] {
        sandbox.set("SCCACHE_DIR", value);
        sandbox.fix("dir-literal");
        assert!(!sandbox.finds("dir-literal"), "{value}");
        let place = sandbox.planned("cache_location");
        let wanted = fixed.map_or("home/.cache/sccache", |dir| dir);
        assert_eq!(place, format!("Local disk: {:?}", sandbox.path(wanted)), "{value}");
    }
    sandbox.unset("SCCACHE_DIR").unset("SCCACHE_CACHE_SIZE");
    sandbox.configure_disk("size = \"24G\"\ndir = \"~/cache\"");
    let place = format!("{}:3: dir = `~/cache` is taken literally", sandbox.config().display());
    assert!(what(&sandbox.finding("dir-literal")).starts_with(&place));
    sandbox.configure_disk(&format!("size = \"24G\"\ndir = {:?}", sandbox.path("cache")));
    assert_eq!(sandbox.ids(), NOTHING);
}

/// `dir-literal`: sccache does not expand it.
#[test]
fn a_cache_directory_is_taken_as_it_is_written() {
    let mut sandbox = Sandbox::new();
    for value in ["~/cache", "$HOME/cache", "relative"] {
        sandbox.set("SCCACHE_DIR", value);
        assert_eq!(sandbox.planned("cache_location"), format!("Local disk: {value:?}"));
    }
}

#[test]
fn foreign_files_in_cache() {
    let sandbox = Sandbox::new();
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING, "the files of sccache");
    sandbox.stop_server();
    let thesis = sandbox.write("home/.cache/sccache/thesis.tex", [b'x'; 5000]);
    let finding = sandbox.finding("foreign-files-in-cache");
    assert!(what(&finding).contains("(thesis.tex)"), "{finding}");
    sandbox.configure_disk("size = 4000");
    assert!(sandbox.compiles_c());
    assert!(!thesis.exists(), "the finding is right");
    assert!(!sandbox.finds("foreign-files-in-cache"));
}

#[test]
fn cache_on_volatile_fs() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("memory")).unwrap();
    sandbox.configure_disk(&format!("size = \"24G\"\ndir = {:?}", sandbox.path("memory/cache")));
    assert_eq!(sandbox.ids(), NOTHING, "beside the home");
    // The home must be on a disk.
    let disk = "mount -t tmpfs none \"$1\" && exec \"$2\" check --json";
    let memory = sandbox.path("memory");
    let mut inside = sandbox.command("unshare");
    inside
        .args(unshare_rights())
        .args(["--mount", "sh", "-c", disk, "sh"])
        .arg(memory)
        .arg(HELPER);
    let output = inside.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["id"], "cache-on-volatile-fs", "{report}");
    assert!(what(finding).contains("is in memory (tmpfs)"), "{finding}");
}

#[test]
fn cache_in_a_directory_that_is_emptied() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.configure_disk(&format!(
        "size = \"24G\"\ndir = {:?}",
        sandbox.path("project/target/cache")
    ));
    assert!(what(&sandbox.finding("cache-on-volatile-fs")).contains("`cargo clean` empties"));
    sandbox.configure_disk("size = \"24G\"\ndir = \"/run/no-sccache-here\"");
    assert!(what(&sandbox.finding("cache-on-volatile-fs")).contains("lies below /run") || !Path::new("/run").exists());
    sandbox.configure_disk("size = \"24G\"");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("SCCACHE_DIR");
}

#[test]
fn cache_in_worktree() {
    let mut sandbox = Sandbox::new();
    sandbox.git("project", &["init", "-q"]);
    sandbox
        .set("SCCACHE_DIR", sandbox.path("project/.sccache"))
        .set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), ["cache-in-worktree"]);
    sandbox.fix("cache-in-worktree");
    assert_eq!(sandbox.ids(), NOTHING);
    // The cache of a user whose home is a git repository is where it belongs.
    sandbox.unset("SCCACHE_CACHE_SIZE");
    sandbox.git("home", &["init", "-q"]);
    assert_eq!(sandbox.go("home").ids(), NOTHING);
}

/// The trace of a compile through the wrapper.
fn traced_compile(sandbox: &Sandbox) -> Value {
    let _ = fs::remove_dir_all(sandbox.path("project/target"));
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    let mut calls = sandbox.take_trace().into_iter();
    calls.find(|call| call["crate_name"] == "app").unwrap()
}

#[test]
fn cache_of_strangers() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let cache = sandbox.path("shared/cache");
    fs::create_dir_all(&cache).unwrap();
    sandbox.keep_trace().set("XDG_CACHE_HOME", &cache);
    sandbox
        .set("SCCACHE_DIR", sandbox.path("objects"))
        .set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(traced_compile(&sandbox)["form"], "normal");
    assert_eq!(sandbox.ids(), NOTHING);
    fs::set_permissions(sandbox.path("shared"), fs::Permissions::from_mode(0o777)).unwrap();
    let plain = traced_compile(&sandbox);
    assert_eq!(plain["form"], "plain");
    assert!(
        plain["why"]
            .as_str()
            .unwrap()
            .contains("shared may be written by everybody"),
        "{plain}"
    );
    sandbox.fix("cache-of-strangers");
    assert_eq!(traced_compile(&sandbox)["form"], "normal");
    // A link is not used, even to a directory of the same user.
    fs::rename(cache.join("sccache-shell"), sandbox.path("elsewhere")).unwrap();
    symlink(sandbox.path("elsewhere"), cache.join("sccache-shell")).unwrap();
    assert_eq!(traced_compile(&sandbox)["form"], "plain");
    assert_eq!(sandbox.ids(), ["cache-of-strangers"]);
    if is_root() {
        fs::remove_file(cache.join("sccache-shell")).unwrap();
        chown(sandbox.path("shared"), Some(65534), None).unwrap();
        assert_eq!(traced_compile(&sandbox)["form"], "plain");
        let what = what(&sandbox.finding("cache-of-strangers"));
        assert!(what.contains("belongs to another user (uid 65534)"), "{what}");
        assert!(!cache.join("sccache-shell").exists(), "nothing is created there");
        // The group that all users have on some systems, although it is this user's own.
        chown(sandbox.path("shared"), Some(65534), Some(100)).unwrap();
        fs::set_permissions(sandbox.path("shared"), fs::Permissions::from_mode(0o775)).unwrap();
        let text = stdout(&sandbox.as_user(65534, 100, &["check"]));
        assert!(text.contains("shared may be written by the group 100"), "{text}");
        chown(sandbox.path("shared"), None, Some(65534)).unwrap();
        let text = stdout(&sandbox.as_user(65534, 65534, &["check"]));
        assert!(!text.contains("[cache-of-strangers]"), "{text}");
    } else {
        skipped("a directory of a different user: the test does not run as root");
    }
}

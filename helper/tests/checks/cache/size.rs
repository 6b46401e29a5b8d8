//! Size limits of the cache.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{NOTHING, Sandbox, noise, unshare_rights, what};

#[test]
fn cache_size_of_the_next_server() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.configure("# mine\n[cache.disk]\nsize = \"10G\"\n");
    let finding = sandbox.finding("cache-size");
    let number = format!(
        "the flake wants a cache of 24 GiB, {}:3 gives the next sccache server 10 GiB",
        sandbox.config().display()
    );
    assert_eq!(what(&finding), number);
    let shown = format!("{}:3: size = \"10G\"", sandbox.config().display());
    assert_eq!(finding["detail"][0], shown);
    sandbox.fix("cache-size");
    assert_eq!(sandbox.ids(), NOTHING);
    // A larger size in the file takes precedence.
    sandbox.configure("[cache.disk]\nsize = \"50G\"\n");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cache_size_of_the_running_server() {
    let mut sandbox = Sandbox::new();
    sandbox.configure("[cache.disk]\nsize = \"10G\"\n");
    sandbox.start_server();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    sandbox.configure("[cache.disk]\nsize = \"24G\"\n");
    assert_eq!(sandbox.ids(), ["cache-size"]);
    let finding = sandbox.finding("cache-size");
    assert!(
        what(&finding).ends_with("the running sccache server has 10 GiB until it is restarted"),
        "{finding}"
    );
    sandbox.fix("cache-size");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cache_size_from_a_variable() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    sandbox.set("SCCACHE_CACHE_SIZE", "5G");
    let finding = sandbox.finding("cache-size");
    assert!(
        what(&finding).contains("SCCACHE_CACHE_SIZE gives the next sccache server 5 GiB"),
        "{finding}"
    );
    sandbox.fix("cache-size");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cache_size_unparsed() {
    let mut sandbox = Sandbox::new();
    for text in ["24GB", "24GiB", "1.5G", " 24G", ""] {
        sandbox.set("SCCACHE_CACHE_SIZE", text);
        assert_eq!(sandbox.ids(), ["cache-size-unparsed"], "{text}");
        assert_eq!(sandbox.planned_size(), 24 << 30, "the file's counts: {text}");
    }
    sandbox.fix("cache-size-unparsed");
    assert_eq!(sandbox.ids(), NOTHING);
}

const GIB: u64 = 1 << 30;

/// A file of the cache, with a hole in place of its content.
pub(in crate::checks) fn entry(sandbox: &Sandbox, name: &str, size: u64) -> PathBuf {
    let path = sandbox.write(format!("home/.cache/sccache/{}/{}/{name}", &name[..1], &name[1..2]), "");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(size)
        .unwrap();
    path
}

#[test]
fn cache_exceeds_max_of_the_next_server() {
    let mut sandbox = Sandbox::new();
    let old = entry(&sandbox, &"a".repeat(64), 3 * GIB);
    let new = entry(&sandbox, &"b".repeat(64), 3 * GIB);
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.configure_disk("size = \"4G\"");
    let finding = sandbox.finding("cache-exceeds-max");
    assert!(
        what(&finding).contains("holds 6 GiB, the next sccache server keeps 4 GiB"),
        "{finding}"
    );
    assert!(what(&finding).contains("deletes 2 GiB"), "{finding}");
    // The hook does not count files.
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
    sandbox.fix("cache-exceeds-max");
    assert_eq!(sandbox.ids(), NOTHING);

    sandbox.configure_disk("size = \"4G\"");
    assert!(sandbox.compiles_c());
    assert!(!old.exists() || !new.exists(), "the finding is right");
    assert!(!sandbox.finds("cache-exceeds-max"), "too late");
}

#[test]
fn cache_exceeds_max_by_the_servers_count() {
    let mut sandbox = Sandbox::new();
    entry(&sandbox, &"a".repeat(64), 6 * GIB);
    assert!(sandbox.compiles_c());
    sandbox.configure_disk("size = \"4G\"");
    let door = sandbox.helper(&["check", "--quiet"]);
    assert!(
        String::from_utf8_lossy(&door.stdout).contains("[cache-exceeds-max]"),
        "{door:?}"
    );
    sandbox.fix("cache-exceeds-max");
    assert!(!sandbox.finds("cache-exceeds-max"));
}

#[test]
fn cache_exceeds_max_of_a_server_that_has_not_looked_yet() {
    let mut sandbox = Sandbox::new();
    let kept = entry(&sandbox, &"a".repeat(64), 6 * GIB);
    sandbox.configure_disk("size = \"4G\"");
    sandbox.start_server();
    sandbox.configure_disk("size = \"24G\"");
    let finding = sandbox.finding("cache-exceeds-max");
    assert!(
        what(&finding).contains("the running sccache server keeps 4 GiB"),
        "{finding}"
    );
    assert!(kept.exists());
    sandbox.fix("cache-exceeds-max");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && kept.exists(), "in time");

    // Without that.
    sandbox.stop_server();
    sandbox.configure_disk("size = \"4G\"");
    sandbox.start_server();
    assert!(
        kept.exists() && sandbox.compiles_c() && !kept.exists(),
        "the finding is right"
    );
}

#[test]
fn cache_size_tiny() {
    let mut sandbox = Sandbox::new();
    sandbox.configure_disk("size = 50");
    let finding = sandbox.finding("cache-size-tiny");
    assert!(
        what(&finding).contains("config:2 gives the next sccache server 50 bytes"),
        "{finding}"
    );
    sandbox.fix("cache-size-tiny");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.configure_disk("size = \"1G\"");
    assert_eq!(sandbox.ids(), NOTHING);
    // If the flake asks for more, that is the finding instead.
    sandbox.configure_disk("size = 50");
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), ["cache-size"]);
}

#[test]
fn disk_too_small() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("SCCACHE_SHELL_IGNORE");
    sandbox.configure_disk("size = \"9000T\"");
    let finding = sandbox.finding("disk-too-small");
    assert!(what(&finding).contains("may grow to 9000 TiB"), "{finding}");
    sandbox.fix("disk-too-small");
    assert!(
        !sandbox.finds("disk-too-small"),
        "{:?}",
        fs::read_to_string(sandbox.config())
    );
}

/// `disk-too-small`: the build succeeds, without a message that nothing is stored. A small file system in memory stands
/// in for a small disk.
#[test]
fn a_full_disk_causes_no_message() {
    let mut sandbox = Sandbox::new();
    // Our wrapper would not pass such a source to sccache.
    sandbox.go_past_the_wrapper();
    sandbox.write("project/x.bin", noise(3 << 20, 1));
    sandbox.write("project/x.c", "__asm__(\".incbin \\\"x.bin\\\"\");\nint x;\n");
    fs::create_dir_all(sandbox.path("home/.cache/sccache")).unwrap();
    let script = "mount -t tmpfs -o size=1m none \"$HOME/.cache/sccache\" && sccache cc -c x.c -o x.o && sleep 0.3 && \
                  sccache --show-stats --stats-format=json && sccache --stop-server >/dev/null";
    let args = [unshare_rights(), &["--mount", "sh", "-c", script]].concat();
    let answer: Value = serde_json::from_str(&sandbox.run("project", "unshare", &args)).unwrap();
    assert_eq!(answer["stats"]["cache_write_errors"], 1, "{answer:#}");
}

//! Caches on other machines.

use crate::support::{NOTHING, Sandbox, older_sccache, real_sccache, what};

#[test]
fn remote_not_compiled_in() {
    let mut sandbox = Sandbox::new();
    let features = sandbox.run("project", real_sccache(), &["--help"]);
    if !features.contains("Redis:     false") {
        return;
    }
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "redis://me:hunter2@localhost");
    assert!(sandbox.planned("cache_location").starts_with("Local disk"), "silently");
    let finding = sandbox.finding("remote-not-compiled-in");
    assert!(
        what(&finding).starts_with("SCCACHE_REDIS_ENDPOINT asks for a redis cache"),
        "{finding}"
    );
    assert!(!finding.to_string().contains("hunter2"));
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.configure("[cache.disk]\nsize = \"24G\"\n[cache.redis]\nendpoint = \"redis://localhost\"\n");
    assert!(what(&sandbox.finding("remote-not-compiled-in")).contains("config:3 asks for a redis cache"));
}

#[test]
fn storage_unusable() {
    let sandbox = Sandbox::new();
    let config = "[cache.multilevel]\nchain = [\"disk\", \"redis\"]\n[cache.redis]\nendpoint = \"redis://localhost\"\n";
    sandbox.configure(config);
    assert!(!sandbox.compiles_c());
    assert!(sandbox.finds("storage-unusable"));
    sandbox.configure("[cache.multilevel]\nchain = [\"disk\"]\n[cache.disk]\nsize = \"24G\"\n");
    assert!(!sandbox.finds("storage-unusable"));
    assert!(sandbox.compiles_c());
}

/// `remote-not-compiled-in` and `cargo-home-differs-remote` with an sccache that has remote storage, as Debian's 0.17.
/// It connects to nothing for this.
#[test]
fn an_sccache_with_remote_storage() {
    let Some(older) = older_sccache("0.17") else { return };
    let mut sandbox = Sandbox::with_sccache(&older);
    if sandbox.run("project", &older, &["--help"]).contains("Redis:     false") {
        return;
    }
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "redis://localhost");
    assert!(
        sandbox.planned("cache_location").starts_with("redis"),
        "an endpoint is enough"
    );
    assert_eq!(sandbox.ids(), ["cargo-home-differs-remote"]);
    sandbox.unset("SCCACHE_REDIS_ENDPOINT");
    assert_eq!(sandbox.ids(), NOTHING);
}

use super::*;

#[test]
fn ids_are_stable() {
    let ids: Vec<&str> = all().map(|check| check.id).collect();
    insta::assert_snapshot!(ids.join("\n"), @"
    basedirs-direct-mode
    target-dir-shared
    version-too-old-for-sharing
    static-lib-modifiers-unhashed
    cc-wrapper-env-unhashed
    rustc-wrapper-env-unhashed
    native-cpu-remote
    sccache-missing
    start-server-leaked
    config-key-too-new
    config-invalid
    env-bool-invalid
    basedirs-relative
    sccache-broken
    storage-unusable
    wrapper-not-found
    wrapper-renamed
    workspace-wrapper
    cargo-config-invalid
    incremental-forced
    uds-bad
    port-invalid
    port-not-sccache
    server-other-user
    server-other-namespace
    server-not-answering
    server-too-old
    server-tmpdir-gone
    server-tmpdir-ephemeral
    fd-inherit-hang
    tmpdir-missing
    tmpdir-too-long
    error-log-unwritable
    cache-dir-unusable
    cargo-cached-wrapper-failure
    foreign-files-in-cache
    cache-exceeds-max
    config-missing
    config-relative
    env-overrides-file
    cache-size-unparsed
    cache-size-tiny
    dir-literal
    cache-size
    server-settings-differ
    shared-cache-dir
    cache-dir-vanished
    cache-on-volatile-fs
    cache-on-network-fs
    cache-in-worktree
    disk-too-small
    idle-timeout
    wrapper-missing
    wrapper-elsewhere
    rust-analyzer-wrapper
    wrapper-name-hides-cc
    wrapper-shadowed
    tracing-unavailable
    sccache-untried
    cache-of-strangers
    incremental-on
    incremental-spelling
    cargo-env-in-key
    cargo-target-dir-env
    cargo-home-per-project
    rustflags-joined
    rustflags-path
    recache-set
    no-cache-set
    readonly-mode
    preprocessor-table-partial
    client-side-frame
    client-side-ignored
    remote-not-compiled-in
    deps-vendored-in-tree
    server-exe-deleted
    mixed-versions
    secrets
    rustc-toolchain-differs
    cmake-not-wrapped
    basedirs-missing-worktree
    cargo-home-differs-remote
    stats-errors
    stats-reasons
    clippy-uncached
    ");
}

#[test]
fn every_check_is_explained() {
    for check in all() {
        assert!(
            check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            check.id
        );
        let title = check.explanation.lines().next();
        assert_eq!(title, Some(format!("# {}", check.id).as_str()));
        assert!(
            check.summary().ends_with('.'),
            "{}: a sentence under the title",
            check.id
        );
        for heading in ["## Why it matters", "## How to mend it"] {
            assert!(check.explanation.contains(heading), "{}: {heading}", check.id);
        }
    }
}

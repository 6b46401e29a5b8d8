//! The fixtures with plain sccache and without our shell: the baseline, and that counting works.

use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::workspace;

#[test]
fn plain_sccache_shares_registry_crates_and_c() {
    let home = Home::with_cache_size("1G");
    let build = |name: &str| {
        let dir = workspace::copy("small", &home.path().join(name));
        let mut cargo = home.command(machine::program("cargo"));
        cargo.current_dir(dir).args(["build", "--quiet", "--locked"]);
        Output::of(
            cargo
                .env("RUSTC_WRAPPER", machine::program("sccache"))
                .env("CARGO_INCREMENTAL", "0"),
        )
        .ok();
        home.stats()
    };

    let first = build("first");
    assert_eq!((first.rust.hits, first.c.hits), (0, 0), "{first:?}");
    assert!(first.rust.misses > 10 && first.c.misses > 10, "{first:?}");
    assert_eq!(first.limit, Some(1 << 30), "{first:?}");

    let pid = home.server().running();
    let second = build("second").since(&first);
    // The member is the only Rust library that is not from the registry.
    assert_eq!(second.rust.misses, 1, "{second:?}");
    assert_eq!(second.c.misses, 0, "{second:?}");
    assert_eq!(home.server().running(), pid);
}

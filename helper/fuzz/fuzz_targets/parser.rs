//! Fuzzes one parser of the helper, the one that FUZZ_PARSER names. Without that variable it prints the names of all.
#![no_main]

use std::sync::LazyLock;

use sccache_shell::invariants::PARSERS;

static ASSERT_INVARIANTS: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let Some(name) = std::env::var_os("FUZZ_PARSER") else {
        PARSERS.iter().for_each(|(name, _)| println!("{name}"));
        std::process::exit(0);
    };
    let parser = PARSERS.iter().find(|(known, _)| name == *known);
    parser.unwrap_or_else(|| panic!("there is no parser {name:?}")).1
});

libfuzzer_sys::fuzz_target!(
    init: {
        LazyLock::force(&ASSERT_INVARIANTS);
    },
    |input: &[u8]| ASSERT_INVARIANTS(input)
);

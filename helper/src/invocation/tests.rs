//! Calls as cargo writes them, and calls that it does not write.

use std::path::Path;

use super::*;

const LIB: &str = "/t/bin/rustc --crate-name a --edition=2021 src/lib.rs --error-format=json --json=artifacts \
    --crate-type lib --emit=dep-info,metadata,link -C embed-bitcode=no -C debuginfo=2 -C metadata=12 \
    -C extra-filename=-34 --out-dir /w/target/debug/deps -L dependency=/w/target/debug/deps \
    --extern b=/w/target/debug/deps/libb-56.rmeta";

fn parse(words: &str) -> Result<Invocation, Why> {
    let args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
    Invocation::parse(&args)
}

#[test]
fn cargos_own_calls_are_understood() {
    let lib = parse(LIB).unwrap();
    assert_eq!((lib.kind, lib.is_linked()), (UnitKind::Lib, false));
    assert_eq!(lib.file_names(), ["liba-34.rlib", "liba-34.rmeta"]);
    assert_eq!(lib.externs, [Path::new("/w/target/debug/deps/libb-56.rmeta")]);
    let of = |from: &str, to: &str| parse(&LIB.replace(from, to)).unwrap();
    let bin = of(
        "--crate-type lib --emit=dep-info,metadata,link",
        "--crate-type bin --emit=dep-info,link",
    );
    assert_eq!(bin.file_names(), ["a-34"]);
    assert!(bin.is_linked());
    assert!(bin.presented().windows(2).any(|two| two == ["--crate-type", "rlib"]));
    let test = of(
        "--crate-type lib --emit=dep-info,metadata,link",
        "--emit=dep-info,link --test",
    );
    assert_eq!(test.kind, UnitKind::Test);
    assert!(!test.presented().contains(&"--test".into()));
    let check = of("dep-info,metadata,link", "dep-info,metadata");
    assert_eq!(check.file_names(), ["liba-34.rmeta"]);
    let proc_macro = of(
        "--crate-type lib --emit=dep-info,metadata,link",
        "--crate-type proc-macro --emit=dep-info,link --extern proc_macro",
    );
    assert!(!proc_macro.presented().contains(&"proc_macro".into()));
    let clippy = parse(&LIB.replace("/t/bin/rustc", "clippy-driver /t/bin/rustc")).unwrap();
    assert_eq!(clippy.rustc, Path::new("/t/bin/rustc"));
    assert_eq!(clippy.presented()[0], "--crate-name");
}

#[test]
fn any_doubt_is_plain() {
    for (from, to) in [
        ("--crate-type lib", "--crate-type cdylib"),
        ("--crate-type lib", "--crate-type lib --crate-type cdylib"),
        ("-C debuginfo=2", "-C incremental=/w/i"),
        ("-C debuginfo=2", "-C save-temps"),
        ("-C debuginfo=2", "-C split-debuginfo=packed"),
        ("-C debuginfo=2", "-Cprofile-use=/x"),
        ("-C debuginfo=2", "-Z unpretty=expanded"),
        ("-C debuginfo=2", "--remap-path-prefix /a=/b"),
        ("-C debuginfo=2", "-o x"),
        ("-C debuginfo=2", "@file"),
        ("dep-info,metadata,link", "dep-info,metadata,link,asm"),
        ("dep-info,metadata,link", "metadata,link"),
        ("--crate-name a", "--crate-name ___"),
        ("--crate-type lib", "--crate-type bin"),
        ("src/lib.rs", "src/lib.rs src/other.rs"),
        ("/t/bin/rustc", "/t/bin/rustc-1.95"),
    ] {
        assert!(parse(&LIB.replace(from, to)).is_err(), "{to}");
    }
}

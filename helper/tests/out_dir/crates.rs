//! A git repository of crates that use their OUT_DIR in every way, and a program that depends on them.

/// Files of the repository of dependencies.
pub(crate) const DEPENDENCIES: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"includes\", \"uses\", \"probe\", \"probed\", \"path-only\", \"unread\", \"leaves\", \"macros\", \"macro-reads\"]\n",
    ),
    // What a generator does: text, bytes, a file found at run time, a variable that names a file.
    (
        "includes/Cargo.toml",
        "[package]\nname = \"includes\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "includes/build.rs",
        r#"use std::{env, fs, path::PathBuf};
fn main() {
    println!("cargo:rerun-if-env-changed=WORD");
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let word = env::var("WORD").unwrap_or("first".into());
    fs::create_dir_all(out.join("sub")).unwrap();
    let kind = if word == "mistaken" { "u32" } else { "&str" };
    fs::write(out.join("generated.rs"), format!("pub const WORD: {kind} = {word:?};")).unwrap();
    fs::write(out.join("sub/bytes"), word.as_bytes()).unwrap();
    fs::write(out.join("later.txt"), &word).unwrap();
    fs::write(out.join("named.rs"), format!("pub const NAMED: &str = {word:?};")).unwrap();
    println!("cargo:rustc-env=NAMED_FILE={}", out.join("named.rs").display());
}
"#,
    ),
    (
        "includes/src/lib.rs",
        r#"include!(concat!(env!("OUT_DIR"), "/generated.rs"));
include!(env!("NAMED_FILE"));
pub const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sub/bytes"));
pub const OUT_DIR: &str = env!("OUT_DIR");
fn never() {}
pub fn later() -> String {
    std::fs::read_to_string(concat!(env!("OUT_DIR"), "/later.txt")).unwrap()
}
"#,
    ),
    // What depends on such a crate misses with it.
    (
        "uses/Cargo.toml",
        "[package]\nname = \"uses\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nincludes = { path = \"../includes\" }\n",
    ),
    ("uses/src/lib.rs", "pub fn word() -> &'static str { includes::WORD }\n"),
    // As `rustversion`: a proc macro that reads what its build script found out.
    (
        "probe/Cargo.toml",
        "[package]\nname = \"probe\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
    ),
    (
        "probe/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("version.expr"), "195").unwrap();
}
"#,
    ),
    (
        "probe/src/lib.rs",
        r#"const VERSION: u32 = include!(concat!(env!("OUT_DIR"), "/version.expr"));
#[proc_macro]
pub fn version(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    VERSION.to_string().parse().unwrap()
}
"#,
    ),
    (
        "probed/Cargo.toml",
        "[package]\nname = \"probed\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nprobe = { path = \"../probe\" }\n",
    ),
    ("probed/src/lib.rs", "pub const VERSION: u32 = probe::version!();\n"),
    // As `scratch`: the path alone, to write there later.
    (
        "path-only/Cargo.toml",
        "[package]\nname = \"path-only\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "path-only/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("README"), "scratch space").unwrap();
}
"#,
    ),
    ("path-only/src/lib.rs", "pub const DIR: &str = env!(\"OUT_DIR\");\n"),
    // As most: a build script that leaves something that no source reads.
    (
        "unread/Cargo.toml",
        "[package]\nname = \"unread\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "unread/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("probe.log"), std::process::id().to_string()).unwrap();
}
"#,
    ),
    ("unread/src/lib.rs", "pub const ANSWER: u32 = 42;\n"),
    // Another crate's macro reads what was generated; nothing in the source says so.
    (
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "macros/src/lib.rs",
        "#[macro_export]\nmacro_rules! generated { () => { include!(concat!(env!(\"OUT_DIR\"), \"/three.rs\")); } }\n",
    ),
    (
        "macro-reads/Cargo.toml",
        "[package]\nname = \"macro-reads\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nmacros = { path = \"../macros\" }\n",
    ),
    (
        "macro-reads/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("three.rs"), "pub const THREE: u32 = 3;").unwrap();
}
"#,
    ),
    ("macro-reads/src/lib.rs", "macros::generated!();\n"),
    // A file beside OUT_DIR: no copy has that.
    (
        "leaves/Cargo.toml",
        "[package]\nname = \"leaves\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    ),
    (
        "leaves/build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("own.rs"), "pub const OWN: u32 = 1;").unwrap();
    std::fs::write(out.join("../beside.rs"), "pub const BESIDE: u32 = 2;").unwrap();
}
"#,
    ),
    (
        "leaves/src/lib.rs",
        r#"include!(concat!(env!("OUT_DIR"), "/own.rs"));
include!(concat!(env!("OUT_DIR"), "/../beside.rs"));
"#,
    ),
];

/// Files of the program; `REPOSITORY` stands for the repository's URL.
pub(crate) const PROGRAM: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        r#"[package]
name = "program"
version = "0.1.0"
edition = "2021"
[workspace]
[dependencies]
includes = { git = "REPOSITORY" }
uses = { git = "REPOSITORY" }
probed = { git = "REPOSITORY" }
path-only = { git = "REPOSITORY" }
unread = { git = "REPOSITORY" }
leaves = { git = "REPOSITORY" }
macro-reads = { git = "REPOSITORY" }
"#,
    ),
    (
        "build.rs",
        r#"fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    std::fs::write(out.join("own.rs"), "pub const OWN: u32 = 7;").unwrap();
}
"#,
    ),
    (
        "src/lib.rs",
        r#"include!(concat!(env!("OUT_DIR"), "/own.rs"));
pub const OUT_DIR: &str = env!("OUT_DIR");
"#,
    ),
    (
        "src/main.rs",
        r#"fn main() {
    println!("word={}", includes::WORD);
    println!("named={}", includes::NAMED);
    println!("bytes={}", String::from_utf8_lossy(includes::BYTES));
    println!("later={}", includes::later());
    println!("uses={}", uses::word());
    println!("version={}", probed::VERSION);
    println!("answer={}", unread::ANSWER);
    println!("leaves={}", leaves::OWN + leaves::BESIDE);
    println!("macro_reads={}", macro_reads::THREE);
    println!("own={}", program::OWN);
    println!("includes_dir={}", includes::OUT_DIR);
    println!("path_only_dir={}", path_only::DIR);
    println!("own_dir={}", program::OUT_DIR);
    std::fs::write(std::path::Path::new(path_only::DIR).join("written"), "later").unwrap();
}
"#,
    ),
];

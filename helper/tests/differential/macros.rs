//! What a proc macro reads, lists, looks for and runs: rustc reports nothing of it.

use crate::Case;

/// A workspace whose program prints what a macro of it returns.
macro_rules! with_macro {
    ($body:literal $(, $more:literal)*) => {
        concat!(
            "=== Cargo.toml\n[workspace]\nmembers = [\"app\", \"mac\"]\nresolver = \"2\"\n",
            "=== app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nmac = { path = \"../mac\" }\n",
            "=== app/src/main.rs\nfn main() { println!(\"{}\", mac::said!()); }\n",
            "=== mac/Cargo.toml\n[package]\nname = \"mac\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[lib]\nproc-macro = true\n",
            "=== mac/src/lib.rs\n#[proc_macro] pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \
             let var = |name: &str| std::env::var(name).unwrap_or_default(); let _ = var(\"X\"); let said: String = { ",
            $body,
            " }; format!(\"{said:?}\").parse().unwrap() }\n",
            $($more),*
        )
    };
}

pub(crate) fn a_macro_reads_a_file() -> Case {
    Case {
        files: with_macro!(
            "std::fs::read_to_string(var(\"CARGO_MANIFEST_DIR\") + \"/a.sql\").unwrap()",
            "=== app/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=a.sql\"); }\n=== app/a.sql\none\n"
        ),
        change: "=== app/a.sql\ntwo\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_macro_lists_a_directory() -> Case {
    Case {
        files: with_macro!(
            "let mut all: Vec<_> = std::fs::read_dir(var(\"CARGO_MANIFEST_DIR\") + \"/m\").unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect(); all.sort(); all.join(\",\")",
            "=== app/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=m\"); }\n=== app/m/1.sql\none\n"
        ),
        change: "=== app/m/2.sql\ntwo\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_macro_looks_for_a_file() -> Case {
    Case {
        files: with_macro!(
            "std::path::Path::new(\"app/flag\").exists().to_string()",
            "=== app/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=flag\"); }\n"
        ),
        change: "=== app/flag\nthere\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_macro_runs_a_program() -> Case {
    Case {
        files: with_macro!(
            "String::from_utf8(std::process::Command::new(\"cat\").arg(\"app/rev\").output().unwrap().stdout).unwrap()",
            "=== app/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=rev\"); }\n=== app/rev\none\n"
        ),
        change: "=== app/rev\ntwo\n",
        ..Case::default()
    }
}

pub(crate) fn a_macro_reads_a_variable() -> Case {
    Case {
        files: with_macro!(
            "var(\"REV\")",
            "=== app/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=rev\"); println!(\"cargo:rustc-env=REV={}\", std::fs::read_to_string(\"rev\").unwrap().trim()); }\n=== app/rev\none\n"
        ),
        change: "=== app/rev\ntwo\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_macro_gives_the_place() -> Case {
    Case {
        files: with_macro!(
            "var(\"CARGO_MANIFEST_DIR\") + \" 1\"",
            "=== app/build.rs\nfn main() {}\n"
        ),
        change: "=== mac/src/lib.rs\n#[proc_macro] pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \
                 format!(\"{:?}\", std::env::var(\"CARGO_MANIFEST_DIR\").unwrap() + \" 2\").parse().unwrap() }\n",
        ..Case::default()
    }
}

pub(crate) fn a_macro_gives_its_out_dir() -> Case {
    Case {
        files: with_macro!("var(\"OUT_DIR\") + \" 1\"", "=== app/build.rs\nfn main() {}\n"),
        change: "=== mac/src/lib.rs\n#[proc_macro] pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \
                 format!(\"{:?}\", std::env::var(\"OUT_DIR\").unwrap() + \" 2\").parse().unwrap() }\n",
        ..Case::default()
    }
}

pub(crate) fn a_macro_is_changed() -> Case {
    Case {
        files: with_macro!("\"one\".into()"),
        change: "=== mac/src/lib.rs\n#[proc_macro] pub fn said(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \"\\\"two\\\"\".parse().unwrap() }\n",
        is_shared: true,
        ..Case::default()
    }
}

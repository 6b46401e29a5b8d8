//! What rustc reports itself: sources, included files, variables.

use crate::Case;

pub(crate) fn a_source_is_edited() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nlib = { path = \"lib\" }\n[workspace]\n\
                === src/main.rs\nfn main() { println!(\"{}\", lib::said()); }\n\
                === lib/Cargo.toml\n[package]\nname = \"lib\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === lib/src/lib.rs\npub fn said() -> &'static str { \"one\" }\n",
        change: "=== lib/src/lib.rs\npub fn said() -> &'static str { \"two\" }\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_source_is_renamed() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === src/main.rs\nmod x;\nfn main() { println!(\"{}\", x::FILE); }\n=== src/x.rs\npub const FILE: &str = file!();\n",
        change: "=== src/x.rs\n\n=== src/x/mod.rs\npub const FILE: &str = file!();\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn an_included_file() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === src/main.rs\nfn main() { println!(\"{} {:?} {}\", include_str!(\"../a.txt\"), include_bytes!(\"../b.bin\"), include!(\"../c.in\")); }\n\
                === a.txt\na\n=== b.bin\nb\n=== c.in\n1\n",
        change: "=== b.bin\nB\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_generated_file() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === build.rs\nfn main() { println!(\"cargo:rerun-if-env-changed=N\"); let n = std::env::var(\"N\").unwrap_or(\"1\".into()); \
                std::fs::write(std::path::Path::new(&std::env::var(\"OUT_DIR\").unwrap()).join(\"n.rs\"), format!(\"pub const N: u32 = {n};\")).unwrap(); }\n\
                === src/main.rs\ninclude!(concat!(env!(\"OUT_DIR\"), \"/n.rs\"));\nfn main() { println!(\"{N}\"); }\n",
        change: "",
        changed_var: Some(("N", "2")),
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_generated_value() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === build.rs\nfn main() { println!(\"cargo:rerun-if-env-changed=N\"); let out = std::env::var(\"OUT_DIR\").unwrap(); \
                std::fs::write(format!(\"{out}/n.txt\"), std::env::var(\"N\").unwrap_or(\"1\".into())).unwrap(); println!(\"cargo:rustc-env=ASSETS={out}/\"); }\n\
                === src/main.rs\nfn main() { let file = concat!(env!(\"ASSETS\"), \"n.txt\"); println!(\"{file} {:?}\", std::fs::read_to_string(file)); }\n",
        change: "",
        changed_var: Some(("N", "2")),
        ..Case::default()
    }
}

pub(crate) fn the_manifest_dir() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === src/main.rs\nfn main() { println!(\"{} 1\", env!(\"CARGO_MANIFEST_DIR\")); }\n",
        change: "=== src/main.rs\nfn main() { println!(\"{} 2\", env!(\"CARGO_MANIFEST_DIR\")); }\n",
        ..Case::default()
    }
}

pub(crate) fn a_profile_variable() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === src/main.rs\nfn main() { println!(\"{:?}\", option_env!(\"CARGO_PROFILE_DEV_OPT_LEVEL\")); }\n",
        change: "",
        changed_var: Some(("CARGO_PROFILE_DEV_OPT_LEVEL", "1")),
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_feature() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\ndefault = []\nf = []\n\
                === src/main.rs\nfn main() { println!(\"{}\", cfg!(feature = \"f\")); }\n",
        change: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\ndefault = [\"f\"]\nf = []\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_lint() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\nf = []\n\
                === src/main.rs\nfn main() { println!(\"{}\", cfg!(feature = \"f\")); }\n",
        change: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
        cargo: &["check"],
        ..Case::default()
    }
}

pub(crate) fn the_env_table() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === .cargo/config.toml\n[env]\nMINE = \"1\"\n\
                === src/main.rs\nfn main() { println!(\"{}\", env!(\"MINE\")); }\n",
        change: "=== .cargo/config.toml\n[env]\nMINE = \"2\"\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_file_outside_of_the_package() -> Case {
    Case {
        files: "=== Cargo.toml\n[workspace]\nmembers = [\"app\"]\nresolver = \"2\"\n\
                === app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === app/src/main.rs\nfn main() { println!(\"{}\", include_str!(\"../../shared.txt\")); }\n=== shared.txt\none\n",
        change: "=== shared.txt\ntwo\n",
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_test_knows_its_program() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === src/main.rs\nfn main() { println!(\"one\"); }\n\
                === tests/t.rs\n#[test] fn t() { let out = std::process::Command::new(env!(\"CARGO_BIN_EXE_app\")).output().unwrap(); \
                std::fs::write(concat!(env!(\"CARGO_TARGET_TMPDIR\"), \"/said\"), out.stdout).unwrap(); assert!(std::path::Path::new(env!(\"CARGO_TARGET_TMPDIR\")).is_dir()); }\n",
        change: "=== src/main.rs\nfn main() { println!(\"two\"); }\n",
        cargo: &["test", "--quiet"],
        says_the_same: true,
        ..Case::default()
    }
}

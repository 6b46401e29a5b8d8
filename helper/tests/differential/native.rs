//! What the linker takes: archives, scripts, its own variables.

use crate::Case;

/// A C library that `sys` builds of `sys/n.c`, used by `mid` in one of several ways, two crates below the program.
macro_rules! with_library {
    ($script:literal, $attribute:literal) => {
        concat!(
            "=== Cargo.toml\n[workspace]\nmembers = [\"app\", \"mid\", \"sys\"]\nresolver = \"2\"\n",
            "=== app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nmid = { path = \"../mid\" }\n",
            "=== app/src/main.rs\nfn main() { println!(\"{}\", mid::value()); }\n",
            "=== mid/Cargo.toml\n[package]\nname = \"mid\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nsys = { path = \"../sys\" }\n",
            "=== mid/build.rs\nfn main() { let root = std::env::var(\"DEP_N_ROOT\").unwrap(); let _ = &root; ",
            $script,
            " }\n=== mid/src/lib.rs\n",
            $attribute,
            " extern \"C\" { fn n() -> i32; }\npub fn value() -> i32 { unsafe { n() } }\n",
            "=== sys/Cargo.toml\n[package]\nname = \"sys\"\nversion = \"0.1.0\"\nedition = \"2021\"\nlinks = \"n\"\n",
            "=== sys/src/lib.rs\n//! Nothing.\n",
            "=== sys/build.rs\nuse std::process::Command;\nfn main() { let out = std::env::var(\"OUT_DIR\").unwrap(); println!(\"cargo:rerun-if-changed=n.c\"); \
             assert!(Command::new(\"cc\").args([\"-c\", \"-fPIC\", \"n.c\", \"-o\"]).arg(format!(\"{out}/n.o\")).status().unwrap().success()); \
             let _ = std::fs::remove_file(format!(\"{out}/libn.a\")); \
             assert!(Command::new(\"ar\").arg(\"crsD\").arg(format!(\"{out}/libn.a\")).arg(format!(\"{out}/n.o\")).status().unwrap().success()); println!(\"cargo:root={out}\"); }\n",
            "=== sys/n.c\nint n(void) { return 1; }\n"
        )
    };
}

const CHANGED: &str = "=== sys/n.c\nint n(void) { return 2; }\n";

pub(crate) fn a_static_library() -> Case {
    Case {
        files: with_library!(
            "println!(\"cargo:rustc-link-search=native={root}\"); println!(\"cargo:rustc-link-lib=static=n\");",
            ""
        ),
        change: CHANGED,
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_static_library_with_modifiers() -> Case {
    Case {
        files: with_library!(
            "println!(\"cargo:rustc-link-search={root}\"); println!(\"cargo:rustc-link-lib=static:+whole-archive=n\");",
            ""
        ),
        change: CHANGED,
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn a_static_library_by_attribute() -> Case {
    Case {
        files: with_library!(
            "println!(\"cargo:rustc-link-search=native={root}\");",
            "#[link(name = \"n\", kind = \"static\")]"
        ),
        change: CHANGED,
        ..Case::default()
    }
}

pub(crate) fn a_static_library_without_a_kind() -> Case {
    Case {
        files: with_library!(
            "println!(\"cargo:rustc-link-search={root}\"); println!(\"cargo:rustc-link-lib=n\");",
            ""
        ),
        change: CHANGED,
        is_shared: true,
        ..Case::default()
    }
}

pub(crate) fn an_incbin() -> Case {
    Case {
        files: "=== Cargo.toml\n[workspace]\nmembers = [\"app\", \"blob\"]\nresolver = \"2\"\n\
                === app/Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\nblob = { path = \"../blob\" }\n\
                === app/src/main.rs\nfn main() { println!(\"{}\", blob::first() as char); }\n\
                === blob/Cargo.toml\n[package]\nname = \"blob\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === blob/build.rs\nfn main() { println!(\"cargo:rerun-if-changed=blob.bin\"); }\n\
                === blob/src/lib.rs\nstd::arch::global_asm!(\".global blob_asm\\nblob_asm:\\n.incbin \\\"blob/blob.bin\\\"\");\nextern \"C\" { static blob_asm: u8; }\n\
                #[inline(never)] pub fn first() -> u8 { unsafe { blob_asm } }\n=== blob/blob.bin\nA\n",
        change: "=== blob/blob.bin\nB\n",
        ..Case::default()
    }
}

pub(crate) fn a_version_script() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === build.rs\nfn main() { println!(\"cargo:rerun-if-changed=link.args\"); println!(\"cargo:rustc-link-arg=@link.args\"); }\n\
                === link.args\n-Wl,--defsym=marked=0x1000\n\
                === src/main.rs\nextern \"C\" { static marked: u8; }\nfn main() { println!(\"{}\", unsafe { &raw const marked as usize } & 0xf000); }\n",
        change: "=== link.args\n-Wl,--defsym=marked=0x2000\n",
        says_the_same: true,
        ..Case::default()
    }
}

pub(crate) fn the_linkers_variables() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === .cargo/config.toml\n[target.'cfg(all())']\nlinker = \"tools/cc\"\n\
                === tools/cc\n#!/bin/sh\nexec cc \"$@\" $NIX_LDFLAGS\n\
                === src/main.rs\nfn main() { let it = std::fs::read(std::env::current_exe().unwrap()).unwrap(); \
                let has = |text: [u8; 8]| it.windows(8).any(|part| part.iter().zip(text).all(|(a, b)| *a == b ^ 1)); println!(\"{} {}\", has(std::hint::black_box(*b\".nod.mhc\")), has(std::hint::black_box(*b\".uvn.mhc\"))); }\n",
        change: "",
        var: Some(("NIX_LDFLAGS", "-Wl,-rpath=/one/lib")),
        changed_var: Some(("NIX_LDFLAGS", "-Wl,-rpath=/two/lib")),
        cargo: &["run", "--quiet"],
        ..Case::default()
    }
}

pub(crate) fn a_linker() -> Case {
    Case {
        files: "=== Cargo.toml\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
                === .cargo/config.toml\n[target.'cfg(all())']\nlinker = \"tools/cc\"\n\
                === tools/cc\n#!/bin/sh\nexec cc \"$@\" -Wl,-rpath=/one/lib\n\
                === src/main.rs\nfn main() { let it = std::fs::read(std::env::current_exe().unwrap()).unwrap(); \
                let has = |text: String| it.windows(text.len()).any(|part| part == text.as_bytes()); println!(\"{}\", has(format!(\"/t{}/lib\", \"wo\"))); }\n",
        change: "=== tools/cc\n#!/bin/sh\nexec cc \"$@\" -Wl,-rpath=/two/lib\n",
        says_the_same: true,
        ..Case::default()
    }
}

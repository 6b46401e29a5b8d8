//! Static libraries that are linked with modifiers.

use std::fs;

use crate::support::{NOTHING, Sandbox, manifest, what};

/// A package whose build script makes a static library that returns `value`, and links it as `kind`.
fn links_a_static_library(sandbox: &Sandbox, kind: &str, value: u8) {
    sandbox.write(
        "project/Cargo.toml",
        "[workspace]\nmembers = [\"n\", \"app\"]\nresolver = \"2\"\n",
    );
    sandbox.write("project/n/Cargo.toml", manifest("n", ""));
    sandbox.write(
        "project/n/src/lib.rs",
        "extern \"C\" { fn v() -> i32; }\npub fn n() -> i32 { unsafe { v() } }\n",
    );
    sandbox.write("project/n/v.c", format!("int v(void) {{ return {value}; }}\n"));
    sandbox.write(
        "project/n/build.rs",
        format!(
            "use std::process::Command;\nfn main() {{\n\
             let out = std::env::var(\"OUT_DIR\").unwrap();\n\
             let run = |name: &str, args: &[&str]| assert!(Command::new(name).args(args).status().unwrap().success());\n\
             run(\"cc\", &[\"-c\", \"v.c\", \"-o\", &format!(\"{{out}}/v.o\")]);\n\
             let _ = std::fs::remove_file(format!(\"{{out}}/libv.a\"));\n\
             run(\"ar\", &[\"crs\", &format!(\"{{out}}/libv.a\"), &format!(\"{{out}}/v.o\")]);\n\
             println!(\"cargo:rustc-link-search=native={{out}}\");\n\
             println!(\"cargo:rustc-link-lib={kind}=v\");\n\
             println!(\"cargo:rerun-if-changed=v.c\");\n}}\n"
        ),
    );
    sandbox.write(
        "project/app/Cargo.toml",
        manifest("app", "[dependencies]\nn = { path = \"../n\" }\n"),
    );
    sandbox.write("project/app/src/main.rs", "fn main() { println!(\"{}\", n::n()); }\n");
}

/// The output of the program after the C code was changed and everything was built again.
fn after_a_change_in_c(sandbox: &Sandbox, kind: &str) -> String {
    let mut printed = String::new();
    for value in [1, 2] {
        links_a_static_library(sandbox, kind, value);
        let _ = fs::remove_dir_all(sandbox.path("project/target"));
        sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
        printed = sandbox.run("project", sandbox.path("project/target/debug/app"), &[]);
    }
    printed
}

#[test]
fn static_lib_modifiers_unhashed() {
    let mut sandbox = Sandbox::new();
    assert_eq!(after_a_change_in_c(&sandbox, "static:+whole-archive"), "2\n");
    assert_eq!(sandbox.ids(), NOTHING, "with our wrapper");
    sandbox.go_past_the_wrapper();
    assert_eq!(
        after_a_change_in_c(&sandbox, "static:+whole-archive"),
        "1\n",
        "fixed in sccache?"
    );
    let finding = sandbox.finding("static-lib-modifiers-unhashed");
    assert!(
        what(&finding).starts_with("n links `static:+whole-archive=v`"),
        "{finding}"
    );
    assert!(
        sandbox.helper(&["check", "--quiet"]).stdout.is_empty(),
        "the hook does not read that much"
    );
    for kind in ["static", "static:-bundle"] {
        assert_eq!(after_a_change_in_c(&sandbox, kind), "2\n", "{kind}");
        assert!(!sandbox.finds("static-lib-modifiers-unhashed"), "{kind}");
    }
}

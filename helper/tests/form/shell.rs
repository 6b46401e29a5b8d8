//! Shell variables that a macro reads.

use std::fs;

use crate::support::{Sandbox, manifest};

/// A program that prints whether the file exists that the variable FILE names.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "project/Cargo.toml",
        "[workspace]\nmembers = [\"asks\", \"app\"]\nresolver = \"2\"\n",
    );
    sandbox.write(
        "project/asks/Cargo.toml",
        manifest("asks", "[lib]\nproc-macro = true\n"),
    );
    sandbox.write(
        "project/asks/src/lib.rs",
        r#"
#[proc_macro]
pub fn exists(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let file = std::env::var("FILE").unwrap();
    std::path::Path::new(&file).exists().to_string().parse().unwrap()
}
"#,
    );
    sandbox.write(
        "project/app/Cargo.toml",
        manifest("app", "[dependencies]\nasks = { path = \"../asks\" }\n"),
    );
    sandbox.write(
        "project/app/src/main.rs",
        "fn main() { println!(\"{}\", asks::exists!()); }\n",
    );
    sandbox
}

fn run(sandbox: &Sandbox) -> String {
    let _ = fs::remove_dir_all(sandbox.path("project/target"));
    sandbox
        .run("project", "cargo", &["run", "-q", "--offline"])
        .trim()
        .to_owned()
}

#[test]
fn a_variable_that_names_a_file() {
    let mut sandbox = project();
    let (there, absent) = (sandbox.write("there", ""), sandbox.path("absent"));
    sandbox.set("FILE", &there);
    assert_eq!(run(&sandbox), "true");
    sandbox.set("FILE", &absent);
    assert_eq!(run(&sandbox), "false");
    fs::write(&absent, "").unwrap();
    assert_eq!(run(&sandbox), "true");
    sandbox.set("FILE", &there);
    fs::remove_file(&there).unwrap();
    assert_eq!(run(&sandbox), "false");
}

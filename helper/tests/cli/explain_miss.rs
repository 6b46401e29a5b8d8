//! `explain-miss` on a real miss.

use std::fs;

use crate::support::{HELPER, Sandbox};

#[test]
fn a_miss_is_explained() {
    let sandbox = Sandbox::new();
    sandbox.package("one");
    let build = || sandbox.run("project", "cargo", &["build", "--offline", "-q"]);
    build();
    let said = || sandbox.run("project", HELPER, &["explain-miss", "app"]);
    assert!(said().contains("no earlier compile of it is remembered"), "{}", said());
    sandbox.package("two");
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    build();
    assert!(said().contains("<root>/src/main.rs: different content"), "{}", said());
    let unknown = sandbox.helper(&["explain-miss", "nothing"]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[test]
fn a_cache_directory_from_cargos_configuration() {
    let sandbox = Sandbox::new();
    sandbox.package("one");
    let text = "[env]\nXDG_CACHE_HOME = { value = \"../cache\", relative = true, force = true }\n";
    sandbox.write("project/.cargo/config.toml", text);
    sandbox.run("project", "cargo", &["build", "--offline", "-q"]);
    let text = sandbox.run("project", HELPER, &["explain-miss", "app"]);
    assert!(text.contains("no earlier compile of it is remembered"), "{text}");
}

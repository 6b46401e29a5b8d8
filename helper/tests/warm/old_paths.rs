//! What names the worktree it was built in is built anew, but for the OUT_DIR that cargo itself moves along.

use std::fs;
use std::os::unix::fs::symlink;

use crate::crates::{PRINTS, returns};
use crate::lab::Lab;

/// Where `dir`'s OUT_DIRs are.
fn builds_in(lab: &Lab, dir: &str) -> String {
    format!("{}/debug/build/", lab.path(dir).join("target").display())
}

/// A package that says what its C code knows: the OUT_DIR, by a header that the build script writes.
fn publish_c(lab: &Lab) {
    let script = r#"
        use std::process::Command;
        fn main() {
            let out = std::env::var("OUT_DIR").unwrap();
            std::fs::write(format!("{out}/where.h"), format!("static const char where[] = {out:?};")).unwrap();
            let run = |command: &mut Command| assert!(command.status().unwrap().success());
            run(Command::new("cc").args(["-c", "where.c", "-o"]).arg(format!("{out}/where.o")).arg(format!("-I{out}")));
            run(Command::new("ar").arg("rcs").arg(format!("{out}/libwhere.a")).arg(format!("{out}/where.o")));
            // The object alone tells.
            std::fs::remove_file(format!("{out}/where.h")).unwrap();
            println!("cargo:rustc-link-search=native={out}");
            println!("cargo:rustc-link-lib=static=where");
            println!("cargo:rerun-if-changed=build.rs");
        }"#;
    let lib = r#"
        unsafe extern "C" { fn place() -> *const std::ffi::c_char; }
        pub fn name() -> &'static str { unsafe { std::ffi::CStr::from_ptr(place()) }.to_str().unwrap() }"#;
    lab.package("plain", lib)
        .build_script(script)
        .file(
            "where.c",
            "#include \"where.h\"\nconst char *place(void) { return where; }\n",
        )
        .with("links = \"where\"")
        .publish();
}

#[test]
fn a_c_build_whose_files_name_the_old_worktree() {
    let lab = Lab::new();
    publish_c(&lab);
    lab.package("other", "").publish();
    lab.package("uses", "pub fn name() -> &'static str { plain::name() }")
        .needs("plain")
        .publish();
    lab.app(&["other = \"1\"", "plain = \"1\"", "uses = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    let output = lab.warmed("b");
    assert!(
        output
            .stdout
            .contains("files name the worktree they were made in: plain"),
        "{output:?}"
    );
    lab.build("b", &[]).only(&["app", "plain", "uses"]);
    assert!(lab.says("b").starts_with(&builds_in(&lab, "b")), "{}", lab.says("b"));
}

/// Cargo rewrites a script's own OUT_DIR in its words, and no other path.
#[test]
fn a_build_scripts_words_that_name_another_ones_out_dir() {
    let lab = Lab::new();
    let base = r#"fn main() { println!("cargo:root={}", std::env::var("OUT_DIR").unwrap()); }"#;
    lab.package("base", "")
        .build_script(base)
        .with("links = \"base\"")
        .publish();
    let own = r#"fn main() { println!("cargo:rustc-env=OWN={}/own", std::env::var("OUT_DIR").unwrap()); }"#;
    lab.package("moves", "pub fn name() {}").build_script(own).publish();
    let script = r#"fn main() { println!("cargo:rustc-env=DATA={}/data", std::env::var("DEP_BASE_ROOT").unwrap()); }"#;
    lab.package("plain", "pub fn name() -> &'static str { env!(\"DATA\") }")
        .build_script(script)
        .needs("base")
        .publish();
    lab.app(&["plain = \"1\"", "moves = \"1\""], PRINTS);
    lab.build("a", &[]);
    assert!(lab.says("a").starts_with(&builds_in(&lab, "a")));
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert!(lab.says("b").starts_with(&builds_in(&lab, "b")), "{}", lab.says("b"));
}

/// Cargo compares the time of the file that was named, and that is the other worktree's. The script is told where it is
/// by a variable: as an absolute path by cargo's configuration, from where the script stands by the shell.
#[test]
fn a_build_script_that_watches_a_file_of_the_worktree() {
    let script = r#"
        fn main() {
            let setting = std::env::var("SETTING").unwrap();
            println!("cargo:rerun-if-changed={setting}");
            let out = std::env::var("OUT_DIR").unwrap();
            std::fs::copy(setting, format!("{out}/setting")).unwrap();
        }"#;
    let lib = "pub fn name() -> &'static str { include_str!(concat!(env!(\"OUT_DIR\"), \"/setting\")) }";
    for is_configured in [true, false] {
        let mut lab = Lab::new();
        lab.package("plain", lib).build_script(script).publish();
        lab.package("other", "").publish();
        if is_configured {
            let config = "[env]\nSETTING = { value = \"setting\", relative = true }\n";
            lab.write("a/.cargo/config.toml", config);
        } else {
            lab.set("SETTING", "../../../../../a/setting");
        }
        lab.write("a/setting", "a's");
        lab.app(&["other = \"1\"", "plain = \"1\""], PRINTS);
        lab.worktree("b");
        lab.write("b/setting", "b's");
        lab.build("a", &[]);
        assert_eq!(lab.says("a"), "a's");
        if !is_configured {
            lab.set("SETTING", "../../../../../b/setting");
        }
        lab.warmed("b");
        lab.build("b", &[]).only(&["app", "plain"]);
        assert_eq!(lab.says("b"), "b's");
    }
}

#[test]
fn a_crate_that_keeps_the_path_of_its_out_dir() {
    let lab = Lab::new();
    let script = "fn main() { println!(\"cargo:rerun-if-changed=build.rs\"); }";
    lab.package("plain", "pub fn name() -> &'static str { env!(\"OUT_DIR\") }")
        .build_script(script)
        .publish();
    lab.package("other", "").publish();
    lab.app(&["other = \"1\"", "plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert!(lab.says("b").starts_with(&builds_in(&lab, "b")), "{}", lab.says("b"));
}

/// A link that leads into the old worktree, and one that stays inside.
#[test]
fn links_in_an_out_dir() {
    let lab = Lab::new();
    let script = |target: &str| {
        format!(
            "fn main() {{ let out = std::env::var(\"OUT_DIR\").unwrap(); std::fs::write(format!(\"{{out}}/made\"), \"made\").unwrap(); \
             let _ = std::fs::remove_file(format!(\"{{out}}/link\")); \
             std::os::unix::fs::symlink(format!(\"{target}\"), format!(\"{{out}}/link\")).unwrap(); }}"
        )
    };
    let lib = "pub fn name() -> &'static str { include_str!(concat!(env!(\"OUT_DIR\"), \"/link\")) }";
    lab.package("plain", lib).build_script(&script("{out}/made")).publish();
    lab.package("inside", lib).build_script(&script("made")).publish();
    lab.app(
        &["inside = \"1\"", "plain = \"1\""],
        "fn main() { println!(\"{}{}\", inside::name(), plain::name()); }",
    );
    lab.build("a", &[]);
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    assert_eq!(lab.says("b"), "mademade");
}

/// What was copied names the first worktree still: its directories are old paths for the third one too.
#[test]
fn from_one_to_the_next() {
    let lab = Lab::new();
    lab.generator("made").publish();
    publish_c(&lab);
    lab.app(
        &["made = \"1\"", "plain = \"1\""],
        "fn main() { println!(\"{} {}\", made::MADE, plain::name()); }",
    );
    lab.build("a", &[]);
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    lab.worktree("c");
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    lab.warmed("c");
    lab.build("c", &[]).only(&["app", "plain"]);
    fs::remove_dir_all(lab.path("b/target")).unwrap();
    assert_eq!(
        lab.says("c")
            .replace(&builds_in(&lab, "c"), "OURS/")
            .split("OURS/")
            .next(),
        Some("made ")
    );
    // A script whose words were rewritten is moved along once more.
    lab.write("c/app/src/main.rs", "fn main() { println!(\"{}\", made::MADE); }");
    lab.build("c", &[]).only(&["app"]);
    assert_eq!(lab.says("c"), "made");
}

/// With our wrapper the path is made of the content, and the copy there stays as long as any worktree names it.
#[test]
fn an_out_dir_by_content() {
    let mut lab = Lab::new();
    lab.wrap();
    lab.generator("made").publish();
    // A path that is kept is good wherever the crate is copied to.
    let script = "fn main() { std::fs::write(std::env::var(\"OUT_DIR\").unwrap() + \"/x\", \"x\").unwrap(); }";
    let lib = r#"
        pub const X: &str = include_str!(concat!(env!("OUT_DIR"), "/x"));
        pub fn name() -> &'static str { env!("OUT_DIR") }"#;
    lab.package("plain", lib).build_script(script).publish();
    lab.app(
        &["made = \"1\"", "plain = \"1\""],
        "fn main() { println!(\"{} {}\", made::MADE, plain::name()); }",
    );
    lab.build("a", &[]);
    lab.worktree("b");
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 6 units"), "{output:?}");
    lab.build("b", &[]).only(&["app"]);
    let copies = lab.path("cache/sccache-shell/out").display().to_string();
    assert!(
        lab.says("b").starts_with(&format!("made {copies}/")),
        "{}",
        lab.says("b")
    );
    let uses = fs::read_dir(lab.path("cache/sccache-shell/uses")).unwrap().flatten();
    let noted: Vec<String> = uses.map(|file| fs::read_to_string(file.path()).unwrap()).collect();
    let ours = builds_in(&lab, "b");
    assert!(
        noted.len() == 2 && noted.iter().all(|paths| paths.contains(&ours)),
        "{noted:?}"
    );
}

/// In a worktree at home CARGO_HOME lies below it, and so does everything that is named.
#[test]
fn a_worktree_around_cargo_home() {
    let mut lab = Lab::new();
    lab.generator("made").publish();
    let names = r#"
        fn main() {
            let out = std::env::var("OUT_DIR").unwrap();
            std::fs::write(format!("{out}/source"), std::env::var("CARGO_MANIFEST_DIR").unwrap()).unwrap();
        }"#;
    lab.package("plain", &returns("plain")).build_script(names).publish();
    lab.app(&["made = \"1\"", "plain = \"1\""], PRINTS);
    let home = lab.path("a/cargo");
    fs::rename(lab.path("cargo"), &home).unwrap();
    lab.write("a/.gitignore", "target\ncargo\n");
    lab.set("CARGO_HOME", &home);
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain");
}

/// Links on the way to a worktree: cargo and the build scripts know it by either name.
#[test]
fn a_build_directory_behind_a_link() {
    let mut lab = Lab::new();
    publish_c(&lab);
    lab.package("other", "").publish();
    lab.app(&["other = \"1\"", "plain = \"1\""], PRINTS);
    lab.worktree("b");
    fs::create_dir_all(lab.path("disk")).unwrap();
    symlink(lab.path("disk"), lab.path("link")).unwrap();
    lab.set("CARGO_TARGET_DIR", lab.path("link/a"));
    lab.build("a", &[]);
    symlink(lab.path("disk/a"), lab.path("a/target")).unwrap();
    lab.set("CARGO_TARGET_DIR", "target");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert!(lab.says("b").starts_with(&builds_in(&lab, "b")), "{}", lab.says("b"));
}

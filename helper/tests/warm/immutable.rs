//! Only what cannot change is taken: packages of a registry and of git commits.

use std::fs;

use crate::crates::{PRINTS, returns};
use crate::lab::Lab;

#[test]
fn all_but_the_members() {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.package("derive", "use proc_macro::TokenStream;\n#[proc_macro]\npub fn one(_: TokenStream) -> TokenStream { \"1\".parse().unwrap() }\n")
        .proc_macro()
        .needs("plain")
        .publish();
    lab.generator("made").needs_to_build("plain").publish();
    let main = "fn main() { println!(\"{} {} {}\", plain::name(), made::MADE, derive::one!()); }";
    lab.app(&["plain = \"1\"", "made = \"1\"", "derive = \"1\""], main);
    lab.build("a", &[]);
    lab.worktree("b");
    let output = lab.warmed("b");
    // plain, the macro, and made's script, run and library.
    assert!(output.stdout.contains("copied 5 units"), "{output:?}");
    assert!(
        output.stdout.contains("left to cargo, sources can change: app"),
        "{output:?}"
    );
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain made 1");
}

/// The worst that could happen: cargo compares times only, and the other branch's checkout is older than this build.
#[test]
fn another_branchs_code_is_never_fresh() {
    let lab = Lab::new();
    lab.package("other", "").publish();
    lab.package_at("a/plain", "plain", &returns("a's crate")).write();
    let main = |who: &str| format!("fn main() {{ println!(\"{who}'s program, {{}}\", plain::name()); }}");
    lab.app(&["plain = { path = \"../plain\" }", "other = \"1\""], &main("a"));
    lab.worktree("b");
    lab.write("b/plain/src/lib.rs", returns("b's crate"));
    lab.write("b/app/src/main.rs", main("b"));
    lab.build("a", &[]);
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert_eq!(lab.says("b"), "b's program, b's crate");
}

/// A vendored package keeps its registry's name, and cargo does not look at its files' times.
#[test]
fn a_vendored_package_is_rebuilt() {
    let lab = Lab::new();
    lab.package("fixed", "").publish();
    lab.package_at("vendor/plain", "plain", &returns("before")).write();
    lab.package_at("vendor/fixed", "fixed", "").write();
    for name in ["plain", "fixed"] {
        lab.write(
            format!("vendor/{name}/.cargo-checksum.json"),
            "{\"files\":{},\"package\":null}",
        );
    }
    let vendor = format!(
        "[source.crates-io]\nreplace-with = \"vendored\"\n[source.vendored]\ndirectory = \"{}\"\n",
        lab.path("vendor").display()
    );
    lab.write("cargo/config.toml", vendor);
    lab.app(&["plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    lab.write("vendor/plain/src/lib.rs", returns("after"));
    assert!(
        lab.build("a", &[]).compiled.is_empty(),
        "cargo looks at a vendored package's files by now"
    );
    let output = lab.warm("b", &[]).ok();
    assert!(output.stdout.contains("nothing to gain"), "{output:?}");
    lab.build("b", &[]);
    assert_eq!(lab.says("b"), "after");
}

#[test]
fn a_patched_package_is_rebuilt_and_what_is_built_on_it() {
    let lab = Lab::new();
    lab.package("plain", &returns("the registry's")).publish();
    lab.package("other", "").publish();
    lab.package("uses", "pub fn name() -> &'static str { plain::name() }")
        .needs("plain")
        .publish();
    lab.package_at("a/patched", "plain", &returns("a's")).write();
    let main = "fn main() { println!(\"{}\", uses::name()); }";
    let patch = "[patch.crates-io]\nplain = { path = \"patched\" }\n";
    lab.app_with(&["uses = \"1\"", "other = \"1\""], main, patch);
    lab.worktree("b");
    lab.write("b/patched/src/lib.rs", returns("b's"));
    lab.build("a", &[]);
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 1 unit "), "{output:?}");
    lab.build("b", &[]).only(&["app", "plain", "uses"]);
    assert_eq!(lab.says("b"), "b's");
}

#[test]
fn a_git_commit_is_as_good_as_a_version() {
    let mut lab = Lab::new();
    lab.package_at("repository", "plain", &returns("from git")).write();
    lab.commit("repository");
    let dep = format!("plain = {{ git = \"file://{}\" }}", lab.path("repository").display());
    lab.app(&[&dep], PRINTS);
    lab.set("CARGO_NET_OFFLINE", "false");
    lab.build("a", &[]);
    lab.commit("a");
    lab.set("CARGO_NET_OFFLINE", "true");
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "from git");
}

#[test]
fn another_commit_is_another_package() {
    let mut lab = Lab::new();
    lab.package_at("repository", "plain", &returns("before")).write();
    lab.commit("repository");
    let dep = format!("plain = {{ git = \"file://{}\" }}", lab.path("repository").display());
    lab.app(&[&dep], PRINTS);
    lab.set("CARGO_NET_OFFLINE", "false");
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab.write("repository/src/lib.rs", returns("after"));
    lab.commit("repository");
    crate::lab::Ended::of(lab.command("cargo", "b").arg("update")).ok();
    let output = lab.warm("b", &[]).ok();
    assert!(output.stdout.contains("nothing to gain"), "{output:?}");
    lab.build("b", &[]);
    assert_eq!(lab.says("b"), "after");
}

#[test]
fn features_and_profiles_are_cargos_business() {
    let lab = Lab::new();
    let lib = "pub fn name() -> &'static str { if cfg!(feature = \"extra\") { \"extra\" } else { \"bare\" } }";
    lab.package("plain", lib).publish();
    lab.package("other", "").publish();
    lab.app(&["plain = \"1\"", "other = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    let manifest = lab.read("b/app/Cargo.toml");
    let manifest = manifest.replace("plain = \"1\"", "plain = { version = \"1\", features = [\"extra\"] }");
    lab.write("b/app/Cargo.toml", manifest);
    lab.warmed("b");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert_eq!(lab.says("b"), "extra");
    lab.build("b", &["--release"]).only(&["app", "other", "plain"]);
}

#[test]
fn what_the_lock_file_does_not_ask_for_stays() {
    let lab = Lab::new();
    lab.package("plain", &returns("before")).publish();
    lab.package("other", "").publish();
    lab.app(&["plain = \"1\"", "other = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab.package_at("packages/plain-1.0.1", "plain", &returns("after"))
        .version("1.0.1")
        .publish();
    crate::lab::Ended::of(lab.command("cargo", "b").args(["update", "plain"])).ok();
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 1 unit "), "{output:?}");
    assert!(
        !lab.files("b/target")
            .iter()
            .any(|path| path.to_string_lossy().contains("libplain"))
    );
    lab.build("b", &[]).only(&["app", "plain"]);
    assert_eq!(lab.says("b"), "after");
}

/// Whoever has no lock file yet takes everything that cannot change.
#[test]
fn without_a_lock_file() {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.app(&["plain = \"1\""], PRINTS);
    lab.worktree("b");
    lab.build("a", &[]);
    assert!(!lab.path("b/Cargo.lock").exists());
    lab.warmed("b");
    lab.build("b", &[]).only(&["app"]);
    fs::remove_dir_all(lab.path("a")).unwrap();
    assert_eq!(lab.says("b"), "plain");
}

/// A branch that gives build scripts other variables: cargo compares those that a script names, and no others.
#[test]
fn other_variables_are_other_runs() {
    let lab = Lab::new();
    let lib = "pub fn name() -> &'static str { include_str!(concat!(env!(\"OUT_DIR\"), \"/which\")) }";
    let script = |says: &str| {
        format!(
            "fn main() {{ println!(\"{says}\"); let out = std::env::var(\"OUT_DIR\").unwrap(); \
             std::fs::write(out + \"/which\", std::env::var(\"WHICH\").unwrap()).unwrap(); }}"
        )
    };
    let plain = script("cargo:rerun-if-changed=build.rs");
    lab.package("plain", lib).build_script(&plain).publish();
    let tells = script("cargo:rerun-if-env-changed=WHICH");
    lab.package("tells", lib).build_script(&tells).publish();
    lab.package("other", "").publish();
    let main = "fn main() { println!(\"{} {}\", plain::name(), tells::name()); }";
    lab.write("a/.cargo/config.toml", "[env]\nWHICH = \"a's\"\n");
    lab.app(&["other = \"1\"", "plain = \"1\"", "tells = \"1\""], main);
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab.write("b/.cargo/config.toml", "[env]\nWHICH = \"b's\"\n");
    let output = lab.warmed("b");
    assert!(
        output
            .stdout
            .contains("run with other variables (`[env]` of cargo's configuration): plain"),
        "{output:?}"
    );
    lab.build("b", &[]).only(&["app", "plain", "tells"]);
    assert_eq!(lab.says("b"), "b's b's");
    // The same variables again: all fits.
    lab.worktree("c");
    lab.warmed("c");
    lab.build("c", &[]).only(&["app"]);
    assert_eq!(lab.says("c"), "a's a's");
}

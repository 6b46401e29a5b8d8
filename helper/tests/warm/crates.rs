//! Small packages, published to the lab's registry as they would be to any.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use crate::lab::{Ended, Lab};

/// A program that prints what the package `plain` says.
pub(crate) const PRINTS: &str = "fn main() { println!(\"{}\", plain::name()); }";

/// A library whose function `name` returns this.
pub(crate) fn returns(text: &str) -> String {
    format!("pub fn name() -> &'static str {{ \"{text}\" }}\n")
}

/// A package that is being written.
pub(crate) struct Package<'a> {
    lab: &'a Lab,
    name: String,
    version: String,
    /// Where its directory is.
    pub(crate) dir: PathBuf,
    deps: Vec<(String, &'static str)>,
    manifest: String,
    is_proc_macro: bool,
}

impl Lab {
    /// A package of that name with that `src/lib.rs`; `publish` puts it into the registry.
    pub(crate) fn package(&self, name: &str, lib: &str) -> Package<'_> {
        self.package_at(&format!("packages/{name}-1.0.0"), name, lib)
    }

    /// The same, anywhere.
    pub(crate) fn package_at(&self, dir: &str, name: &str, lib: &str) -> Package<'_> {
        let package = Package {
            lab: self,
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            dir: self.path(dir),
            deps: Vec::new(),
            manifest: String::new(),
            is_proc_macro: false,
        };
        package.file("src/lib.rs", lib)
    }

    /// A package whose build script writes what its library includes: `pub const MADE: &str = "made";`
    pub(crate) fn generator(&self, name: &str) -> Package<'_> {
        let script = r#"
            fn main() {
                let out = std::env::var("OUT_DIR").unwrap();
                std::fs::write(out + "/made.rs", "pub const MADE: &str = \"made\";").unwrap();
                println!("cargo:rerun-if-changed=build.rs");
            }"#;
        self.package(name, "include!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\n")
            .build_script(script)
    }

    /// A workspace in `a` with the member `app`, whose program this is, and a first commit.
    pub(crate) fn app(&self, deps: &[&str], main: &str) {
        self.app_with(deps, main, "");
    }

    /// The same with more in the workspace's manifest.
    pub(crate) fn app_with(&self, deps: &[&str], main: &str, more: &str) {
        self.write(
            "a/Cargo.toml",
            format!("[workspace]\nmembers = [\"app\"]\nresolver = \"3\"\n{more}"),
        );
        let deps = deps.iter().fold(String::new(), |mut text, dep| {
            let _ = writeln!(text, "{dep}");
            text
        });
        let manifest = format!("{}[dependencies]\n{deps}", head("app", "1.0.0"));
        self.write("a/app/Cargo.toml", manifest);
        self.write("a/app/src/main.rs", main);
        self.commit("a");
    }
}

impl Package<'_> {
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    pub(crate) fn build_script(self, text: &str) -> Self {
        self.file("build.rs", text)
    }

    pub(crate) fn proc_macro(mut self) -> Self {
        self.is_proc_macro = true;
        self
    }

    pub(crate) fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    /// Depends on that package, at 1.
    pub(crate) fn needs(mut self, name: &str) -> Self {
        self.deps.push((name.to_owned(), "normal"));
        self
    }

    pub(crate) fn needs_to_build(mut self, name: &str) -> Self {
        self.deps.push((name.to_owned(), "build"));
        self
    }

    /// More in the manifest's `[package]`.
    pub(crate) fn with(mut self, line: &str) -> Self {
        self.manifest = format!("{line}\n");
        self
    }

    /// Writes the manifest: now it is a path dependency.
    pub(crate) fn write(self) -> Self {
        let mut text = head(&self.name, &self.version) + &self.manifest;
        for (table, kind) in [("dependencies", "normal"), ("build-dependencies", "build")] {
            let _ = writeln!(text, "[{table}]");
            for (name, _) in self.deps.iter().filter(|(_, of)| *of == kind) {
                let _ = writeln!(text, "{name} = \"1\"");
            }
        }
        if self.is_proc_macro {
            text += "[lib]\nproc-macro = true\n";
        }
        self.file("Cargo.toml", &text)
    }

    /// Puts it into the registry.
    pub(crate) fn publish(self) {
        let package = self.write();
        let (lab, full) = (package.lab, format!("{}-{}", package.name, package.version));
        let unpacked = lab.path("unpacked").join(&full);
        copy_dir(&package.dir, &unpacked);
        let archive = lab.path("registry").join(format!("{full}.crate"));
        Ended::of(lab.command("tar", "unpacked").arg("-czf").arg(&archive).arg(&full)).ok();
        let sum = Ended::of(lab.command("sha256sum", "").arg(&archive)).ok().stdout;
        let deps: Vec<String> = package.deps.iter().map(|(name, kind)| {
            format!(
                r#"{{"name":"{name}","req":"^1","features":[],"optional":false,"default_features":true,"target":null,"kind":"{kind}"}}"#
            )
        }).collect();
        let line = format!(
            "{{\"name\":\"{}\",\"vers\":\"{}\",\"deps\":[{}],\"features\":{{\"extra\":[]}},\"cksum\":\"{}\",\"yanked\":false}}\n",
            package.name,
            package.version,
            deps.join(","),
            sum.split_whitespace().next().unwrap()
        );
        let index = lab.path("registry/index").join(index_file(&package.name));
        let known = fs::read_to_string(&index).unwrap_or_default();
        lab.write(index, known + &line);
    }
}

fn head(name: &str, version: &str) -> String {
    let workspace = if name == "app" { "" } else { "[features]\nextra = []\n" };
    format!("{workspace}[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\n")
}

/// Where an index has a package (cargo's `registry/index`, for names of at least four letters).
fn index_file(name: &str) -> PathBuf {
    assert!(name.len() >= 4, "{name}: the lab's packages have longer names");
    [&name[..2], &name[2..4], name].iter().collect()
}

fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_dir(&from, &to);
        } else {
            fs::copy(from, to).unwrap();
        }
    }
}

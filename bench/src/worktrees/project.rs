//! The project that is built: a repository with linked worktrees, and a different project with the same dependencies.

use std::fs;
use std::path::{Path, PathBuf};

use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{machine, workspace, worktree};
use serde_json::Value;

use super::arguments::Arguments;
use super::contender::Contender;

/// A project and its directories.
pub(crate) struct Project {
    pub(crate) first: PathBuf,
    pub(crate) second: PathBuf,
    /// A third worktree, which is edited before its first build.
    pub(crate) branch: PathBuf,
    /// Only if the project is generated.
    pub(crate) other: Option<PathBuf>,
    /// Names of the workspace's packages.
    pub(crate) members: Vec<String>,
    /// Names of the other project's packages.
    pub(crate) others: Vec<String>,
    /// The root file of a member's library, relative to the project's root; of a program if no member has a library.
    source: PathBuf,
}

impl Project {
    /// Creates one in the contender's home, with all crates fetched and in the page cache.
    pub(crate) fn make(contender: &Contender, arguments: &Arguments) -> Self {
        let first = contender.home.path().join("first");
        let other = match &arguments.workspace {
            Some(workspace) => {
                let from = workspace.to_str().expect("the workspace's path is UTF-8");
                let to = first.to_str().expect("the test cache's path is UTF-8");
                worktree::git(contender.home.path(), &["clone", "--quiet", from, to]);
                None
            }
            None => Some(generate(contender, &first, arguments.small)),
        };
        let [second, branch] = ["second", "branch"].map(|name| worktree::linked(&first, name));
        fetch(contender, &first);
        let own = packages(contender, &first);
        let source = own.iter().find_map(library).or_else(|| own.iter().find_map(program));
        let source = source.expect("a member has a library or a program");
        Self {
            members: names(&own),
            others: other
                .iter()
                .flat_map(|other| names(&packages(contender, other)))
                .collect(),
            source: source
                .strip_prefix(&first)
                .expect("members lie in the workspace")
                .to_owned(),
            first,
            second,
            branch,
            other,
        }
    }

    /// Adds a line to a member's source, a different one in each worktree.
    pub(crate) fn edit(&self, worktree: &Path) {
        let file = worktree.join(&self.source);
        let source = fs::read_to_string(&file).expect("the source is there");
        let name = worktree.file_name().expect("a worktree has a name");
        let line = format!("pub const ONE_LINE_MORE: &str = {name:?};");
        fs::write(file, source + "\n#[doc(hidden)]\n" + &line + "\n").expect("it can be written");
    }
}

fn generate(contender: &Contender, first: &Path, small: bool) -> PathBuf {
    let (fixture, word) = if small {
        ("demo", "demo")
    } else {
        ("worktrees", "bench")
    };
    let other = contender.home.path().join("other");
    workspace::copy(fixture, first);
    workspace::copy_renamed(fixture, &other, word, "other");
    for dir in [first, &other] {
        fs::write(dir.join(".gitignore"), "/target\n").expect("the home is writable");
        worktree::init(dir);
    }
    other
}

/// Fetches the crates and reads all that a build reads, so that the first contender has the same page cache as the
/// others.
fn fetch(contender: &Contender, dir: &Path) {
    let fetch = contender.home.command(machine::program("cargo"));
    drop(cargo(fetch, dir, &["fetch", "--locked"]));
    let all = contender.home.command(machine::program("cargo"));
    let metadata = cargo(all, dir, &["metadata", "--format-version=1", "--offline", "--locked"]);
    let metadata: Value = serde_json::from_str(metadata.stdout()).expect("cargo prints JSON");
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let manifest = text(&package["manifest_path"]).expect("a package has a manifest");
        read_all(Path::new(&manifest).parent().expect("a file lies in a directory"));
    }
    let sysroot = contender.home.command(machine::program("rustc"));
    let sysroot = cargo(sysroot, dir, &["--print", "sysroot"]);
    for part in ["bin", "lib"] {
        read_all(&Path::new(sysroot.stdout().trim()).join(part));
    }
    for part in ["cc1", "cc1plus", "as", "collect2", "ld"] {
        let mut name = contender.home.command("cc");
        let name = Output::of(name.arg(format!("-print-prog-name={part}"))).ok();
        drop(fs::read(name.stdout().trim()));
    }
}

fn packages(contender: &Contender, dir: &Path) -> Vec<Value> {
    let metadata = contender.home.command(machine::program("cargo"));
    let metadata = cargo(
        metadata,
        dir,
        &["metadata", "--format-version=1", "--offline", "--locked", "--no-deps"],
    );
    let mut metadata: Value = serde_json::from_str(metadata.stdout()).expect("cargo prints JSON");
    match metadata["packages"].take() {
        Value::Array(packages) => packages,
        other => panic!("packages expected: {other}"),
    }
}

fn names(packages: &[Value]) -> Vec<String> {
    packages.iter().filter_map(|package| text(&package["name"])).collect()
}

fn library(package: &Value) -> Option<PathBuf> {
    target(package, "lib").or_else(|| target(package, "rlib"))
}

fn program(package: &Value) -> Option<PathBuf> {
    target(package, "bin")
}

fn target(package: &Value, kind: &str) -> Option<PathBuf> {
    let targets = package["targets"].as_array()?;
    let is_of_kind = |target: &&Value| {
        let of = |field: &str| {
            target[field]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == kind))
        };
        // A build script and a test are compiled as programs, too.
        of("crate_types") && of("kind")
    };
    text(&targets.iter().find(is_of_kind)?["src_path"]).map(PathBuf::from)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn cargo(mut command: std::process::Command, dir: &Path, args: &[&str]) -> Output {
    Output::of(command.current_dir(dir).args(args)).ok()
}

fn read_all(path: &Path) {
    let Ok(entries) = fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => read_all(&entry.path()),
            Ok(kind) if kind.is_file() => drop(fs::read(entry.path())),
            _ => {}
        }
    }
}

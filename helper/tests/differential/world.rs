//! What a case is, and how it is proved.

use std::fs;
use std::path::Path;

use crate::common::Sandbox;

/// A workspace and one change of it.
#[derive(Default)]
pub(crate) struct Case {
    /// `=== path` and the file's text, again and again.
    pub(crate) files: &'static str,
    /// The same: what is written over it; an empty text removes the file.
    pub(crate) change: &'static str,
    /// Variables that are set with the change, and before it.
    pub(crate) changed_var: Option<(&'static str, &'static str)>,
    pub(crate) var: Option<(&'static str, &'static str)>,
    /// Cargo's arguments; `run --quiet` where there are none.
    pub(crate) cargo: &'static [&'static str],
    /// Whether a worktree without the change finds all it builds in the cache.
    pub(crate) is_shared: bool,
    /// Whether what is said differs with the change at all.
    pub(crate) says_the_same: bool,
}

struct World {
    sandbox: Sandbox,
}

#[allow(clippy::print_stdout, reason = "the runner shows it where it is asked to")]
/// Fails where a build through the wrapper gives anything else than one without a cache.
pub(crate) fn prove(case: &Case) {
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let world = World::new(case);
    let (plain, changed) = (world.without(case, false), world.without(case, true));
    assert!(
        case.says_the_same || plain != changed,
        "{name}: the change shows: {plain}"
    );
    let expected = |is_changed| if is_changed { &changed } else { &plain };
    // Cold, the other worktree, both back and forth; then each from a warm cache.
    let steps = [
        ("one", false, true),
        ("the second", true, true),
        ("the second", false, false),
        ("one", true, false),
        ("one", false, true),
    ];
    for (at, (dir, is_changed, is_clean)) in steps.into_iter().enumerate() {
        // Cargo compiles nothing again for a variable that only a linker reads.
        let seen = world.build(case, dir, is_changed, is_clean || case.var.is_some());
        assert_eq!(
            &seen,
            expected(is_changed),
            "{name}, step {at}: {dir}, changed: {is_changed}"
        );
    }
    if case.is_shared {
        let misses = || world.misses();
        let before = misses();
        world.build(case, "the second", false, true);
        world.build(case, "one", false, true);
        assert_eq!(misses(), before, "{name}: all hits in both worktrees");
    }
    drop(world);
    if std::env::var_os("SCCACHE_SHELL_DIFFERENTIAL").is_none() {
        return;
    }
    let world = World::past_the_wrapper(case);
    for (dir, is_changed, is_clean) in steps {
        let seen = world.build(case, dir, is_changed, is_clean);
        if &seen != expected(is_changed) {
            println!(
                "plain sccache is wrong: {name}: {seen:?}, not {:?}",
                expected(is_changed)
            );
        }
    }
}

impl World {
    fn new(case: &Case) -> Self {
        let mut sandbox = Sandbox::new();
        sandbox.set("CARGO_NET_OFFLINE", "true");
        write(&sandbox.path("one"), case.files);
        sandbox.write("one/.gitignore", "target\n");
        for args in [&["init", "-q"][..], &["add", "-A"], &["commit", "-q", "-m", "x"]] {
            sandbox.git("one", args);
        }
        sandbox.git("one", &["worktree", "add", "-q", "--detach", "../the second"]);
        Self { sandbox }
    }

    fn past_the_wrapper(case: &Case) -> Self {
        let mut world = Self::new(case);
        world.sandbox.go_past_the_wrapper();
        world
    }

    fn set(&self, case: &Case, dir: &str, is_changed: bool) {
        let dir = self.sandbox.path(dir);
        write(&dir, if is_changed { case.change } else { case.files });
        // What the change adds.
        let added = paths(case.change).filter(|path| !is_changed && !paths(case.files).any(|known| known == *path));
        for path in added {
            let _ = fs::remove_file(dir.join(path));
        }
    }

    fn without(&self, case: &Case, is_changed: bool) -> String {
        self.set(case, "one", is_changed);
        let mut cargo = self.cargo(case, is_changed);
        let target = self.sandbox.path("without");
        let _ = fs::remove_dir_all(&target);
        cargo.env("RUSTC_WRAPPER", "").env("CARGO_TARGET_DIR", &target);
        let said = output(cargo.current_dir(self.sandbox.path("one")), &target);
        self.set(case, "one", false);
        said
    }

    fn build(&self, case: &Case, dir: &str, is_changed: bool, is_clean: bool) -> String {
        let path = self.sandbox.path(dir);
        if is_clean {
            let _ = fs::remove_dir_all(path.join("target"));
        }
        self.set(case, dir, is_changed);
        output(self.cargo(case, is_changed).current_dir(&path), &path.join("target"))
    }

    fn cargo(&self, case: &Case, is_changed: bool) -> std::process::Command {
        let mut cargo = self.sandbox.command("cargo");
        cargo.args(if case.cargo.is_empty() {
            &["run", "--quiet"]
        } else {
            case.cargo
        });
        if let Some((name, value)) = if is_changed { case.changed_var } else { case.var } {
            cargo.env(name, value);
        }
        cargo
    }

    fn misses(&self) -> u64 {
        let mut ask = self.sandbox.sccache();
        let answer = ask.args(["--show-stats", "--stats-format=json"]).output().unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&answer.stdout).unwrap();
        let counts = answer["stats"]["cache_misses"]["counts"].as_object().unwrap();
        let fails = answer["stats"]["compile_fails"].as_u64().unwrap();
        counts.values().map(|count| count.as_u64().unwrap()).sum::<u64>() + fails
    }
}

/// What it says, with the directories that differ by nature made alike.
fn output(cargo: &mut std::process::Command, target: &Path) -> String {
    let output = cargo.output().unwrap();
    let said = format!(
        "{}{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let root = cargo.get_current_dir().unwrap();
    let said = said
        .replace(&*target.to_string_lossy(), "<target>")
        .replace(&*root.to_string_lossy(), "<root>");
    let timed = |line: &str| {
        line.contains("Finished")
            || line.contains("Compiling")
            || line.contains("Blocking")
            || line.contains("Checking")
            || line.contains("finished in")
    };
    said.lines().filter(|line| !timed(line)).collect::<Vec<_>>().join("\n")
}

fn paths(files: &str) -> impl Iterator<Item = &str> {
    files.lines().filter_map(|line| line.strip_prefix("=== "))
}

fn write(dir: &Path, files: &str) {
    for file in files.split("=== ").skip(1) {
        let (path, text) = file.split_once('\n').unwrap();
        let path = dir.join(path);
        if text.trim().is_empty() {
            let _ = fs::remove_file(&path);
        } else if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            if text.starts_with("#!") {
                fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            }
        }
    }
}

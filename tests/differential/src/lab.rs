//! The throw-away place in which one case is built: worktrees, a home, CARGO_HOME, the crates' repository or registry,
//! a server of its own.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::stats::Stats;
use sccache_shell_e2e::worktree::git;
use tempfile::TempDir;

use crate::case::{Case, Files, World};
use crate::local_registry;
use crate::manifest::{self, Layout};
use crate::mode::{Mode, Wrappers};
use crate::place::Place;
use crate::schedule::{Edits, Tree};
use crate::tools::{self, Tools};

/// What the lab's own temporary directory is for: the path of a socket must be short.
const SOCKET: &str = "s";

/// A case's lab. Its server is stopped and all of it removed when it is dropped.
#[derive(Debug)]
pub struct Lab {
    /// The case.
    pub case: Case,
    tools: Tools,
    wrappers: Wrappers,
    dir: TempDir,
    short: TempDir,
}

impl Lab {
    /// Makes it, with all worlds committed and locked.
    pub fn new(case: &Case, place: Place, tools: &Tools) -> Self {
        let dir = tempfile::Builder::new().prefix("diff-").tempdir_in(tools::scratch());
        let dir = dir.expect("the scratch directory is writable");
        let lab = Self {
            case: case.clone(),
            tools: tools.clone(),
            wrappers: Wrappers::install(dir.path(), tools),
            short: tempfile::Builder::new()
                .prefix("scd")
                .tempdir_in("/tmp")
                .expect("/tmp is writable"),
            dir,
        };
        lab.fresh_home();
        lab.make_worlds(place);
        lab
    }

    /// Keeps it when it is dropped, and says where it is.
    pub fn keep(&mut self) -> &Path {
        self.dir.disable_cleanup(true);
        self.dir.path()
    }

    /// The directory of a worktree or project.
    pub fn tree(&self, tree: Tree) -> PathBuf {
        self.dir.path().join(match tree {
            Tree::One => &self.case.trees[0],
            Tree::Two => &self.case.trees[1],
            Tree::Project => "another/project",
        })
    }

    /// Its target directory.
    pub fn target(&self, tree: Tree) -> PathBuf {
        self.tree(tree).join("target")
    }

    /// Removes a target directory.
    pub fn clean(&self, tree: Tree) {
        remove(&self.target(tree));
    }

    /// An empty home with an empty cache, after the server has been stopped.
    pub fn fresh_home(&self) {
        self.stop_server();
        remove(&self.home());
        let config = "[cache.disk]\nsize = \"2G\"\n".to_owned();
        write_files(
            &self.home(),
            &Files::from([(".config/sccache/config".to_owned(), config)]),
        );
    }

    /// Switches a tree to `world`, as `git checkout` does: only what differs gets a new time.
    pub fn switch(&self, tree: Tree, world: World, edits: Edits) {
        let (dir, tag) = (self.tree(tree), tag(world));
        let args: &[&str] = match edits {
            Edits::InPlace => &["restore", "--quiet", "--source", &tag, "--staged", "--worktree", ":/"],
            _ => &["checkout", "--quiet", "--force", "--detach", &tag],
        };
        git(&dir, args);
        self.write_lab_files(world);
        self.say_whether_edits_are_cached(edits == Edits::Cached);
    }

    /// In cargo's configuration: a macro would see a variable.
    fn say_whether_edits_are_cached(&self, they_are: bool) {
        const TABLE: &str = "[profile.dev]\nincremental = false\n";
        let path = self.dir.path().join("cargo/config.toml");
        let mut text = fs::read_to_string(&path).unwrap_or_default().replace(TABLE, "");
        if they_are {
            text += TABLE;
        }
        fs::write(&path, text).expect("the lab is writable");
    }

    /// Cargo with `args` in a tree's environment.
    pub fn cargo(&self, mode: Mode, tree: Tree, world: World, args: &[String]) -> Command {
        let mut command = self.command(self.tools.toolchain_bin.join("cargo"), mode);
        let root = self.tree(tree);
        command.current_dir(&root).args(args);
        for (name, value) in &self.case.world(world).set {
            let value = value.replace("@root@", &root.display().to_string());
            let value = value.replace("@path@", &self.path(mode));
            command.env(name, self.text(&value));
        }
        command
    }

    /// What the running server has counted; starts one if none runs.
    pub fn stats(&self) -> Stats {
        let mut ask = self.command(&self.tools.sccache, Mode::None);
        Stats::parse(
            Output::of(ask.args(["--show-stats", "--stats-format=json"]))
                .ok()
                .stdout(),
        )
    }

    fn command(&self, program: impl AsRef<std::ffi::OsStr>, mode: Mode) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        command.env("PATH", self.path(mode)).env("HOME", self.home());
        command.env("CARGO_HOME", self.dir.path().join("cargo"));
        command.env("SCCACHE_SERVER_UDS", self.short.path().join(SOCKET));
        command.env("SCCACHE_IDLE_TIMEOUT", "300");
        command.envs(self.wrappers.variables(mode));
        command
    }

    fn path(&self, mode: Mode) -> String {
        let path = machine::path();
        let first = self.wrappers.directory(mode).map(Path::to_owned);
        let dirs = first
            .into_iter()
            .chain([self.tools.toolchain_bin.clone()])
            .chain(env::split_paths(&path));
        let path = env::join_paths(dirs).expect("no colon in them");
        path.into_string().expect("the tests' own paths are UTF-8")
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    fn stop_server(&self) {
        if self.short.path().join(SOCKET).exists() {
            let mut stop = self.command(&self.tools.sccache, Mode::None);
            drop(Output::of(stop.arg("--stop-server")));
        }
    }

    fn text(&self, text: &str) -> String {
        text.replace("@lab@", &self.dir.path().display().to_string())
            .replace("@rustc@", &self.tools.toolchain_bin.join("rustc").display().to_string())
    }

    fn write(&self, dir: &Path, files: &Files) {
        let files = files.iter().map(|(path, text)| (path.clone(), self.text(text)));
        write_files(dir, &files.collect());
    }

    fn write_lab_files(&self, world: World) {
        let lab = &self.case.world(world).lab;
        for path in self.case.world(world.other()).lab.keys() {
            if !lab.contains_key(path) {
                remove(&self.dir.path().join(path));
            }
        }
        self.write(self.dir.path(), lab);
    }

    fn make_worlds(&self, place: Place) {
        let mut worlds = Vec::new();
        for world in World::ALL {
            let repository = self.dir.path().join("repository");
            let mut layout = manifest::layout(&self.case, world, place, &repository);
            self.publish(place, &layout, &repository);
            layout
                .worktree
                .insert("Cargo.lock".to_owned(), self.lock(world, &layout));
            layout.worktree.insert(".gitignore".to_owned(), "/target\n".to_owned());
            worlds.push((world, layout.worktree));
        }
        let offline = self.dir.path().join("cargo/config.toml");
        let before = fs::read_to_string(&offline).unwrap_or_default();
        fs::write(&offline, before + "[net]\noffline = true\n").expect("the lab is writable");
        for tree in [Tree::One, Tree::Project] {
            self.commit(&self.tree(tree), &worlds);
        }
        let two = self.tree(Tree::Two);
        let path = two.to_str().expect("the tests' own paths are UTF-8");
        git(
            &self.tree(Tree::One),
            &["worktree", "add", "--quiet", "--detach", path, &tag(World::First)],
        );
    }

    /// Puts the crates that stand outside of the worktrees where cargo finds them.
    fn publish(&self, place: Place, layout: &Layout, repository: &Path) {
        let config = match place {
            Place::Member => String::new(),
            Place::Git => {
                let all = layout.outside.iter().flat_map(|(name, files)| {
                    files
                        .iter()
                        .map(move |(path, text)| (format!("{name}/{path}"), text.clone()))
                });
                self.commit_all(repository, &all.collect(), "crates", false);
                String::new()
            }
            Place::Registry => {
                let dir = self.dir.path().join("registry");
                local_registry::add(&dir, layout);
                local_registry::configuration(&dir)
            }
        };
        write_files(
            self.dir.path(),
            &Files::from([("cargo/config.toml".to_owned(), config)]),
        );
    }

    /// The lock file that cargo makes of a world.
    fn lock(&self, world: World, layout: &Layout) -> String {
        let dir = self.dir.path().join(format!("lock-{}", world.number()));
        self.write(&dir, &layout.worktree);
        // `fetch` also unpacks: else the first build of all would tell of it.
        for verb in ["generate-lockfile", "fetch"] {
            let mut cargo = self.command(self.tools.toolchain_bin.join("cargo"), Mode::None);
            drop(Output::of(cargo.current_dir(&dir).arg(verb)).ok());
        }
        fs::read_to_string(dir.join("Cargo.lock")).expect("cargo has written it")
    }

    fn commit(&self, repository: &Path, worlds: &[(World, Files)]) {
        for (world, files) in worlds {
            let message = format!("world {} of {}", world.number(), repository.display());
            self.commit_all(repository, files, &message, true);
            git(repository, &["tag", &tag(*world)]);
        }
    }

    /// Makes `files` all that the repository holds; `apart`: by a commit of its own even where nothing has changed.
    fn commit_all(&self, repository: &Path, files: &Files, message: &str, apart: bool) {
        fs::create_dir_all(repository).expect("the lab is writable");
        if !repository.join(".git").exists() {
            git(repository, &["init", "--quiet"]);
        }
        git(repository, &["rm", "-rq", "--ignore-unmatch", "."]);
        self.write(repository, files);
        git(repository, &["add", "--all"]);
        // Unchanged crates are no new commit, or their directories in CARGO_HOME would differ. Worktrees differ in
        // theirs.
        if !apart && git(repository, &["status", "--porcelain"]).stdout().is_empty() {
            return;
        }
        git(
            repository,
            &["commit", "--quiet", "--allow-empty", "--message", message],
        );
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop_server();
    }
}

fn tag(world: World) -> String {
    format!("world-{}", world.number())
}

fn remove(path: &Path) {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    if let Err(error) = removed {
        let gone = error.kind() == std::io::ErrorKind::NotFound;
        assert!(gone, "{} cannot be removed: {error}", path.display());
    }
}

/// Writes what is not there already; a script is made executable, and `@link TARGET` a link.
pub fn write_files(dir: &Path, files: &Files) {
    for (path, text) in files {
        let file = dir.join(path);
        if let Some(target) = text.strip_prefix("@link ") {
            fs::create_dir_all(file.parent().expect("in dir")).expect("the lab is writable");
            remove(&file);
            symlink(target.trim_end(), &file).expect("the lab is writable");
            continue;
        }
        if fs::read_to_string(&file).is_ok_and(|before| before == *text) {
            continue;
        }
        fs::create_dir_all(file.parent().expect("in dir")).expect("the lab is writable");
        fs::write(&file, text).expect("the lab is writable");
        if text.starts_with("#!") {
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
    }
}

use super::*;
use proptest::prelude::*;
use std::process::Command;

struct Git(tempfile::TempDir);

impl Git {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.0.path()).unwrap().join(name)
    }

    fn git(&self, dir: &str, args: &[&str]) {
        let status = Command::new("git")
            .current_dir(self.path(dir))
            .args([
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@y",
                "-c",
                "protocol.file.allow=always",
            ])
            .args(args)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        assert!(status.unwrap().success(), "git {args:?}");
    }

    fn repository(&self, name: &str) {
        self.git("", &["init", name]);
        self.git(name, &["commit", "--allow-empty", "-m", "x"]);
    }
}

#[test]
fn finds_all_from_any_of_them() {
    let git = Git::new();
    git.repository("main");
    git.git("main", &["worktree", "add", "-b", "spaced", "../a b"]);
    git.git("main", &["worktree", "add", "sub/c"]);
    fs::create_dir_all(git.path("a b/src/deep")).unwrap();
    let all = [git.path("main"), git.path("a b"), git.path("main/sub/c")];
    for (dir, root) in [("main", "main"), ("a b/src/deep", "a b"), ("main/sub/c", "main/sub/c")] {
        let found = Repository::around(&git.path(dir)).unwrap();
        assert_eq!(found.root, git.path(root));
        assert_eq!(found.worktrees, all);
        assert_eq!(found.common_dir, git.path("main/.git"));
        assert_eq!(found.others().count(), 2);
    }
    fs::remove_dir_all(git.path("a b")).unwrap();
    assert_eq!(Repository::around(&git.path("main")).unwrap().worktrees.len(), 2);
}

#[test]
fn relative_links_are_followed() {
    let git = Git::new();
    git.repository("main");
    git.git("main", &["worktree", "add", "../a"]);
    // As `worktree.useRelativePaths` of git 2.48 writes them; older ones read them too.
    fs::write(git.path("main/.git/worktrees/a/gitdir"), "../../../../a/.git\n").unwrap();
    fs::write(git.path("a/.git"), "gitdir: ../main/.git/worktrees/a\n").unwrap();
    let found = Repository::around(&git.path("a")).unwrap();
    assert_eq!(found.worktrees, [git.path("main"), git.path("a")]);
    assert_eq!(found.root, git.path("a"));
}

#[test]
fn odd_names_and_worktrees_that_were_moved_or_replaced() {
    let git = Git::new();
    git.repository("main");
    for name in ["we ird\n$x", "moved", "replaced"] {
        git.git(
            "main",
            &["worktree", "add", "--detach", git.path(name).to_str().unwrap()],
        );
    }
    fs::rename(git.path("moved"), git.path("elsewhere")).unwrap();
    fs::remove_dir_all(git.path("replaced")).unwrap();
    git.repository("replaced");
    let found = Repository::around(&git.path("main")).unwrap();
    assert_eq!(found.worktrees, [git.path("main"), git.path("we ird\n$x")]);
    // One that was moved still knows its repository.
    let moved = Repository::around(&git.path("elsewhere")).unwrap();
    assert!(moved.others().any(|other| other == git.path("main")));
}

#[test]
fn a_bare_repository_has_no_main_worktree() {
    let git = Git::new();
    git.repository("main");
    git.git("", &["clone", "--bare", "main", "w/.git"]);
    git.git("w", &["worktree", "add", "a"]);
    let found = Repository::around(&git.path("w/a")).unwrap();
    assert_eq!(found.worktrees, [git.path("w/a")]);
    assert_eq!(found.others().count(), 0);
}

#[test]
fn a_bare_repository_beside_its_worktrees() {
    let git = Git::new();
    git.repository("main");
    git.git("", &["clone", "--bare", "main", "w/.bare"]);
    fs::write(git.path("w/.git"), "gitdir: ./.bare\n").unwrap();
    git.git("w", &["worktree", "add", "a"]);
    git.git("w", &["worktree", "add", "b"]);
    let both = [git.path("w/a"), git.path("w/b")];
    assert_eq!(Repository::around(&git.path("w/a")).unwrap().worktrees, both);
    // What holds them is no worktree.
    assert_eq!(Repository::around(&git.path("w")).unwrap().worktrees, both);
    // As git keeps it once a worktree has a config of its own.
    let mut config = fs::read_to_string(git.path("w/.bare/config")).unwrap();
    config = config.replace("bare = true", "") + "[extensions]\n\tworktreeConfig = true\n";
    fs::write(git.path("w/.bare/config"), config).unwrap();
    fs::write(git.path("w/.bare/config.worktree"), "[core]\n\tbare = true\n").unwrap();
    assert_eq!(Repository::around(&git.path("w/a")).unwrap().worktrees, both);
    assert_eq!(Repository::around(&git.path("w")).unwrap().worktrees, both);
}

#[test]
fn a_main_worktree_that_is_named() {
    let git = Git::new();
    git.repository("main");
    git.git("main", &["worktree", "add", "../a"]);
    fs::rename(git.path("main/.git"), git.path("main.git")).unwrap();
    git.git(
        "main.git",
        &["config", "core.worktree", git.path("main").to_str().unwrap()],
    );
    fs::write(
        git.path("a/.git"),
        format!("gitdir: {}/worktrees/a\n", git.path("main.git").display()),
    )
    .unwrap();
    let found = Repository::around(&git.path("a")).unwrap();
    assert_eq!(found.worktrees, [git.path("main"), git.path("a")]);
}

#[test]
fn a_submodule_is_where_its_superprojects_worktrees_have_it() {
    let git = Git::new();
    git.repository("lib");
    git.repository("main");
    git.git("main", &["submodule", "add", "../lib", "lib"]);
    git.git("main", &["commit", "-m", "lib"]);
    let found = Repository::around(&git.path("main/lib")).unwrap();
    assert_eq!(found.worktrees, [git.path("main/lib")]);
    assert_eq!(found.others().count(), 0);
    git.git("main", &["worktree", "add", "../b"]);
    git.git("b", &["submodule", "update", "--init"]);
    for (here, there) in [("main", "b"), ("b", "main")] {
        let lib = git.path(here).join("lib");
        let found = Repository::around(&lib).unwrap();
        let counterpart = Counterpart {
            ours: git.path(here),
            worktree: git.path(there),
            dir: git.path(there).join("lib/src"),
        };
        assert_eq!(found.counterparts(&lib.join("src")), [counterpart]);
    }
}

#[test]
fn a_nested_worktree_knows_what_it_lies_in() {
    let git = Git::new();
    git.repository("main");
    git.git("main", &["worktree", "add", ".x/a"]);
    git.git("main", &["worktree", "add", "../main-b"]);
    let around = |dir: &str| Repository::around(&git.path(dir)).unwrap();
    assert_eq!(around("main/.x/a").enclosing(), Some(&*git.path("main")));
    assert_eq!(around("main-b").enclosing(), None);
    assert_eq!(around("main").enclosing(), None);
}

#[test]
fn files_that_git_tracks() {
    let git = Git::new();
    git.repository("main");
    git.git("main", &["worktree", "add", "../a"]);
    for name in ["config", "sub/config", "new"] {
        let path = git.path("a").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "x").unwrap();
    }
    let is_tracked = |name: &str| tracks(&git.path(name));
    assert!(!is_tracked("a/config"));
    git.git("a", &["add", "sub/config"]);
    assert!(
        is_tracked("a/sub/config") && !is_tracked("a/config"),
        "a part of a name"
    );
    git.git("a", &["add", "config"]);
    assert!(is_tracked("a/config") && !is_tracked("a/new") && !is_tracked("main/config") && !is_tracked("none"));
}

#[test]
fn no_repository_and_broken_ones() {
    let git = Git::new();
    assert_eq!(Repository::around(&git.path("")), None);
    fs::write(git.path(".git"), "gitdir: /nonexistent\n").unwrap();
    assert_eq!(Repository::around(&git.path("")), None);
}

proptest! {
    #[test]
    fn any_bytes_are_a_repository_or_none(dot_git: Vec<u8>, config: String, rest: Vec<u8>) {
        let dir = tempfile::tempdir().unwrap();
        let ours: &[u8] = b"gitdir: g\n";
        for dot_git in [&dot_git, ours] {
            assert_invariants(dir.path(), &[dot_git, config.as_bytes(), &rest, &rest]);
            assert_invariants(dir.path(), &[dot_git, config.as_bytes(), b".", &rest, b"x"]);
        }
    }
}

//! Planning: which calls get a copy, and which variables move with it.

use super::*;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use tempfile::TempDir;

const LIBRARY: &str = "--crate-name x --edition=2021 SOURCE --crate-type lib --emit=dep-info,metadata,link \
    -C metadata=1 -C extra-filename=-1 --out-dir deps --cap-lints allow";

struct Scene {
    dir: TempDir,
    variables: Vec<(String, OsString)>,
}

impl Scene {
    /// A crate with an OUT_DIR that has one file in it, and a home.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("target/out")).unwrap();
        fs::create_dir(dir.path().join("deps")).unwrap();
        fs::write(dir.path().join("target/out/private.rs"), "").unwrap();
        fs::create_dir_all(dir.path().join("x-1/src")).unwrap();
        let source = "include!(concat!(env!(\"OUT_DIR\"), \"/private.rs\"));";
        fs::write(dir.path().join("x-1/src/lib.rs"), source).unwrap();
        let scene = Self {
            dir,
            variables: Vec::new(),
        };
        let (home, out_dir) = (scene.path("home"), scene.path("target/out"));
        fs::create_dir(&home).unwrap();
        scene.with("HOME", home).with(OUT_DIR, out_dir)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn plan(&self) -> Outcome {
        self.plan_for(LIBRARY)
    }

    fn plan_for(&self, args: &str) -> Outcome {
        let args = args.replace("SOURCE", &self.path("x-1/src/lib.rs").display().to_string());
        let args: Vec<OsString> = args.split_whitespace().map(OsString::from).collect();
        plan(
            &args,
            &Environment::new(self.variables.iter().cloned(), self.dir.path()),
        )
    }

    #[track_caller]
    fn moved(&self) -> Moved {
        match self.plan() {
            Outcome::Moved(moved) => *moved,
            other => panic!("{other:?}"),
        }
    }

    /// With a source that does not look as if it read files.
    #[track_caller]
    fn watched(&self) -> Watched {
        fs::write(self.path("x-1/src/lib.rs"), "").unwrap();
        match self.plan() {
            Outcome::Watched(watched) => *watched,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn plain(&self) -> String {
        match self.plan() {
            Outcome::Plain(why) => why.to_string(),
            other => panic!("{other:?}"),
        }
    }

    /// What rustc would have written.
    fn dep_info(&self, text: &str) {
        fs::write(self.path("deps/x-1.d"), text).unwrap();
    }
}

#[test]
fn the_copy_takes_the_place_of_out_dir() {
    let scene = Scene::new();
    let moved = scene.moved();
    assert!(moved.to.starts_with(scene.path("home/.cache/sccache-shell/out")));
    assert_eq!(
        moved.variables,
        [(OsString::from(OUT_DIR), moved.to.clone().into_os_string())]
    );
    assert!(moved.to.join("private.rs").is_file());
}

#[test]
fn everything_in_it_moves_along_and_nothing_else() {
    let scene = Scene::new();
    let out = scene.path("target/out");
    let loader = format!("{}/lib:/usr/lib", out.display());
    let beside = format!("{}put/x.rs", out.display());
    let scene = scene
        .with("GENERATED", out.join("private.rs"))
        .with("LD_LIBRARY_PATH", loader)
        .with("BESIDE", beside)
        .with("ABOVE", out.parent().unwrap())
        .with("TEXT", "private.rs");
    let moved = scene.moved();
    let expected = [
        ("GENERATED", moved.to.join("private.rs").into_os_string()),
        (OUT_DIR, moved.to.clone().into_os_string()),
    ];
    assert_eq!(
        moved.variables,
        expected.map(|(name, value)| (OsString::from(name), value))
    );
}

#[test]
fn what_leads_out_of_it_stays_and_all_with_it() {
    let scene = Scene::new();
    let out = scene.path("target/out");
    let scene = scene.with("OUTPUT", out.join("../output"));
    assert_eq!(scene.plain(), "OUTPUT leads out of it");
}

#[test]
fn other_calls_are_left_alone() {
    let scene = Scene::new();
    let plain = |args: &str| match scene.plan_for(args) {
        Outcome::Plain(why) => why.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        plain(&LIBRARY.replace("type lib", "type bin")),
        "not a library or proc macro"
    );
    let own = LIBRARY.replace("--cap-lints allow", "");
    assert_eq!(plain(&own), "a crate of the workspace, or by path");
    assert!(!scene.path("home/.cache").exists(), "nothing is made for those");
    assert!(matches!(Scene::new().with(OUT_DIR, "").plan(), Outcome::None));
}

#[test]
fn an_empty_one_is_left_alone() {
    let scene = Scene::new();
    fs::remove_file(scene.path("target/out/private.rs")).unwrap();
    assert_eq!(scene.plain(), "empty");
    assert!(!scene.path("home/.cache").exists());
    fs::create_dir(scene.path("target/out/probe")).unwrap();
    assert_eq!(scene.plain(), "empty", "a directory is nothing to read");
}

#[test]
fn without_a_place_nothing_is_moved() {
    let scene = Scene::new();
    fs::write(scene.path("home/.cache"), "a file").unwrap();
    assert!(scene.plain().starts_with("no place for copies: "));
    assert_eq!(
        Scene::new().with("HOME", "").plain(),
        "no place for copies: neither HOME nor XDG_CACHE_HOME"
    );
}

#[test]
fn what_cannot_be_copied_is_named() {
    let scene = Scene::new();
    std::os::unix::fs::symlink("private.rs", scene.path("target/out/link")).unwrap();
    assert_eq!(scene.plain(), "link is no plain file");
}

#[test]
fn a_crate_that_read_files_keeps_the_copy() {
    let scene = Scene::new();
    let moved = scene.moved();
    scene.dep_info(&format!("x.d: src/lib.rs {}/private.rs\n", moved.to.display()));
    moved.judge().unwrap();
    let name = moved.to.file_name().unwrap().to_string_lossy();
    let record = scene.path("home/.cache/sccache-shell/uses").join(&*name);
    let noted = fs::read(record).unwrap();
    assert_eq!(noted, [scene.path("target/out").as_os_str().as_bytes(), b"\0"].concat());
    assert!(matches!(scene.plan(), Outcome::Moved(_)));
}

#[test]
fn a_crate_that_takes_only_the_path_is_compiled_plainly() {
    let scene = Scene::new();
    let moved = scene.moved();
    scene.dep_info(&format!(
        "x.d: src/lib.rs\n\n# env-dep:OUT_DIR={}\n",
        moved.to.display()
    ));
    let why = moved.judge().unwrap_err();
    assert_eq!(why.to_string(), "the crate read no file of it");
    assert_eq!(
        scene.plain(),
        "the crate reads no file of it",
        "and is known from then on"
    );
}

#[test]
fn a_crate_that_takes_nothing_is_done_and_known() {
    let scene = Scene::new();
    let moved = scene.moved();
    scene.dep_info("x.d: src/lib.rs\n");
    moved.judge().unwrap();
    assert_eq!(scene.plain(), "the crate reads no file of it");
}

#[test]
fn without_dep_info_nobody_knows() {
    let scene = Scene::new();
    assert!(matches!(scene.moved().judge(), Err(Why::Failed)));
    assert!(matches!(scene.plan(), Outcome::Moved(_)), "nothing was learnt of it");
}

#[test]
fn what_writes_to_the_copy_does_without() {
    let scene = Scene::new();
    let moved = scene.moved();
    scene.dep_info(&format!("x.d: src/lib.rs {}/private.rs\n", moved.to.display()));
    fs::set_permissions(&moved.to, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(moved.to.join("more"), "").unwrap();
    assert_eq!(moved.judge().unwrap_err().to_string(), "the compile wrote to it");
    assert_eq!(scene.plain(), "the crate does not do with a copy of it");
}

#[test]
fn a_failure_that_names_the_copy_is_learnt_from() {
    let scene = Scene::new();
    let moved = scene.moved();
    moved.learn_from(b"error: out of memory");
    let moved = match scene.plan() {
        Outcome::Moved(again) => again,
        other => panic!("{other:?} after {moved:?}"),
    };
    moved.learn_from(format!("error: couldn't read `{}/../x`", moved.to.display()).as_bytes());
    assert_eq!(scene.plain(), "the crate does not do with a copy of it");
}

#[test]
fn what_does_not_look_like_it_is_compiled_as_it_is() {
    let scene = Scene::new();
    let watched = scene.watched();
    assert!(
        !scene
            .path("home/.cache/sccache-shell/out")
            .read_dir()
            .unwrap()
            .any(|_| true)
    );
    let out_dir = scene.path("target/out");
    scene.dep_info(&format!("x.d: src/lib.rs\n\n# env-dep:OUT_DIR={}\n", out_dir.display()));
    assert_eq!(watched.judge().unwrap_err().to_string(), "the crate read no file of it");
    assert_eq!(scene.plain(), "the crate reads no file of it");
}

#[test]
fn what_reads_files_all_the_same_is_moved_and_known() {
    let scene = Scene::new();
    let watched = scene.watched();
    let file = scene.path("target/out/private.rs");
    scene.dep_info(&format!("x.d: src/lib.rs {}\n", file.display()));
    let moved = watched.judge().unwrap();
    scene.dep_info(&format!("x.d: src/lib.rs {}/private.rs\n", moved.to.display()));
    moved.judge().unwrap();
    assert!(matches!(scene.plan(), Outcome::Moved(_)), "at once, the next time");
}

#[test]
fn the_place_is_private() {
    let scene = Scene::new();
    scene.moved();
    let mode = fs::metadata(scene.path("home/.cache/sccache-shell")).unwrap().mode();
    assert_eq!(mode & 0o777, 0o700);
}

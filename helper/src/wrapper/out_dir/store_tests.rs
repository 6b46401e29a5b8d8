//! The store: where it is, whose it is, and that a copy in it is always whole.

use std::thread;

use tempfile::TempDir;

use super::*;

struct Scene {
    dir: TempDir,
    out_dir: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let out_dir = dir.path().join("target/out");
        fs::create_dir_all(out_dir.join("sub")).unwrap();
        fs::write(out_dir.join("private.rs"), "pub mod private {}").unwrap();
        fs::write(out_dir.join("sub/table.bin"), [0, 1, 2]).unwrap();
        Self { dir, out_dir }
    }

    fn store(&self) -> Store {
        Store::open(self.dir.path().join("cache/sccache-shell")).unwrap()
    }

    fn copy(&self) -> PathBuf {
        let tree = Tree::read(&self.out_dir).unwrap();
        self.store().copy_of(&tree, &self.out_dir).unwrap()
    }

    fn is_whole(&self, copy: &Path) -> bool {
        Tree::read(&self.out_dir).unwrap().is_copied_to(copy)
    }
}

fn environment(vars: &[(&str, &str)]) -> Environment {
    Environment::new(vars.iter().copied(), Path::new("/"))
}

#[test]
fn it_is_where_xdg_says() {
    let of = |vars: &[(&str, &str)]| root(&environment(vars));
    let at_home = Some(PathBuf::from("/home/a/.cache/sccache-shell"));
    assert_eq!(of(&[("HOME", "/home/a")]), at_home);
    assert_eq!(of(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "")]), at_home);
    assert_eq!(of(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "cache")]), at_home);
    let elsewhere = of(&[("HOME", "/home/a"), ("XDG_CACHE_HOME", "/c")]);
    assert_eq!(elsewhere, Some(PathBuf::from("/c/sccache-shell")));
    assert_eq!(of(&[("HOME", "relative")]), None);
    assert_eq!(of(&[]), None);
}

#[test]
fn it_is_private() {
    let scene = Scene::new();
    let root = scene.dir.path().join("cache/sccache-shell");
    fs::create_dir_all(&root).unwrap();
    fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
    scene.store();
    assert_eq!(fs::metadata(&root).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn equal_content_has_one_copy() {
    let scene = Scene::new();
    let first = scene.copy();
    let number = || fs::read_dir(scene.store().out()).unwrap().count();
    let inode = || fs::metadata(&first).unwrap().ino();
    let before = (number(), inode());
    assert_eq!(scene.copy(), first);
    assert_eq!((number(), inode()), before);
    assert_eq!(fs::metadata(&first).unwrap().mode() & 0o777, 0o555);
}

#[test]
fn other_content_has_another_place() {
    let scene = Scene::new();
    let first = scene.copy();
    fs::write(scene.out_dir.join("private.rs"), "pub mod private { }").unwrap();
    let second = scene.copy();
    assert_ne!(first, second);
    assert!(scene.is_whole(&second));
}

#[test]
fn a_broken_copy_is_made_anew() {
    let breaks: [fn(&Path); 3] = [
        |copy| {
            fs::set_permissions(copy, fs::Permissions::from_mode(0o755)).unwrap();
            tree::remove(&copy.join("sub")).unwrap();
        },
        |copy| {
            tree::remove(copy).unwrap();
            fs::write(copy, "a file").unwrap();
        },
        |copy| {
            fs::set_permissions(copy.join("private.rs"), fs::Permissions::from_mode(0o644)).unwrap();
            fs::write(copy.join("private.rs"), "something else").unwrap();
        },
    ];
    for break_it in breaks {
        let scene = Scene::new();
        let copy = scene.copy();
        break_it(&copy);
        assert!(!scene.is_whole(&copy));
        assert_eq!(scene.copy(), copy);
        assert!(scene.is_whole(&copy));
        assert_eq!(fs::read_dir(scene.store().out()).unwrap().count(), 1);
    }
}

#[test]
fn many_at_once_get_the_same_whole_copy() {
    let scene = Scene::new();
    let copies: Vec<PathBuf> = thread::scope(|scope| {
        let all: Vec<_> = (0..16).map(|_| scope.spawn(|| scene.copy())).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(copies.iter().all(|copy| *copy == copies[0]));
    assert!(scene.is_whole(&copies[0]));
    assert_eq!(fs::read_dir(scene.store().out()).unwrap().count(), 1);
}

#[test]
fn a_failed_copy_leaves_nothing() {
    let scene = Scene::new();
    let tree = Tree::read(&scene.out_dir).unwrap();
    fs::remove_file(scene.out_dir.join("private.rs")).unwrap();
    let store = scene.store();
    assert!(store.copy_of(&tree, &scene.out_dir).is_err());
    assert_eq!(fs::read_dir(store.out()).unwrap().count(), 0);
}

#[test]
fn using_a_copy_is_noted() {
    let scene = Scene::new();
    let copy = scene.copy();
    let uses = scene.store().uses(&copy.file_name().unwrap().to_string_lossy());
    let record = scene
        .dir
        .path()
        .join("cache/sccache-shell/uses")
        .join(copy.file_name().unwrap());
    fs::File::options()
        .append(true)
        .open(record)
        .unwrap()
        .set_modified(UNIX_EPOCH)
        .unwrap();
    scene.copy();
    assert!(uses.last().unwrap().elapsed().unwrap().as_secs() < 60);
}

#[test]
fn a_place_that_cannot_be_made_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(Store::open(file.path().join("sccache-shell")).is_err());
}

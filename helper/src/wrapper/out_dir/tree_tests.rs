//! Trees: what their hash tells apart, and what their copies are.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn tree_of(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn name_of(dir: &TempDir) -> String {
    Tree::read(dir.path()).unwrap().name().to_owned()
}

fn copied(dir: &TempDir) -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let to = parent.path().join("copy");
    Tree::read(dir.path()).unwrap().copy(dir.path(), &to).unwrap();
    (parent, to)
}

#[test]
fn equal_trees_have_equal_names_wherever_they_lie() {
    let files = [("a.rs", "1"), ("b/c.rs", "2")];
    assert_eq!(name_of(&tree_of(&files)), name_of(&tree_of(&files)));
}

#[test]
fn every_difference_is_seen() {
    let base = [("a", "1"), ("b/c", "23")];
    let all = [
        tree_of(&base),
        tree_of(&[("a", "2"), ("b/c", "23")]),
        tree_of(&[("a", "12"), ("b/c", "3")]),
        tree_of(&[("a", "1"), ("b/d", "23")]),
        tree_of(&[("a", "1"), ("bc", "23")]),
        tree_of(&[("a", "1"), ("b/c", "23"), ("d", "")]),
        tree_of(&[]),
    ];
    let with_empty_directory = tree_of(&base);
    fs::create_dir(with_empty_directory.path().join("e")).unwrap();
    let executable = tree_of(&base);
    fs::set_permissions(executable.path().join("a"), Permissions::from_mode(0o755)).unwrap();
    let mut names: Vec<String> = all.iter().map(name_of).collect();
    names.extend([name_of(&with_empty_directory), name_of(&executable)]);
    let number = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), number);
}

#[test]
fn times_and_write_permission_make_no_difference() {
    let (one, two) = (tree_of(&[("a", "1")]), tree_of(&[("a", "1")]));
    let file = two.path().join("a");
    File::options()
        .write(true)
        .open(&file)
        .unwrap()
        .set_modified(UNIX_EPOCH)
        .unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o444)).unwrap();
    assert_eq!(name_of(&one), name_of(&two));
}

#[test]
fn a_copy_is_read_only_and_old() {
    let dir = tree_of(&[("a", "1"), ("b/run", "2")]);
    fs::set_permissions(dir.path().join("b/run"), Permissions::from_mode(0o755)).unwrap();
    let (_parent, copy) = copied(&dir);
    let mode = |path: &str| fs::metadata(copy.join(path)).unwrap().mode() & 0o7777;
    assert_eq!((mode("a"), mode("b"), mode("b/run")), (0o444, 0o555, 0o555));
    let time = fs::metadata(copy.join("a")).unwrap().modified().unwrap();
    assert_eq!(time, UNIX_EPOCH + TIME);
    assert_eq!(Tree::read(&copy).unwrap().name(), name_of(&dir));
    remove(&copy).unwrap();
    assert!(!copy.exists());
}

#[test]
fn a_changed_copy_is_none() {
    let dir = tree_of(&[("a", "1"), ("b/c", "2")]);
    let tree = Tree::read(dir.path()).unwrap();
    let changes: [fn(&Path); 4] = [
        |copy| fs::remove_file(copy.join("a")).unwrap(),
        |copy| fs::write(copy.join("more"), "").unwrap(),
        |copy| {
            // The same length, and the time put back.
            fs::set_permissions(copy.join("a"), Permissions::from_mode(0o644)).unwrap();
            fs::write(copy.join("a"), "x").unwrap();
            let file = File::options().write(true).open(copy.join("a")).unwrap();
            file.set_modified(UNIX_EPOCH + TIME).unwrap();
            fs::set_permissions(copy.join("a"), Permissions::from_mode(0o444)).unwrap();
        },
        // Newer than a compile: cargo would build anew each time.
        |copy| {
            File::open(copy.join("a"))
                .unwrap()
                .set_modified(std::time::SystemTime::now())
                .unwrap()
        },
    ];
    for change in changes {
        let (_parent, copy) = copied(&dir);
        assert!(tree.is_copied_to(&copy));
        change(&copy);
        assert!(!tree.is_copied_to(&copy));
    }
    assert!(!tree.is_copied_to(Path::new("/nonexistent")));
}

#[test]
fn what_changes_while_it_is_copied_is_refused() {
    let dir = tree_of(&[("a", "1")]);
    let tree = Tree::read(dir.path()).unwrap();
    fs::write(dir.path().join("a"), "2").unwrap();
    let parent = tempfile::tempdir().unwrap();
    assert!(tree.copy(dir.path(), &parent.path().join("copy")).is_err());
}

#[test]
fn only_plain_files() {
    let link = tree_of(&[("a", "1")]);
    symlink("a", link.path().join("link")).unwrap();
    let hard = tree_of(&[("a", "1")]);
    fs::hard_link(hard.path().join("a"), hard.path().join("b")).unwrap();
    let socket = tree_of(&[]);
    let _listener = std::os::unix::net::UnixListener::bind(socket.path().join("s")).unwrap();
    let set_id = tree_of(&[("a", "1")]);
    fs::set_permissions(set_id.path().join("a"), Permissions::from_mode(0o4755)).unwrap();
    for dir in [link, hard, socket, set_id] {
        assert!(matches!(Tree::read(dir.path()), Err(Fault::NotPlain(_))));
    }
}

/// macOS has no such names.
#[cfg(target_os = "linux")]
#[test]
fn names_of_any_bytes() {
    let dir = tree_of(&[("a", "1")]);
    let name = std::ffi::OsStr::from_bytes(b"\xff \n.rs");
    fs::write(dir.path().join(name), "2").unwrap();
    let (_parent, copy) = copied(&dir);
    assert_eq!(fs::read(copy.join(name)).unwrap(), b"2");
    assert!(Tree::read(dir.path()).unwrap().is_copied_to(&copy));
}

/// Root may write to what is read-only for everybody.
#[test]
fn what_was_written_to_is_seen_without_reading_it() {
    let writes: [fn(&Path); 4] = [
        |copy| fs::write(copy.join("b/new"), "").unwrap(),
        |copy| fs::write(copy.join("a"), "2").unwrap(),
        |copy| fs::write(copy.join("a"), "12").unwrap(),
        |copy| fs::remove_file(copy.join("b/c")).unwrap(),
    ];
    for write in writes {
        let dir = tree_of(&[("a", "1"), ("b/c", "23")]);
        let (_parent, copy) = copied(&dir);
        let tree = Tree::read(dir.path()).unwrap();
        assert!(tree.is_untouched(&copy));
        for path in [&copy.join("b"), &copy.join("a")] {
            fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        assert!(tree.is_untouched(&copy));
        write(&copy);
        assert!(!tree.is_untouched(&copy));
    }
}

#[test]
fn only_small_trees() {
    let large = tree_of(&[]);
    // Sparse: its length is what counts.
    let file = File::create(large.path().join("a")).unwrap();
    file.set_len(MAX_BYTES).unwrap();
    assert!(Tree::read(large.path()).is_ok());
    file.set_len(MAX_BYTES + 1).unwrap();
    assert!(matches!(Tree::read(large.path()), Err(Fault::TooLarge)));

    let many = tree_of(&[]);
    for number in 0..MAX_ENTRIES - 1 {
        fs::write(many.path().join(number.to_string()), "").unwrap();
    }
    fs::create_dir(many.path().join("d")).unwrap();
    assert!(Tree::read(many.path()).is_ok());
    fs::write(many.path().join("d/one-more"), "").unwrap();
    assert!(matches!(Tree::read(many.path()), Err(Fault::TooMany)));
}

/// A tree as a map from path to content. Directories have three letters and files fewer, so none is in the other's way.
fn trees() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    prop::collection::btree_map("([ab]{3}/){0,2}[ab]{1,2}", prop::collection::vec(0_u8..4, 0..6), 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_name_is_the_content(one in trees(), two in trees()) {
        let write = |files: &BTreeMap<String, Vec<u8>>| {
            let dir = tempfile::tempdir().unwrap();
            for (name, bytes) in files {
                let path = dir.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            dir
        };
        let (one_dir, two_dir) = (write(&one), write(&two));
        prop_assert_eq!(name_of(&one_dir) == name_of(&two_dir), one == two);
        let (_parent, copy) = copied(&one_dir);
        for (name, bytes) in &one {
            prop_assert_eq!(&fs::read(copy.join(name)).unwrap(), bytes);
        }
        prop_assert!(Tree::read(one_dir.path()).unwrap().is_copied_to(&copy));
    }
}

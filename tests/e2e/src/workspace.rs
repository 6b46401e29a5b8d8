//! Real cargo projects, copied from the fixtures.

use std::fs;
use std::path::{Path, PathBuf};

use crate::machine;

/// Copies the project `fixtures/<name>` to `dir`, which is created.
///
/// # Panics
/// If there is no such fixture, or `dir` cannot be written.
pub fn copy(name: &str, dir: &Path) -> PathBuf {
    copy_as(name, dir, |text| text)
}

/// The same, with every occurrence of `old` in its files replaced: a different project with the same dependencies.
pub fn copy_renamed(name: &str, dir: &Path, old: &str, new: &str) -> PathBuf {
    copy_as(name, dir, |text| text.replace(old, new))
}

fn copy_as(name: &str, dir: &Path, change: impl Fn(String) -> String + Copy) -> PathBuf {
    copy_tree(&machine::fixture(name), dir, change);
    dir.to_owned()
}

fn copy_tree(from: &Path, to: &Path, change: impl Fn(String) -> String + Copy) {
    fs::create_dir_all(to).expect("the test cache is writable");
    for entry in fs::read_dir(from).expect("the fixture is there").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target, change);
        } else {
            let text = fs::read_to_string(entry.path()).expect("fixtures are text");
            fs::write(target, change(text)).expect("the test cache is writable");
        }
    }
}

//! All cases, by area: the directories of `cases/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::case::Case;

/// Reads all cases, sorted by name.
///
/// # Panics
/// If one makes no sense.
pub fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut cases = Vec::new();
    for area in entries(&root) {
        for file in entries(&area) {
            let name = file.strip_prefix(&root).expect("below it").with_extension("");
            let text = fs::read_to_string(&file).expect("cases are text");
            let case = Case::parse(&name.display().to_string(), &text);
            cases.push(case.unwrap_or_else(|error| panic!("{error}")));
        }
    }
    cases
}

/// The areas.
pub fn areas() -> Vec<String> {
    let name = |dir: PathBuf| dir.file_name().expect("an entry").to_string_lossy().into_owned();
    entries(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"))
        .into_iter()
        .map(name)
        .collect()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(dir)
        .expect("it is there")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    all.sort();
    all
}

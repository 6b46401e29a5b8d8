//! The config files that cargo reads in a directory, in the order in which they win.

use std::path::{Path, PathBuf};

use super::setting::{Broken, read_toml};
use crate::toml_file::TomlFile;

/// How many files are read for one, with all that it includes; more is a mistake.
const MAX_FILES: usize = 100;

/// `.cargo/config.toml` of `cwd` and of every directory above, the nearest first, CARGO_HOME's last; after each file
/// those that it includes (cargo 1.94 and later).
pub(super) fn read_all(cwd: &Path, home: Option<PathBuf>, broken: &mut Vec<Broken>) -> Vec<TomlFile> {
    let mut files = Vec::new();
    for dir in directories(cwd, home) {
        // Cargo prefers the old name if both exist.
        let names = ["config", "config.toml"].map(|name| dir.join(name));
        if let Some(path) = names.into_iter().find(|path| path.exists()) {
            files.extend(read_with_includes(&path, &mut Vec::new(), broken));
        }
    }
    files
}

/// The directories of config files: CARGO_HOME is last, unless it is one of the directories above.
fn directories(cwd: &Path, home: Option<PathBuf>) -> Vec<PathBuf> {
    let mut dirs: Vec<PathBuf> = cwd.ancestors().map(|dir| dir.join(".cargo")).collect();
    dirs.extend(home.filter(|home| !dirs.contains(home)));
    dirs
}

/// The file itself wins over what it includes, and what is included later over what is included before. Cargo refuses a
/// file that is `seen` twice.
fn read_with_includes(path: &Path, seen: &mut Vec<PathBuf>, broken: &mut Vec<Broken>) -> Vec<TomlFile> {
    seen.push(path.to_owned());
    let Some(file) = read_toml(path, broken) else {
        return Vec::new();
    };
    let dir = path.parent().unwrap_or(path);
    let included = includes(&file, broken);
    let mut files = vec![file];
    for include in included.into_iter().rev() {
        let path = dir.join(&include.path);
        if seen.len() >= MAX_FILES {
            break;
        }
        let why = if seen.contains(&path) {
            // Cargo stops here.
            seen.resize(MAX_FILES, PathBuf::new());
            "is included already"
        } else if !include.is_optional && !path.exists() {
            "is not there"
        } else {
            files.extend(read_with_includes(&path, seen, broken));
            continue;
        };
        broken.push(Broken {
            path: files[0].path.clone(),
            line: Some(include.line),
            why: format!("it includes {}, which {why}", path.display()),
            stops_cargo: true,
        });
    }
    files
}

struct Include {
    path: String,
    line: usize,
    is_optional: bool,
}

/// `include = ["a.toml", { path = "b.toml", optional = true }]`; cargo refuses anything but a list.
fn includes(file: &TomlFile, broken: &mut Vec<Broken>) -> Vec<Include> {
    let Some(found) = file.get(&["include"]) else {
        return Vec::new();
    };
    let Some(list) = found.item.as_array() else {
        broken.push(Broken {
            path: file.path.clone(),
            line: Some(found.line),
            why: "`include` is not a list".to_owned(),
            stops_cargo: true,
        });
        return Vec::new();
    };
    let include = |path: &str, is_optional| Include {
        path: path.to_owned(),
        line: found.line,
        is_optional,
    };
    list.iter()
        .filter_map(|entry| match entry.as_inline_table() {
            Some(table) => {
                let is_optional = table.get("optional").and_then(|optional| optional.as_bool());
                Some(include(table.get("path")?.as_str()?, is_optional == Some(true)))
            }
            None => Some(include(entry.as_str()?, false)),
        })
        .collect()
}

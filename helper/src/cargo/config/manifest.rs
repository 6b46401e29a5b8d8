//! The manifest whose settings apply in a directory: profiles count in a workspace's root alone.

use std::path::{Component, Path, PathBuf};

use super::setting::{Broken, read_toml};
use crate::toml_file::TomlFile;

/// The root of the workspace that the nearest package belongs to, else that package's own manifest (cargo's
/// `src/cargo/core/workspace.rs`, `find_workspace_root`).
pub(super) fn read(cwd: &Path, cargo_home: Option<&Path>, broken: &mut Vec<Broken>) -> Option<TomlFile> {
    let mut above = cwd.ancestors();
    let package = above.find_map(|dir| read_toml(&dir.join("Cargo.toml"), broken))?;
    if is_root(&package) {
        return Some(package);
    }
    if let Some(root) = named_root(&package, broken) {
        return Some(root);
    }
    // Sources that cargo keeps belong to no workspace around its home.
    for dir in above.take_while(|dir| Some(*dir) != cargo_home) {
        let Some(manifest) = read_toml(&dir.join("Cargo.toml"), broken) else {
            continue;
        };
        if is_root(&manifest) {
            if !excludes(&manifest, &package.path) {
                return Some(manifest);
            }
        } else if let Some(root) = named_root(&manifest, broken) {
            return Some(root);
        }
    }
    Some(package)
}

fn is_root(manifest: &TomlFile) -> bool {
    manifest.get(&["workspace"]).is_some()
}

/// `package.workspace = "../root"`.
fn named_root(manifest: &TomlFile, broken: &mut Vec<Broken>) -> Option<TomlFile> {
    let dir = manifest.get(&["package", "workspace"])?.item.as_str()?;
    let path = manifest.path.parent()?.join(dir).join("Cargo.toml");
    read_toml(&normal(&path), broken)
}

/// Whether the workspace excludes the package; listing it by name includes it again.
fn excludes(root: &TomlFile, package: &Path) -> bool {
    let is_below_one_of = |key: &str| {
        let list = root.get(&["workspace", key]);
        let dirs = list.and_then(|list| list.item.as_array()).into_iter().flatten();
        let base = root.path.parent().unwrap_or(&root.path);
        dirs.filter_map(|dir| dir.as_str())
            .any(|dir| package.starts_with(base.join(dir)))
    };
    is_below_one_of("exclude") && !is_below_one_of("members")
}

/// Without `.` and `..`, lexically, as cargo's own `normalize_path`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, part| {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
        normal
    })
}

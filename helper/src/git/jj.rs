//! The workspaces of a Jujutsu repository: directories with `.jj`, like git's worktrees.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::read;

/// The repository of the workspace `root`, and all workspaces, the first one first; `None` if `root` is not a
/// workspace.
pub(super) fn workspaces(root: &Path) -> Option<(PathBuf, Vec<PathBuf>)> {
    let repo = repo(&root.join(".jj"))?;
    let first = repo
        .parent()
        .filter(|dir| dir.file_name() == Some(".jj".as_ref()))
        .and_then(Path::parent);
    let mut all: Vec<PathBuf> = first.map(Path::to_owned).into_iter().collect();
    // Newer versions have a list of the others.
    let index = read::bytes(&repo.join("workspace_store/index"), read::MAX_WRITTEN).unwrap_or_default();
    let listed = listed(&index).into_iter().map(|path| repo.join(path));
    let listed = listed.filter_map(|path| fs::canonicalize(path).ok());
    all.extend(listed.filter(|path| path.join(".jj").is_dir()));
    if !all.iter().any(|workspace| workspace == root) {
        all.push(root.to_owned());
    }
    let mut seen = std::collections::HashSet::new();
    all.retain(|workspace| seen.insert(workspace.clone()));
    Some((repo, all))
}

/// `.jj/repo` is the repository, or a file with its path, relative to `.jj`.
fn repo(dot_jj: &Path) -> Option<PathBuf> {
    let repo = dot_jj.join("repo");
    if repo.is_dir() {
        return Some(repo);
    }
    let text = read::bytes(&repo, read::MAX_WRITTEN).ok()?;
    let text = text.strip_suffix(b"\n").unwrap_or(&text);
    let named = dot_jj.join(std::ffi::OsStr::from_bytes(text));
    fs::canonicalize(named).ok().filter(|dir| dir.is_dir())
}

/// The paths in `SimpleWorkspaceStore`'s file, a protobuf message: `repeated Workspace = 1`, of which `path = 2`.
fn listed(index: &[u8]) -> Vec<PathBuf> {
    let workspaces = fields(index).into_iter().filter(|(number, _)| *number == 1);
    let paths = workspaces
        .flat_map(|(_, message)| fields(message))
        .filter(|(number, _)| *number == 2);
    paths
        .map(|(_, path)| PathBuf::from(std::ffi::OsStr::from_bytes(path)))
        .collect()
}

/// The fields of a message that are bytes, up to the first of a different type.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut all = Vec::new();
    while let Some((key, after)) = number(bytes)
        && key & 7 == 2
        && let Some((length, after)) = number(after)
        && let Some((field, rest)) = usize::try_from(length)
            .ok()
            .and_then(|length| after.split_at_checked(length))
    {
        all.push((key >> 3, field));
        bytes = rest;
    }
    all
}

/// A number in groups of seven bits, the lowest first.
fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let end = bytes.iter().take(9).position(|byte| byte & 0x80 == 0)? + 1;
    let value = bytes[..end]
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    Some((value, &bytes[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_names_its_repository() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| fs::canonicalize(dir.path()).unwrap().join(name);
        fs::create_dir_all(path("main/.jj/repo/workspace_store")).unwrap();
        fs::create_dir_all(path("ws/.jj")).unwrap();
        fs::create_dir_all(path("third/.jj")).unwrap();
        fs::write(path("ws/.jj/repo"), "../../main/.jj/repo").unwrap();
        let from = |name: &str| workspaces(&path(name)).unwrap().1;
        assert_eq!(from("ws"), [path("main"), path("ws")]);
        assert_eq!(from("main"), [path("main")], "the others are not listed");
        let index = b"\x0a\x19\x0a\x05third\x12\x10../../../third/x\x0a\x17\x0a\x05third\x12\x0e../../../third";
        fs::write(path("main/.jj/repo/workspace_store/index"), index).unwrap();
        assert_eq!(from("main"), [path("main"), path("third")]);
        assert_eq!(from("ws"), [path("main"), path("third"), path("ws")]);
        assert_eq!(workspaces(&path("")), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_list(bytes: Vec<u8>) {
            let _ = listed(&bytes);
        }
    }
}

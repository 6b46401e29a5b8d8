//! Reading that takes too long for a quick look: how much is in a directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::size::Size;

/// How long a cache is walked; one of a hundred thousand files takes a third of this.
const WALK_LIMIT: Duration = Duration::from_millis(1000);

/// The sum of the sizes of all files below, as sccache counts them; `None` if that takes too long. Links are not
/// followed.
pub(super) fn size_of(dir: &Path) -> Option<Size> {
    size_until(dir, Instant::now() + WALK_LIMIT)
}

fn size_until(dir: &Path, deadline: Instant) -> Option<Size> {
    let mut total = 0;
    let mut left: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(entry.path()),
                Ok(kind) if kind.is_file() => total += entry.metadata().map_or(0, |meta| meta.len()),
                _ => {}
            }
        }
        if Instant::now() > deadline {
            return None;
        }
    }
    Some(Size(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_files_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join("a/b/x"), [0; 1000]).unwrap();
        fs::write(root.path().join("y"), [0; 24]).unwrap();
        std::os::unix::fs::symlink("/", root.path().join("link")).unwrap();
        let later = Instant::now() + Duration::from_secs(60);
        assert_eq!(size_until(root.path(), later), Some(Size(1024)));
        assert_eq!(size_until(&root.path().join("none"), later), Some(Size(0)));
    }

    #[test]
    fn gives_up_in_time() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(size_until(root.path(), Instant::now() - Duration::from_millis(1)), None);
    }
}

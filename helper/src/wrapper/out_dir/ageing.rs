//! Removes copies that nobody needs: not used for a month, and every OUT_DIR that they were made for is gone. Done after a compile that used a
//! copy, at most once a day, and for a tenth of a second at most.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::FlockOperation;

use super::store::{Store, UNFINISHED};
use super::tree;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a copy stays after its last use, whatever became of the target directories.
const KEPT: Duration = DAY.saturating_mul(30);
/// What a compile may be kept waiting for, once a day.
const BUDGET: Duration = Duration::from_millis(100);

/// Removes what is old at `now`, unless that was done within a day.
pub(super) fn run(store: &Store, now: SystemTime) -> io::Result<()> {
    let stamp = store.at("aged");
    if age(&stamp, now).is_some_and(|age| age < DAY) {
        return Ok(());
    }
    // First, so that the compiles beside this one do not all do it.
    fs::write(&stamp, "")?;
    let end = Instant::now() + BUDGET;
    let mut work: Vec<_> = fs::read_dir(store.out())?
        .chain(fs::read_dir(store.at("known"))?)
        .collect();
    // Another order each time, since the budget may end before the list does.
    let start = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |time| time.as_secs() as usize);
    let number = work.len().max(1);
    work.rotate_left(start % number);
    for entry in work {
        if Instant::now() > end {
            break;
        }
        look_at(store, &entry?.path(), now)?;
    }
    Ok(())
}

fn look_at(store: &Store, path: &Path, now: SystemTime) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.parent() != Some(&store.out()) {
        let old = age(path, now).is_some_and(|age| age > KEPT);
        return if old { fs::remove_file(path) } else { Ok(()) };
    }
    if name.starts_with(UNFINISHED) {
        // Left by a process that was killed.
        let old = age(path, now).is_some_and(|age| age > DAY);
        return if old { tree::remove(path) } else { Ok(()) };
    }
    let uses = store.uses(&name);
    let lock = store.lock(FlockOperation::NonBlockingLockExclusive)?;
    let Some(last) = uses.last() else {
        // Nobody knows it: its month begins now.
        return uses.touch();
    };
    uses.shorten()?;
    if now.duration_since(last).is_ok_and(|age| age > KEPT) && !uses.is_needed() {
        let old = store.unfinished(&name);
        fs::rename(path, &old)?;
        uses.remove()?;
        drop(lock);
        tree::remove(&old)?;
    }
    Ok(())
}

/// How long ago it was last changed; `None` where it is not there, or comes from the future.
fn age(path: &Path, now: SystemTime) -> Option<Duration> {
    now.duration_since(fs::symlink_metadata(path).ok()?.modified().ok()?)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;
    use std::path::PathBuf;

    struct Scene {
        dir: tempfile::TempDir,
        store: Store,
        copy: PathBuf,
        name: String,
    }

    /// A store with one copy, made for the OUT_DIR `worktree`.
    fn scene() -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let out_dir = dir.path().join("worktree");
        fs::create_dir_all(out_dir.join("sub")).unwrap();
        fs::write(out_dir.join("sub/a.rs"), "1").unwrap();
        let store = Store::open(dir.path().join("cache")).unwrap();
        let tree = Tree::read(&out_dir).unwrap();
        let copy = store.copy_of(&tree, &out_dir).unwrap();
        store.uses(tree.name()).add(&out_dir).unwrap();
        Scene {
            dir,
            store,
            copy,
            name: tree.name().to_owned(),
        }
    }

    fn later(days: u32) -> SystemTime {
        SystemTime::now() + DAY * days
    }

    #[test]
    fn what_a_target_directory_names_stays_for_ever() {
        let scene = scene();
        run(&scene.store, later(1_000)).unwrap();
        assert!(scene.copy.is_dir());
    }

    #[test]
    fn what_nobody_names_stays_for_a_month() {
        let scene = scene();
        fs::remove_dir_all(scene.dir.path().join("worktree")).unwrap();
        run(&scene.store, later(29)).unwrap();
        assert!(scene.copy.is_dir());
        fs::remove_file(scene.store.at("aged")).unwrap();
        run(&scene.store, later(31)).unwrap();
        assert!(!scene.copy.exists());
        assert_eq!(scene.store.uses(&scene.name).last(), None);
        assert_eq!(fs::read_dir(scene.store.out()).unwrap().count(), 0);
    }

    #[test]
    fn at_most_once_a_day() {
        let scene = scene();
        fs::remove_dir_all(scene.dir.path().join("worktree")).unwrap();
        fs::write(scene.store.at("aged"), "").unwrap();
        let stamp = fs::File::options().append(true).open(scene.store.at("aged")).unwrap();
        stamp.set_modified(later(31)).unwrap();
        run(&scene.store, later(31) + DAY / 2).unwrap();
        assert!(scene.copy.is_dir());
        run(&scene.store, later(33)).unwrap();
        assert!(!scene.copy.exists());
    }

    #[test]
    fn a_copy_without_a_record_gets_its_month() {
        let scene = scene();
        scene.store.uses(&scene.name).remove().unwrap();
        run(&scene.store, later(31)).unwrap();
        assert!(scene.copy.is_dir());
        assert!(scene.store.uses(&scene.name).last().is_some());
    }

    #[test]
    fn leftovers_go_after_a_day_and_knowledge_after_a_month() {
        let scene = scene();
        let part = scene.store.unfinished("x");
        fs::create_dir(&part).unwrap();
        let known = scene.store.at("known/1");
        fs::write(&known, "").unwrap();
        run(&scene.store, later(0)).unwrap();
        assert!(part.exists() && known.exists());
        run(&scene.store, later(2)).unwrap();
        assert!(!part.exists() && known.exists());
        run(&scene.store, later(40)).unwrap();
        assert!(!known.exists());
    }

    #[test]
    fn what_is_in_use_is_left_alone() {
        let scene = scene();
        fs::remove_dir_all(scene.dir.path().join("worktree")).unwrap();
        let _user = scene.store.lock(FlockOperation::LockShared).unwrap();
        assert!(run(&scene.store, later(31)).is_err());
        assert!(scene.copy.is_dir());
    }
}

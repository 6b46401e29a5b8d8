//! A unit with files of every kind, copied, killed at each file, stopped, and changed meanwhile.

use super::*;
use crate::warm::layout::BuildDir;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};

const HASH: &str = "0123456789abcdef";
const RUN: &str = "run-build-script-build-script-build";

/// A build script's run with files of every kind, each an hour old and a little more.
struct Source {
    dir: tempfile::TempDir,
    unit: Unit,
}

fn source() -> Source {
    let dir = tempfile::tempdir().unwrap();
    let fingerprint = format!("debug/.fingerprint/a-{HASH}/{RUN}");
    let build = format!("debug/build/a-{HASH}");
    let json = r#"{"rustc":7,"deps":[],"local":[],"rustflags":[]}"#;
    for (n, (name, text)) in [
        (fingerprint.clone(), HASH),
        (format!("{fingerprint}.json"), json),
        (format!("{build}/output"), "cargo:rerun-if-changed=build.rs"),
        (format!("{build}/invoked.timestamp"), ""),
        (format!("{build}/out/a/b"), "b"),
        (format!("{build}/out/readonly"), "r"),
    ]
    .into_iter()
    .enumerate()
    {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let age = Duration::from_secs(3600) + Duration::from_nanos(n as u64);
        fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(SystemTime::now() - age)
            .unwrap();
    }
    let out = dir.path().join(build).join("out");
    fs::create_dir(out.join("empty")).unwrap();
    fs::set_permissions(
        out.join("readonly"),
        std::os::unix::fs::PermissionsExt::from_mode(0o444),
    )
    .unwrap();
    fs::hard_link(out.join("a/b"), out.join("same")).unwrap();
    symlink("a/b", out.join("link")).unwrap();
    let mut units = BuildDir::read(dir.path()).units;
    let unit = units.pop().unwrap();
    assert!(units.is_empty());
    Source { dir, unit }
}

/// All that is below `root`: kinds, contents, modes and times.
fn listing(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let data = fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().display().to_string();
            if data.is_dir() {
                lines.push(format!("{name}/"));
                todo.push(path);
            } else if data.is_symlink() {
                lines.push(format!("{name} -> {}", fs::read_link(&path).unwrap().display()));
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let (links, stamp) = (data.nlink(), Stamp::of(&data));
                lines.push(format!("{name} {text} {:o} {links} {:?}", data.mode(), stamp.modified));
            }
        }
    }
    lines.sort();
    lines
}

fn hash_file(root: &Path) -> PathBuf {
    root.join(format!("debug/.fingerprint/a-{HASH}/{RUN}"))
}

#[test]
fn everything_as_it_was() {
    let Source { dir, unit } = source();
    let to = tempfile::tempdir().unwrap();
    let parcel = Parcel::of(&unit, dir.path()).unwrap();
    let copied = parcel.copy(dir.path(), to.path(), &|| true).unwrap();
    assert_eq!(listing(to.path()), listing(dir.path()));
    assert_eq!(copied.files, 6);
    let sizes = ["b", "r", HASH, "cargo:rerun-if-changed=build.rs"]
        .map(str::len)
        .iter()
        .sum::<usize>() as u64;
    assert_eq!(
        parcel.bytes,
        sizes
            + fs::metadata(hash_file(dir.path()).with_extension("json"))
                .unwrap()
                .len()
    );
}

/// Whenever it is killed: where the hash is, all else is, as it was.
#[test]
fn the_hash_comes_last() {
    let Source { dir, unit } = source();
    let parcel = Parcel::of(&unit, dir.path()).unwrap();
    let whole = listing(dir.path());
    for files in 0.. {
        let to = tempfile::tempdir().unwrap();
        let left = Cell::new(files);
        let killed = || {
            // Unwinding skips what is done on an orderly end, as SIGKILL does.
            assert!(left.get() > 0, "killed");
            left.set(left.get() - 1);
            true
        };
        let result = catch_unwind(AssertUnwindSafe(|| parcel.copy(dir.path(), to.path(), &killed)));
        assert_eq!(hash_file(to.path()).exists(), listing(to.path()) == whole, "{files}");
        if result.is_ok() {
            assert!(files > 9, "{files}");
            return;
        }
        // A second run makes it whole, whatever is there.
        fs::create_dir_all(to.path().join(unit.place.out_dir())).unwrap();
        fs::write(
            to.path().join(unit.place.out_dir()).join("of a build that was stopped"),
            "",
        )
        .unwrap();
        parcel.copy(dir.path(), to.path(), &|| true).unwrap();
        assert_eq!(listing(to.path()), whole, "{files}");
    }
}

#[test]
fn stopped_it_leaves_nothing() {
    let Source { dir, unit } = source();
    let parcel = Parcel::of(&unit, dir.path()).unwrap();
    for files in 0..parcel.entries.len() {
        let to = tempfile::tempdir().unwrap();
        let asked = Cell::new(0);
        let go_on = || asked.replace(asked.get() + 1) < files;
        assert!(matches!(
            parcel.copy(dir.path(), to.path(), &go_on),
            Err(CopyError::Stopped)
        ));
        let files = listing(to.path())
            .into_iter()
            .filter(|line| !line.ends_with('/'))
            .collect::<Vec<_>>();
        assert_eq!(files, Vec::<String>::new());
    }
}

#[test]
fn a_unit_that_is_built_meanwhile_is_left() {
    let Source { dir, unit } = source();
    let to = tempfile::tempdir().unwrap();
    let parcel = Parcel::of(&unit, dir.path()).unwrap();
    fs::write(dir.path().join(unit.place.stdout()), "something else").unwrap();
    assert!(matches!(
        parcel.copy(dir.path(), to.path(), &|| true),
        Err(CopyError::Changed)
    ));
    assert!(!hash_file(to.path()).exists());
}

#[test]
fn what_cannot_be_copied_is_said() {
    let Source { dir, unit } = source();
    let to = tempfile::tempdir().unwrap();
    let parcel = Parcel::of(&unit, dir.path()).unwrap();
    fs::write(to.path().join("debug"), "in the way").unwrap();
    assert!(matches!(
        parcel.copy(dir.path(), to.path(), &|| true),
        Err(CopyError::Io(..))
    ));
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join(unit.place.out_dir()).join("s")).unwrap();
    assert!(Parcel::of(&unit, dir.path()).is_err());
}

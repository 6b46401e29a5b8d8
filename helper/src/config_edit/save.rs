//! Saving a file: atomically, through links, with the old mode and owner.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tempfile::Builder;

use super::Edit;
use crate::{read, store_path};

/// A longer chain of links is taken for a loop.
const MAX_LINKS: usize = 32;

/// The beginning of a file that our home-manager module writes as a copy, not as a link into the store
/// (modules/fronts/home-manager-config.sh).
const HOME_MANAGER_MARK: &str = "# Written by home-manager";

/// The mode of a new file, before the umask.
const NEW_FILE_MODE: u32 = 0o666;

/// Why a file was not saved; the old file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file is a link into the Nix store, or written by home-manager: the file and the package that made it.
    #[error(
        "{} is managed by {}: set the size there (`programs.sccache-shell.cacheSize` of our modules) and switch; nothing was changed",
        .0.display(),
        manager(.1.as_deref())
    )]
    ManagedByNix(PathBuf, Option<String>),
    /// The home directory does not exist, and is not created.
    #[error("the home directory {} does not exist; nothing was written", .0.display())]
    NoHome(PathBuf),
    /// The file was changed since the edit was planned.
    #[error("{} was changed meanwhile; nothing was written, try again", .0.display())]
    Changed(PathBuf),
    /// The file, and the system's error.
    #[error("cannot write {}: {}; nothing was changed", .0.display(), .1)]
    Io(PathBuf, io::Error),
}

/// The manager of the file, by its package: home-manager's has that name.
fn manager(package: Option<&str>) -> String {
    match package {
        Some(name) if name.starts_with("home-manager") || name.starts_with("hm_") => "home-manager".to_owned(),
        Some("etc") => "the system's configuration (NixOS, nix-darwin)".to_owned(),
        Some(name) => format!("Nix (package {name})"),
        None => "Nix".to_owned(),
    }
}

/// Writes the edit. `home` must exist if the file is new; `store` is Nix's store directory.
pub fn save(edit: &Edit, home: Option<&Path>, store: &Path) -> Result<(), SaveError> {
    let io = |error| SaveError::Io(edit.path.clone(), error);
    let target = follow_links(&edit.path).map_err(io)?;
    refuse_managed(edit, &target, store)?;
    // A rename would replace even `/dev/null` by a file.
    if fs::metadata(&target).is_ok_and(|data| !data.is_file()) {
        return Err(io(io::Error::other("it is not a regular file")));
    }
    let dir = target.parent().unwrap_or(Path::new("/"));
    if edit.before.is_none() {
        if let Some(home) = home.filter(|home| !home.is_dir()) {
            return Err(SaveError::NoHome(home.to_owned()));
        }
        fs::create_dir_all(dir).map_err(io)?;
    }
    let mut file = Builder::new()
        .prefix(".config.sccache-shell-")
        .permissions(Permissions::from_mode(NEW_FILE_MODE))
        .tempfile_in(dir)
        .map_err(io)?;
    file.write_all(edit.after.as_bytes()).map_err(io)?;
    if let Ok(old) = fs::metadata(&target) {
        file.as_file().set_permissions(old.permissions()).map_err(io)?;
        keep_owner(file.as_file(), &old);
    }
    file.as_file().sync_all().map_err(io)?;
    if read::text(&target, read::MAX_WRITTEN).ok() != edit.before {
        return Err(SaveError::Changed(edit.path.clone()));
    }
    if fs::metadata(&target).is_ok_and(|old| old.nlink() > 1) {
        // A hard link stays one: the file is written in place. The new text was written beside it, so there is space.
        return write_in_place(&target, edit.after.as_bytes()).map_err(io);
    }
    file.persist(&target).map_err(|error| io(error.error))?;
    Ok(())
}

fn write_in_place(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

fn refuse_managed(edit: &Edit, target: &Path, store: &Path) -> Result<(), SaveError> {
    if edit
        .before
        .as_deref()
        .is_some_and(|text| text.starts_with(HOME_MANAGER_MARK))
    {
        return Err(SaveError::ManagedByNix(
            edit.path.clone(),
            Some("home-manager".to_owned()),
        ));
    }
    if !store_path::is_in_store(target, store) {
        return Ok(());
    }
    let entrance = entrance(&edit.path, store).unwrap_or_else(|| target.to_owned());
    let package = store_path::parse(&entrance, store).map(|parsed| parsed.name);
    Err(SaveError::ManagedByNix(edit.path.clone(), package))
}

/// Where a chain of links enters the store: the package that manages the file. It may link to other packages.
fn entrance(path: &Path, store: &Path) -> Option<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        // A directory on the path may be a link too.
        path = fs::canonicalize(path.parent()?).ok()?.join(path.file_name()?);
        if store_path::is_in_store(&path, store) {
            return Some(path);
        }
        path = path.parent()?.join(fs::read_link(&path).ok()?);
    }
    None
}

/// The file that `path` leads to, since a rename would replace the link itself. It may not exist.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("/")).join(target),
            // A directory on the path may be a link too, as home-manager's are.
            Err(_) => {
                return Ok(match (path.parent().map(fs::canonicalize), path.file_name()) {
                    (Some(Ok(dir)), Some(name)) => dir.join(name),
                    _ => path,
                });
            }
        }
    }
    Err(io::Error::other("too many links"))
}

/// Best effort: only root can change an owner, and only for root the rename would change it.
fn keep_owner(file: &fs::File, old: &fs::Metadata) {
    let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn edit(path: &Path, before: Option<&str>) -> Edit {
        Edit {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: "new\n".to_owned(),
        }
    }

    const STORE: &str = "/nix/store";

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn makes_directories_for_a_new_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".config/sccache/config");
        save(&edit(&path, None), Some(home.path()), Path::new(STORE)).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new\n");
        assert_eq!(names(path.parent().unwrap()), ["config"]);
        let gone = home.path().join("gone");
        let error = save(
            &edit(&gone.join(".config/sccache/config"), None),
            Some(&gone),
            Path::new(STORE),
        );
        assert!(matches!(error, Err(SaveError::NoHome(_))));
        assert!(!gone.exists());
    }

    #[test]
    fn keeps_mode_and_link() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("dotfiles");
        let link = dir.path().join("config");
        fs::write(&target, "old\n").unwrap();
        fs::set_permissions(&target, Permissions::from_mode(0o640)).unwrap();
        symlink("dotfiles", &link).unwrap();
        save(&edit(&link, Some("old\n")), None, Path::new(STORE)).unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&target).unwrap(), "new\n");
        assert_eq!(fs::metadata(&target).unwrap().mode() & 0o777, 0o640);
    }

    #[test]
    fn a_hard_link_stays_one() {
        let dir = tempfile::tempdir().unwrap();
        let (dotfiles, path) = (dir.path().join("dotfiles"), dir.path().join("config"));
        fs::write(&dotfiles, "old, and longer\n").unwrap();
        fs::hard_link(&dotfiles, &path).unwrap();
        save(&edit(&path, Some("old, and longer\n")), None, Path::new(STORE)).unwrap();
        assert_eq!(fs::read_to_string(&dotfiles).unwrap(), "new\n");
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 2);
        assert_eq!(names(dir.path()), ["config", "dotfiles"]);
    }

    #[test]
    fn a_device_stays_a_device() {
        use std::os::unix::fs::FileTypeExt;
        let dir = tempfile::tempdir().unwrap();
        let link = dir.path().join("config");
        symlink("/dev/null", &link).unwrap();
        let error = save(&edit(&link, Some("")), None, Path::new(STORE));
        assert!(matches!(error, Err(SaveError::Io(..))));
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }

    #[test]
    fn refuses_what_nix_manages() {
        let dir = tempfile::tempdir().unwrap();
        let dir = fs::canonicalize(dir.path()).unwrap();
        let store = dir.join("store");
        let package = store.join("0c0a1b2c3d4f5g6h7i8j9k0l1m2n3p4q-home-manager-files");
        fs::create_dir_all(&package).unwrap();
        // home-manager's files link on to what they were made of.
        let made_of = store.join("1c0a1b2c3d4f5g6h7i8j9k0l1m2n3p4q-sccache-config");
        fs::write(&made_of, "old\n").unwrap();
        symlink(&made_of, package.join("config")).unwrap();
        let link = dir.join("config");
        symlink(package.join("config"), &link).unwrap();
        let linked_dir = dir.join("sccache");
        symlink(&package, &linked_dir).unwrap();
        for path in [link, linked_dir.join("config")] {
            let error = save(&edit(&path, Some("old\n")), None, &store).unwrap_err();
            assert!(error.to_string().contains("is managed by home-manager"), "{error}");
        }
        assert_eq!(fs::read_to_string(package.join("config")).unwrap(), "old\n");
    }

    #[test]
    fn refuses_what_home_manager_writes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        let old = format!("{HOME_MANAGER_MARK} (programs.sccache-shell)\nold\n");
        fs::write(&path, &old).unwrap();
        let error = save(&edit(&path, Some(&old)), None, Path::new(STORE)).unwrap_err();
        assert!(error.to_string().contains("is managed by home-manager"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), old);
    }

    #[test]
    fn a_change_by_another_program_wins() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        fs::write(&path, "theirs\n").unwrap();
        let error = save(&edit(&path, Some("old\n")), None, Path::new(STORE));
        assert!(matches!(error, Err(SaveError::Changed(_))));
        assert_eq!(names(dir.path()), ["config"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs\n");
    }
}

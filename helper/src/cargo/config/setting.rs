//! A file of cargo's with settings, and where in it a setting stands.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::origin::Setting;
use crate::read;
use crate::toml_file::{Located, SyntaxError, TomlFile};

/// A file of cargo's that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// Its line, where the reason has one.
    pub line: Option<usize>,
    /// Why, in words that follow the path where there is no line.
    pub why: String,
    /// Whether cargo fails on it, or waits for it; else it is only too long to be looked at here.
    pub stops_cargo: bool,
}

/// The nearest file that has the key wins.
pub(super) fn nearest<'a, T>(
    files: impl IntoIterator<Item = &'a TomlFile>,
    keys: &[&str],
    read: impl Fn(Located<'_>) -> Option<T>,
) -> Option<Setting<T>> {
    files.into_iter().find_map(|file| {
        let found = file.get(keys)?;
        Some(located(file, found, read(found)?))
    })
}

/// A value that stands on that line of that file.
pub(super) fn located<T>(file: &TomlFile, found: Located<'_>, value: T) -> Setting<T> {
    Setting {
        value,
        origin: file.origin(found),
    }
}

/// What cargo's paths in a config file are relative to: the directory that holds `.cargo`.
pub(super) fn config_root(config: &Path) -> &Path {
    config.parent().and_then(Path::parent).unwrap_or(config)
}

/// A file that is not there is no file; one that is there and cannot be read is broken.
pub(super) fn read_toml(path: &Path, broken: &mut Vec<Broken>) -> Option<TomlFile> {
    let mut report = |line, why, stops_cargo| {
        broken.push(Broken {
            path: path.to_owned(),
            line,
            why,
            stops_cargo,
        });
    };
    let text = match read::text(path, read::MAX_WRITTEN) {
        Ok(text) => text,
        Err(error) if is_absent(path, &error) => return None,
        Err(error) => {
            report(None, read::why(&error), error.kind() != ErrorKind::FileTooLarge);
            return None;
        }
    };
    let file = TomlFile::parse(path.to_owned(), text);
    if let Err(SyntaxError { line, message }) = &file.parsed {
        report(Some(*line), message.clone(), true);
    }
    Some(file)
}

/// What cannot even be looked at is nothing to cargo: it asks `Path::exists` first. So it passes over directories
/// above that are somebody else's, and links that lead nowhere or in a circle.
fn is_absent(path: &Path, error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || !path.exists()
}

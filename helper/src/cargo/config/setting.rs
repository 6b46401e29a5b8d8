//! A file with cargo's settings, and the line of a setting.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::origin::Setting;
use crate::read;
use crate::toml_file::{Located, SyntaxError, TomlFile};

/// A file of cargo's that cannot be read or parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The file.
    pub path: PathBuf,
    /// The line, if the reason has one.
    pub line: Option<usize>,
    /// Why; without a line it follows the path.
    pub why: String,
    /// Whether cargo fails or hangs because of it; else it is only too long for us.
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

/// A value with its file and line.
pub(super) fn located<T>(file: &TomlFile, found: Located<'_>, value: T) -> Setting<T> {
    Setting {
        value,
        origin: file.origin(found),
    }
}

/// The directory that paths in a config file are relative to: the one that contains `.cargo`.
pub(super) fn config_root(config: &Path) -> &Path {
    config.parent().and_then(Path::parent).unwrap_or(config)
}

/// `None` if the file does not exist; if it exists and cannot be read, it is also `broken`.
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

/// Cargo checks `Path::exists` first, so it ignores files in directories above that are not accessible, and links that
/// lead nowhere or in a circle.
fn is_absent(path: &Path, error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::NotFound || !path.exists()
}

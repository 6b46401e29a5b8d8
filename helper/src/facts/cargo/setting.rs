//! A setting of cargo's, with the place it comes from; and the places in the order in which cargo asks them.

use std::borrow::Cow;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{config_files, manifest, paths};
use crate::facts::environment::Environment;
use crate::facts::toml_file::{Located, SyntaxError, TomlFile};
use crate::read;

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Env(Cow<'static, str>),
    /// A line of a file.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

impl Origin {
    /// Whether a variable of the environment decides.
    pub fn is_env(&self) -> bool {
        matches!(self, Self::Env(_))
    }
}

/// For people: `CARGO_INCREMENTAL`, `/src/.cargo/config.toml:3`, `cargo's default`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("cargo's default"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value that wins.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

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

/// All places that cargo asks in one directory.
pub(super) struct Places<'a> {
    pub(super) env: &'a Environment,
    /// `.cargo/config.toml` and what it includes, the nearest first, CARGO_HOME's last.
    pub(super) configs: Vec<TomlFile>,
    /// The manifest of the workspace, or of the package that stands alone.
    pub(super) manifest: Option<TomlFile>,
    pub(super) broken: Vec<Broken>,
}

impl<'a> Places<'a> {
    pub(super) fn of(env: &'a Environment) -> Self {
        let mut broken = Vec::new();
        let home = paths::home(env).map(|home| home.value);
        Self {
            env,
            configs: config_files::read_all(env.cwd(), home.clone(), &mut broken),
            manifest: manifest::read(env.cwd(), home.as_deref(), &mut broken),
            broken,
        }
    }

    /// The first of these variables that is set.
    pub(super) fn env_path(&self, names: &[&'static str]) -> Option<Setting<PathBuf>> {
        names.iter().find_map(|name| {
            Some(Setting {
                value: PathBuf::from(self.env.get(name)?),
                origin: Origin::Env((*name).into()),
            })
        })
    }

    /// The text at `keys` of the nearest config that has it, and that config.
    pub(super) fn config_text(&self, keys: &[&str]) -> Option<(Setting<String>, &TomlFile)> {
        self.configs.iter().find_map(|file| {
            let found = file.get(keys)?;
            let value = found.item.as_str()?.to_owned();
            Some((located(file, found, value), file))
        })
    }
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
        origin: Origin::File(file.path.clone(), found.line),
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

//! The user's sccache config file: where sccache looks for it, and what is there.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::environment::Environment;
use crate::read;
use crate::toml_file::TomlFile;

/// The variable that sets a different path, even of a missing file.
pub const VARIABLE: &str = "SCCACHE_CONF";

/// The config file, as sccache finds it.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether [`VARIABLE`] named that place.
    pub named_by_env: bool,
    /// What is there.
    pub content: Content,
    /// Its permission bits, if it exists.
    pub mode: Option<u32>,
    /// Its path without links.
    pub true_path: Option<PathBuf>,
    /// A file beside a missing config file that was probably meant to be it; sccache does not read it.
    pub beside: Option<PathBuf>,
}

/// Names that other programs use for their config files.
const OTHER_NAMES: [&str; 6] = [
    "config.toml",
    "config.json",
    "sccache.toml",
    "config.yaml",
    "config.yml",
    "config.conf",
];

/// What is at the config file's place.
#[derive(Debug, Clone)]
pub enum Content {
    /// Nothing, or a link to nothing.
    Missing,
    /// Something that cannot be read; sccache silently continues without it.
    Unreadable(String),
    /// A pipe or a device, whose readers may wait for ever, sccache too.
    Endless(String),
    /// A file that is too long to be read here; sccache reads all of it for each compile.
    TooLong(String),
    /// A file that sccache expects to be in a different format because of its extension, such as JSON.
    OtherFormat,
    /// A TOML file, valid or not.
    Toml(Box<TomlFile>),
}

impl ConfigFile {
    /// Finds and reads the file.
    pub fn read(env: &Environment) -> Option<Self> {
        let named = env.get(VARIABLE).map(PathBuf::from);
        let named_by_env = named.is_some();
        let path = env.cwd().join(named.or_else(|| default_path(env))?);
        let content = content(&path);
        Some(Self {
            mode: std::fs::metadata(&path).map(|meta| meta.mode() & 0o777).ok(),
            true_path: std::fs::canonicalize(&path).ok(),
            beside: beside(&path).filter(|_| matches!(content, Content::Missing)),
            path,
            named_by_env,
            content,
        })
    }

    /// The file, if it is TOML.
    pub fn toml(&self) -> Option<&TomlFile> {
        match &self.content {
            Content::Toml(file) => Some(file),
            _ => None,
        }
    }
}

/// As `config_file` in sccache's `src/config.rs`: the new place if something is there, else the old place if something
/// is there (they differ on macOS), else the new one. `None` without a home.
fn default_path(env: &Environment) -> Option<PathBuf> {
    if cfg!(target_os = "linux") {
        // By this environment, which may not be the process's own.
        if let Some(path) = linux_path(env) {
            return Some(path);
        }
    }
    let dirs = ProjectDirs::from("", "Mozilla", "sccache")?;
    let new = dirs.config_dir().join("config");
    let old = dirs.preference_dir().join("config");
    Some(if !new.exists() && old.exists() { old } else { new })
}

/// The default place on Linux.
pub(super) fn linux_path(env: &Environment) -> Option<PathBuf> {
    Some(xdg_dir(env, "XDG_CONFIG_HOME", ".config")?.join("sccache/config"))
}

/// An XDG base directory: the variable's if that is an absolute path, else the default in the home.
pub(super) fn xdg_dir(env: &Environment, variable: &str, default: &str) -> Option<PathBuf> {
    let named = env.path(variable).filter(|dir| dir.is_absolute());
    named.map_or_else(|| Some(env.path("HOME")?.join(default)), |dir| Some(dir.to_owned()))
}

fn beside(path: &Path) -> Option<PathBuf> {
    let mut others = OTHER_NAMES.iter().map(|name| path.with_file_name(name));
    others.find(|other| other != path && other.is_file())
}

fn content(path: &Path) -> Content {
    match read::text(path, read::MAX_WRITTEN) {
        Ok(_) if path.extension().is_some_and(|extension| extension == "json") => Content::OtherFormat,
        Ok(text) => Content::Toml(Box::new(TomlFile::parse(path.to_owned(), text))),
        Err(error) if error.kind() == ErrorKind::NotFound => Content::Missing,
        Err(error) if error.kind() == ErrorKind::FileTooLarge => Content::TooLong(read::why(&error)),
        Err(error) if read::is_endless(path) => Content::Endless(read::why(&error)),
        Err(error) => Content::Unreadable(read::why(&error)),
    }
}

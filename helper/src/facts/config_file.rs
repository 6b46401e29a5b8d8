//! The user's sccache config file: where sccache looks for it, and what is there.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use crate::environment::Environment;
use crate::read;
use crate::toml_file::TomlFile;

/// The variable that names another file, even a missing one.
pub const VARIABLE: &str = "SCCACHE_CONF";

/// The config file as sccache would find it.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether [`VARIABLE`] named that place.
    pub named_by_env: bool,
    /// What is there.
    pub content: Content,
    /// Its permission bits, where something is there.
    pub mode: Option<u32>,
    /// Where it really is, behind any links.
    pub true_path: Option<PathBuf>,
    /// A file beside it that somebody may have written for it, where nothing is at its own place: sccache reads no
    /// other name.
    pub beside: Option<PathBuf>,
}

/// How other programs would call it.
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
    /// Something that cannot be read as a file; sccache silently goes on without it.
    Unreadable(String),
    /// Something that whoever reads it waits for, sccache too: a pipe, a device.
    Endless(String),
    /// A file that is too long to be looked at here; sccache reads all of it, for each compile.
    TooLong(String),
    /// A file whose name ends in an extension for which sccache expects another format, such as JSON.
    OtherFormat,
    /// TOML, or what should be.
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

    /// The parsed file, where there is one that can be parsed.
    pub fn toml(&self) -> Option<&TomlFile> {
        match &self.content {
            Content::Toml(file) => Some(file),
            _ => None,
        }
    }
}

/// `config_file` in sccache's `src/config.rs`: the new place if something is there, else the old
/// place if something is there (they differ on macOS), else the new one. `None` without any home.
fn default_path(env: &Environment) -> Option<PathBuf> {
    if cfg!(target_os = "linux") {
        // The same by the environment's own words, which need not be this process's.
        let config = env
            .path("XDG_CONFIG_HOME")
            .filter(|dir| dir.is_absolute())
            .map(Path::to_owned);
        if let Some(config) = config.or_else(|| Some(env.path("HOME")?.join(".config"))) {
            return Some(config.join("sccache/config"));
        }
    }
    let dirs = ProjectDirs::from("", "Mozilla", "sccache")?;
    let new = dirs.config_dir().join("config");
    let old = dirs.preference_dir().join("config");
    Some(if !new.exists() && old.exists() { old } else { new })
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

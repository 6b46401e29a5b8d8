//! The real sccache, its settings, and those of its next server.

use std::path::{Path, PathBuf};

use toml_edit::Item;

use super::answer::{self, Answer, Blame, NoAnswer, Question};
use super::cache_dir::CacheDir;
use super::closer;
use super::config_file::{ConfigFile, Content};
use super::depth::Depth;
use super::error_log;
use super::remote::{self, Remote};
use super::shell::ShellFacts;
use crate::environment::Environment;
use crate::git;
use crate::origin::Setting;
use crate::real_sccache;
use crate::size::Size;
use crate::toml_file::TomlFile;
use crate::version::Version;

/// The sccache of this shell.
#[derive(Debug, Clone)]
pub struct SccacheFacts {
    /// The program, if there is one.
    pub program: Option<PathBuf>,
    /// The user's config file; `None` without a home directory.
    pub config: Option<ConfigFile>,
    /// Whether the config file is in git; only in a full reading.
    pub config_is_in_git: bool,
    /// The remote cache, if one is configured.
    pub remote: Option<Remote>,
    /// The settings of a server started here; `None` without an sccache, or if sccache was not started.
    pub planned: Option<Result<Answer, NoAnswer>>,
    /// The version of an sccache that fails to give these settings.
    pub broken_version: Option<Version>,
    /// The cache directory of the next server, if it is on this disk.
    pub cache_dir: Option<CacheDir>,
    /// The size of its content; `None` if it is not on this disk or too large to be counted in time, and in a quick
    /// reading.
    pub cache_counted: Option<Size>,
    /// What is wrong with the file of SCCACHE_ERROR_LOG.
    pub error_log_fault: Option<String>,
}

/// An sccache that was started for its settings; the rest is read meanwhile.
pub(super) struct Pending {
    program: Option<PathBuf>,
    config: Option<ConfigFile>,
    question: Option<Question>,
}

impl Pending {
    /// Finds the program and starts it. It is the shell's: cargo's `[env]` may put a program of the repository on PATH.
    pub(super) fn start(ShellFacts { env, own, .. }: &ShellFacts) -> Self {
        let mut pending = Self {
            program: real_sccache::find(None, own.get("PATH")),
            config: ConfigFile::read(env),
            question: None,
        };
        pending.question = pending.answering().map(|program| answer::ask_planned(program, env));
        pending
    }

    /// The program, unless it would read its config file for too long or for ever.
    pub(super) fn answering(&self) -> Option<&Path> {
        let holds = |config: &ConfigFile| matches!(config.content, Content::Endless(_) | Content::TooLong(_));
        let is_held = self.config.as_ref().is_some_and(holds);
        self.program.as_deref().filter(|_| !is_held)
    }

    /// Waits for the answer.
    pub(super) fn wait(self, env: &Environment, depth: Depth) -> SccacheFacts {
        let planned = self.question.map(Question::wait);
        let dir = cache_dir(&planned);
        let is_full = depth == Depth::Full;
        let config_path = self.config.as_ref().and_then(|config| config.true_path.as_deref());
        SccacheFacts {
            config_is_in_git: is_full && config_path.is_some_and(git::tracks),
            remote: remote::wanted(env, self.config.as_ref()),
            broken_version: match (&self.program, &planned) {
                (Some(program), Some(Err(NoAnswer::Failed(_)))) => answer::ask_version(program),
                _ => None,
            },
            cache_dir: dir.as_deref().map(|dir| CacheDir::read(dir, env.path("HOME"))),
            cache_counted: dir.filter(|_| is_full).and_then(|dir| closer::size_of(&dir)),
            error_log_fault: error_log::fault(env, self.program.as_deref()),
            planned,
            program: self.program,
            config: self.config,
        }
    }
}

pub(super) fn cache_dir(answer: &Option<Result<Answer, NoAnswer>>) -> Option<PathBuf> {
    answer.as_ref()?.as_ref().ok()?.cache_dir()
}

impl SccacheFacts {
    /// The settings of a server started here, if sccache answered.
    pub fn planned(&self) -> Option<&Answer> {
        self.planned.as_ref()?.as_ref().ok()
    }

    /// The size limit of a server started here.
    pub fn next_limit(&self) -> Option<Size> {
        self.planned()?.max_size()
    }

    /// Whether a server started here would keep its cache elsewhere than on this disk.
    pub fn is_remote(&self) -> bool {
        self.planned().is_some_and(|planned| planned.cache_dir().is_none())
    }

    /// The setting that a failing sccache blames.
    pub fn blame(&self) -> Option<Blame<'_>> {
        self.planned.as_ref()?.as_ref().err()?.blame()
    }

    /// The config file, if it can be parsed.
    pub fn toml(&self) -> Option<&TomlFile> {
        self.config.as_ref()?.toml()
    }

    /// A value in the config file, such as that of `["cache", "disk", "size"]`.
    pub fn in_config(&self, keys: &[&str]) -> Option<Setting<&Item>> {
        let file = self.toml()?;
        let found = file.get(keys)?;
        Some(Setting {
            value: found.item,
            origin: file.origin(found),
        })
    }

    /// The config file's path, for messages.
    pub fn config_name(&self) -> String {
        let config = self.config.as_ref();
        config.map_or_else(
            || "sccache's config file".to_owned(),
            |config| config.path.display().to_string(),
        )
    }

    /// The cache's directory, for messages; empty if it is not on this disk.
    pub fn cache_dir_name(&self) -> String {
        let dir = self.cache_dir.as_ref();
        dir.map(|dir| dir.path.display().to_string()).unwrap_or_default()
    }
}

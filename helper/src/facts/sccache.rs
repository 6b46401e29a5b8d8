//! The real sccache, its settings, and what its next server would have.

use std::path::{Path, PathBuf};

use super::answer::{self, Answer, Blame, NoAnswer, Question};
use super::cache_dir::CacheDir;
use super::closer;
use super::config_file::{ConfigFile, Content};
use super::depth::Depth;
use super::error_log;
use super::remote::{self, Remote};
use crate::environment::Environment;
use crate::real_sccache;
use crate::size::Size;
use crate::version::Version;

/// sccache as this shell has it.
#[derive(Debug, Clone)]
pub struct SccacheFacts {
    /// The program, where there is one.
    pub program: Option<PathBuf>,
    /// The user's config file; `None` where there is no home to look in.
    pub config: Option<ConfigFile>,
    /// Whether git keeps the config file; only looked for by a full reading.
    pub config_is_in_git: bool,
    /// The cache that is not on this disk, where one is asked for.
    pub remote: Option<Remote>,
    /// What a server started here would have; `None` without an sccache, or where it could not be asked.
    pub planned: Option<Result<Answer, NoAnswer>>,
    /// The version of the sccache that cannot say what it would have.
    pub broken_version: Option<Version>,
    /// The cache's directory, where the next server would keep it on this disk.
    pub cache_dir: Option<CacheDir>,
    /// What lies in it; `None` where it is not on this disk, or too large to be counted in time, and in a quick
    /// reading.
    pub cache_counted: Option<Size>,
    /// What is wrong with the file that SCCACHE_ERROR_LOG names.
    pub error_log_fault: Option<String>,
}

/// An sccache that was asked what its next server would have; the rest can be read meanwhile.
pub(super) struct Pending {
    program: Option<PathBuf>,
    config: Option<ConfigFile>,
    question: Option<Question>,
}

impl Pending {
    /// Finds the program and asks it.
    pub(super) fn start(env: &Environment) -> Self {
        let mut asked = Self {
            program: real_sccache::find(None, env.get("PATH")),
            config: ConfigFile::read(env),
            question: None,
        };
        asked.question = asked.answering().map(|program| answer::ask_planned(program, env));
        asked
    }

    /// The program, where it would answer: it would wait for some config files, or read them for longer than anybody
    /// waits.
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
            config_is_in_git: is_full && config_path.is_some_and(closer::is_in_git),
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
    /// The cache's directory, for a person; empty where it is not on this disk.
    pub fn cache_dir_name(&self) -> String {
        let dir = self.cache_dir.as_ref();
        dir.map(|dir| dir.path.display().to_string()).unwrap_or_default()
    }

    /// What a server started here would have, where sccache said so.
    pub fn planned(&self) -> Option<&Answer> {
        self.planned.as_ref()?.as_ref().ok()
    }

    /// What a failing sccache says it is because of.
    pub fn blame(&self) -> Option<Blame<'_>> {
        self.planned.as_ref()?.as_ref().err()?.blame()
    }

    /// The config file's path for messages.
    pub fn config_path(&self) -> Option<String> {
        Some(self.config.as_ref()?.path.display().to_string())
    }
}

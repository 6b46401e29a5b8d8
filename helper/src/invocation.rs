//! A rustc call of cargo's: parsed once, and refused if anything in it is not understood.

mod parser;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use self::parser::Parser;
use crate::why::{Rule, Why};

/// What a call builds. The names of the variants are in the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    /// `--crate-type lib` or `rlib`.
    Lib,
    /// `--crate-type bin`: a program, a build script.
    Bin,
    /// `--crate-type proc-macro`.
    ProcMacro,
    /// `--test`: a test harness.
    Test,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// The program: rustc, or clippy-driver.
    pub(crate) program: PathBuf,
    /// Its arguments, byte for byte; for clippy-driver the first is rustc.
    pub(crate) args: Vec<OsString>,
    /// The rustc: `program`, or clippy-driver's first argument.
    pub(crate) rustc: PathBuf,
    pub(crate) crate_name: String,
    pub(crate) kind: UnitKind,
    /// Whether `--emit` has `link`; else metadata alone.
    pub(crate) links: bool,
    pub(crate) emits_metadata: bool,
    pub(crate) out_dir: PathBuf,
    pub(crate) extra_filename: String,
    pub(crate) input: PathBuf,
    /// The files of `--extern name=path`.
    pub(crate) externs: Vec<PathBuf>,
    /// `-L`: kind (`all` where none is given) and directory.
    pub(crate) search: Vec<(String, PathBuf)>,
    pub(crate) libs: Vec<OsString>,
    pub(crate) linker: Option<PathBuf>,
    pub(crate) link_args: Vec<OsString>,
    pub(crate) has_cap_lints: bool,
    /// The arguments without paths, for the unit's part of the key.
    pub(crate) plain_words: Vec<OsString>,
}

impl Invocation {
    /// Reads the arguments that follow the wrapper's own name.
    pub(crate) fn parse(args: &[OsString]) -> Result<Self, Why> {
        let no_compiler = || Rule::Question.because("no compiler");
        let (program, rest) = args.split_first().ok_or_else(no_compiler)?;
        let program = PathBuf::from(program);
        let (rustc, words) = if is_clippy(&program) {
            let (rustc, words) = rest.split_first().ok_or_else(no_compiler)?;
            (PathBuf::from(rustc), words)
        } else {
            (program.clone(), rest)
        };
        if rustc.file_name() != Some(OsStr::new("rustc")) {
            return Err(Rule::Compiler.because("the compiler is not called rustc"));
        }
        let mut parser = Parser::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            parser.word(word, &mut words)?;
        }
        parser.finish(program, rest.to_vec(), rustc)
    }

    /// Whether the linker runs.
    pub(crate) fn is_linked(&self) -> bool {
        self.links && self.kind != UnitKind::Lib
    }

    /// `CRATE-HASH`, the names of its files.
    pub(crate) fn stem(&self) -> String {
        format!("{}{}", self.crate_name, self.extra_filename)
    }

    /// The output of `--print file-names`, as sccache needs it.
    pub(crate) fn file_names(&self) -> Vec<String> {
        let stem = self.stem();
        if !self.links {
            return vec![format!("lib{stem}.rmeta")];
        }
        match self.kind {
            UnitKind::Lib => {
                let mut names = vec![format!("lib{stem}.rlib")];
                if self.emits_metadata {
                    names.push(format!("lib{stem}.rmeta"));
                }
                names
            }
            UnitKind::ProcMacro => vec![format!(
                "{}{stem}{}",
                std::env::consts::DLL_PREFIX,
                std::env::consts::DLL_SUFFIX
            )],
            UnitKind::Bin | UnitKind::Test => vec![stem],
        }
    }

    /// The arguments for sccache: those of a library, without an `--extern` that has no file.
    pub(crate) fn presented(&self) -> Vec<OsString> {
        let is_clippy = self.program != self.rustc;
        let mut shown = Vec::with_capacity(self.args.len());
        let mut words = self.args.iter().skip(usize::from(is_clippy)).peekable();
        while let Some(word) = words.next() {
            if word == "--test" || word == "--crate-type" && words.next().is_some() {
                shown.extend(["--crate-type".into(), "rlib".into()]);
            } else if word.as_bytes().starts_with(b"--crate-type=") {
                shown.push("--crate-type=rlib".into());
            } else if word == "--extern" && words.next_if(|next| *next == "proc_macro").is_some() {
            } else if word != "--extern=proc_macro" {
                shown.push(word.clone());
            }
        }
        shown
    }
}

/// Whether the program is clippy's rustc.
pub(crate) fn is_clippy(program: &Path) -> bool {
    program.file_name() == Some(OsStr::new("clippy-driver"))
}

#[cfg(test)]
mod tests;

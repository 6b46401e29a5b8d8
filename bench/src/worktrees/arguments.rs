//! What to measure.

use std::path::PathBuf;

use super::contender::Kind;

const USAGE: &str = "\
usage: bench/worktrees [--edits | --workspace DIR | --small] [--rounds N] [--only NAME,…] [--json FILE]
  --workspace DIR  a git repository with a cargo workspace and its lock file (default: a generated project)
  --edits          edits of a large member instead, each with what is built after it; no JSON
  --small          a smaller generated project, in a minute or two: to try the benchmark, not to quote it
  --rounds N       medians of N rounds (default 1)
  --only NAME,…    of: none, sccache, sccache-shell, kache, mbx (default: all that are there; the last two if on PATH)
  --json FILE      write the JSON there, not to standard output";

/// The command line.
pub(crate) struct Arguments {
    pub(crate) workspace: Option<PathBuf>,
    pub(crate) edits: bool,
    pub(crate) small: bool,
    pub(crate) rounds: usize,
    pub(crate) contenders: Option<Vec<Kind>>,
    pub(crate) json: Option<PathBuf>,
}

impl Arguments {
    /// Parses the arguments. An error is the text for the user.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self {
            workspace: None,
            edits: false,
            small: false,
            rounds: 1,
            contenders: None,
            json: None,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| USAGE.to_owned());
            match arg.as_str() {
                "--workspace" => parsed.workspace = Some(absolute(&value()?)?),
                "--edits" => parsed.edits = true,
                "--small" => parsed.small = true,
                "--rounds" => parsed.rounds = value()?.parse().map_err(|_| USAGE.to_owned())?,
                "--only" => parsed.contenders = Some(kinds(&value()?)?),
                "--json" => parsed.json = Some(PathBuf::from(value()?)),
                _ => return Err(USAGE.to_owned()),
            }
        }
        if parsed.rounds == 0 {
            Err(USAGE.to_owned())
        } else {
            Ok(parsed)
        }
    }
}

fn absolute(dir: &str) -> Result<PathBuf, String> {
    std::fs::canonicalize(dir).map_err(|error| format!("{dir}: {error}"))
}

fn kinds(names: &str) -> Result<Vec<Kind>, String> {
    let of = |name: &str| Kind::ALL.into_iter().find(|kind| kind.name() == name);
    names
        .split(',')
        .map(|name| of(name).ok_or_else(|| format!("no contender {name}\n{USAGE}")))
        .collect()
}

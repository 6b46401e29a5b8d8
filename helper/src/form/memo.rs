//! What is remembered of a unit: its last inspection, and the files that compiles read and inspections did not.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::input::{Input, State};
use super::inspect::{self, Inspection};
use super::place::Places;
use super::plan::Verdict;
use super::store::Store;
use super::unit::Unit;
use crate::why::{Rule, Why};

/// An inspection, with what it was made for.
#[derive(Serialize, Deserialize)]
struct Memo {
    root: OsString,
    externs: Vec<String>,
    inspection: Inspection,
}

/// The last inspection of the unit if nothing has changed since, else a new one.
pub(super) fn inspection(unit: &Unit<'_>) -> Result<Inspection, Why> {
    let context = unit.context;
    let root = context.env.cwd().as_os_str().to_owned();
    let externs = unit.call.externs.iter().map(|path| context.contents.of(path));
    let externs = externs.collect::<io::Result<Vec<_>>>()?;
    let is_valid = |memo: &Memo| {
        memo.externs == externs
            && memo.inspection.observed == context.is_watched
            && (memo.root == root || memo.inspection.is_portable(&unit.places))
            && memo.inspection.holds(&unit.places, context.env, context.contents)
    };
    let remembered = context.store.get("memo", &unit.id).filter(is_valid);
    let memo = match remembered {
        Some(memo) => memo,
        None => {
            let memo = Memo {
                inspection: inspect::inspect(unit)?,
                root,
                externs,
            };
            let _ = context.store.put("memo", &unit.id, &memo);
            memo
        }
    };
    match memo.inspection.refused {
        Some(why) => Err(why),
        None => Ok(memo.inspection),
    }
}

/// The files that an earlier compile of the unit read and its inspection did not.
pub(super) fn learned(unit: &Unit<'_>) -> io::Result<Vec<Input>> {
    let elsewhere = || io::Error::other("a file of another place");
    let input = |name: OsString| {
        let path = unit.places.path(&name).ok_or_else(elsewhere)?;
        Ok(Input {
            state: State::read(&path, unit.context.contents)?,
            name,
        })
    };
    let names = learned_names(unit.context.store, &unit.id);
    names.into_iter().map(input).collect()
}

fn learned_names(store: &Store, unit: &str) -> Vec<OsString> {
    store.get("learned", unit).unwrap_or_default()
}

/// Whether an artifact of the unit contained the path of its worktree.
pub(super) fn holds_place(unit: &Unit<'_>) -> bool {
    unit.context.store.read("private", &unit.id).is_some()
}

/// Remembers what a compile showed: files that its inspection did not read, or that the artifact contains its
/// worktree's path.
pub(super) fn learn(store: &Store, unit: &str, places: &Places, verdict: &Verdict) {
    match verdict {
        Verdict::NotStored(why) if why.rule == Rule::NamesPlace => {
            let _ = store.write("private", unit, b"");
        }
        Verdict::Read(paths) => {
            // By name, so that other worktrees look at their own files.
            let mut names = learned_names(store, unit);
            names.extend(paths.iter().map(|path| places.name(Path::new(path))));
            names.sort();
            names.dedup();
            let _ = store.put("learned", unit, &names);
        }
        _ => {}
    }
}

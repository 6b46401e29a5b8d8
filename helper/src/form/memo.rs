//! What is remembered of a unit: its last inspections, and the files that compiles read and inspections did not.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::input::{Input, State};
use super::inspect::{self, Inspection};
use super::parts::{KeyPart, digest};
use super::place::Places;
use super::plan::Verdict;
use super::shell;
use super::store::Store;
use super::unit::Unit;
use crate::why::{Rule, Why};

/// An inspection, with what it was made for.
#[derive(Serialize, Deserialize)]
struct Memo {
    root: OsString,
    externs: Vec<String>,
    /// The hash of the shell variables that a macro may read: they may say which files it reads.
    shell: String,
    inspection: Inspection,
}

/// An inspection that holds.
pub(super) struct Known {
    pub(super) inspection: Inspection,
    /// See [`shell::parts`].
    pub(super) shell: Vec<KeyPart>,
}

/// How many inspections of a unit are kept: its worktrees may be at different commits.
const KEPT: usize = 8;

/// A remembered inspection of the unit that holds, else a new one.
pub(super) fn inspection(unit: &Unit<'_>) -> Result<Known, Why> {
    let externs = externs(unit)?;
    let known = match remembered(unit, &externs)? {
        Some(known) => known,
        None => inspected(unit, externs)?,
    };
    match known.inspection.refused {
        Some(why) => Err(why),
        None => Ok(known),
    }
}

fn inspected(unit: &Unit<'_>, externs: Vec<String>) -> Result<Known, Why> {
    let inspection = inspect::inspect(unit)?;
    let shell = shell::parts(unit, &inspection)?;
    let memo = Memo {
        root: root(unit),
        externs,
        shell: digest("shell", &shell),
        inspection,
    };
    if unit.context.store.put("memo", &name(unit, KEPT), &memo).is_ok() {
        put_first(unit, KEPT - 1);
    }
    Ok(Known {
        inspection: memo.inspection,
        shell,
    })
}

/// Whether an inspection of the unit is remembered that holds.
pub(super) fn is_remembered(unit: &Unit<'_>) -> io::Result<bool> {
    Ok(remembered(unit, &externs(unit)?)?.is_some())
}

/// The remembered inspection of the unit of which nothing has changed since, if there is one.
fn remembered(unit: &Unit<'_>, externs: &[String]) -> io::Result<Option<Known>> {
    let context = unit.context;
    for number in 0..KEPT {
        let Some(memo) = context.store.get::<Memo>("memo", &name(unit, number)) else {
            continue;
        };
        let holds = memo.externs == externs
            && memo.inspection.observed == context.is_watched
            && (memo.root == root(unit) || memo.inspection.is_portable(&unit.places))
            && memo.inspection.holds(&unit.places, context.env, context.contents);
        if !holds {
            continue;
        }
        let shell = shell::parts(unit, &memo.inspection)?;
        if digest("shell", &shell) != memo.shell {
            continue;
        }
        if number > 0 && move_memo(unit, number, KEPT) {
            put_first(unit, number);
        }
        return Ok(Some(Known {
            inspection: memo.inspection,
            shell,
        }));
    }
    Ok(None)
}

/// The contents of the compiled crates that the call names.
fn externs(unit: &Unit<'_>) -> io::Result<Vec<String>> {
    let externs = unit.call.externs.iter();
    externs.map(|path| unit.context.contents.of(path)).collect()
}

fn name(unit: &Unit<'_>, number: usize) -> String {
    format!("{}-{number}", unit.id)
}

/// Makes the memo with the number after the last the first, in place of the one that `vacated` names. Two processes at
/// once can lose a memo, which is then made again.
fn put_first(unit: &Unit<'_>, vacated: usize) {
    for number in (0..vacated).rev() {
        move_memo(unit, number, number + 1);
    }
    move_memo(unit, KEPT, 0);
}

fn move_memo(unit: &Unit<'_>, from: usize, to: usize) -> bool {
    let file = |number| unit.context.store.file("memo", &name(unit, number));
    fs::rename(file(from), file(to)).is_ok()
}

fn root(unit: &Unit<'_>) -> OsString {
    unit.context.env.cwd().as_os_str().to_owned()
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

//! What is remembered of a unit: what its last inspection saw, and what a compile read that no inspection could foresee.

use std::ffi::OsString;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::compiler::Compiler;
use super::input::{self, Input};
use super::inspect::{self, Inspection};
use super::place::Places;
use super::store::Store;
use super::{Formed, Ground, Report};
use crate::invocation::Invocation;
use crate::why::{Rule, Why};

/// What was remembered of an inspection.
#[derive(Serialize, Deserialize)]
struct Memo {
    root: OsString,
    externs: Vec<String>,
    inspection: Inspection,
}

/// The last inspection of the unit, where all is as it was then; else a new one.
pub(super) fn inspection(
    unit: &str,
    call: &Invocation,
    ground: &Ground<'_>,
    places: &Places,
    rustc: &Compiler,
    remaps: &[OsString],
) -> Result<Inspection, Why> {
    let Ground {
        env,
        store,
        contents,
        is_watched,
    } = *ground;
    let root = env.cwd().as_os_str().to_owned();
    let externs = call
        .externs
        .iter()
        .map(|path| contents.of(path))
        .collect::<io::Result<Vec<_>>>();
    let externs = externs?;
    let remembered = store
        .read("memo", unit)
        .and_then(|text| serde_json::from_slice::<Memo>(&text).ok());
    let is_good = |memo: &Memo| {
        memo.externs == externs
            && memo.inspection.observed == is_watched
            && (memo.root == root || memo.inspection.is_portable(places))
            && memo.inspection.holds(places, env, contents)
    };
    let memo = match remembered.filter(is_good) {
        Some(memo) => memo,
        None => {
            let inspection = inspect::inspect(call, ground, places, &rustc.path, remaps)?;
            let memo = Memo {
                root,
                externs,
                inspection,
            };
            if let Ok(text) = serde_json::to_vec(&memo) {
                let _ = store.write("memo", unit, &text);
            }
            memo
        }
    };
    match memo.inspection.refused {
        Some(why) => Err(why),
        None => Ok(memo.inspection),
    }
}

/// What an earlier compile of the unit read and no inspection could foresee.
pub(super) fn learned(ground: &Ground<'_>, unit: &str, places: &Places) -> io::Result<Vec<Input>> {
    let input = |name: OsString| {
        let path = places
            .path(&name)
            .ok_or_else(|| io::Error::other("a file of another place"))?;
        Ok(Input {
            state: input::State::read(&path, ground.contents)?,
            name,
        })
    };
    learned_names(ground.store, unit).into_iter().map(input).collect()
}

fn learned_names(store: &Store, unit: &str) -> Vec<OsString> {
    let text = store.read("learned", unit);
    text.and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

/// Keeps what a compile taught: files that it read unforeseen, or that its artifact names its place.
pub(crate) fn learn(store: &Store, formed: &Formed, report: &Report) {
    match report {
        Report::NotStored(why) if why.rule == Rule::NamesPlace => {
            let _ = store.write("private", &formed.unit, b"");
        }
        Report::Read(paths) => {
            // By name, so that another worktree looks at its own.
            let mut names = learned_names(store, &formed.unit);
            names.extend(paths.iter().map(|path| formed.places.name(Path::new(path))));
            names.sort();
            names.dedup();
            if let Ok(text) = serde_json::to_vec(&names) {
                let _ = store.write("learned", &formed.unit, &text);
            }
        }
        _ => {}
    }
}

//! What the worktrees of a repository share.

use std::path::Path;

use super::fixes::unset;
use super::origins;
use crate::facts::Facts;
use crate::facts::siblings::Difference;
use crate::facts::target::Target;
use crate::finding::{Fix, Problem, Severity};
use crate::origin::Origin;
use crate::version::Version;

checks! {
    target_dir_shared: Error, WrongResults;
    version_too_old_for_sharing: Info, WrongResults;
    rustflags_joined: Warning, FewerHits;
    deps_vendored_in_tree: Info, FewerHits;
    rustc_toolchain_differs: Info, FewerHits;
    basedirs_missing_worktree: Info, FewerHits;
}

fn target_dir_shared(facts: &Facts) -> Option<Problem> {
    let target = facts.cargo.target.as_ref()?;
    let (severity, why) = if let Some(other) = target.shared_with.first() {
        (Severity::Error, format!("is also the worktree {}'s", other.display()))
    } else if let Some(other) = target.built_by.first() {
        let why = format!("was built into from the worktree {}, too", other.display());
        (Severity::Error, why)
    } else if let Some(other) = target.named_for.first().filter(|_| !facts.shell.env.is_ci()) {
        let other = other.display();
        let why = format!("is also the worktree {other}'s, if its shell has the same setting");
        (Severity::Warning, why)
    } else {
        return None;
    };
    let origin = &target.dir.origin;
    let what = format!(
        "cargo's target directory {} ({origin}) {why}: cargo judges by file times and takes that worktree's code for this one's",
        target.dir.value.display()
    );
    let problem = Problem::new(what, own_target_dir(target));
    Some(problem.at(severity).at_places([origin.clone()]))
}

fn own_target_dir(target: &Target) -> Fix {
    match &target.dir.origin {
        Origin::Env(name) => unset(name),
        line @ Origin::File(..) => remove(line, "the worktree"),
        Origin::Default => match (&target.link, &target.named_by) {
            (Some(link), _) => Fix::Do(format!("replace the link {} by a directory", link.display())),
            (None, Some(line)) => remove(line, "that worktree"),
            (None, None) => Fix::Do(
                "give that worktree a target directory of its own (look for CARGO_TARGET_DIR in its shell); then, here: cargo clean".into(),
            ),
        },
    }
}

fn remove(line: &Origin, worktree: &str) -> Fix {
    Fix::Do(format!("remove the line {line}, or name a directory inside {worktree}"))
}

fn version_too_old_for_sharing(facts: &Facts) -> Option<Problem> {
    /// The first version that writes new dep-info for each hit (its `src/compiler/rust.rs`).
    const FIXED: Version = Version(0, 19, 0);
    let version = facts.sccache_version().filter(|version| *version < FIXED)?;
    (facts.other_worktrees() > 0 && facts.caches_rust_plainly()).then(|| {
        Problem::new(
            format!(
                "sccache {version} restores with a hit the dep-info of the worktree that compiled it: cargo may rebuild too much, or too little"
            ),
            Fix::Do(format!(
                "use sccache {FIXED} or later (`sccache-shell.package` in the flake)"
            )),
        )
    })
}

fn rustflags_joined(facts: &Facts) -> Option<Problem> {
    let repository = facts.repository.git.as_ref().filter(|_| facts.caches_rust())?;
    let outer = repository.enclosing()?;
    let mut origins = facts.cargo.settings.rustflags.iter().map(|flag| &flag.origin);
    let is_in = |origin: &Origin, dir: &Path| matches!(origin, Origin::File(path, _) if path.starts_with(dir));
    let is_own = |origin: &&Origin| is_in(origin, &repository.root);
    // A worktree without flags of its own has the same flags as the outer one.
    let own = origins.clone().find(is_own)?;
    let outers = origins.find(|origin| is_in(origin, outer) && !is_own(origin))?;
    let outer = outer.display();
    let what = format!(
        "cargo joins the rustflags of {outers} and {own}, since this worktree lies in {outer}: no crate is shared with the other worktrees"
    );
    let fix = format!(
        "write the flags as one string, of which cargo takes only the nearest, or keep the worktree outside of {outer}"
    );
    Some(Problem::new(what, Fix::Do(fix)).at_places([outers.clone(), own.clone()]))
}

fn deps_vendored_in_tree(facts: &Facts) -> Option<Problem> {
    let root = facts.worktree_to_itself().filter(|_| facts.caches_rust())?;
    let mut vendored = facts.cargo.settings.vendored.iter();
    let dir = vendored.find(|dir| dir.value.starts_with(root))?;
    let what = format!(
        "vendored dependencies have this worktree in their path ({}, by {}): every other worktree compiles them again",
        dir.value.display(),
        dir.origin
    );
    let fix = "do not use the vendored source in development shells, or give the absolute path of a directory outside of the worktrees";
    Some(Problem::new(what, Fix::Do(fix.into())).at_places([dir.origin.clone()]))
}

fn rustc_toolchain_differs(facts: &Facts) -> Option<Problem> {
    let siblings = facts.repository.siblings.iter().filter(|_| facts.caches_rust());
    let differences = siblings.flat_map(|other| other.differences.iter().map(|found| (&other.worktree, found)));
    let others: Vec<_> = differences
        .filter_map(|(worktree, difference)| match difference {
            Difference::Rustc { theirs, ours } => Some((worktree.display(), theirs, ours)),
            _ => None,
        })
        .collect();
    let (worktree, theirs, ours) = others.first()?;
    let what = format!("this worktree was last built by rustc {ours}, {worktree} by {theirs}: they share no Rust hit");
    let fix = "pin one toolchain for both (rust-toolchain.toml, or one flake.lock), unless the difference is intended";
    let detail = others
        .iter()
        .map(|(worktree, rustc, _)| format!("{worktree}: rustc {rustc}"));
    Some(Problem::new(what, Fix::Do(fix.into())).with_detail(detail))
}

fn basedirs_missing_worktree(facts: &Facts) -> Option<Problem> {
    let repository = facts.repository.git.as_ref().filter(|_| facts.other_worktrees() > 0)?;
    let answer = facts.server.running().or(facts.sccache.planned())?;
    let basedirs = &answer.basedirs;
    // A directory around all worktrees does not help: it leaves their own names in the paths.
    let is_covered = |worktree: &Path| basedirs.iter().any(|dir| Path::new(dir) == worktree);
    let mut worktrees = repository.worktrees.iter();
    let missing = worktrees.find(|worktree| !basedirs.is_empty() && !is_covered(worktree))?;
    let all: Vec<String> = repository
        .worktrees
        .iter()
        .map(|dir| dir.display().to_string())
        .collect();
    let origin = origins::basedirs(facts);
    let place = origin
        .as_ref()
        .map_or_else(|| facts.sccache.config_name(), Origin::to_string);
    let what = format!(
        "basedirs ({}) leave out the worktree {}: it shares no C object with the others",
        basedirs.join(":"),
        missing.display()
    );
    let fix = format!("add it: basedirs = {all:?} in {place}, then restart the server");
    Some(Problem::new(what, Fix::Do(fix)).at_places(origin))
}

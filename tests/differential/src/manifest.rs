//! The manifests that a case need not write.
//!
//! A crate is a directory with a `src`; the program, `app`, stands in the worktree's root. Its manifest begins with
//! name, version and edition; what the case has in the manifest's place is added, the lines before the first table to
//! `[package]`. A crate whose name begins with `mac` is a proc macro.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use crate::case::{Case, Files, World};
use crate::place::Place;

/// The program's name.
pub const APP: &str = "app";

/// One world's files, sorted by where they go.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Those of the worktree.
    pub worktree: Files,
    /// Those of the crates that stand elsewhere, by crate.
    pub outside: BTreeMap<String, Files>,
    /// The version of the crates that stand elsewhere.
    pub version: &'static str,
    /// Whom each of them depends on.
    pub uses: BTreeMap<String, Vec<String>>,
}

/// Lays out `world` of `case` with its crates in `place`; git crates come from `repository`.
pub fn layout(case: &Case, world: World, place: Place, repository: &Path) -> Layout {
    let crates = crates(case);
    let mut layout = Layout {
        version: version(case, world, place, &crates),
        ..Layout::default()
    };
    let writer = Writer {
        place,
        repository,
        version: layout.version,
        crates: &crates,
    };
    let files = &case.world(world).files;
    for (path, text) in files {
        let (top, rest) = path.split_once('/').unwrap_or((path, ""));
        if place != Place::Member && crates.contains(top) {
            let files = layout.outside.entry(top.to_owned()).or_default();
            files.insert(rest.to_owned(), text.clone());
        } else {
            layout.worktree.insert(path.clone(), text.clone());
        }
    }
    let is_crate = |name: &String| name == APP || files.keys().any(|path| path.starts_with(&format!("{name}/src/")));
    for name in std::iter::once(APP.to_owned()).chain(crates.clone()).filter(is_crate) {
        let uses = uses(case, &name, &crates);
        let (files, path) = match layout.outside.get_mut(&name) {
            Some(files) => (files, "Cargo.toml".to_owned()),
            None if name == APP => (&mut layout.worktree, "Cargo.toml".to_owned()),
            None => (&mut layout.worktree, format!("{name}/Cargo.toml")),
        };
        let own = files.get(&path).cloned().unwrap_or_default();
        files.insert(path, writer.manifest(&name, &own, &uses));
        layout.uses.insert(name, uses);
    }
    layout
}

/// All crates of both worlds but the program.
fn crates(case: &Case) -> BTreeSet<String> {
    let paths = World::ALL.iter().flat_map(|world| case.world(*world).files.keys());
    paths
        .filter_map(|path| path.split_once("/src/"))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// Another content is another version in a registry.
fn version(case: &Case, world: World, place: Place, crates: &BTreeSet<String>) -> &'static str {
    let of = |world: World| -> Vec<(&String, &String)> {
        let files = case.world(world).files.iter();
        files
            .filter(|(path, _)| path.split_once('/').is_some_and(|(top, _)| crates.contains(top)))
            .collect()
    };
    let changed = of(World::First) != of(World::Second);
    if place == Place::Registry && changed && world == World::Second {
        "0.1.1"
    } else {
        "0.1.0"
    }
}

fn uses(case: &Case, name: &str, crates: &BTreeSet<String>) -> Vec<String> {
    if let Some(edges) = &case.uses {
        return edges
            .iter()
            .filter(|(of, _)| of == name)
            .map(|(_, on)| on.clone())
            .collect();
    }
    let chain: Vec<&str> = [APP, "dep", "mac"]
        .into_iter()
        .filter(|of| *of == APP || crates.contains(*of))
        .collect();
    let next = chain.windows(2).find(|pair| pair[0] == name);
    next.map(|pair| pair[1].to_owned()).into_iter().collect()
}

struct Writer<'a> {
    place: Place,
    repository: &'a Path,
    version: &'a str,
    crates: &'a BTreeSet<String>,
}

impl Writer<'_> {
    fn manifest(&self, name: &str, own: &str, uses: &[String]) -> String {
        let tables = own.find("\n[").map_or(own.len(), |at| at + 1);
        let (package, tables) = if own.starts_with('[') {
            ("", own)
        } else {
            own.split_at(tables)
        };
        let version = if name == APP { "0.1.0" } else { self.version };
        let mut text = String::new();
        if name == APP {
            text += &self.workspace(tables);
        }
        let _ = write!(
            text,
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{package}"
        );
        if name.starts_with("mac") {
            text += "[lib]\nproc-macro = true\n";
        }
        text += "[dependencies]\n";
        for on in uses {
            let _ = writeln!(text, "{on} = {}", self.dependency(name, on));
        }
        text + tables
    }

    fn workspace(&self, tables: &str) -> String {
        let members: Vec<String> = match self.place {
            Place::Member => self.crates.iter().map(|name| format!("{name:?}")).collect(),
            _ => Vec::new(),
        };
        if tables.contains("[workspace]") {
            String::new()
        } else {
            format!("[workspace]\nresolver = \"2\"\nmembers = [{}]\n", members.join(", "))
        }
    }

    fn dependency(&self, name: &str, on: &str) -> String {
        match self.place {
            Place::Registry => format!("\"={}\"", self.version),
            Place::Git if name == APP => format!("{{ git = \"file://{}\" }}", self.repository.display()),
            _ if name == APP => format!("{{ path = \"{on}\" }}"),
            _ => format!("{{ path = \"../{on}\" }}"),
        }
    }
}

//! What is in a cache key, and what is missing from it.

use std::ffi::OsString;
use std::path::Path;

use super::fixes::{export, stop_server, unset, unset_or};
use super::origins;
use crate::environment::names;
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::facts::cache_dir::Kind;
use crate::facts::key_variables::{BUILD_DIRS, has_path};
use crate::facts::launchers::{End, Route};
use crate::finding::{Fix, Problem, Severity, quote};
use crate::key::cargo_env::is_in_every_key;
use crate::key::nix_env::{self, C_KEY, Inputs, RUST_KEY};
use crate::origin::Origin;
use crate::version::Version;

checks! {
    basedirs_direct_mode: Error, WrongResults;
    static_lib_modifiers_unhashed: Warning, WrongResults;
    cc_wrapper_env_unhashed: Error, WrongResults;
    rustc_wrapper_env_unhashed: Error, WrongResults;
    native_cpu_remote: Error, WrongResults;
    cargo_env_in_key: Warning, FewerHits;
    cargo_target_dir_env: Warning, FewerHits;
    cargo_home_per_project: Warning, FewerHits;
    rustflags_path: Warning, FewerHits;
    cargo_home_differs_remote: Info, FewerHits;
}

fn basedirs_direct_mode(facts: &Facts) -> Vec<Problem> {
    let what = |server: &str, answer: &Answer, origin: Option<&Origin>| {
        let by = origin.map_or_else(String::new, |origin| format!(", by {origin}"));
        let basedirs = answer.basedirs.join(":");
        format!(
            "{server} has basedirs ({basedirs}{by}) together with preprocessor mode: if only a header differs, it returns the other worktree's C object"
        )
    };
    let next = facts.sccache.planned().filter(|planned| mixes_up_objects(planned));
    let next = next.map(|next| {
        let origin = origins::basedirs(facts);
        let fix = if facts.disk_table_from_env().is_empty() {
            Fix::Run("sccache-shell init --no-preprocessor-mode".into())
        } else {
            // A variable replaces the file's table.
            export("SCCACHE_DIRECT", false)
        };
        Problem::new(what("the next sccache server", next, origin.as_ref()), fix).at_places(origin)
    });
    let running = facts.server.running().filter(|running| mixes_up_objects(running));
    let running = running.map(|running| Problem::new(what("the running sccache server", running, None), stop_server()));
    next.into_iter().chain(running).collect()
}

/// Whether a server with these settings can return another worktree's C object.
pub(super) fn mixes_up_objects(answer: &Answer) -> bool {
    /// The first sccache with base directories. No version is known to fix this.
    const FIRST: Version = Version(0, 14, 0);
    let is_old = answer.version().is_some_and(|version| version < FIRST);
    !answer.basedirs.is_empty() && answer.use_preprocessor_cache_mode == Some(true) && !is_old
}

fn static_lib_modifiers_unhashed(facts: &Facts) -> Option<Problem> {
    let libraries = &facts.cargo.built.as_ref()?.units.modified_libraries;
    let first = libraries.first().filter(|_| facts.caches_rust_plainly())?;
    let package = &first.package;
    let what = format!(
        "{package} links `{}`: sccache leaves a static library with modifiers out of the key, and returns the crate with the old one",
        first.directive
    );
    let fix = format!(
        "write `static=` without modifiers in its build script, or build {package} with SCCACHE_RECACHE=1 after a change"
    );
    let detail = libraries
        .iter()
        .map(|library| format!("{}: {}", library.package, library.directive));
    Some(Problem::new(what, Fix::Do(fix)).with_detail(detail))
}

fn cc_wrapper_env_unhashed(facts: &Facts) -> Option<Problem> {
    let inputs = nix_env::c(&facts.shell.env).filter(|inputs| !is_hashed(facts, inputs))?;
    // The launchers include cargo's wrapper, which the cc crate uses for C.
    let mut launchers = facts.cargo.launchers.all.iter();
    let (route, program) = launchers.find_map(|route| Some((route, plain_sccache(facts, route)?)))?;
    let what = format!(
        "{} compiles C by {program}, whose key does not contain {}: it can return an object that was compiled with different flags",
        route.setting,
        most_telling(&inputs)
    );
    let value = quote(&nix_env::c_key(&facts.shell.env, &inputs).to_string_lossy());
    Some(Problem::new(what, hash_by(facts, C_KEY, &value)))
}

fn rustc_wrapper_env_unhashed(facts: &Facts) -> Option<Problem> {
    let inputs = nix_env::rust(&facts.shell.env)?;
    if facts.shell.env.text(RUST_KEY).as_ref() == Some(&inputs.hash) {
        return None;
    }
    let mut launchers = facts.cargo.launchers.all.iter();
    let route = launchers.find(|route| route.setting == "RUSTC_WRAPPER")?;
    let program = plain_sccache(facts, route)?;
    let what = format!(
        "RUSTC_WRAPPER compiles Rust by {program}, whose key does not contain NIX_RUSTFLAGS: it can return a crate that was compiled with different flags"
    );
    Some(Problem::new(what, hash_by(facts, RUST_KEY, &inputs.hash)).at_variable("NIX_RUSTFLAGS"))
}

/// The sccache that this launcher runs, if our wrapper does not add the variables to its keys.
fn plain_sccache(facts: &Facts, route: &Route) -> Option<String> {
    match &route.end {
        End::Plain(path) => Some(path.display().to_string()),
        End::Ours | End::OursOfBefore if facts.is_switched_off() => {
            Some(format!("plain sccache ({}=off)", names::SWITCH))
        }
        _ => None,
    }
}

/// Turns our wrapper on again if it is off, else sets the variable that it would set.
fn hash_by(facts: &Facts, name: &str, value: &str) -> Fix {
    if facts.is_switched_off() {
        unset(names::SWITCH)
    } else {
        export(name, value)
    }
}

/// The best-known of the variables, and how many more there are.
fn most_telling(inputs: &Inputs) -> String {
    let is_flags = |name: &&OsString| name.as_encoded_bytes().starts_with(b"NIX_CFLAGS_COMPILE");
    let one = inputs.names.iter().find(is_flags).or(inputs.names.first());
    let one = one.map(|name| name.to_string_lossy()).unwrap_or_default();
    match inputs.names.len() {
        0 | 1 => one.into_owned(),
        count => format!("{one} and {} more that nixpkgs' cc reads", count - 1),
    }
}

/// A value of the user's may be a hash of their own; one of ours must match the current variables.
fn is_hashed(facts: &Facts, inputs: &Inputs) -> bool {
    facts.shell.env.text(C_KEY).is_some_and(|value| {
        let is_ours = value.starts_with("nix-") || value.contains("+nix-");
        !is_ours || value.ends_with(&inputs.hash)
    })
}

fn native_cpu_remote(facts: &Facts) -> Option<Problem> {
    let remote = facts.sccache.remote.as_ref();
    let cache = match remote {
        Some(remote) => format!("the {} cache of {}", remote.kind, remote.origin),
        None => {
            let dir = facts.sccache.cache_dir.as_ref()?;
            let file_system = dir.file_system.as_ref();
            file_system.filter(|found| found.kind == Kind::Network)?;
            format!("the cache in {}, on a network file system", dir.path.display())
        }
    };
    let (flag, place) = native_rust(facts).or_else(|| native_c(facts))?;
    let what = format!(
        "`{flag}` from {place} means a different processor on each machine, and {cache} gives one machine's code to the others"
    );
    let fix = format!("name a processor that all of them have, such as x86-64-v3, in {place}");
    let places = [Some(place), remote.map(|remote| remote.origin.clone())];
    Some(Problem::new(what, Fix::Do(fix)).at_places(places.into_iter().flatten()))
}

/// `-Ctarget-cpu=native`, in one word or two.
fn native_rust(facts: &Facts) -> Option<(String, Origin)> {
    let is_it = |word: &str| word.trim_start_matches("-C").trim_start_matches("--codegen=") == "target-cpu=native";
    let mut flags = facts.cargo.settings.rustflags.iter();
    let flag = flags.find(|flag| is_it(&flag.value) && facts.caches_rust())?;
    Some(("-C target-cpu=native".to_owned(), flag.origin.clone()))
}

/// In what the cc crate and CMake read, such as CFLAGS and CFLAGS_<target>.
fn native_c(facts: &Facts) -> Option<(String, Origin)> {
    const VARIABLES: [&str; 4] = ["CFLAGS", "CXXFLAGS", "HOST_CFLAGS", "TARGET_CFLAGS"];
    const NATIVE: [&str; 3] = ["-march=native", "-mcpu=native", "-mtune=native"];
    let mut names = facts.shell.env.names().filter_map(|name| name.to_str());
    names.find_map(|name| {
        VARIABLES.iter().find(|begin| name.starts_with(**begin))?;
        let value = facts.shell.env.text(name)?;
        let flag = value.split_whitespace().find(|word| NATIVE.contains(word))?;
        Some((flag.to_owned(), Origin::Env(name.to_owned().into())))
    })
}

fn cargo_env_in_key(facts: &Facts) -> Option<Problem> {
    const OTHER_CHECKS: [&str; 3] = ["CARGO_HOME", "CARGO_INCREMENTAL", "CARGO_BUILD_INCREMENTAL"];
    let own = facts.variables_of_this_worktree();
    if !own.is_empty() {
        return Some(names_worktree(facts, &own));
    }
    let names = facts.shell.env.names().filter_map(|name| name.to_str());
    let has_other_check = |name: &str| OTHER_CHECKS.contains(&name) || BUILD_DIRS.contains(&name);
    let names: Vec<&str> = names
        .filter(|name| is_in_every_key(name) && !has_other_check(name))
        .collect();
    if names.is_empty() || !facts.caches_rust_plainly() {
        return None;
    }
    // Only the names: a value may be a token.
    let what = format!(
        "{} {} in the key of every Rust crate: shells with different values share no hits",
        names.join(", "),
        if names.len() == 1 { "is" } else { "are" }
    );
    let fix = "move the setting to .cargo/config.toml, or give it the same value in every shell";
    Some(Problem::new(what, Fix::Do(fix.into())))
}

fn names_worktree(facts: &Facts, names: &[&str]) -> Problem {
    let (verb, hold) = if names.len() == 1 {
        ("is", "holds")
    } else {
        ("are", "hold")
    };
    let (crates, lost) = if facts.wrapper_is_ours() {
        (
            "each Rust crate that depends on another crate",
            "every other worktree compiles those anew",
        )
    } else {
        ("every Rust crate", "no other worktree shares a hit")
    };
    let names = names.join(", ");
    let what = format!("{names} {verb} in the key of {crates} and {hold} this worktree's path: {lost}");
    let fix =
        "give the directory relative to the workspace root, or set the variable only for the programs that read it";
    Problem::new(what, Fix::Do(fix.into()))
}

fn cargo_target_dir_env(facts: &Facts) -> Option<Problem> {
    let mut set = BUILD_DIRS
        .iter()
        .filter_map(|name| Some((*name, facts.shell.own.path(name)?)));
    let (name, dir) = set.next().filter(|_| facts.caches_rust_plainly())?;
    let what = format!(
        "{name}={} is in the key of every Rust crate: shells with a different value share no hits",
        dir.display()
    );
    let problem = Problem::new(what, unset(name)).at_variable(name);
    // A directory in this worktree is different in every other one; any other directory may be the same for all.
    Some(if is_in_worktree(facts, dir) {
        problem
    } else {
        problem.at(Severity::Info)
    })
}

fn is_in_worktree(facts: &Facts, dir: &Path) -> bool {
    facts.worktree_to_itself().is_some_and(|root| dir.starts_with(root))
}

fn cargo_home_per_project(facts: &Facts) -> Option<Problem> {
    let home = facts.cargo.settings.home.as_ref()?;
    // CI services keep a directory in the checkout from one run to the next, always at the same path.
    if !home.origin.is_env() || !facts.caches_rust() || facts.shell.env.is_ci() {
        return None;
    }
    let user_home = facts.shell.env.path("HOME");
    let dir = home.value.as_path();
    let is_temporary = dir.starts_with("/tmp") && !user_home.is_some_and(|home| home.starts_with("/tmp"));
    let why = if is_in_worktree(facts, dir) {
        "lies in the worktree"
    } else if is_temporary {
        "lies below /tmp"
    } else if facts.cargo.home_is_alias {
        "is a different name for ~/.cargo"
    } else {
        return None;
    };
    let what = format!(
        "CARGO_HOME={} {why}: the sources' paths are in every Rust key, so shells with a different one share no hit",
        dir.display()
    );
    Some(Problem::new(what, unset("CARGO_HOME")).at_variable("CARGO_HOME"))
}

fn rustflags_path(facts: &Facts) -> Option<Problem> {
    let root = facts.worktree_to_itself().filter(|_| facts.caches_rust())?;
    let root = root.to_string_lossy();
    // Search paths are not part of the key.
    let names_it = |flag: &str| !flag.starts_with("-L") && has_path(flag, &root);
    let mut flags = facts.cargo.settings.rustflags.iter();
    let flag = flags.find(|flag| names_it(&flag.value))?;
    let origin = &flag.origin;
    let what = format!(
        "the rustc flag `{}` from {origin} names this worktree: no other one shares a Rust hit",
        flag.value
    );
    let fix = unset_or(origin, format!("remove the flag from {origin}"));
    Some(Problem::new(what, fix).at_places([origin.clone()]))
}

fn cargo_home_differs_remote(facts: &Facts) -> Option<Problem> {
    let remote = facts.sccache.remote.as_ref().filter(|_| facts.sccache.is_remote())?;
    let home = facts.cargo.settings.home.as_ref().filter(|_| facts.caches_rust())?;
    let what = format!(
        "the {} cache is shared, but {} is in every Rust key: machines where cargo's home has a different path find nothing",
        remote.kind,
        home.value.display()
    );
    let fix = "give CARGO_HOME the same path on all machines that share the cache, CI too";
    Some(Problem::new(what, Fix::Do(fix.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;

    /// Recorded facts: the sccache of the tests is built without remote caches.
    fn with_cache(location: &str) -> Option<Problem> {
        let vars = [
            ("HOME", "/home/me"),
            ("RUSTC_WRAPPER", "sccache"),
            ("SCCACHE_REDIS_ENDPOINT", "redis://x"),
        ];
        let mut facts = Facts::gather(Environment::new(vars, Path::new("/")), Depth::Quick);
        facts.sccache.planned = Some(Ok(Answer {
            cache_location: Some(location.to_owned()),
            ..Answer::default()
        }));
        cargo_home_differs_remote(&facts)
    }

    #[test]
    fn a_remote_cache() {
        let found = with_cache("redis, name: redis://x, prefix: /").unwrap();
        assert!(found.what.contains("/home/me/.cargo is in every Rust key"), "{found:?}");
        assert_eq!(with_cache("Local disk: \"/home/me/.cache/sccache\""), None);
    }
}

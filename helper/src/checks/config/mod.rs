//! Settings: sccache's config file and variables, and cargo's files.

use std::ffi::OsStr;
use std::path::Path;

use super::fixes::{edit, export, unset};
use crate::cargo::Broken;
use crate::facts::Facts;
use crate::facts::answer::{Blame, NoAnswer};
use crate::facts::config_file::{ConfigFile, Content, VARIABLE as SCCACHE_CONF};
use crate::facts::disk_table::TABLE;
use crate::finding::{Fix, Problem, Severity, quote, quote_path};
use crate::origin::Origin;
use crate::redact;
use crate::size::{SCCACHE_DEFAULT, Size};
use crate::version::Version;

checks! {
    config_key_too_new: Error, BrokenBuilds;
    config_invalid: Error, BrokenBuilds;
    env_bool_invalid: Error, BrokenBuilds;
    basedirs_relative: Error, BrokenBuilds;
    config_missing: Warning, LostCache;
    config_relative: Warning, LostCache;
    env_overrides_file: Warning, LostCache;
    preprocessor_table_partial: Info, FewerHits;
    cargo_config_invalid: Error, BrokenBuilds;
    secrets: Warning, FewerHits;
}

fn config_key_too_new(facts: &Facts) -> Option<Problem> {
    const SIZE: &[&str] = &["cache", "disk", "size"];
    /// Keys and the first version that accepts them. An older one refuses the whole file.
    const KEYS: [(&[&str], Version); 5] = [
        (&["basedirs"], Version(0, 14, 0)),
        (&["cache", "multilevel"], Version(0, 15, 0)),
        (&["client_side_mode"], Version(0, 17, 0)),
        (&["cache", "webdav", "disable_create_dir"], Version(0, 19, 0)),
        (SIZE, Version(0, 11, 0)),
    ];
    let version = facts.sccache.broken_version?;
    if facts.sccache.blame() != Some(Blame::ConfigFile) {
        return None;
    }
    let (key, first, origin) = KEYS.iter().find_map(|(key, first)| {
        let found = facts.sccache.in_config(key)?;
        // Older versions accept a size as a number.
        let is_accepted = version >= *first || (*key == SIZE && !found.value.is_str());
        (!is_accepted).then(|| (key.join("."), first, found.origin))
    })?;
    let what =
        format!("{origin}: `{key}` needs sccache {first} or later, and this is {version}: every call of it fails");
    let fix = format!("use sccache {first} or later, or remove the key");
    Some(Problem::new(what, Fix::Do(fix)).at_places([origin]))
}

fn config_invalid(facts: &Facts) -> Option<Problem> {
    let config = facts.sccache.config.as_ref()?;
    let path = config.path.display();
    match &config.content {
        Content::Endless(_) => Some(Problem::new(
            format!("{path} is a pipe or a device, not a file: sccache waits for it, and every build will hang"),
            Fix::Do(format!("put a file at {path}")),
        )),
        Content::TooLong(why) => {
            let what = format!(
                "{path} {why}, and sccache reads all of it for each compile: sccache was not started to check it"
            );
            let fix = Fix::Do("remove from the file what sccache does not need".into());
            Some(Problem::new(what, fix).at(Severity::Warning))
        }
        _ => {
            let no_answer = facts.sccache.planned.as_ref()?.as_ref().err()?;
            let is_it = no_answer.blame() == Some(Blame::ConfigFile) && config_key_too_new(facts).is_none();
            is_it.then(|| refused(config, no_answer))
        }
    }
}

fn refused(config: &ConfigFile, no_answer: &NoAnswer) -> Problem {
    let NoAnswer::Failed(stderr) = no_answer else {
        return Problem::new(no_answer.to_string(), Fix::Do("fix the config file".into()));
    };
    let stderr = redact::config_error(stderr);
    let place = line_number(&stderr).map(|line| Origin::File(config.path.clone(), line));
    let shown = place
        .as_ref()
        .map_or_else(|| config.path.display().to_string(), Origin::to_string);
    let what = format!(
        "sccache cannot read {shown}: {}; every build will fail",
        no_answer.cause()
    );
    Problem::new(what, edit(&config.path))
        .at_places(place)
        .with_detail(stderr.lines().map(str::to_owned))
}

/// The line in a message of the TOML parser.
fn line_number(stderr: &str) -> Option<usize> {
    let (_, rest) = stderr.split_once("at line ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}

fn env_bool_invalid(facts: &Facts) -> Option<Problem> {
    let Blame::Boolean(name) = facts.sccache.blame()? else {
        return None;
    };
    let value = facts.shell.env.text(name).unwrap_or_default();
    let what = format!("{name}=`{value}` is not a boolean to sccache: every call of it fails");
    // What was most likely meant.
    let fix = match value.to_lowercase().as_str() {
        "yes" | "y" | "t" | "enable" | "enabled" => export(name, true),
        "no" | "n" | "f" | "disable" | "disabled" | "never" => export(name, false),
        _ => unset(name),
    };
    Some(Problem::new(what, fix).at_variable(name.to_owned()))
}

fn basedirs_relative(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_BASEDIRS";
    if facts.sccache.blame() != Some(Blame::BaseDir) {
        return None;
    }
    let what = |place: &dyn std::fmt::Display, mut dirs: Vec<&str>| {
        dirs.retain(|dir| !dir.starts_with('/'));
        let dirs = dirs.join("`, `");
        format!("{place} has `{dirs}`, which is not an absolute path: every call of sccache fails")
    };
    if let Some(value) = facts.shell.env.text(VARIABLE) {
        let dirs = value.split(':').filter(|dir| !dir.is_empty()).collect();
        let fix = expanded(&value).map_or_else(|| unset(VARIABLE), |value| export(VARIABLE, value));
        return Some(Problem::new(what(&VARIABLE, dirs), fix).at_variable(VARIABLE));
    }
    let Some(found) = facts.sccache.in_config(&["basedirs"]) else {
        let fix = Fix::Do("write absolute paths".into());
        return Some(Problem::new(what(&"basedirs", Vec::new()), fix));
    };
    let dirs = found.value.as_array().into_iter().flatten();
    let what = what(&found.origin, dirs.filter_map(|dir| dir.as_str()).collect());
    Some(Problem::new(what, edit(&facts.sccache.config.as_ref()?.path)).at_places([found.origin]))
}

/// The list for a shell to expand, quoted, if it contains the `~` that nothing but a shell expands.
fn expanded(value: &str) -> Option<String> {
    let dirs: Vec<String> = value
        .split(':')
        .map(|dir| match dir.strip_prefix('~') {
            Some("") => "\"$HOME\"".to_owned(),
            Some(rest) if rest.starts_with('/') => format!("\"$HOME\"{}", quote(rest)),
            _ => quote(dir),
        })
        .collect();
    let list = dirs.join(":");
    list.contains("$HOME\"").then_some(list)
}

pub(super) fn config_missing(facts: &Facts) -> Option<Problem> {
    let Some(config) = &facts.sccache.config else {
        return Some(Problem::new(
            "there is no home directory, so no sccache config file",
            Fix::Do("set HOME to a directory".into()),
        ));
    };
    // sccache continues without such a file.
    let state: &str = match &config.content {
        Content::Missing => "does not exist",
        Content::Unreadable(why) => why,
        Content::Endless(_) | Content::TooLong(_) | Content::OtherFormat | Content::Toml(_) => return None,
    };
    // No file is needed for a remote cache, or if variables set the place and the size. A relative path has a check of
    // its own.
    let is_set = |name: &str| facts.shell.env.get(name).is_some();
    let is_overridden = is_set("SCCACHE_DIR") && is_set("SCCACHE_CACHE_SIZE") || relative_config(facts).is_some();
    if facts.sccache.is_remote() || is_overridden || !facts.limit_matters(SCCACHE_DEFAULT) {
        return None;
    }
    let path = config.path.display();
    let by = if config.named_by_env { " (SCCACHE_CONF)" } else { "" };
    let beside = config.beside.as_ref().map_or_else(String::new, |beside| {
        format!(", and {}, which lies beside it, is not read", beside.display())
    });
    let fix = match (&config.beside, &config.content) {
        (Some(beside), _) => use_file_beside(beside, &config.path),
        (None, Content::Missing) => {
            let wanted = facts.shell.wanted_size.map(Size::to_sccache);
            Fix::Run(format!(
                "sccache-shell init --size {}",
                wanted.as_deref().unwrap_or("24G")
            ))
        }
        _ => Fix::Do(format!("put a readable file at {path}")),
    };
    let wanted = facts.shell.wanted_size.filter(|wanted| *wanted > SCCACHE_DEFAULT);
    let wanted = wanted.map_or_else(String::new, |wanted| format!("; the flake wants {wanted}"));
    let what = format!(
        "{path}{by} {state}{beside}: the cache falls back to {SCCACHE_DEFAULT} whichever shell starts the server{wanted}"
    );
    Some(Problem::new(what, fix))
}

/// sccache knows the format by the file's name: a JSON file must be called `.json`.
fn use_file_beside(beside: &Path, path: &Path) -> Fix {
    match beside.extension().and_then(OsStr::to_str) {
        Some("toml") => Fix::Run(format!("mv {} {}", quote_path(beside), quote_path(path))),
        Some("json") => export(SCCACHE_CONF, quote_path(beside)),
        _ => Fix::Do(format!(
            "write the settings of {} into {}, as TOML",
            beside.display(),
            path.display()
        )),
    }
}

fn relative_config(facts: &Facts) -> Option<&Path> {
    facts.shell.env.path(SCCACHE_CONF).filter(|path| path.is_relative())
}

fn config_relative(facts: &Facts) -> Option<Problem> {
    let named = relative_config(facts)?;
    let home = facts.shell.env.path("HOME").unwrap_or(Path::new("/"));
    let found = match named.strip_prefix("~") {
        Ok(rest) => Some(home.join(rest)).filter(|path| path.exists()),
        // The shell may have been entered above the workspace.
        Err(_) => facts
            .shell
            .env
            .cwd()
            .ancestors()
            .find_map(|dir| dir.join(named).canonicalize().ok()),
    };
    let fix = match found {
        Some(path) => export(SCCACHE_CONF, quote_path(&path)),
        None => Fix::Do(format!("set {SCCACHE_CONF} to the file's absolute path")),
    };
    let what = format!(
        "{SCCACHE_CONF}={} is a relative path: each compile looks for it from its own directory, and the server uses the file of the first one",
        named.display()
    );
    Some(Problem::new(what, fix).at_variable(SCCACHE_CONF))
}

fn env_overrides_file(facts: &Facts) -> Option<Problem> {
    let set = facts.disk_table_from_env();
    let table = facts
        .sccache
        .in_config(&["cache", "disk"])
        .filter(|_| !set.is_empty())?;
    let is_lost =
        |(name, key): &(&str, &str)| !set.contains(name) && facts.sccache.in_config(&["cache", "disk", key]).is_some();
    let lost: Vec<&str> = TABLE.into_iter().filter(is_lost).map(|(_, key)| key).collect();
    let limit = facts.sccache.next_limit();
    let result = limit.map_or_else(String::new, |size| format!(" (the next server gets {size})"));
    let what = format!(
        "{} in the environment replaces all of [cache.disk] in {}: its {} no longer counts{result}",
        set.join(" and "),
        table.origin,
        lost.join(" and ")
    );
    let variables = set.iter().map(|&name| Origin::Env(name.into()));
    let places: Vec<Origin> = variables.chain([table.origin]).collect();
    (!lost.is_empty())
        .then(|| Problem::new(what, Fix::Unset(set.into_iter().map(str::to_owned).collect())).at_places(places))
}

fn preprocessor_table_partial(facts: &Facts) -> Option<Problem> {
    const KEY: &str = "use_preprocessor_cache_mode";
    let found = facts.disk_setting("preprocessor_cache_mode")?;
    let table = found.value.as_table_like();
    if table.is_some_and(|table| table.contains_key(KEY)) {
        return None;
    }
    let what = format!(
        "{}: the table does not set {KEY}, and so the mode is off, unlike without the table",
        found.origin
    );
    // `= true` is right too, as the explanation says.
    let fix = Fix::Run("sccache-shell init --no-preprocessor-mode".into());
    Some(Problem::new(what, fix).at_places([found.origin]))
}

fn cargo_config_invalid(facts: &Facts) -> Vec<Problem> {
    facts.cargo.settings.broken.iter().map(unreadable).collect()
}

fn unreadable(broken: &Broken) -> Problem {
    let (path, why) = (broken.path.display(), &broken.why);
    let edit = edit(&broken.path);
    match broken.line {
        Some(line) => Problem::new(format!("cargo cannot read {path}:{line}: {why}"), edit)
            .at_places([Origin::File(broken.path.clone(), line)]),
        // An editor cannot show a directory or a pipe.
        None if broken.stops_cargo => Problem::new(
            format!("cargo cannot read {path}, which {why}"),
            Fix::Do("put a readable file there, or nothing".into()),
        ),
        None => Problem::new(format!("{path} {why}: the checks ignore its settings"), edit).at(Severity::Warning),
    }
}

fn secrets(facts: &Facts) -> Option<Problem> {
    let config = facts.sccache.config.as_ref()?;
    let file = config.toml()?.parsed.as_ref().ok()?;
    // The dotted name of the first key that holds a secret; never its value.
    let (key, _) = redact::secrets_in(file.as_table()).into_iter().next()?;
    let path = config.path.display();
    let true_path = config.true_path.as_ref();
    let mode = config.mode.filter(|mode| mode & 0o077 != 0);
    let (what, fix) = if true_path.is_some_and(|path| path.starts_with("/nix/store")) {
        (
            format!("{path} holds a secret (`{key}`) and lies in the Nix store, where every user can read it"),
            Fix::Do(
                "keep it out of the store: set the variable of that name from a file that only you can read".into(),
            ),
        )
    } else if let Some(mode) = mode {
        (
            format!("{path} holds a secret (`{key}`), and others may read it (mode {mode:o})"),
            Fix::Run(format!("chmod 600 {}", quote_path(&config.path))),
        )
    } else if facts.sccache.config_is_in_git {
        (
            format!("{path} holds a secret (`{key}`) and is kept in git, so everybody with the repository has it"),
            Fix::Do(
                "set the variable of that name instead, and have the secret replaced: git keeps the old one".into(),
            ),
        )
    } else {
        return None;
    };
    Some(Problem::new(what, fix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;

    /// Recorded facts: the tests may not write to a store.
    #[test]
    fn a_secret_in_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config");
        std::fs::write(&file, "[cache.redis]\npassword = \"hunter2\"\n").unwrap();
        let env = Environment::new([(SCCACHE_CONF, &file)], dir.path());
        let mut facts = Facts::gather(env, Depth::Quick);
        let config = facts.sccache.config.as_mut().unwrap();
        config.true_path = Some("/nix/store/00000000000000000000000000000000-home-manager-files/config".into());
        let found = secrets(&facts).unwrap();
        assert!(found.what.contains("lies in the Nix store"), "{found:?}");
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}

//! `check --report`: one block to paste into a bug report, without secrets and user names.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::overview;
use super::text::clean;
use crate::facts::Facts;
use crate::finding::Finding;
use crate::redact;

/// Variables whose values are not secret, and often the cause.
const HARMLESS: [&str; 22] = [
    "CARGO_HOME",
    "CARGO_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CMAKE_C_COMPILER_LAUNCHER",
    "CMAKE_CXX_COMPILER_LAUNCHER",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "SCCACHE_BASEDIRS",
    "SCCACHE_CACHE_SIZE",
    "SCCACHE_CLIENT_SIDE",
    "SCCACHE_CONF",
    "SCCACHE_DIR",
    "SCCACHE_DIRECT",
    "SCCACHE_IDLE_TIMEOUT",
    "SCCACHE_SERVER_PORT",
    "SCCACHE_SERVER_UDS",
    "SCCACHE_SHELL",
    "SCCACHE_SHELL_CACHE_SIZE",
    "SCCACHE_SHELL_TMPDIR",
    "TMPDIR",
];

/// Prefixes of variables of which only the name is printed.
const PREFIXES: [&str; 5] = ["SCCACHE_", "CARGO_", "RUSTC_", "RUSTFLAGS", "NIX_CC"];

/// Versions, facts and findings.
pub fn report(projects: &[Facts], findings: &[Finding]) -> String {
    let Some(facts) = projects.first() else {
        return String::new();
    };
    let mut text = String::from("```text\n");
    let _ = writeln!(
        text,
        "sccache-shell {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    for (label, value) in overview::rows(projects) {
        let mark = if label.is_empty() { "  " } else { ": " };
        let _ = writeln!(text, "{label}{mark}{}", clean(&value));
    }
    text += &settings(facts);
    for (name, value) in variables(facts) {
        let value = value.map_or_else(String::new, |value| format!("={value}"));
        let given = facts.shell.env.given(name);
        let place = given.map_or_else(String::new, |given| format!(" ({})", given.origin));
        let _ = writeln!(text, "{}", clean(&format!("{name}{value}{place}")));
    }
    for finding in findings {
        let _ = writeln!(
            text,
            "[{}] {} -> {}",
            finding.id,
            clean(&finding.what),
            clean(&finding.fix.text())
        );
    }
    if findings.is_empty() {
        text += "no findings\n";
    }
    text += "```\n";
    without_secrets(&text, facts)
}

/// The settings of the next server and of the running one.
fn settings(facts: &Facts) -> String {
    let mut text = String::new();
    for (who, answer) in [("next", facts.sccache.planned()), ("running", facts.server.running())] {
        let Some(answer) = answer else { continue };
        let _ = writeln!(
            text,
            "{who} server: limit {}, preprocessor mode {}, {} basedirs",
            answer.max_size().map_or("unknown".to_owned(), |size| size.to_string()),
            answer.preprocessor_mode().unwrap_or("unknown"),
            answer.basedirs.len()
        );
    }
    text
}

fn variables(facts: &Facts) -> Vec<(&str, Option<String>)> {
    let names = facts.shell.env.names().filter_map(|name| name.to_str());
    names
        .filter(|name| HARMLESS.contains(name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .map(|name| (name, facts.shell.env.text(name).filter(|_| HARMLESS.contains(&name))))
        .collect()
}

/// The home becomes `~`; the user's name, logins in addresses and every known secret become `…`.
fn without_secrets(text: &str, facts: &Facts) -> String {
    let mut text = redact::without_users(text);
    for secret in secrets(facts) {
        text = text.replace(&secret, redact::MASK);
    }
    let home = facts.shell.env.text("HOME").filter(|home| home.len() > 1);
    if let Some(home) = &home {
        text = text.replace(home, "~");
    }
    users(facts, home.as_deref())
        .iter()
        .fold(text, |text, user| without_name(&text, user))
}

/// The secrets in the environment and the config file. Short values are left out: they are part of ordinary words.
fn secrets(facts: &Facts) -> Vec<String> {
    const LEAST: usize = 5;
    let variables = facts.shell.env.vars();
    let named = variables.filter(|(name, _)| name.to_str().is_some_and(redact::is_secret_variable));
    let values = named.map(|(_, value)| value.to_string_lossy().into_owned());
    let document = facts.sccache.toml().and_then(|file| file.parsed.as_ref().ok());
    let in_file = document.map(|document| redact::secrets_in(document.as_table()));
    let in_file = in_file.into_iter().flatten().map(|(_, value)| value);
    let mut all: Vec<String> = values.chain(in_file).filter(|value| value.len() >= LEAST).collect();
    // The longest first, since one secret may be the beginning of a longer one.
    all.sort_by_key(|value| std::cmp::Reverse(value.len()));
    all
}

/// The names of the user in paths outside of the home, unless the user is root.
fn users(facts: &Facts, home: Option<&str>) -> BTreeSet<String> {
    let variables = ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(|name| facts.shell.env.text(name));
    let home = home.and_then(|home| Some(Path::new(home).file_name()?.to_string_lossy().into_owned()));
    let names = variables.chain(home);
    names
        .filter(|name| name.len() > 1 && !["root", "home", "sccache"].contains(&name.as_str()))
        .collect()
}

/// Masks the name where it is a component of a path.
fn without_name(text: &str, name: &str) -> String {
    let mut parts = text.split('/');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let rest = part.strip_prefix(name);
        let is_whole = |rest: &&str| !rest.starts_with(|c: char| c.is_alphanumeric() || "_-.+@".contains(c));
        match rest.filter(is_whole) {
            Some(rest) => format!("{text}/{}{rest}", redact::MASK),
            None => format!("{text}/{part}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_paths() {
        let text = "ann /scratch/ann/target and /mnt/ann, /srv/anna /ann-x";
        let safe = "ann /scratch/…/target and /mnt/…, /srv/anna /ann-x";
        assert_eq!(without_name(text, "ann"), safe);
    }
}

//! `check --report`: one block to paste into a bug report, with nothing in it that is nobody's business.

use std::fmt::Write;

use super::overview;
use super::text::clean;
use crate::facts::Facts;
use crate::finding::{Finding, Fix};

/// Values of these are no secrets, and often the reason.
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

/// Others of which only the name is told.
const PREFIXES: [&str; 5] = ["SCCACHE_", "CARGO_", "RUSTC_", "RUSTFLAGS", "NIX_CC"];

/// Versions, facts and findings.
pub fn report(facts: &Facts, findings: &[Finding]) -> String {
    let mut text = String::from("```text\n");
    let _ = writeln!(
        text,
        "sccache-shell {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    for (label, value) in overview::rows(facts) {
        let mark = if label.is_empty() { "  " } else { ": " };
        let _ = writeln!(text, "{label}{mark}{}", clean(&value));
    }
    text += &settings(facts);
    for (name, value) in variables(facts) {
        let _ = writeln!(
            text,
            "{name}{}",
            value.map(|value| format!("={}", clean(&value))).unwrap_or_default()
        );
    }
    for finding in findings {
        let (Fix::Run(fix) | Fix::Do(fix)) = &finding.fix;
        let _ = writeln!(text, "[{}] {} -> {}", finding.id, clean(&finding.what), clean(fix));
    }
    if findings.is_empty() {
        text += "no findings\n";
    }
    text += "```\n";
    without_secrets(&text, facts)
}

/// What the next server would have, and the running one has.
fn settings(facts: &Facts) -> String {
    let mut text = String::new();
    for (who, answer) in [("next", facts.planned()), ("running", facts.running())] {
        let Some(answer) = answer else { continue };
        let shown = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
        let _ = writeln!(
            text,
            "{who} server: limit {}, preprocessor mode {}, {} basedirs",
            shown(answer.max_size().map(|size| size.to_string())),
            shown(
                answer
                    .use_preprocessor_cache_mode
                    .map(|on| if on { "on" } else { "off" }.to_owned())
            ),
            answer.basedirs.len()
        );
    }
    text
}

fn variables(facts: &Facts) -> Vec<(&str, Option<String>)> {
    let names = facts.env.names().filter_map(|name| name.to_str());
    names
        .filter(|name| HARMLESS.contains(name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
        .map(|name| (name, HARMLESS.contains(&name).then(|| facts.env.text(name)).flatten()))
        .collect()
}

/// The home becomes `~`, and who logs in somewhere is cut out of addresses.
fn without_secrets(text: &str, facts: &Facts) -> String {
    let home = facts.env.text("HOME").filter(|home| home.len() > 1);
    let text = home.map_or_else(|| text.to_owned(), |home| text.replace(&home, "~"));
    without_users(&text)
}

fn without_users(text: &str) -> String {
    const MARK: &str = "://";
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        safe += before;
        let ends = |c: char| c == '/' || c.is_whitespace() || "`'\"".contains(c);
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        rest = after;
        if let Some(host) = authority.rfind('@') {
            safe += "…";
            rest = &after[host..];
        }
    }
    safe + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nobody_who_logs_in_is_named() {
        let text = "a redis://me:pw@host:1/x `http://u@h` https://plain/a@b end";
        assert_eq!(
            without_users(text),
            "a redis://…@host:1/x `http://…@h` https://plain/a@b end"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_cleaned(text: String) {
            let _ = without_users(&text);
        }
    }
}

//! Passwords in a file that others can read.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::redact;

pub(in crate::checks) const CHECK: Check = Check {
    id: "secrets",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("secrets.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(config) = &facts.sccache.config else {
        return Vec::new();
    };
    let file = config.toml().and_then(|file| file.parsed.as_ref().ok());
    let secrets = file.map(|document| redact::secrets_in(document.as_table()));
    // The dotted name of the first key that holds one; never its value.
    let Some((key, _)) = secrets.and_then(|secrets| secrets.into_iter().next()) else {
        return Vec::new();
    };
    let path = config.path.display();
    let is_in_store = config
        .true_path
        .as_ref()
        .is_some_and(|path| path.starts_with("/nix/store"));
    if is_in_store {
        return vec![CHECK.finding(
            format!("{path} holds a secret (`{key}`) and lies in the Nix store, where every user reads it"),
            Fix::Do(
                "keep it out of the store: set the variable of that name from a file that only you can read".to_owned(),
            ),
        )];
    }
    match config.mode {
        Some(mode) if mode & 0o077 != 0 => vec![CHECK.finding(
            format!("{path} holds a secret (`{key}`), and others may read it (mode {mode:o})"),
            Fix::Run(format!("chmod 600 {}", quote(&config.path.to_string_lossy()))),
        )],
        _ if facts.sccache.config_is_in_git => vec![
            CHECK.finding(
                format!(
                    "{path} holds a secret (`{key}`) and is kept in git, which gives it to all who have the repository"
                ),
                Fix::Do(
                    "set the variable of that name in its place, and have the secret replaced: git does not forget it"
                        .to_owned(),
                ),
            ),
        ],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;

    /// Recorded facts: the tests may not write to a store.
    #[test]
    fn in_the_store() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config");
        std::fs::write(&file, "[cache.redis]\npassword = \"hunter2\"\n").unwrap();
        let env = Environment::new([("SCCACHE_CONF", &file)], dir.path());
        let mut facts = Facts::gather(env, Depth::Quick);
        let config = facts.sccache.config.as_mut().unwrap();
        config.true_path = Some("/nix/store/00000000000000000000000000000000-home-manager-files/config".into());
        let found = run(&facts);
        assert!(found[0].what.contains("lies in the Nix store"), "{found:?}");
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}

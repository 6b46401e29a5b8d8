//! Passwords in a file that others can read.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};
use toml_edit::{Item, TableLike};

pub(super) const CHECK: Check = Check {
    id: "secrets",
    severity: Severity::Warning,
    explanation: include_str!("secrets.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(config) = &facts.config else {
        return Vec::new();
    };
    let file = config.toml().and_then(|file| file.parsed.as_ref().ok());
    let Some(key) = file.and_then(|document| secret_in(document.as_table(), "")) else {
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
        _ => Vec::new(),
    }
}

/// The dotted name of the first key that holds one; never its value.
fn secret_in(table: &dyn TableLike, above: &str) -> Option<String> {
    table.iter().find_map(|(key, item)| {
        let name = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        match item {
            _ if is_secret(key, item) => Some(name),
            item => secret_in(item.as_table_like()?, &name),
        }
    })
}

fn is_secret(key: &str, item: &Item) -> bool {
    let Some(text) = item.as_str().filter(|text| !text.is_empty()) else {
        return false;
    };
    let is_named_so = ["password", "token", "secret", "connection_string"]
        .iter()
        .any(|word| key.contains(word));
    // `auth_token_url` and the like name places.
    (is_named_so && !key.ends_with("url")) || has_password(text)
}

/// `scheme://user:password@host`.
fn has_password(url: &str) -> bool {
    let authority = url
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml_edit::Document;

    fn found(text: &str) -> Option<String> {
        secret_in(Document::parse(text).unwrap().as_table(), "")
    }

    #[test]
    fn names_the_key() {
        for (text, key) in [
            (
                "[cache.redis]\nendpoint = \"redis://me:pw@host\"\n",
                "cache.redis.endpoint",
            ),
            ("[cache.webdav]\npassword = \"pw\"\n", "cache.webdav.password"),
            (
                "dist = { auth = { type = \"token\", token = \"t\" } }\n",
                "dist.auth.token",
            ),
            (
                "[cache.azure]\nconnection_string = \"x\"\n",
                "cache.azure.connection_string",
            ),
        ] {
            assert_eq!(found(text).as_deref(), Some(key), "{text}");
        }
    }

    #[test]
    fn places_are_no_secrets() {
        for text in [
            "[cache.redis]\nendpoint = \"redis://host:6379/1\"\n",
            "[cache.redis]\nendpoint = \"redis://me@host\"\n",
            "[cache.webdav]\npassword = \"\"\nendpoint = \"http://h/a:b@c\"\n",
            "[dist.auth]\ntype = \"oauth2_code_grant_pkce\"\ntoken_url = \"https://x\"\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}

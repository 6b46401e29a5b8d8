//! Secrets: passwords and tokens, recognised by the names of keys and variables, and user names in addresses.

use std::borrow::Cow;

use toml_edit::TableLike;

/// The text in place of a secret.
pub const MASK: &str = "…";

/// Parts of the names of secret keys in sccache's config file.
const KEYS: [&str; 4] = ["password", "token", "secret", "connection_string"];

/// Words in the names of secret variables.
const WORDS: [&str; 11] = [
    "AUTH",
    "CREDENTIAL",
    "CREDENTIALS",
    "KEY",
    "PASS",
    "PASSWD",
    "PASSWORD",
    "PAT",
    "SECRET",
    "STRING",
    "TOKEN",
];

/// Whether a key of sccache's config file with this value is secret.
pub fn is_secret(key: &str, value: &str) -> bool {
    // `token_url` and similar keys are addresses.
    let is_named_so = KEYS.iter().any(|word| key.contains(word)) && !key.ends_with("url");
    !value.is_empty() && (is_named_so || has_password(value))
}

/// Whether an environment variable is secret, by its name.
pub fn is_secret_variable(name: &str) -> bool {
    /// Last words of names of paths and addresses.
    const PLACES: [&str; 7] = ["DIR", "ENDPOINT", "FILE", "PATH", "PREFIX", "SOCK", "URL"];
    let name = name.to_uppercase();
    let is_place = name.rsplit('_').next().is_some_and(|last| PLACES.contains(&last));
    !is_place && name.split('_').any(|word| WORDS.contains(&word))
}

/// Every secret in a config file, with the dotted name of its key.
pub fn secrets_in(table: &dyn TableLike) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(table, "", &mut found);
    found
}

fn collect(table: &dyn TableLike, above: &str, found: &mut Vec<(String, String)>) {
    for (key, item) in table.iter() {
        let name = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        match item.as_str() {
            Some(value) if is_secret(key, value) => found.push((name, value.to_owned())),
            Some(_) => {}
            None => {
                if let Some(table) = item.as_table_like() {
                    collect(table, &name, found);
                }
            }
        }
    }
}

/// `scheme://user:password@host`.
fn has_password(url: &str) -> bool {
    let authority = url
        .split_once("://")
        .map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or(rest));
    let user = authority.and_then(|authority| authority.rsplit_once('@'));
    user.is_some_and(|(user, _)| user.contains(':'))
}

/// The text without user names and passwords in addresses: `redis://…@host`.
pub fn without_users(text: &str) -> String {
    const SCHEME_END: &str = "://";
    let mut safe = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(SCHEME_END) {
        let (before, after) = rest.split_at(at + SCHEME_END.len());
        safe += before;
        let ends = |c: char| c == '/' || c.is_whitespace() || "`'\"".contains(c);
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        rest = after;
        if let Some(host) = authority.rfind('@') {
            safe += MASK;
            rest = &after[host..];
        }
    }
    safe + rest
}

/// sccache's error about a config file, without the secrets in the lines that it shows (`2 | password = "…`) and in the
/// values that it quotes (`invalid type: string "…"`).
pub fn config_error(text: &str) -> String {
    let hides = text.lines().filter_map(shown).any(|(_, code)| holds_secret(code));
    let safe = |line: &str| match shown(line) {
        Some((number, code)) => format!("{number} |{}", config_line(code)),
        None if hides => unquoted(line).into_owned(),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(safe).collect();
    without_users(&lines.join("\n"))
}

/// A line of the config file in such an error: its number, which may be missing, and the rest.
fn shown(line: &str) -> Option<(&str, &str)> {
    let (number, code) = line.split_once(" |")?;
    number
        .trim()
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((number, code))
}

/// A line of a config file; of a line with a secret only the key.
pub fn config_line(code: &str) -> String {
    if !holds_secret(code) {
        return without_users(code);
    }
    match code.split_once('=') {
        Some((key, _)) => format!("{}= {MASK}", without_users(key)),
        None => format!(" {MASK}"),
    }
}

/// A line without a key may be part of a value of several lines.
fn holds_secret(code: &str) -> bool {
    let code = code.trim();
    let is_inside = !code.is_empty() && !code.contains('=') && !code.starts_with(['[', '^', '#', ']', '}']);
    let lower = code.to_lowercase();
    is_inside || lower.contains("://") && lower.contains('@') || KEYS.iter().any(|word| lower.contains(word))
}

/// From the first quote to the last.
fn unquoted(line: &str) -> Cow<'_, str> {
    match (line.find('"'), line.rfind('"')) {
        (Some(first), Some(last)) if first < last => Cow::Owned(format!("{}\"{MASK}{}", &line[..first], &line[last..])),
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use toml_edit::Document;

    fn keys(text: &str) -> Vec<String> {
        let found = secrets_in(Document::parse(text).unwrap().as_table());
        found.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn keys_that_hold_a_secret() {
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
            assert_eq!(keys(text), [key], "{text}");
        }
    }

    #[test]
    fn addresses_are_not_secret() {
        for text in [
            "[cache.redis]\nendpoint = \"redis://host:6379/1\"\n",
            "[cache.redis]\nendpoint = \"redis://me@host\"\n",
            "[cache.webdav]\npassword = \"\"\nendpoint = \"http://h/a:b@c\"\n",
            "[dist.auth]\ntype = \"oauth2_code_grant_pkce\"\ntoken_url = \"https://x\"\n",
        ] {
            assert_eq!(keys(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn variables_that_hold_a_secret() {
        for name in [
            "GITHUB_TOKEN",
            "SCCACHE_REDIS_PASSWORD",
            "aws_secret_access_key",
            "SCCACHE_AZURE_CONNECTION_STRING",
        ] {
            assert!(is_secret_variable(name), "{name}");
        }
        for name in ["PATH", "MONKEY", "CARGO_HOME", "SSH_AUTH_SOCK", "SCCACHE_S3_KEY_PREFIX"] {
            assert!(!is_secret_variable(name), "{name}");
        }
    }

    #[test]
    fn user_names_are_masked() {
        let text = "a redis://me:pw@host:1/x `http://u@h` https://plain/a@b end";
        assert_eq!(
            without_users(text),
            "a redis://…@host:1/x `http://…@h` https://plain/a@b end"
        );
    }

    #[test]
    fn what_sccache_quotes_of_its_file() {
        let said = |line: &str, why: &str| {
            config_error(&format!(
                "error at line 2, column 3\n  |\n2 | {line}\n  |     ^^^\n{why}"
            ))
        };
        for (line, why) in [
            ("password = \"hunter2", "invalid basic string, expected `\"`"),
            (
                "redis = \"redis://me:hunter2@h\"",
                "invalid type: string \"redis://me:hunter2@h\", expected struct",
            ),
            (
                "auth = { type = \"token\", tokn = \"hunter2\" }",
                "unknown field `tokn`, expected `token`",
            ),
            ("token = [\"hunter2\"]", "invalid type: sequence, expected a string"),
            ("  hunter2", "unexpected"),
            ("\"password\" = \"hunter2\"", "x"),
        ] {
            let text = said(line, why);
            assert!(!text.contains("hunter2"), "{text}");
            assert!(
                text.starts_with("error at line 2, column 3\n  |\n2 |") && text.lines().count() == 5,
                "{text}"
            );
        }
        let harmless = said("size = \"24GB\"", "invalid size \"24GB\"");
        assert!(
            harmless.contains("2 | size = \"24GB\"") && harmless.ends_with("invalid size \"24GB\""),
            "{harmless}"
        );
        let header = said("[cache.disk", "unclosed table");
        assert!(header.contains("2 | [cache.disk\n"), "{header}");
    }

    proptest! {
        #[test]
        fn any_text_is_cleaned(text: String, code: String) {
            let _ = without_users(&text);
            let _ = config_error(&text);
            let _ = config_error(&format!("1 | {code}\n{text}"));
        }
    }
}

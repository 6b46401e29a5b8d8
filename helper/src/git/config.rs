//! Values of a repository's config file. No process is started, because git would run programs that the file names.

/// The value of a key; the last one, as in git.
pub(super) fn value(text: &str, section: &str, key: &str) -> Option<String> {
    let mut is_in = false;
    let mut found = None;
    for line in text.lines() {
        let mut line = line.trim();
        if let Some(rest) = line.strip_prefix('[') {
            let Some((name, after)) = rest.split_once(']') else {
                continue;
            };
            is_in = name.trim().eq_ignore_ascii_case(section);
            // A key may follow on the same line.
            line = after.trim();
        }
        if !is_in || line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        let (name, value) = line
            .split_once('=')
            .map_or((line, "true"), |(name, value)| (name, value));
        if name.trim().eq_ignore_ascii_case(key) {
            found = Some(plain(value));
        }
    }
    found
}

/// Whether the value is true for git.
pub(super) fn is_true(value: Option<&str>) -> bool {
    let value = value.unwrap_or_default().to_ascii_lowercase();
    matches!(value.as_str(), "true" | "yes" | "on") || value.parse::<i64>().is_ok_and(|number| number != 0)
}

/// The value without comment, quotes and escapes (git-config(1), "Syntax").
fn plain(value: &str) -> String {
    let mut text = String::new();
    let mut is_quoted = false;
    let mut chars = value.trim_start().chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\\' => match chars.next() {
                Some('t') => text.push('\t'),
                Some('n') => text.push('\n'),
                Some(c) => text.push(c),
                None => {}
            },
            '#' | ';' if !is_quoted => break,
            c => text.push(c),
        }
    }
    text.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_git_reads_it() {
        let text = "[core]\n\tbare = false ; no\n[core \"x\"]\nbare = true\n[CORE] worktree = \"../a b\" # here\n[extensions]\nworktreeConfig\n";
        assert_eq!(value(text, "core", "bare").as_deref(), Some("false"));
        assert_eq!(value(text, "core", "worktree").as_deref(), Some("../a b"));
        assert!(is_true(value(text, "extensions", "worktreeconfig").as_deref()));
        assert_eq!(value(text, "extensions", "x"), None);
        assert!(is_true(Some("On")) && is_true(Some("2")) && !is_true(Some("0")) && !is_true(None));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            let _ = value(&text, "core", "bare");
            let _ = value(&format!("[core]\n{text}"), "core", "bare");
        }
    }
}

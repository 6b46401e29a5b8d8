use super::*;

#[test]
fn every_check_is_explained() {
    for Check { id, explanation, .. } in all() {
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(id.bytes().all(is_id), "{id}");
        assert!(explanation.starts_with(&format!("# {id}\n\n")), "{id}");
        for heading in ["## Why it matters", "## How to fix it"] {
            assert!(explanation.contains(heading), "{id}: {heading}");
        }
    }
}

#[test]
fn every_summary_is_a_sentence() {
    for check in all() {
        assert!(check.summary().ends_with('.'), "{}", check.id);
    }
}

use super::*;

#[test]
fn every_check_is_explained() {
    for check in all() {
        assert!(
            check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            check.id
        );
        let title = check.explanation.lines().next();
        assert_eq!(title, Some(format!("# {}", check.id).as_str()));
        assert!(
            check.summary().ends_with('.'),
            "{}: a sentence under the title",
            check.id
        );
        for heading in ["## Why it matters", "## How to fix it"] {
            assert!(check.explanation.contains(heading), "{}: {heading}", check.id);
        }
    }
}

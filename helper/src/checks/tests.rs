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

#[test]
fn one_cause_is_one_finding() {
    let finding = |id: &'static str, fix: Fix| Finding {
        id,
        severity: Severity::Warning,
        what: format!("what {id} is"),
        places: Vec::new(),
        detail: Vec::new(),
        fix,
    };
    let unset = |name: &str| Fix::Unset(vec![name.to_owned()]);
    let run = || Fix::Run("run".to_owned());
    let found = one_for_each_cause(vec![
        finding("one", unset("A")),
        finding("two", unset("B")),
        finding("three", unset("A")),
        finding("four", run()),
        finding("five", run()),
    ]);
    let ids: Vec<&str> = found.iter().map(|finding| finding.id).collect();
    assert_eq!(ids, ["one", "two", "four", "five"]);
    assert_eq!(found[0].detail, ["what three is [three]"]);
}

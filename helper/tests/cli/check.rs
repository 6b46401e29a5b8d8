//! The options and exit codes of `check`.

use crate::support::{NOTHING, Sandbox, stdout};

#[test]
fn ignored_checks_are_silent() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("RUSTC_WRAPPER");
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(1));
    let ignored = sandbox.helper(&["check", "--strict", "--ignore", "wrapper-missing"]);
    assert_eq!(ignored.status.code(), Some(0));
    sandbox.set("SCCACHE_SHELL_IGNORE", "from-the-future,disk-too-small,wrapper-missing");
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(
        sandbox.helper(&["check", "--ignore", "no-such-id"]).status.code(),
        Some(2)
    );
}

#[test]
fn it_says_what_to_do_first() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_NO_CACHE", "1").set("SCCACHE_DIRECT", "yes");
    let output = sandbox.helper(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let end = "1 error, 1 warning. Begin with: export SCCACHE_DIRECT=true\nTo read why: sccache-shell explain env-bool-invalid\n";
    assert!(text.ends_with(end), "{text}");
    assert!(
        text.contains("Broken builds\n  error ") && text.contains("Fewer hits\n  warning "),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colours without a terminal: {text:?}");
}

#[test]
fn a_note_does_not_fail_strict_checks() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "x");
    assert_eq!(sandbox.finding("idle-timeout")["severity"], "info");
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(0));
    sandbox.set("SCCACHE_RECACHE", "1");
    assert_eq!(sandbox.helper(&["check"]).status.code(), Some(0));
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(1));
}

#[test]
fn timings_add_up_and_are_not_part_of_the_json() {
    let sandbox = Sandbox::new();
    let output = sandbox.helper(&["check", "--json", "--timings"]);
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let times: Vec<f64> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    let (all, parts) = times.split_last().unwrap();
    assert!(
        parts.len() > 5 && (parts.iter().sum::<f64>() - all).abs() < 0.1,
        "{text}"
    );
    for part in [
        "cargo's files",
        "waiting for the next server's settings",
        "comparing other worktrees",
        "the checks",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_mistyped_id_gets_a_suggestion() {
    let sandbox = Sandbox::new();
    for args in [
        &["explain", "target-dir-share"][..],
        &["check", "--ignore", "target-dirs-shared"],
    ] {
        let output = sandbox.helper(args);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("Did you mean `target-dir-shared`? To list all: sccache-shell explain"),
            "{said}"
        );
        assert!(said.lines().count() < 5, "{said}");
    }
    let said = String::from_utf8(sandbox.helper(&["explain", "xyzzy"]).stderr).unwrap();
    assert!(!said.contains("Did you mean"), "{said}");
    let script = String::from_utf8(sandbox.helper(&["completions", "bash"]).stdout).unwrap();
    assert!(script.contains("target-dir-shared"));
}

#[test]
fn an_argument_cannot_control_the_terminal() {
    const ODD: &str = "a\u{1b}[31m\u{9b}\u{202e}b";
    let sandbox = Sandbox::new();
    for args in [
        &[ODD][..],
        &["--", ODD],
        &["check", &format!("--{ODD}")],
        &["init", "--size", ODD],
        &["explain", ODD],
    ] {
        let output = sandbox.helper(args);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.starts_with("error: ") && text.contains("\\u{202e}b"), "{text:?}");
        assert!(
            !text.contains(|c: char| c.is_control() && c != '\n' || c == '\u{202e}'),
            "{text:?}"
        );
    }
}

//! The block for a bug report: no form of `check` prints a secret.

use crate::support::{Sandbox, stdout};

#[test]
fn a_bug_report_holds_no_secret() {
    let mut sandbox = Sandbox::new();
    sandbox
        .set("SCCACHE_REDIS_PASSWORD", "hunter2")
        .set("SCCACHE_REDIS_ENDPOINT", "redis://me:hunter2@localhost")
        .set("CARGO_REGISTRY_TOKEN", "hunter2")
        .set("RUSTFLAGS", "--cfg hunter2")
        .set("UNRELATED", "hunter2")
        .set("SCCACHE_IDLE_TIMEOUT", "60");
    let config =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://me:hunter2@h\"\npassword = \"hunter2\"\n";
    sandbox.configure(config);
    let text = sandbox.prints(&["check", "--report"]);
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!text.contains("UNRELATED"), "{text}");
    assert!(
        text.starts_with("```text\nsccache-shell ") && text.ends_with("```\n"),
        "{text}"
    );
    for part in [
        "\nSCCACHE_REDIS_PASSWORD\n",
        "\nSCCACHE_IDLE_TIMEOUT=60\n",
        "\n[secrets] ",
        "next server: limit 24 GiB",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains(sandbox.path("home").to_str().unwrap()),
        "the home is `~`: {text}"
    );
}

#[test]
fn a_bug_report_holds_no_secret_in_any_other_value() {
    let mut sandbox = Sandbox::new();
    let wrapper = sandbox.path("hunter2secret/wrapper");
    let cargo_home = "/scratch/annabel/cargo";
    sandbox
        .set("GITHUB_TOKEN", "hunter2secret")
        .set("RUSTC_WRAPPER", &wrapper)
        .set("SCCACHE_SHELL_TMPDIR", "/tmp/filepassword")
        .set("CARGO_HOME", cargo_home)
        .set("USER", "annabel");
    let config = "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://h\"\ntoken = \"filepassword\"\n";
    sandbox.configure(config);
    let text = sandbox.prints(&["check", "--report"]);
    for secret in ["hunter2secret", "filepassword", "annabel"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    for part in [
        "\nCARGO_HOME=/scratch/…/cargo\n",
        "\nSCCACHE_SHELL_TMPDIR=/tmp/…\n",
        "…/wrapper` from RUSTC_WRAPPER cannot be started",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// sccache's message contains the line that it cannot parse.
#[test]
fn no_form_shows_a_secret_of_a_broken_file() {
    let sandbox = Sandbox::new();
    for config in [
        "[cache.redis]\npassword = \"hunter2\nurl = \"x\"\n",
        "[cache]\nredis = \"redis://me:hunter2@h\"\n",
        "[cache.webdav]\nendpoint = \"http://h\"\ntoken = [\"hunter2\"]\n",
        "[dist]\nauth = { type = \"token\", tokn = \"hunter2\" }\n",
    ] {
        sandbox.configure(config);
        for args in [
            &["check"][..],
            &["check", "--json"],
            &["check", "--quiet"],
            &["check", "--report"],
        ] {
            let output = sandbox.helper(args);
            let text = stdout(&output);
            assert!(text.contains("config-invalid"), "{args:?}: {text}");
            assert!(!text.contains("hunter2"), "{args:?}: {text}");
        }
    }
}

#[test]
fn a_variable_of_cargos_configuration_has_its_place() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("SCCACHE_IDLE_TIMEOUT");
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_IDLE_TIMEOUT = \"60\"\nSCCACHE_X = \"hidden\"\n",
    );
    let text = sandbox.prints(&["check", "--report"]);
    let place = sandbox.path("project/.cargo/config.toml").display().to_string();
    for line in [
        format!("\nSCCACHE_IDLE_TIMEOUT=60 ({place}:2)\n"),
        format!("\nSCCACHE_X ({place}:3)\n"),
    ] {
        assert!(text.contains(&line), "{line}: {text}");
    }
}

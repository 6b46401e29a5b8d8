//! `stats` of the real sccache.

use serde_json::Value;

use crate::support::{Sandbox, real_sccache};

fn text(sandbox: &Sandbox) -> String {
    let output = sandbox.helper(&["stats"]);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(sandbox: &Sandbox) -> Value {
    serde_json::from_slice(&sandbox.helper(&["stats", "--json"]).stdout).unwrap()
}

#[test]
fn without_a_server() {
    let sandbox = Sandbox::new();
    let text = text(&sandbox);
    assert!(text.starts_with("server     none is running"), "{text}");
    assert!(text.contains("at most 24 GiB"), "{text}");
    assert_eq!(json(&sandbox)["server"], Value::Null);
}

#[test]
fn what_a_server_counted() {
    let sandbox = Sandbox::new();
    assert!(sandbox.compiles_c() && sandbox.compiles_c() && sandbox.compiles_c());
    sandbox.run("project", real_sccache(), &["cc", "-E", "x.c", "-o", "x.i"]);
    let kept = ["cc", "-save-temps", "-c", "x.c", "-o", "y.o"];
    let _ = sandbox.sccache().args(kept).output().unwrap();
    let pid = sandbox.server_pid().unwrap();
    let shown = text(&sandbox);
    for part in [
        format!("pid {pid}, sccache 0.19.0, up "),
        format!("address    {}", sandbox.path("s").display()),
        "TMPDIR     /var/tmp".to_owned(),
        "of 24 GiB (less than 1 %)".to_owned(),
        "C/C++         66 %, 2 of 3".to_owned(),
        "preprocessing alone, as by configure scripts [-E]".to_owned(),
        "compiles that keep intermediate files, avoidable [-save-temps]".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part}: {shown}");
    }
    assert!(shown.is_ascii(), "no bars without a terminal: {shown}");
    let json = json(&sandbox);
    assert_eq!((&json["schema"], &json["server"]["pid"]), (&1.into(), &pid.into()));
    let c = &json["languages"][0];
    assert_eq!(
        (&c["name"], &c["hits"], &c["misses"]),
        (&"C/C++".into(), &2.into(), &1.into())
    );
    let kinds = json["not_cached"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["kind"].clone());
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["probe", "avoidable"],
        "the same number: by name"
    );
    assert_eq!(sandbox.server_pid(), Some(pid));
}

#[test]
fn a_server_that_does_not_answer() {
    let mut sandbox = Sandbox::new();
    let _silent = sandbox.occupy_port();
    let output = sandbox.helper(&["stats"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.starts_with("server     gives no answer: it did not answer within 1.5 s"),
        "{text}"
    );
}

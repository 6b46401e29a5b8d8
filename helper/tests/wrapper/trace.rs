//! The trace.

use std::time::Instant;

use super::calls::recording;
use crate::support::Sandbox;

#[test]
fn one_line_for_each_compile() {
    let mut sandbox = recording();
    sandbox.keep_trace().set("TMPDIR", "/nonexistent");
    sandbox
        .wrapper()
        .args(["rustc", "--crate-name", "serde"])
        .status()
        .unwrap();
    sandbox.wrapper().args(["cc", "-c", "a.c"]).status().unwrap();
    sandbox.wrapper().arg("--show-stats").status().unwrap();
    let lines = sandbox.take_trace();
    assert_eq!(lines.len(), 2, "one line per compile: {lines:?}");
    assert_eq!(lines[0]["call"], "rustc");
    assert_eq!(lines[0]["crate_name"], "serde");
    assert_eq!(
        (&lines[0]["form"], &lines[0]["why"]),
        (&"plain".into(), &"no crate type".into())
    );
    assert_eq!(lines[0]["tmpdir"]["why"], "does not exist");
    assert_eq!(lines[1]["call"], "cc");
}

#[test]
fn a_trace_that_cannot_be_written_fails_no_compile() {
    let mut sandbox = recording();
    for bad in ["/nonexistent/trace", "/", "/dev/full"] {
        sandbox.set("SCCACHE_SHELL_TRACE", bad);
        let output = sandbox.wrapper().arg("rustc").output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{bad}: {output:?}");
    }
}

#[test]
fn a_pipe_without_a_reader_blocks_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.run("", "mkfifo", &["trace"]);
    sandbox.keep_trace();
    sandbox.write("project/x.c", "int x;\n");
    let start = Instant::now();
    let mut compile = sandbox.wrapper();
    let compile = compile.args(["cc", "-c", "x.c", "-o", "x.o"]);
    // `timeout` ends a compile that waits for a reader.
    let mut limited = sandbox.command("timeout");
    limited.arg("5").arg(compile.get_program()).args(compile.get_args());
    assert!(limited.output().unwrap().status.success(), "{:?}", start.elapsed());
}

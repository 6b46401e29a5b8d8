//! Where the kernel does not allow observation, less is shared, nothing is wrong, and `check` reports it.

use std::fs;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::support::{Sandbox, main_that_prints};

/// Runs a function that gets an error from `seccomp(2)`, as in a container, and so do the programs that it starts.
fn without_seccomp(run: impl FnOnce() + Send) {
    let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let rules = [(libc::SYS_seccomp, Vec::new())].into_iter().collect();
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refused, arch).unwrap();
    let program: BpfProgram = filter.try_into().unwrap();
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            seccompiler::apply_filter(&program).unwrap();
            run();
        });
        thread.join().unwrap();
    });
}

#[test]
fn tracing_unavailable() {
    let sandbox = Sandbox::new();
    assert!(!sandbox.finds("tracing-unavailable"));
    without_seccomp(|| assert!(sandbox.finds("tracing-unavailable")));
}

#[test]
fn builds_are_right_and_programs_are_plain() {
    let mut sandbox = Sandbox::new();
    sandbox.package("one");
    sandbox.second_worktree("second");
    sandbox.write("second/src/main.rs", main_that_prints("two"));
    sandbox.keep_trace();
    without_seccomp(|| {
        for (dir, right) in [("project", "one\n"), ("second", "two\n"), ("project", "one\n")] {
            let _ = fs::remove_dir_all(sandbox.path(dir).join("target"));
            assert_eq!(sandbox.run(dir, "cargo", &["run", "-q", "--offline"]), right);
        }
    });
    let mut programs = sandbox.take_trace();
    programs.retain(|call| call["crate_name"] == "app");
    assert!(
        programs.len() == 3 && programs.iter().all(|call| call["rule"] == "untraced"),
        "{programs:?}"
    );
}

/// A server that may not observe compiles what its clients inspected, and does not store it.
#[test]
fn a_server_that_may_not_observe() {
    let mut sandbox = Sandbox::new();
    sandbox.package("one");
    sandbox.keep_trace();
    without_seccomp(|| {
        sandbox.start_server();
    });
    assert_eq!(sandbox.run("project", "cargo", &["run", "-q", "--offline"]), "one\n");
    let trace = sandbox.take_trace();
    let program = trace.iter().find(|call| call["crate_name"] == "app").unwrap();
    assert_eq!(
        (&program["outcome"], &program["rule"]),
        (&"not stored".into(), &"lost".into())
    );
}

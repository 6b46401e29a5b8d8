//! Ways to a compiler that go past our wrapper.

use std::path::Path;

use crate::key::nix_env::shell::Shell;
use crate::support::{HELPER, NOTHING, real_sccache, what};

const SHADOWED: &str = "wrapper-shadowed";

#[test]
fn a_different_sccache_first_on_path() {
    let mut shell = Shell::new();
    let other = shell.sandbox.path("other");
    std::fs::create_dir(&other).unwrap();
    std::os::unix::fs::symlink(real_sccache(), other.join("sccache")).unwrap();
    let search = shell.sandbox.run("project", "sh", &["-c", "printf %s \"$PATH\""]);
    shell.sandbox.set("PATH", format!("{}:{search}", other.display()));
    let finding = shell.sandbox.finding(SHADOWED);
    assert!(
        what(&finding).contains(&format!("{}/sccache", other.display())),
        "{finding}"
    );
    shell.sandbox.fix("wrapper-shadowed");
    assert_eq!(shell.sandbox.ids(), NOTHING);
}

#[test]
fn settings_that_name_a_different_sccache() {
    let mut shell = Shell::new();
    let real = real_sccache();
    let real = real.to_str().unwrap();
    for (name, value, fixed) in [
        ("RUSTC_WRAPPER", real.to_owned(), "sccache"),
        ("CMAKE_CXX_COMPILER_LAUNCHER", format!("{real};--argument"), "sccache"),
        ("CC", format!("{real} cc -pipe"), "sccache cc -pipe"),
    ] {
        shell.sandbox.set(name, value);
        let finding = shell.sandbox.finding(SHADOWED);
        assert!(what(&finding).starts_with(name), "{finding}");
        shell.sandbox.fix("wrapper-shadowed");
        assert!(!shell.sandbox.finds(SHADOWED), "{name}");
        let value = shell.sandbox.run("project", "printenv", &[name]);
        assert_eq!(value.trim_end(), fixed);
    }
    // Nothing bypasses a wrapper that is not on PATH.
    shell.sandbox.set("RUSTC_WRAPPER", real);
    let search = Path::new(real).parent().unwrap();
    shell.sandbox.set("PATH", format!("{}:/usr/bin:/bin", search.display()));
    assert!(!shell.sandbox.finds(SHADOWED));
}

/// Configures `project/build` with this launcher, as an earlier shell did.
fn configure(shell: &mut Shell, launcher: &str) {
    let project = "cmake_minimum_required(VERSION 3.17)\nproject(x C)\nadd_library(x STATIC x.c)\n";
    shell.sandbox.write("project/CMakeLists.txt", project);
    shell.sandbox.write("project/x.c", "int x(void) { return 1; }\n");
    let _ = std::fs::remove_dir_all(shell.sandbox.path("project/build"));
    shell.sandbox.set("CMAKE_C_COMPILER_LAUNCHER", launcher);
    shell.sandbox.run("project", "cmake", &["-S", ".", "-B", "build"]);
    shell.sandbox.set("CMAKE_C_COMPILER_LAUNCHER", "sccache");
}

#[test]
fn launchers_frozen_in_build_directories() {
    let mut shell = Shell::new();
    let trace = shell.sandbox.path("trace");
    shell.sandbox.set("SCCACHE_SHELL_TRACE", &trace);
    let build = |shell: &Shell| {
        shell
            .sandbox
            .command("cmake")
            .args(["--build", "build"])
            .output()
            .unwrap()
    };

    configure(&mut shell, "sccache");
    assert!(build(&shell).status.success() && trace.exists());
    assert_eq!(shell.sandbox.ids(), NOTHING);

    let before = shell.sandbox.path("before/libexec/sccache-shell");
    std::fs::create_dir_all(&before).unwrap();
    for (name, target) in [("sccache", Path::new(HELPER)), ("real", &real_sccache())] {
        std::os::unix::fs::symlink(target, before.join(name)).unwrap();
    }
    let before = before.join("sccache");
    let gone = shell.sandbox.path("gone/sccache");
    for (launcher, severity, why, works) in [
        (real_sccache(), "warning", "past our wrapper", true),
        (before, "warning", "of another version", true),
        (gone, "error", "is not there", false),
    ] {
        if !works {
            // CMake only configures with a launcher that exists; it is removed afterwards.
            std::fs::create_dir(launcher.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(real_sccache(), &launcher).unwrap();
        }
        configure(&mut shell, launcher.to_str().unwrap());
        if !works {
            std::fs::remove_file(&launcher).unwrap();
        }
        assert_eq!(build(&shell).status.success(), works, "{why}");
        let finding = shell.sandbox.finding(SHADOWED);
        assert_eq!(finding["severity"], severity);
        let what = what(&finding);
        assert!(what.contains(why) && what.contains("build/CMakeCache.txt:"), "{what}");
        shell.sandbox.fix("wrapper-shadowed");
        assert_eq!(shell.sandbox.ids(), NOTHING);
        let _ = std::fs::remove_file(&trace);
        shell
            .sandbox
            .write("project/x.c", format!("int x(void) {{ return sizeof \"{why}\"; }}\n"));
        assert!(
            build(&shell).status.success() && trace.exists(),
            "the build should use our wrapper"
        );
    }
}

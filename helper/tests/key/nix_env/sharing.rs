//! What does not change the object is not in the key: worktrees and shells with the same inputs share every hit, and
//! without Nix the key is plain sccache's.

use sccache_shell::key::nix_env::{self, Names, When};

use super::shell::{By, SALT, Shell, Vars, vars};

/// One file of each language that a build has, with a name that no other call has.
fn build(shell: &Shell, by: By, dir: &str, name: &str, env: &Vars) -> Vec<Vec<u8>> {
    let sources = [
        ("cc", "c", "int NAME(void) { return X; }\n"),
        (
            "c++",
            "cpp",
            "namespace { int value = X; }\nint NAME() { return ++value; }\n",
        ),
        ("cc", "S", ".globl NAME\nNAME: .long X\n"),
    ];
    sources
        .map(|(compiler, extension, text)| {
            let source = format!("{name}.{extension}");
            shell.write(format!("{dir}/{source}"), &text.replace("NAME", name));
            let args = ["-c", &source, "-o", "object.o"];
            shell.compile(by, dir, compiler, &args, "object.o", env)
        })
        .into()
}

/// The variables that `nix develop` sets in `dir`, for a derivation whose hash begins with `seed`.
fn shell_in(shell: &Shell, dir: &str, seed: &str) -> Vars {
    let dir = shell.sandbox.path(dir);
    let dir = dir.display();
    vars(&[
        (&format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}"), "1"),
        (&format!("NIX_BINTOOLS_WRAPPER_TARGET_HOST_{SALT}"), "1"),
        ("NIX_CFLAGS_COMPILE", &format!(" -frandom-seed={seed} -DX=7")),
        ("NIX_HARDENING_ENABLE", "fortify pic stackprotector"),
        ("NIX_LDFLAGS", &format!("-rpath {dir}/outputs/out/lib")),
        ("NIX_BUILD_TOP", &format!("{dir}/nix-shell.{seed}")),
        ("NIX_STORE", "/nix/store"),
    ])
}

#[test]
fn worktrees_of_one_lock_file_share_every_hit() {
    let shell = Shell::new();
    let env = shell_in(&shell, "one", "0c0a1b2c3d");
    let first = build(&shell, By::Ours, "one", "x", &env);
    let (hits, misses) = shell.sandbox.hits_and_misses("C/C++");
    let assembler = shell.sandbox.hits_and_misses("Assembler");
    let again = build(&shell, By::Ours, "two", "x", &shell_in(&shell, "two", "0c0a1b2c3d"));
    assert!(again == first);
    assert_eq!(shell.sandbox.hits_and_misses("C/C++"), (hits + 2, misses));
    assert_eq!(
        shell.sandbox.hits_and_misses("Assembler"),
        (assembler.0 + 1, assembler.1)
    );
}

#[test]
fn projects_with_the_same_inputs_share_every_hit() {
    let shell = Shell::new();
    let one = build(&shell, By::Ours, "one", "x", &shell_in(&shell, "one", "0c0a1b2c3d"));
    let before = shell.sandbox.hits_and_misses("C/C++");
    let other = build(&shell, By::Ours, "other", "x", &shell_in(&shell, "other", "9z8y7x6w5v"));
    assert!(other == one, "the seed should not matter to the object");
    assert_eq!(shell.sandbox.hits_and_misses("C/C++"), (before.0 + 2, before.1));
}

#[test]
fn assembler_and_cxx_are_right_too() {
    let shell = Shell::new();
    let env = |x: &str| {
        let mut env = shell_in(&shell, "one", "0c0a1b2c3d");
        env.push((format!("NIX_CFLAGS_COMPILE_{SALT}"), format!("-UX -DX={x}")));
        env.retain(|(name, _)| name != "NIX_CFLAGS_COMPILE");
        env
    };
    for (by, is_right) in [(By::Plain, [true, false]), (By::Ours, [true, true])] {
        let name = format!("{by:?}").to_lowercase();
        for (x, is_right) in ["1", "2"].into_iter().zip(is_right) {
            let right = build(&shell, By::Compiler, "one", &name, &env(x));
            let given = build(&shell, by, "one", &name, &env(x));
            for (language, (right, given)) in ["C", "C++", "assembler"].iter().zip(right.iter().zip(&given)) {
                assert_eq!(right == given, is_right, "{by:?}, {language}, X={x}");
            }
        }
    }
}

#[test]
fn what_does_not_decide_about_an_object_is_left_out() {
    let shell = Shell::new();
    let value = |name: &str| match name {
        "NIX_DEBUG" | "NIX_CC_USE_RESPONSE_FILE" | "NIX_DONT_SET_RPATH" | "NIX_SET_BUILD_ID" => "1",
        "NIX_LDFLAGS" => "-rpath /nonexistent",
        "NIX_CFLAGS_LINK" | "NIX_CXXSTDLIB_LINK" => "-lm",
        _ => "/nonexistent",
    };
    let base = shell_in(&shell, "one", "0c0a1b2c3d");
    let first = build(&shell, By::Ours, "one", "x", &base);
    for row in nix_env::C.iter().filter(|row| row.when == When::Never) {
        let names = match row.names {
            Names::Exact => vec![row.name.to_owned()],
            Names::Salted => vec![format!("{}_{SALT}", row.name)],
            Names::Roles => vec![row.name.to_owned(), format!("{}_{SALT}", row.name)],
        };
        for name in names {
            let mut env = base.clone();
            env.retain(|(known, _)| *known != name);
            env.push((name.clone(), value(row.name).to_owned()));
            assert!(
                build(&shell, By::Compiler, "one", "x", &env) == first,
                "{name} should not matter"
            );
            let before = shell.sandbox.hits_and_misses("C/C++");
            assert!(build(&shell, By::Ours, "one", "x", &env) == first, "{name}");
            assert_eq!(
                shell.sandbox.hits_and_misses("C/C++"),
                (before.0 + 2, before.1),
                "{name}"
            );
        }
    }
}

#[test]
fn without_nix_the_key_is_plain_sccaches() {
    let shell = Shell::new();
    // Names that other compilers read as well.
    let env = vars(&[
        ("DEVELOPER_DIR", "/Applications/Xcode.app"),
        ("MACOSX_DEPLOYMENT_TARGET", "12.0"),
        ("CFLAGS", "-O2"),
    ]);
    shell.write("one/x.c", "int x(void) { return 7; }\n");
    let compile = |by| shell.compile(by, "one", "cc", &["-c", "x.c", "-o", "x.o"], "x.o", &env);
    let plain = compile(By::Plain);
    assert_eq!(shell.sandbox.hits_and_misses("C/C++"), (0, 1));
    assert!(compile(By::Ours) == plain);
    assert_eq!(shell.sandbox.hits_and_misses("C/C++"), (1, 1));
}

#[test]
fn a_users_own_value_stays_in_the_key() {
    let shell = Shell::new();
    let compile = |own: &str| {
        let mut env = shell_in(&shell, "one", "0c0a1b2c3d");
        env.push((nix_env::C_KEY.to_owned(), own.to_owned()));
        shell.write("one/x.c", "int x(void) { return X; }\n");
        shell.compile(By::Ours, "one", "cc", &["-c", "x.c", "-o", "x.o"], "x.o", &env);
        shell.sandbox.hits_and_misses("C/C++")
    };
    assert_eq!(
        [compile("a"), compile("b"), compile("a"), compile("b")],
        [(0, 1), (0, 2), (1, 2), (2, 2)]
    );
}

/// With the preprocessor's output in the key, plain sccache notices headers and macros, but still no flag of the
/// compiler proper.
#[test]
fn plain_sccache_without_preprocessor_mode_is_half_right() {
    let shell = Shell::new();
    let config = "[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n";
    shell.sandbox.configure(config);
    let mark = format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}");
    let text = "extern void fill(char *);\nint f(void) { char x[64]; fill(x); return x[X]; }\n";
    shell.write("one/f.c", text);
    let noticed = |name: &str, values: [&str; 2]| {
        let objects = values.map(|value| {
            let env = vars(&[
                (&mark, "1"),
                (&format!("NIX_CFLAGS_COMPILE_{SALT}"), "-DX=1"),
                (name, value),
            ]);
            let compile = |by| shell.compile(by, "one", "cc", &["-c", "f.c", "-o", "f.o"], "f.o", &env);
            (compile(By::Compiler), compile(By::Plain))
        });
        assert!(objects[0].0 != objects[1].0, "{name} should matter");
        objects[1].0 == objects[1].1
    };
    assert!(noticed("NIX_CFLAGS_COMPILE", ["", "-UX -DX=2"]));
    assert!(!noticed("NIX_HARDENING_ENABLE", ["pic", "pic stackprotector"]));
}

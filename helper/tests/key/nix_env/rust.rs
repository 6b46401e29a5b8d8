//! Rust: `NIX_RUSTFLAGS`, the linker's search paths in proc macros, and that nothing else that nixpkgs sets matters
//! to a crate.

use super::shell::{By, SALT, Shell, Vars, vars};

/// Compiles a library as cargo does for a crate of the registry: the same sources, a different target directory.
fn library(shell: &Shell, by: By, target: &str, name: &str, env: &Vars) -> Vec<u8> {
    let text = "pub fn NAME() -> u32 { if cfg!(changed) { 2 } else { 1 } }\n";
    shell.write(format!("registry/{name}.rs"), &text.replace("NAME", name));
    let out = shell.sandbox.path(target);
    std::fs::create_dir_all(&out).unwrap();
    let out = out.to_str().unwrap();
    let source = format!("{name}.rs");
    let args = [
        "--crate-name",
        name,
        "--crate-type=lib",
        "--emit=dep-info,metadata,link",
        "-Cmetadata=1",
        "--out-dir",
        out,
        &source,
    ];
    let mut env = env.clone();
    env.push(("CARGO_PKG_NAME".to_owned(), name.to_owned()));
    shell.compile(by, "registry", "rustc", &args, &format!("{out}/lib{name}.rlib"), &env)
}

fn flags(value: &str) -> Vars {
    vars(&[("NIX_RUSTFLAGS", value)])
}

#[test]
fn flags_that_sccache_does_not_see() {
    let shell = Shell::new();
    let [one, two] = ["--cfg other", "--cfg changed"].map(flags);
    let right = |name: &str| [&one, &two].map(|env| library(&shell, By::Compiler, "right", name, env));
    let given = |by, name: &str| [&one, &two].map(|env| library(&shell, by, "given", name, env));

    let plain = right("plain");
    assert!(plain[0] != plain[1], "the flag should matter");
    assert!(
        given(By::Plain, "plain") == [plain[0].clone(), plain[0].clone()],
        "fixed in sccache?"
    );

    let ours = right("ours");
    assert!(given(By::Ours, "ours") == ours);
    let (hits, misses) = shell.sandbox.hits_and_misses("Rust");
    assert!(given(By::Ours, "ours") == ours);
    assert_eq!(shell.sandbox.hits_and_misses("Rust"), (hits + 2, misses));
}

#[test]
fn without_the_flags_the_key_is_plain_sccaches() {
    let mut shell = Shell::new();
    // The wrapper removes it for a different reason.
    shell.sandbox.unset("CARGO_INCREMENTAL");
    let shell_of = |seed: &str| {
        vars(&[
            (&format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}"), "1"),
            (
                "NIX_CFLAGS_COMPILE",
                &format!("-frandom-seed={seed} -isystem /nix/store/{seed}/include"),
            ),
            ("NIX_LDFLAGS", &format!("-rpath /{seed}/outputs/out/lib")),
            ("NIX_RUSTDOCFLAGS", seed),
        ])
    };
    let plain = library(&shell, By::Plain, "one", "x", &Vars::new());
    assert_eq!(shell.sandbox.hits_and_misses("Rust"), (0, 1));
    for (number, (target, env)) in [("one", shell_of("a")), ("two", shell_of("b")), ("three", Vars::new())]
        .iter()
        .enumerate()
    {
        assert!(library(&shell, By::Ours, target, "x", env) == plain);
        assert_eq!(
            shell.sandbox.hits_and_misses("Rust"),
            (number as u64 + 1, 1),
            "{target}"
        );
    }
}

#[test]
fn worktrees_with_the_same_flags_share() {
    let shell = Shell::new();
    let first = library(&shell, By::Ours, "one", "x", &flags("--cfg changed"));
    assert!(library(&shell, By::Ours, "two", "x", &flags("--cfg changed")) == first);
    assert_eq!(shell.sandbox.hits_and_misses("Rust"), (1, 1));
}

/// Links a proc macro in a worktree's shell as cargo does, then compiles a crate that uses it.
#[cfg(target_os = "linux")]
fn derived(shell: &Shell, by: By, worktree: &str, cap_lints: &[&str]) -> Vec<u8> {
    shell.write(
        "registry/maker.rs",
        "#[proc_macro] pub fn make(_: proc_macro::TokenStream) -> proc_macro::TokenStream { \"1\".parse().unwrap() }\n",
    );
    shell.write("registry/user.rs", "pub fn one() -> u32 { maker::make!() }\n");
    let worktree = shell.sandbox.path(worktree);
    std::fs::create_dir_all(&worktree).unwrap();
    let rpath = format!("-rpath {}/outputs/out/lib", worktree.display());
    let role = format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}");
    let env = |name: &str| vars(&[("CARGO_PKG_NAME", name), ("NIX_LDFLAGS", &rpath), (&role, "1")]);
    let out = worktree.join("target/debug/deps");
    std::fs::create_dir_all(&out).unwrap();
    let out = out.to_str().unwrap();
    let linker = format!("-Clinker={}", shell.compiler("cc").display());
    let rustc = |name: &str, args: &[&str], output: &str| {
        let source = shell.sandbox.path(format!("registry/{name}.rs"));
        let common = [
            "--crate-name",
            name,
            "--out-dir",
            out,
            "-Cmetadata=1",
            "-Cextra-filename=-1",
            "--edition=2021",
            source.to_str().unwrap(),
        ];
        let all = [&common[..], cap_lints, args].concat();
        shell.compile(by, "registry", "rustc", &all, output, &env(name))
    };
    let so = format!("{out}/libmaker-1.so");
    let made = rustc(
        "maker",
        &[
            "--crate-type=proc-macro",
            "--extern=proc_macro",
            "--emit=dep-info,link",
            &linker,
        ],
        &so,
    );
    let rlib = format!("{out}/libuser-1.rlib");
    let maker = format!("maker={so}");
    let user = ["--crate-type=lib", "--emit=dep-info,metadata,link", "--extern", &maker];
    drop(rustc("user", &user, &rlib));
    made
}

/// Apple's linker writes more paths into its output.
#[cfg(target_os = "linux")]
#[test]
fn worktrees_share_what_uses_a_proc_macro() {
    const DEPENDENCY: &[&str] = &["--cap-lints", "allow"];
    for (by, cap_lints, is_shared) in [
        (By::Plain, DEPENDENCY, false),
        (By::Ours, DEPENDENCY, true),
        (By::Ours, &[], true),
    ] {
        let shell = Shell::new();
        let made = ["one", "two"].map(|worktree| derived(&shell, by, worktree, cap_lints));
        assert_eq!(made[0] == made[1], is_shared, "{by:?} {cap_lints:?}");
        // The macro itself is looked up, too.
        let expected = if is_shared { (2, 2) } else { (0, 2) };
        assert_eq!(shell.sandbox.hits_and_misses("Rust"), expected, "{by:?} {cap_lints:?}");
    }
}

//! A shell with compilers wrapped as nixpkgs wraps them, and three ways to compile in it: directly, with plain sccache
//! and with our wrapper.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::{Sandbox, make_older, succeeds};

/// The suffix that nixpkgs would use for the target: not the machine's own, whose `cc` may be a wrapper of nixpkgs too.
pub(crate) const SALT: &str = "test_unknown_linux_gnu";

/// Variables of one compile.
pub(crate) type Vars = Vec<(String, String)>;

/// The program that compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// The compiler alone: the right result.
    Compiler,
    /// Plain sccache.
    Plain,
    /// sccache behind our wrapper.
    Ours,
}

/// A sandbox with wrapped compilers.
pub(crate) struct Shell {
    pub(crate) sandbox: Sandbox,
    scratch: tempfile::TempDir,
}

impl Shell {
    pub(crate) fn new() -> Self {
        let mut sandbox = Sandbox::new();
        // The wrappers leave /tmp alone under purity, and TMPDIR is one of the variables in question.
        sandbox.unset("TMPDIR");
        let shell = Self {
            sandbox,
            scratch: tempfile::Builder::new().prefix("ss").tempdir_in("/var/tmp").unwrap(),
        };
        let machine = |name: &str| on_path(name).display().to_string();
        // As on a machine whose `native` differs from the default: it need not.
        let cc = format!(
            "#!/bin/sh\nfor arg; do shift; case $arg in -m*=native) arg=-DNATIVE ;; esac; set -- \"$@\" \"$arg\"; done\nexec {} \"$@\"\n",
            machine("cc")
        );
        let cc = shell.program("machine/cc", &cc);
        for (name, compiler, minimum) in [
            ("cc", cc.as_str(), ""),
            ("c++", &machine("c++"), ""),
            ("cc-macos", &cc, "MACOSX_DEPLOYMENT_TARGET"),
            ("cc-ios", &cc, "IPHONEOS_DEPLOYMENT_TARGET"),
        ] {
            let (default, option) = if minimum.is_empty() {
                ("", "")
            } else {
                ("10.12", "-DMINIMUM=")
            };
            shell.wrap(
                "cc-wrapper",
                name,
                &[
                    ("@compiler@", compiler),
                    ("@salt@", SALT),
                    ("@out@", "/nonexistent"),
                    ("@minimumVariable@", minimum),
                    ("@minimumDefault@", default),
                    ("@minimumOption@", option),
                ],
            );
        }
        let rustc = [
            ("@compiler@", machine("rustc")),
            ("@flagsVariable@", "NIX_RUSTFLAGS".to_owned()),
        ];
        shell.wrap(
            "rustc-wrapper",
            "rustc",
            &rustc.each_ref().map(|(key, value)| (*key, value.as_str())),
        );
        shell
    }

    /// A directory outside the store and outside what purity allows.
    pub(crate) fn outside(&self) -> PathBuf {
        self.scratch.path().to_owned()
    }

    pub(crate) fn compiler(&self, name: &str) -> PathBuf {
        self.sandbox.path("bin").join(name)
    }

    /// A file that is old enough for sccache's preprocessor mode.
    pub(crate) fn write(&self, name: impl AsRef<Path>, text: &str) -> PathBuf {
        let path = self.sandbox.write(name, text);
        make_older(&path);
        path
    }

    fn program(&self, name: &str, text: &str) -> String {
        let path = self.sandbox.write(name, text);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path.display().to_string()
    }

    /// The stand-in of that name from the tests' nixpkgs, with its blanks filled in.
    fn wrap(&self, stand_in: &str, name: &str, blanks: &[(&str, &str)]) {
        let packages = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/host-pkgs/pkgs");
        let text = fs::read_to_string(format!("{packages}/{stand_in}/{stand_in}.sh")).unwrap();
        let text = blanks
            .iter()
            .fold(text, |text, (blank, value)| text.replace(blank, value));
        assert!(!text.contains("=@"), "a blank is left: {text}");
        self.program(&format!("bin/{name}"), &text);
    }

    /// Runs `compiler ARGS…` in `dir`, and returns the content of the file `output`.
    pub(crate) fn compile(
        &self,
        by: By,
        dir: &str,
        compiler: &str,
        args: &[&str],
        output: &str,
        vars: &Vars,
    ) -> Vec<u8> {
        let compiler = self.compiler(compiler);
        let mut command = match by {
            By::Compiler => self.sandbox.command(&compiler),
            By::Plain => self.sandbox.sccache(),
            By::Ours => self.sandbox.wrapper(),
        };
        if by != By::Compiler {
            command.arg(&compiler);
        }
        let dir = self.sandbox.path(dir);
        let file = dir.join(output);
        let _ = fs::remove_file(&file);
        succeeds(command.current_dir(dir).args(args).envs(vars.iter().cloned()));
        fs::read(file).unwrap()
    }
}

fn on_path(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("no {name} on PATH"))
}

pub(crate) fn vars(pairs: &[(&str, &str)]) -> Vars {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

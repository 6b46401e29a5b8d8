//! For each variable of the table: a source whose object depends on it, and two values that result in two objects.

use super::shell::{SALT, Shell, Vars, vars};
use crate::support::make_older;

/// One variable, and all that it needs to have an effect.
#[derive(Clone)]
pub(crate) struct Case {
    /// The variable's full name.
    pub(crate) name: String,
    /// Its value in the first shell and in the second; `None` is unset.
    pub(crate) values: [Option<String>; 2],
    /// The other variables of both shells.
    pub(crate) base: Vars,
    pub(crate) compiler: &'static str,
    /// The source's text, with `NAME` for a name that no other case has.
    pub(crate) source: &'static str,
    pub(crate) args: Vec<String>,
}

impl Case {
    fn new(name: impl Into<String>, values: [Option<&str>; 2], base: Vars, source: &'static str) -> Self {
        Self {
            name: name.into(),
            values: values.map(|value| value.map(str::to_owned)),
            base,
            compiler: "cc",
            source,
            args: Vec::new(),
        }
    }

    fn with(mut self, compiler: &'static str, args: &[&str]) -> Self {
        self.compiler = compiler;
        self.args = args.iter().map(|arg| (*arg).to_owned()).collect();
        self
    }

    /// The environment of the first shell (0) or the second (1).
    pub(crate) fn vars(&self, shell: usize) -> Vars {
        let mut vars = self.base.clone();
        vars.extend(
            self.values[shell]
                .iter()
                .map(|value| (self.name.clone(), value.clone())),
        );
        vars
    }
}

const MACRO: &str = "#ifndef X\n#define X 0\n#endif\nint NAME(void) { return X; }\n";
const ARRAY: &str = "extern void fill(char *);\nint NAME(void) { char x[64]; fill(x); return x[7]; }\n";
const NATIVE: &str = "#ifdef NATIVE\nint NAME(void) { return 1; }\n#else\nint NAME(void) { return 0; }\n#endif\n";
const HEADER: &str = "#include <which.h>\nint NAME(void) { return WHICH; }\n";
const MINIMUM: &str = "int NAME(void) { return (int)(MINIMUM * 100); }\n";

/// The suffixes of a variable that has roles, each with the mark that makes the wrapper read it.
fn roles() -> [(String, Vars); 4] {
    let mark = |role: &str| vec![(format!("NIX_CC_WRAPPER_TARGET_{role}_{SALT}"), "1".to_owned())];
    [
        (String::new(), mark("HOST")),
        ("_FOR_BUILD".to_owned(), mark("BUILD")),
        ("_FOR_TARGET".to_owned(), mark("TARGET")),
        (format!("_{SALT}"), Vec::new()),
    ]
}

fn in_all_roles(case: impl Fn(String, Vars) -> Case, name: &str) -> Vec<Case> {
    roles()
        .map(|(suffix, base)| case(format!("{name}{suffix}"), base))
        .into()
}

/// Flags, hardening and `native`.
pub(crate) fn flags() -> Vec<Case> {
    let defines = |name: String, base| Case::new(name, [Some("-DX=1"), Some("-DX=2")], base, MACRO);
    let cxx = |name, base| defines(name, base).with("c++", &[]);
    let hardening = |name, base| Case::new(name, [Some("pic"), Some("pic stackprotector")], base, ARRAY);
    let native = |name, base| Case::new(name, [None, Some("1")], base, NATIVE).with("cc", &["-march=native"]);
    [
        in_all_roles(defines, "NIX_CFLAGS_COMPILE"),
        in_all_roles(defines, "NIX_CFLAGS_COMPILE_BEFORE"),
        in_all_roles(cxx, "NIX_CXXSTDLIB_COMPILE"),
        in_all_roles(hardening, "NIX_HARDENING_ENABLE"),
        in_all_roles(native, "NIX_ENFORCE_NO_NATIVE"),
    ]
    .concat()
}

/// Which variables are read at all.
pub(crate) fn marks() -> Vec<Case> {
    let role = |role: &str, suffix: &str| {
        let flags = vars(&[(&format!("NIX_CFLAGS_COMPILE{suffix}"), "-DX=1")]);
        let mark = format!("NIX_CC_WRAPPER_TARGET_{role}_{SALT}");
        Case::new(mark, [None, Some("1")], flags, MACRO)
    };
    let host = format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}");
    let outer = |set: &str, flags: (&str, &str), source| {
        Case::new(
            format!("{set}_{SALT}"),
            [None, Some("1")],
            vars(&[(&host, "1"), flags]),
            source,
        )
    };
    vec![
        role("BUILD", "_FOR_BUILD"),
        role("HOST", ""),
        role("TARGET", "_FOR_TARGET"),
        outer("NIX_CC_WRAPPER_FLAGS_SET", ("NIX_CFLAGS_COMPILE", "-DX=1"), MACRO),
        outer(
            "NIX_BINTOOLS_WRAPPER_FLAGS_SET",
            ("NIX_HARDENING_ENABLE", "stackprotector"),
            ARRAY,
        ),
    ]
}

/// Purity: the first header is outside the store, the second is found without it.
pub(crate) fn purity(shell: &Shell) -> Vec<Case> {
    let outside = shell.outside();
    std::fs::write(outside.join("which.h"), "#define WHICH 1\n").unwrap();
    make_older(&outside.join("which.h"));
    let inside = shell.write("inside/which.h", "#define WHICH 2\n");
    let outside = outside.to_str().unwrap();
    let include = format!("-I{outside}");
    let fallback = format!("-isystem {}", inside.parent().unwrap().display());
    let base = |purity: &[(&str, &str)]| {
        let mut base = vars(purity);
        base.push((format!("NIX_CFLAGS_COMPILE_{SALT}"), fallback.clone()));
        base
    };
    let store = ("NIX_STORE", "/nix/store");
    let root = |name: &str, before| {
        let mut base = base(&[("NIX_ENFORCE_PURITY", "1"), store]);
        base.retain(|(known, _)| known != name);
        Case::new(name, [before, Some(outside)], base, HEADER).with("cc", &[&include])
    };
    vec![
        Case::new("NIX_ENFORCE_PURITY", [None, Some("1")], base(&[store]), HEADER).with("cc", &[&include]),
        root("NIX_STORE", Some("/nix/store")),
        root("NIX_BUILD_TOP", None),
        root("TMP", None),
        root("TMPDIR", None),
        root("TEMP", None),
        root("TEMPDIR", None),
    ]
}

/// Variables that only Darwin has. The machine's compiler stands in for Apple's.
pub(crate) fn darwin(shell: &Shell) -> Vec<Case> {
    let sdks = ["1", "2"].map(|which| {
        let headers = format!("sdk{which}/Platforms/MacOSX.platform/Developer/SDKs/MacOSX.sdk/usr/include");
        shell.write(format!("{headers}/which.h"), &format!("#define WHICH {which}\n"));
        shell.sandbox.path(format!("sdk{which}")).display().to_string()
    });
    let sdk =
        |name, base| Case::new(name, [Some(sdks[0].as_str()), Some(&sdks[1])], base, HEADER).with("cc-macos", &[]);
    let minimum =
        |compiler| move |name, base| Case::new(name, [Some("11.0"), Some("12.3")], base, MINIMUM).with(compiler, &[]);
    [
        in_all_roles(sdk, "DEVELOPER_DIR"),
        in_all_roles(minimum("cc-macos"), "MACOSX_DEPLOYMENT_TARGET"),
        in_all_roles(minimum("cc-ios"), "IPHONEOS_DEPLOYMENT_TARGET"),
    ]
    .concat()
}

//! The variables that nixpkgs' compiler wrappers read, and which of them change an object or a crate.
//!
//! In a Nix shell `cc`, `c++` and `rustc` are scripts that turn variables into compiler flags. sccache hashes the
//! script and not the variables, so after a change of them it could return an object of the old flags. From nixpkgs,
//! `pkgs/build-support`: `cc-wrapper` (`cc-wrapper.sh`, `add-flags.sh`, `add-hardening.sh`), `wrapper-common`
//! (`utils.bash`, `darwin-sdk-setup.bash`), `bintools-wrapper/add-flags.sh` and `rust/rustc-wrapper`. See
//! `docs/compiler-wrappers.md`.

#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use crate::digest::Digest;
use crate::environment::Environment;

/// The names of a row. A *salt* is the target triple with `_` for `-` and `.`. A shell may have several wrappers with
/// salts that we do not know, so salts are matched by prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// This name only.
    Exact,
    /// `NAME_<salt>` only.
    Salted,
    /// `NAME`, `NAME_FOR_BUILD`, `NAME_FOR_TARGET` and `NAME_<salt>`.
    Roles,
}

/// When a variable is part of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whenever it is set, even if it is empty.
    Set,
    /// The bare name only together with a role of nixpkgs' cc-wrapper. Without Nix, where other compilers read that
    /// name, the key stays plain sccache's.
    InNix,
    /// Only if `NIX_ENFORCE_PURITY` is `1`, which no development shell sets.
    UnderPurity,
    /// Never, for the reason in the row.
    Never,
}

/// A variable that nixpkgs' wrappers read.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// The name without its role or salt.
    pub name: &'static str,
    /// Which names it has.
    pub names: Names,
    /// When it is part of the key.
    pub when: When,
    /// What it does, and for [`When::Never`] why it is left out.
    pub why: &'static str,
}

/// The variables of one kind of compiler that are set, and their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// Their names, sorted.
    pub names: Vec<OsString>,
    /// The hash of their names and values.
    pub hash: String,
}

/// A variable that sccache hashes into both of its keys for C, C++ and assembler (0.19, `CACHED_ENV_VARS` of
/// `src/compiler/c.rs` and `src/compiler/preprocessor_cache.rs`).
pub const C_KEY: &str = "SCCACHE_C_CUSTOM_CACHE_BUSTER";

/// A variable of ours that sccache puts into the key of a crate because of how its name begins (0.19,
/// `generate_hash_key` of `src/compiler/rust.rs`). Neither cargo nor rustc reads it.
pub const RUST_KEY: &str = "CARGO_SCCACHE_SHELL_NIX_RUSTFLAGS";

/// A flag that is different in each derivation and only makes random names reproducible (nixpkgs
/// `setup-hooks/reproducible-builds.sh`). With it in the key, no two projects would share an object.
const SEED: &[u8] = b"-frandom-seed=";

const PURITY: &str = "NIX_ENFORCE_PURITY";
const ROLE: &str = "NIX_CC_WRAPPER_TARGET_";

const fn row(name: &'static str, names: Names, when: When, why: &'static str) -> Row {
    Row { name, names, when, why }
}

/// The variables of `cc`, `c++` and `as`.
#[rustfmt::skip] // A table: one line a row.
pub const C: &[Row] = {
    use Names::{Exact, Roles, Salted};
    use When::{InNix, Never, Set, UnderPurity};
    const ROLE_WHY: &str = "whether the variables of this role are read at all";
    const ROOT_WHY: &str = "a root below which purity leaves directories in";
    const MINIMUM_WHY: &str = "Darwin: the oldest system to compile for";
    const LINK_WHY: &str = "read only to link, and sccache keeps nothing that is linked";
    const HOW_WHY: &str = "says how the wrapper runs the compiler, not what it compiles";
    &[
        row("NIX_CFLAGS_COMPILE",             Roles,  Set,         "flags after the caller's, `-isystem` of every input among them"),
        row("NIX_CFLAGS_COMPILE_BEFORE",      Roles,  Set,         "flags before the caller's"),
        row("NIX_CXXSTDLIB_COMPILE",          Roles,  Set,         "flags after the caller's for C++ alone"),
        row("NIX_HARDENING_ENABLE",           Roles,  Set,         "`-fPIC`, `-fstack-protector-strong`, `-D_FORTIFY_SOURCE` and more"),
        row("NIX_ENFORCE_NO_NATIVE",          Roles,  Set,         "takes `-march=native` and its like away"),
        row("NIX_CC_WRAPPER_TARGET_BUILD",    Salted, Set,         ROLE_WHY),
        row("NIX_CC_WRAPPER_TARGET_HOST",     Salted, Set,         ROLE_WHY),
        row("NIX_CC_WRAPPER_TARGET_TARGET",   Salted, Set,         ROLE_WHY),
        row("NIX_CC_WRAPPER_FLAGS_SET",       Salted, Set,         "left by an outer wrapper: only what is salted is read"),
        row("NIX_BINTOOLS_WRAPPER_FLAGS_SET", Salted, Set,         "the same for `NIX_HARDENING_ENABLE`"),
        row(PURITY,                           Exact,  Set,         "takes `-I` and `-isystem` outside the store away"),
        row("NIX_STORE",                      Exact,  UnderPurity, ROOT_WHY),
        row("NIX_BUILD_TOP",                  Exact,  UnderPurity, ROOT_WHY),
        row("TMP",                            Exact,  UnderPurity, ROOT_WHY),
        row("TMPDIR",                         Exact,  UnderPurity, ROOT_WHY),
        row("TEMP",                           Exact,  UnderPurity, ROOT_WHY),
        row("TEMPDIR",                        Exact,  UnderPurity, ROOT_WHY),
        row("DEVELOPER_DIR",                  Roles,  InNix,       "Darwin: the SDK, and with it the system's headers"),
        row("MACOSX_DEPLOYMENT_TARGET",       Roles,  InNix,       MINIMUM_WHY),
        row("IPHONEOS_DEPLOYMENT_TARGET",     Roles,  InNix,       MINIMUM_WHY),
        row("NIX_CFLAGS_LINK",                Roles,  Never,       LINK_WHY),
        row("NIX_CXXSTDLIB_LINK",             Roles,  Never,       LINK_WHY),
        row("NIX_LDFLAGS",                    Roles,  Never,       "the linker's; `nix develop` puts the working directory into it"),
        row("NIX_DYNAMIC_LINKER",             Roles,  Never,       LINK_WHY),
        row("NIX_DONT_SET_RPATH",             Roles,  Never,       LINK_WHY),
        row("NIX_SET_BUILD_ID",               Roles,  Never,       LINK_WHY),
        row("NIX_BINTOOLS",                   Roles,  Never,       "where binutils are, which the script names as well"),
        row("NIX_CC",                         Roles,  Never,       "where the compiler is, and sccache hashes that itself"),
        row("NIX_FFLAGS_COMPILE",             Roles,  Never,       "Fortran, which sccache does not keep"),
        row("NIX_GNATFLAGS_COMPILE",          Roles,  Never,       "Ada, which sccache does not keep"),
        row("NIX_CC_USE_RESPONSE_FILE",       Exact,  Never,       HOW_WHY),
        row("NIX_DEBUG",                      Exact,  Never,       HOW_WHY),
    ]
};

/// The variables of `rustc`. Plain sccache caches no crate that is linked, so those of `cc` do not matter.
pub const RUST: &[Row] = {
    use Names::Exact;
    use When::{Never, Set};
    &[
        row("NIX_RUSTFLAGS", Exact, Set, "flags after the caller's"),
        row(
            "NIX_RUSTDOCFLAGS",
            Exact,
            Never,
            "rustdoc's, which sccache does not keep",
        ),
    ]
};

/// The variables for C, C++ and assembler; `None` if none is set.
pub fn c(env: &Environment) -> Option<Inputs> {
    inputs(env, C, "cc")
}

/// The variables for Rust; `None` if none is set.
pub fn rust(env: &Environment) -> Option<Inputs> {
    inputs(env, RUST, "rustc")
}

/// The value of [`C_KEY`] for `inputs`, with the user's own value in front.
pub fn c_key(env: &Environment, inputs: &Inputs) -> OsString {
    let mut value = OsString::new();
    if let Some(own) = env.get(C_KEY) {
        value.push(own);
        // Even if it is empty, which differs from unset.
        value.push("+");
    }
    value.push(format!("nix-{}", inputs.hash));
    value
}

fn inputs(env: &Environment, rows: &[Row], kind: &str) -> Option<Inputs> {
    let has_role = env
        .vars()
        .any(|(name, value)| starts_with(name, ROLE) && !value.is_empty());
    let is_pure = env.get(PURITY) == Some(OsStr::new("1"));
    let mut digest = Digest::new(kind);
    let mut names = Vec::new();
    for (name, value) in env.vars() {
        let counts = |row: &Row| match row.when {
            When::Set => true,
            When::InNix => has_role || name != row.name,
            When::UnderPurity => is_pure,
            When::Never => false,
        };
        if rows.iter().any(|row| row.covers(name) && counts(row)) {
            digest.field(name.as_encoded_bytes());
            digest.field(&without_seeds(value.as_encoded_bytes()));
            names.push(name.to_owned());
        }
    }
    (!names.is_empty()).then(|| Inputs {
        names,
        hash: digest.hex(),
    })
}

impl Row {
    /// Whether `name` is one of this row's names.
    pub fn covers(&self, name: &OsStr) -> bool {
        let Some(rest) = name.as_encoded_bytes().strip_prefix(self.name.as_bytes()) else {
            return false;
        };
        let is_longer = rest.first() == Some(&b'_');
        match self.names {
            Names::Exact => rest.is_empty(),
            Names::Salted => is_longer,
            Names::Roles => rest.is_empty() || is_longer,
        }
    }
}

fn starts_with(name: &OsStr, prefix: &str) -> bool {
    name.as_encoded_bytes().starts_with(prefix.as_bytes())
}

/// Whether nixpkgs' wrappers read the variable to link, or to compile what is linked.
pub(crate) fn decides_a_link(name: &OsStr) -> bool {
    const HOW: [&str; 8] = [
        "NIX_CC_USE_RESPONSE_FILE",
        "NIX_DEBUG",
        "NIX_STORE",
        "NIX_BUILD_TOP",
        "TMP",
        "TMPDIR",
        "TEMP",
        "TEMPDIR",
    ];
    C.iter().any(|row| row.covers(name)) && !HOW.iter().any(|how| name == *how)
}

/// The value; if it contains a seed, its other words, divided as the wrapper's shell does.
pub(crate) fn without_seeds(value: &[u8]) -> Cow<'_, [u8]> {
    let is_seed = |word: &&[u8]| word.starts_with(SEED);
    let words = || value.split(|byte| b" \t\n".contains(byte));
    if !words().any(|word| is_seed(&word)) {
        return Cow::Borrowed(value);
    }
    let kept: Vec<&[u8]> = words().filter(|word| !word.is_empty() && !is_seed(word)).collect();
    Cow::Owned(kept.join(&b' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const SALT: &str = "x86_64_unknown_linux_gnu";

    fn hash(vars: &[(&str, &str)]) -> Option<String> {
        c(&Environment::new(vars.iter().copied(), Path::new("/"))).map(|inputs| inputs.hash)
    }

    fn differ(one: &[(&str, &str)], other: &[(&str, &str)]) -> bool {
        hash(one) != hash(other)
    }

    /// The names that a row stands for, and none that it does not.
    fn names(row: &Row) -> Vec<String> {
        let salted = format!("{}_{SALT}", row.name);
        match row.names {
            Names::Exact => vec![row.name.to_owned()],
            Names::Salted => vec![salted],
            Names::Roles => ["", "_FOR_BUILD", "_FOR_TARGET"]
                .iter()
                .map(|role| format!("{}{role}", row.name))
                .chain([salted])
                .collect(),
        }
    }

    #[test]
    fn every_name_of_every_row_counts_when_it_says() {
        let role = format!("{ROLE}HOST_{SALT}");
        for row in C {
            for name in names(row) {
                let with = |others: &[(&str, &str)]| {
                    let more: Vec<(&str, &str)> = others.iter().copied().chain([(name.as_str(), "value")]).collect();
                    differ(&more, others)
                };
                let is_bare = name == row.name;
                let (set, in_nix, pure) = match row.when {
                    When::Set => (true, true, true),
                    When::InNix => (!is_bare, true, !is_bare),
                    When::UnderPurity => (false, false, true),
                    When::Never => (false, false, false),
                };
                assert_eq!(with(&[]), set, "{name}");
                if name != role {
                    assert_eq!(with(&[(&role, "1")]), in_nix, "{name} with a role");
                }
                if name != PURITY {
                    assert_eq!(with(&[(PURITY, "1")]), pure, "{name} under purity");
                }
            }
        }
    }

    #[test]
    fn unset_empty_and_each_value_are_told_apart() {
        let name = "NIX_HARDENING_ENABLE";
        let all = [
            hash(&[]),
            hash(&[(name, "")]),
            hash(&[(name, "pic")]),
            hash(&[(name, "pic relro")]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(all[0], None);
    }

    #[test]
    fn a_value_does_not_run_into_the_next_name() {
        let one = [("NIX_CFLAGS_COMPILE", "aNIX_CFLAGS_COMPILE_Xb")];
        assert!(differ(
            &one,
            &[("NIX_CFLAGS_COMPILE", "a"), ("NIX_CFLAGS_COMPILE_X", "b")]
        ));
    }

    #[test]
    fn seeds_do_not_count() {
        let flags = |value| hash(&[("NIX_CFLAGS_COMPILE", value)]);
        let one = flags(" -frandom-seed=0c0a1b2c3d -isystem /nix/store/a/include");
        assert_eq!(one, flags("-isystem /nix/store/a/include -frandom-seed=zzz"));
        assert_eq!(one, flags("-isystem /nix/store/a/include"));
        assert_ne!(one, flags("-isystem /nix/store/b/include -frandom-seed=0c0a1b2c3d"));
        // Not a seed: a directory that is called so.
        assert_ne!(flags("-I a/-frandom-seed=x"), flags("-I a/-frandom-seed=y"));
    }

    #[test]
    fn a_role_is_set_and_not_empty() {
        let role = format!("{ROLE}HOST_{SALT}");
        let sdk = ("DEVELOPER_DIR", "/sdk");
        assert!(differ(&[(&role, "1"), sdk], &[(&role, "1")]));
        assert!(!differ(&[(&role, ""), sdk], &[(&role, "")]));
    }

    #[test]
    fn only_purity_itself_has_roots() {
        let root = ("TMPDIR", "/a");
        assert!(!differ(&[(PURITY, "0"), root], &[(PURITY, "0")]));
        assert!(!differ(&[(PURITY, ""), root], &[(PURITY, "")]));
    }

    #[test]
    fn other_peoples_names_do_not_count() {
        for name in [
            "NIX_CFLAGS_COMPILER",
            "XNIX_CFLAGS_COMPILE",
            "NIX_PATH",
            "CFLAGS",
            "CC",
            "SDKROOT",
        ] {
            assert_eq!(hash(&[(name, "value")]), None, "{name}");
        }
    }

    #[test]
    fn rust_has_its_own() {
        let rust = |vars: &[(&str, &str)]| rust(&Environment::new(vars.iter().copied(), Path::new("/")));
        assert_eq!(
            rust(&[("NIX_CFLAGS_COMPILE", "-DX"), ("NIX_RUSTDOCFLAGS", "--cfg x")]),
            None
        );
        assert_eq!(rust(&[("NIX_RUSTFLAGS", "--cfg x")]).unwrap().names, ["NIX_RUSTFLAGS"]);
        assert_ne!(rust(&[("NIX_RUSTFLAGS", "--cfg x")]), rust(&[("NIX_RUSTFLAGS", "")]));
        assert_eq!(hash(&[("NIX_RUSTFLAGS", "--cfg x")]), None);
    }

    #[test]
    fn a_hash_stays_what_it_was() {
        // Changing this loses every cached object of every Nix shell.
        let hash = hash(&[("NIX_CFLAGS_COMPILE", "-DX"), ("NIX_HARDENING_ENABLE", "")]);
        let was = "a302c1f6d4669fec52c369f688f611c02b912fa1e3f9af6b8a84f566b94b2b63";
        assert_eq!(hash.as_deref(), Some(was));
    }
}

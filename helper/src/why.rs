//! The rules by which a compile is not looked up and stored for all worktrees, with their texts in `docs/worktrees.md`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a rule treats a compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// sccache alone decides, as without the wrapper.
    Plain,
    /// The compiler runs without sccache.
    Uncached,
    /// rustc compiles incrementally, without sccache.
    Edit,
    /// Its key names this worktree.
    Private,
    /// The compiler ran; its result is used and not stored.
    NotStored,
}

impl Treatment {
    /// The name in the trace, in `stats` and in the docs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Uncached => "uncached",
            Self::Edit => "edit",
            Self::Private => "private",
            Self::NotStored => "not stored",
        }
    }
}

/// The rule that applied to a compile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Why {
    pub(crate) rule: Rule,
    /// Details of this compile: an option, a path.
    pub(crate) detail: String,
}

impl From<std::io::Error> for Why {
    fn from(error: std::io::Error) -> Self {
        Rule::Unusable.because(error)
    }
}

macro_rules! rules {
    ($($name:ident $id:literal $treatment:ident: $when:literal, $reason:literal;)*) => {
        /// The rules, in the order of the docs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Rule {
            $(#[doc = $when] $name,)*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in the trace.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// How it treats a compile.
            pub fn treatment(self) -> Treatment {
                match self { $(Self::$name => Treatment::$treatment,)* }
            }

            /// The compiles to which it applies.
            pub fn when(self) -> &'static str {
                match self { $(Self::$name => $when,)* }
            }

            /// The reason for it.
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)* }
            }
        }
    };
}

rules! {
    Question "question" Plain: "calls that compile nothing: `-vV`, `--print`, cargo's probe of the compiler",
        "There is nothing to cache.";
    Unknown "unknown" Plain: "calls with an option that cargo does not use to build: `-Z`, `--emit asm`, a response file",
        "An option that is not understood may read or write anything.";
    CrateType "crate-type" Plain: "`cdylib`, `dylib`, `staticlib`, several crate types in one call",
        "sccache does not store shared libraries, and their names depend on the target.";
    Compiler "compiler" Plain: "a compiler that cannot be determined for certain: not called `rustc`, or rustup's proxy without a toolchain",
        "The key must name the compiler that runs.";
    Place "place" Plain: "an output directory that is not laid out by cargo, or a path with `=` or a line break",
        "The worktree's path cannot be recognised, or rustc cannot replace it.";
    Untraced "untraced" Plain: "programs, tests, build scripts and proc macros where compiles cannot be observed",
        "Only observation shows what a linker reads.";
    Untried "untried" Plain: "a version of sccache that the normal form was not tested with",
        "Its keys or its calls of the compiler may be different.";
    MembersOff "members-off" Plain: "workspace members, if `shareMembers` is off", "The option is off.";
    Unusable "unusable" Plain: "a file that cannot be read or written: the cache directory, a library, the linker",
        "In doubt sccache decides alone.";
    Incremental "incremental" Uncached: "`-C incremental`; with CARGO_INCREMENTAL=1 also a call that would be plain",
        "sccache refuses it.";
    SplitDebuginfo "split-debuginfo" Uncached: "`-C split-debuginfo` other than `off`, on Linux",
        "It writes files that sccache does not store, and artifacts contain their paths.";
    WorkspaceWrapper "workspace-wrapper" Uncached: "a program between cargo and rustc that is not clippy-driver",
        "It may do anything, and sccache refuses it.";
    NotText "not-text" Uncached: "a call with an argument that is not UTF-8", "sccache panics; rustc prints an error.";
    Incbin "incbin" Uncached: "C and assembler that includes a file with `.incbin`, `.include` or `#embed`, in the source or in a header of the project",
        "sccache does not hash the file.";
    Edit "edit" Edit: "a crate of the workspace that was built here before and is built again, in a profile that cargo compiles incrementally",
        "It is being edited: an incremental compile is faster than a lookup, and other worktrees do not need the result.";
    Edited "edited" Uncached: "a crate with a source that changed during the inspection", "The inspection is of the old source.";
    DoesNotCompile "does-not-compile" Uncached: "code that does not compile", "rustc prints the errors.";
    Runs "runs" Uncached: "a macro that runs a program", "Its result may be different each time.";
    Connects "connects" Uncached: "a macro that opens a connection", "The key cannot contain what it receives.";
    Writes "writes" Uncached: "a macro that writes a file", "A hit would not write it.";
    Unreadable "unreadable" Uncached: "a macro that reads something other than a file or a directory",
        "It has no content to hash.";
    ReadsPlace "reads-place" Private: "a crate that reads a variable with this worktree's path in it, such as `env!(\"CARGO_MANIFEST_DIR\")`",
        "Its artifact may contain the path.";
    HoldsPlace "holds-place" Private: "a crate whose artifact contained the path of its worktree",
        "Other worktrees must not get it.";
    Unwatched "unwatched" Private: "members that could load a macro and crates that read OUT_DIR, where compiles cannot be observed",
        "Only observation shows what a macro reads.";
    Unforeseen "unforeseen" NotStored: "a compile that read a file which was not in its key", "The file is in the key from the next compile on.";
    RanUnforeseen "ran-unforeseen" NotStored: "a compile that ran a program, opened a connection or wrote a file, unlike its inspection",
        "A hit would not repeat it.";
    Changed "changed" NotStored: "a compile during which an input changed", "The key is of the old input.";
    NamesPlace "names-place" NotStored: "a compile whose artifact contains this worktree's path", "It is private from the next compile on.";
    Lost "lost" NotStored: "a compile whose observation failed or was lost", "It is not known what was read.";
}

impl Rule {
    /// The rule, with details of a compile.
    pub(crate) fn because(self, detail: impl fmt::Display) -> Why {
        Why {
            rule: self,
            detail: detail.to_string(),
        }
    }
}

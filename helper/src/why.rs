//! Why a compile is not simply looked up and stored: each rule once, with what `docs/worktrees.md` says of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What happens to a compile by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// sccache alone decides, as if the wrapper were not there.
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
    /// Its name in the trace, in `stats` and in the docs.
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

/// One compile's reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Why {
    pub(crate) rule: Rule,
    /// What it was here: an option, a path.
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

            /// Its name for programs.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// What happens to such a compile.
            pub fn treatment(self) -> Treatment {
                match self { $(Self::$name => Treatment::$treatment,)* }
            }

            /// Which compiles it is for.
            pub fn when(self) -> &'static str {
                match self { $(Self::$name => $when,)* }
            }

            /// Why they are treated so.
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
    Compiler "compiler" Plain: "a compiler that cannot be told for certain: not called `rustc`, or rustup's proxy without a toolchain",
        "The key must name the compiler that runs.";
    Place "place" Plain: "an output directory that is not laid out by cargo, or a path with `=` or a line break",
        "The place cannot be told from the rest, or rustc cannot be told to replace it.";
    Untraced "untraced" Plain: "programs, tests, build scripts and proc macros where nothing may watch a compile",
        "What a linker reads is known only by watching it.";
    Untried "untried" Plain: "a version of sccache that the normal form was not tried with",
        "Its key or its calls of the compiler may be different.";
    MembersOff "members-off" Plain: "workspace members, where `shareMembers` is off", "It was asked for.";
    Unusable "unusable" Plain: "something that cannot be read or written: the cache directory, a library, the linker",
        "In doubt a compile is what sccache alone makes of it.";
    Incremental "incremental" Uncached: "`-C incremental`", "sccache refuses it.";
    SplitDebuginfo "split-debuginfo" Uncached: "`-C split-debuginfo` other than `off`, on Linux",
        "It writes files that sccache does not know of, and names them by their path.";
    WorkspaceWrapper "workspace-wrapper" Uncached: "a program between cargo and rustc that is not clippy-driver",
        "It does what it likes, and sccache refuses it.";
    NotText "not-text" Uncached: "a call with an argument that is not UTF-8", "sccache panics at it; rustc says what it thinks of it.";
    Incbin "incbin" Uncached: "C and assembler that takes in a file by `.incbin`, `.include` or `#embed`, in the source or in a header that lies with it",
        "sccache does not hash the file.";
    Edit "edit" Edit: "a crate of the workspace that was built here before and is built again, in a profile that cargo compiles incrementally",
        "Somebody is editing it: that is quicker than any cache, and what is built so is of no use to others.";
    Edited "edited" Uncached: "a crate one of whose sources was changed while it was inspected", "What was seen is of the source as it was before.";
    DoesNotCompile "does-not-compile" Uncached: "code that does not compile", "rustc is to say why.";
    Runs "runs" Uncached: "a macro that runs a program", "Its result may be different the next time.";
    Connects "connects" Uncached: "a macro that opens a connection", "What is at the other end is in no key.";
    Writes "writes" Uncached: "a macro that writes a file", "A hit would not write it.";
    Unreadable "unreadable" Uncached: "a macro that reads something other than a file or a directory",
        "It has no content that could be hashed.";
    ReadsPlace "reads-place" Private: "a crate that reads a variable with this worktree's path in it, such as `env!(\"CARGO_MANIFEST_DIR\")`",
        "Its artifact may hold the path.";
    HoldsPlace "holds-place" Private: "a crate whose artifact was found to hold the path of the worktree that made it",
        "Another worktree must not get it.";
    Unwatched "unwatched" Private: "members that could load a macro and crates that read OUT_DIR, where nothing can be traced",
        "What a macro reads is known only by watching it.";
    Unforeseen "unforeseen" NotStored: "a compile that read a file which was not in its key", "The file is in the key from the next compile on.";
    RanUnforeseen "ran-unforeseen" NotStored: "a compile that ran a program, opened a connection or wrote a file which its inspection did not",
        "A hit would not do it.";
    Changed "changed" NotStored: "a compile during which one of its inputs changed", "The key is of the input as it was before.";
    NamesPlace "names-place" NotStored: "a compile whose artifact holds this worktree's path", "It is private from the next compile on.";
    Lost "lost" NotStored: "a compile whose trace or report could not be written or read", "Without it nothing is known of what was read.";
}

impl Rule {
    /// The rule with what it was here.
    pub(crate) fn because(self, detail: impl fmt::Display) -> Why {
        Why {
            rule: self,
            detail: detail.to_string(),
        }
    }
}

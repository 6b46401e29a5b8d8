//! Parses a rustc call word by word, until one is not understood.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{Invocation, UnitKind};
use crate::why::{Rule, Why};

/// `-C` options that read no file, and write only the call's own outputs.
const CODEGEN: &[&str] = &[
    "code-model",
    "codegen-units",
    "control-flow-guard",
    "debug-assertions",
    "debuginfo",
    "default-linker-libraries",
    "dwarf-version",
    "embed-bitcode",
    "extra-filename",
    "force-frame-pointers",
    "force-unwind-tables",
    "inline-threshold",
    "link-arg",
    "link-args",
    "link-dead-code",
    "link-self-contained",
    "linker-plugin-lto",
    "linker",
    "linker-flavor",
    "lto",
    "metadata",
    "no-redzone",
    "opt-level",
    "overflow-checks",
    "panic",
    "prefer-dynamic",
    "relocation-model",
    "relro-level",
    "rpath",
    "soft-float",
    "strip",
    "symbol-mangling-version",
    "target-cpu",
    "target-feature",
];

/// `-Z` options that do not change which files are read and written.
const UNSTABLE: &[&str] = &["share-generics", "threads"];

/// Long options with a value that is not a file.
const WORDS: &[&str] = &[
    "--allow",
    "--cap-lints",
    "--cfg",
    "--check-cfg",
    "--color",
    "--deny",
    "--diagnostic-width",
    "--edition",
    "--error-format",
    "--force-warn",
    "--forbid",
    "--json",
    "--warn",
];

#[derive(Debug, Default)]
pub(super) struct Parser {
    crate_name: Option<String>,
    crate_type: Option<UnitKind>,
    is_test: bool,
    emit: Option<Vec<String>>,
    out_dir: Option<PathBuf>,
    extra_filename: Option<String>,
    input: Option<PathBuf>,
    externs: Vec<PathBuf>,
    search: Vec<(String, PathBuf)>,
    libs: Vec<OsString>,
    linker: Option<PathBuf>,
    link_args: Vec<OsString>,
    target: Option<String>,
    has_cap_lints: bool,
    plain_words: Vec<OsString>,
}

impl Parser {
    pub(super) fn word<'a>(
        &mut self,
        word: &'a OsStr,
        rest: &mut impl Iterator<Item = &'a OsString>,
    ) -> Result<(), Why> {
        let bytes = word.as_bytes();
        if bytes == b"--test" {
            self.is_test = true;
            return Ok(());
        }
        if bytes.starts_with(b"--") {
            let (name, value) = match bytes.iter().position(|&byte| byte == b'=') {
                Some(at) => (&bytes[..at], OsStr::from_bytes(&bytes[at + 1..])),
                None => (bytes, rest.next().ok_or_else(without_value)?.as_os_str()),
            };
            return self.long(&String::from_utf8_lossy(name), value);
        }
        if bytes.len() >= 2 && bytes[0] == b'-' {
            let (name, joined) = bytes.split_at(2);
            let value = if joined.is_empty() {
                rest.next().ok_or_else(without_value)?.as_os_str()
            } else {
                OsStr::from_bytes(joined)
            };
            return self.short(name[1], value);
        }
        if self.input.is_some() || !bytes.ends_with(b".rs") {
            return Err(unknown(format!("the argument `{}`", word.to_string_lossy())));
        }
        self.input = Some(PathBuf::from(word));
        Ok(())
    }

    fn long(&mut self, name: &str, value: &OsStr) -> Result<(), Why> {
        match name {
            "--crate-name" => self.crate_name = Some(text(value)?),
            "--crate-type" if self.crate_type.is_none() => self.crate_type = Some(crate_type(value)?),
            "--emit" if self.emit.is_none() => self.emit = Some(text(value)?.split(',').map(str::to_owned).collect()),
            "--out-dir" => self.out_dir = Some(PathBuf::from(value)),
            "--extern" => return self.external(value),
            "--target" => {
                let target = text(value)?;
                if target.ends_with(".json") {
                    return Err(unknown("a target that a file describes"));
                }
                self.target = Some(target);
            }
            "--codegen" => return self.codegen(value),
            _ if WORDS.contains(&name) => {
                self.has_cap_lints |= name == "--cap-lints";
                if name == "--diagnostic-width" {
                    return Ok(());
                }
            }
            _ => return Err(unknown(format!("the option `{name}`"))),
        }
        if name != "--out-dir" {
            self.plain_words.extend([OsString::from(name), value.to_owned()]);
        }
        Ok(())
    }

    fn short(&mut self, name: u8, value: &OsStr) -> Result<(), Why> {
        match name {
            b'C' => return self.codegen(value),
            b'L' => {
                let bytes = value.as_bytes();
                let (kind, dir) = match bytes.iter().position(|&byte| byte == b'=') {
                    Some(at) => (String::from_utf8_lossy(&bytes[..at]).into_owned(), &bytes[at + 1..]),
                    None => ("all".to_owned(), bytes),
                };
                if !matches!(kind.as_str(), "all" | "crate" | "dependency" | "native") {
                    return Err(unknown(format!("a search path of the kind `{kind}`")));
                }
                self.search.push((kind, PathBuf::from(OsStr::from_bytes(dir))));
                return Ok(());
            }
            b'l' => self.libs.push(value.to_owned()),
            b'Z' if UNSTABLE.contains(&value.to_string_lossy().split('=').next().unwrap_or_default()) => {}
            b'A' | b'W' | b'D' | b'F' => {}
            _ => return Err(unknown(format!("the option `-{}`", char::from(name)))),
        }
        self.plain_words
            .extend([OsString::from(format!("-{}", char::from(name))), value.to_owned()]);
        Ok(())
    }

    fn external(&mut self, value: &OsStr) -> Result<(), Why> {
        let bytes = value.as_bytes();
        let Some(at) = bytes.iter().position(|&byte| byte == b'=') else {
            self.plain_words.push(value.to_owned());
            return if value == "proc_macro" {
                Ok(())
            } else {
                Err(unknown("an --extern without a file"))
            };
        };
        let path = PathBuf::from(OsStr::from_bytes(&bytes[at + 1..]));
        self.plain_words.push(OsStr::from_bytes(&bytes[..at]).to_owned());
        self.plain_words.extend(path.file_name().map(OsString::from));
        self.externs.push(path);
        Ok(())
    }

    fn codegen(&mut self, value: &OsStr) -> Result<(), Why> {
        let bytes = value.as_bytes();
        let at = bytes.iter().position(|&byte| byte == b'=');
        let name = String::from_utf8_lossy(&bytes[..at.unwrap_or(bytes.len())]).replace('_', "-");
        let setting = at.map(|at| OsStr::from_bytes(&bytes[at + 1..]));
        match (name.as_str(), setting) {
            ("incremental", _) => return Err(Rule::Incremental.because("`-C incremental`")),
            ("split-debuginfo", Some(how)) if how == "off" => {}
            ("split-debuginfo", _) if cfg!(target_os = "linux") => {
                return Err(Rule::SplitDebuginfo.because("`-C split-debuginfo`"));
            }
            ("extra-filename", Some(extra)) => self.extra_filename = Some(text(extra)?),
            ("linker", Some(linker)) => self.linker = Some(PathBuf::from(linker)),
            ("link-arg", Some(arg)) => self.link_args.push(arg.to_owned()),
            ("link-args", Some(args)) => {
                let words = args
                    .as_bytes()
                    .split(|&byte| byte == b' ')
                    .filter(|word| !word.is_empty());
                self.link_args
                    .extend(words.map(|word| OsStr::from_bytes(word).to_owned()));
            }
            // A path from the output to the toolchain, which is different in each worktree.
            ("rpath", setting) if !matches!(setting.and_then(OsStr::to_str), Some("no" | "n" | "off" | "false")) => {
                return Err(unknown("the option `-C rpath`"));
            }
            (name, _) if CODEGEN.contains(&name) => {}
            (name, _) => return Err(unknown(format!("the option `-C {name}`"))),
        }
        self.plain_words.extend(["-C".into(), value.to_owned()]);
        Ok(())
    }

    pub(super) fn finish(self, program: PathBuf, args: Vec<OsString>, rustc: PathBuf) -> Result<Invocation, Why> {
        let kind = match (self.crate_type, self.is_test) {
            (Some(kind), false) => kind,
            (None, true) => UnitKind::Test,
            (Some(_), true) => return Err(Rule::CrateType.because("a test of a crate type")),
            (None, false) => return Err(Rule::Question.because("no crate type")),
        };
        let emit = self.emit.ok_or_else(|| Rule::Question.because("no --emit"))?;
        let has = |what: &str| emit.iter().any(|emitted| emitted == what);
        if emit
            .iter()
            .any(|what| !matches!(what.as_str(), "dep-info" | "metadata" | "link"))
            || !has("dep-info")
        {
            return Err(unknown("an --emit that cargo does not use to build"));
        }
        let (links, emits_metadata) = (has("link"), has("metadata"));
        if !links && !emits_metadata || links && emits_metadata && kind != UnitKind::Lib {
            return Err(unknown("an --emit that cargo does not use to build"));
        }
        let crate_name = self.crate_name.ok_or_else(|| Rule::Question.because("no crate name"))?;
        if crate_name == "___" {
            return Err(Rule::Question.because("cargo's probe"));
        }
        let out_dir = self
            .out_dir
            .filter(|dir| dir.is_absolute())
            .ok_or_else(|| unknown("no --out-dir"))?;
        if links && kind != UnitKind::Lib && self.target.as_ref().is_some_and(|target| !is_unix(target)) {
            return Err(Rule::CrateType.because("a program for another kind of system"));
        }
        Ok(Invocation {
            program,
            args,
            rustc,
            crate_name,
            kind,
            links,
            emits_metadata,
            out_dir,
            // Programs have none in the newer layout of the build directory.
            extra_filename: self.extra_filename.unwrap_or_default(),
            input: self.input.ok_or_else(|| unknown("no source file"))?,
            externs: self.externs,
            search: self.search,
            libs: self.libs,
            linker: self.linker,
            link_args: self.link_args,
            has_cap_lints: self.has_cap_lints,
            plain_words: self.plain_words,
        })
    }
}

fn unknown(what: impl std::fmt::Display) -> Why {
    Rule::Unknown.because(what)
}

fn without_value() -> Why {
    unknown("an option without its value")
}

/// Whether programs of the target are single files without an extension.
fn is_unix(target: &str) -> bool {
    target.contains("-linux-gnu") || target.contains("-linux-musl")
}

fn crate_type(value: &OsStr) -> Result<UnitKind, Why> {
    match value.to_str() {
        Some("lib" | "rlib") => Ok(UnitKind::Lib),
        Some("bin") => Ok(UnitKind::Bin),
        Some("proc-macro") => Ok(UnitKind::ProcMacro),
        _ => Err(Rule::CrateType.because(format!("the crate type {}", Path::new(value).display()))),
    }
}

fn text(value: &OsStr) -> Result<String, Why> {
    value
        .to_str()
        .map(str::to_owned)
        .ok_or_else(|| unknown("a name that is not UTF-8"))
}

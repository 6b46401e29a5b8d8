//! Directories, pipes, devices and garbage in place of each file that is read: an error or silence, the other checks go
//! on, and nothing waits.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::support::{Sandbox, is_root};

/// The hook must not delay a shell for longer.
const LIMIT: Duration = Duration::from_secs(2);

/// What may be in place of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    Directory,
    Pipe,
    Zero,
    Null,
    Socket,
    Circle,
    Huge,
    Bytes(&'static [u8]),
}

use Thing::{Bytes, Circle, Directory, Huge, Null, Pipe, Socket, Zero};

const NO_TEXT: Thing = Bytes(b"\xff\xfe\x00\x80 = \xc3\x28\n");
const GARBAGE: Thing = Bytes(b"]]] {{{ \x1b[31m \x00\n\r\n[[[\"");

const ALL: [Thing; 9] = [Directory, Pipe, Zero, Null, Socket, Circle, Huge, NO_TEXT, GARBAGE];

impl Thing {
    fn put(self, sandbox: &Sandbox, path: &Path) {
        take_away(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match self {
            Directory => fs::create_dir(path).unwrap(),
            Pipe => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
            Zero => symlink("/dev/zero", path).unwrap(),
            Null => symlink("/dev/null", path).unwrap(),
            Socket => drop(UnixListener::bind(path).unwrap()),
            Circle => symlink(path.file_name().unwrap(), path).unwrap(),
            Huge => {
                // Lines, so that a parser has work to do: a hole would be zeros only.
                let huge = sandbox.path("huge");
                if !huge.exists() {
                    let mut text = vec![b'#'; 100 << 20];
                    text.iter_mut().step_by(80).for_each(|byte| *byte = b'\n');
                    fs::write(&huge, text).unwrap();
                }
                symlink(huge, path).unwrap();
            }
            Bytes(bytes) => fs::write(path, bytes).unwrap(),
        }
    }
}

fn take_away(path: &Path) {
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}

/// A package in a repository with a second worktree, and a cause of a finding that must always be reported.
fn scene() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.second_worktree("second");
    sandbox.set("SCCACHE_CACHE_SIZE", "24GB");
    sandbox
}

const ALWAYS: &str = "[cache-size-unparsed]";

fn text_of(output: &Output, what: &str) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code <= 2), "{what}: {output:?}");
    assert!(!stderr.contains("panicked"), "{what}: {stderr}");
    let text = String::from_utf8_lossy(&output.stdout) + stderr;
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{what}: {text:?}"
    );
    text.into_owned()
}

/// Runs each command that reads the files, and returns what `check` prints.
fn look(sandbox: &Sandbox, what: &str) -> String {
    let mut said = String::new();
    for args in [
        &["check"][..],
        &["check", "--quiet"],
        &["stats"],
        &["init", "--size", "9G", "--dry-run"],
    ] {
        let start = Instant::now();
        let output = sandbox.helper(args);
        let text = text_of(&output, &format!("{what}, {args:?}"));
        assert!(start.elapsed() < LIMIT, "{what}, {args:?}: {:?}", start.elapsed());
        if args == ["check"] {
            assert!(text.contains(ALWAYS), "{what}: {text}");
            said = text;
        } else if args == ["check", "--quiet"] {
            assert!(output.status.success() && text.lines().all(|line| line.starts_with("sccache-shell: ")));
        }
    }
    said
}

/// Puts each thing there in turn. The expected ones must be reported under this id with these words, the others not.
fn each(sandbox: &Sandbox, path: &Path, id: &str, said: &[(Thing, &str)]) {
    for thing in ALL {
        thing.put(sandbox, path);
        let what = format!("{thing:?} at {}", path.display());
        let text = look(sandbox, &what);
        let words = said.iter().find(|(named, _)| *named == thing).map(|(_, words)| *words);
        match words {
            Some(words) => {
                let is_it = |line: &str| line.contains(id) && line.contains(words);
                let joined = text.replace("\n    ", " ");
                assert!(joined.lines().any(is_it), "{what}, {words}: {text}");
            }
            None => assert!(!text.contains(id), "{what}: {text}"),
        }
    }
    take_away(path);
}

#[test]
fn cargos_files() {
    let sandbox = scene();
    for (place, name) in [
        ("project/.cargo/config.toml", "config.toml"),
        ("project/Cargo.toml", "Cargo.toml"),
    ] {
        let refused = [
            (Directory, "which is a directory"),
            (Pipe, "which is a pipe"),
            (Zero, "which is a device"),
            (Socket, "which is a socket"),
            (Huge, "has more than 1 MiB"),
            (NO_TEXT, "which is not UTF-8 text"),
            (GARBAGE, ":1: "),
        ];
        each(&sandbox, &sandbox.path(place), "[cargo-config-invalid]", &refused);
        let wrong_types =
            Bytes(b"build = 3\ntarget = []\nsource = \"x\"\nprofile = [{ dev = 1 }]\nworkspace = 1979-05-27\n");
        wrong_types.put(&sandbox, &sandbox.path(place));
        assert!(!look(&sandbox, name).contains("[cargo-config-invalid]"));
        take_away(&sandbox.path(place));
        sandbox.package("A");
    }
}

/// Too deep for a recursive parser.
#[test]
fn toml_of_any_depth() {
    let sandbox = scene();
    for (open, close) in [("a.", ""), ("[", "]"), ("{a=", "}")] {
        let deep = |depth: usize| match open {
            "a." => format!("{}a = 1\n", open.repeat(depth)),
            _ => format!("a = {}1{}\n", open.repeat(depth), close.repeat(depth)),
        };
        for depth in [100, 20_000] {
            for place in [
                "project/.cargo/config.toml",
                "project/Cargo.lock",
                "home/.config/sccache/config",
            ] {
                sandbox.write(place, deep(depth));
                look(&sandbox, &format!("{depth} times {open} in {place}"));
            }
        }
        let table = format!("[{}a]\n", "a.".repeat(20_000));
        sandbox.write("project/.cargo/config.toml", table);
        look(&sandbox, "a deep table");
    }
}

#[test]
fn files_that_cargo_writes() {
    let sandbox = scene();
    for place in ["project/Cargo.lock", "project/target/.rustc_info.json"] {
        each(&sandbox, &sandbox.path(place), "rustc_info", &[]);
    }
    for place in [
        "debug/deps/a-0123456789abcdef.d",
        "debug/build/a-0123456789abcdef/output",
        "debug/a.d",
    ] {
        each(
            &sandbox,
            &sandbox.path("project/target").join(place),
            "cargo-config-invalid",
            &[],
        );
        each(
            &sandbox,
            &sandbox.path("second/target").join(place),
            "cargo-config-invalid",
            &[],
        );
    }
    let fingerprint = "second/target/debug/.fingerprint/a-0123456789abcdef";
    for place in ["lib-a", "lib-a.json", "invoked.timestamp"] {
        sandbox.write(format!("{fingerprint}/lib-a"), "0123456789abcdef");
        let json = r#"{"rustc":7,"deps":[],"local":[{"Precalculated":"1"}],"rustflags":[]}"#;
        sandbox.write(format!("{fingerprint}/lib-a.json"), json);
        each(
            &sandbox,
            &sandbox.path(fingerprint).join(place),
            "cargo-config-invalid",
            &[],
        );
    }
    each(
        &sandbox,
        &sandbox.path("second/target/debug/.cargo-lock"),
        "cargo-config-invalid",
        &[],
    );
}

#[test]
fn cmakes_files() {
    let sandbox = scene();
    for place in ["CMakeCache.txt", "build/CMakeCache.txt", "CMakeLists.txt"] {
        each(
            &sandbox,
            &sandbox.path("project").join(place),
            "cargo-config-invalid",
            &[],
        );
    }
}

#[test]
fn gits_files() {
    let sandbox = scene();
    let git = sandbox.path("project/.git");
    for place in [
        "HEAD",
        "config",
        "commondir",
        "worktrees/second/gitdir",
        "worktrees/second/commondir",
    ] {
        let path = git.join(place);
        let before = fs::read(&path).ok();
        each(&sandbox, &path, "cargo-config-invalid", &[]);
        if let Some(before) = before {
            fs::write(&path, before).unwrap();
        }
    }
    let mut inside = scene();
    inside.go("second");
    let dot_git = inside.path("second/.git");
    for thing in ALL {
        thing.put(&inside, &dot_git);
        look(&inside, &format!("{thing:?} for .git"));
    }
    for words in [
        &b"gitdir: /nonexistent"[..],
        b"gitdir: .git",
        b"gitdir: ",
        b"gitdir: .",
        b"gitdir: /proc/self",
        b"gitdir: /dev/zero\n",
        b"gitdir: \0\n",
        b"gitdir: \xff\xfe\n",
        b"gitdir",
    ] {
        Bytes(words).put(&inside, &dot_git);
        look(&inside, &format!("{:?} in .git", String::from_utf8_lossy(words)));
    }
}

#[test]
fn sccaches_config() {
    let mut sandbox = scene();
    let config = sandbox.config();
    let refused = [
        (Pipe, "sccache waits for it"),
        (Zero, "sccache waits for it"),
        (Huge, "was not started"),
        (GARBAGE, "sccache cannot read"),
    ];
    for running in [false, true] {
        if running {
            sandbox.unset("SCCACHE_CACHE_SIZE");
            take_away(&config);
            sandbox.start_server();
            sandbox.set("SCCACHE_CACHE_SIZE", "24GB");
        }
        each(&sandbox, &config, "[config-invalid]", &refused);
    }
    // `init` must not replace these by a file: as root it could even replace `/dev/null`.
    for thing in [Directory, Pipe, Zero, Null, Socket] {
        thing.put(&sandbox, &config);
        let output = sandbox.helper(&["init", "--size", "9G"]);
        assert_eq!(output.status.code(), Some(2), "{thing:?}: {output:?}");
        let text = text_of(&output, "init");
        assert!(text.contains("nothing was changed"), "{thing:?}: {text}");
        assert!(
            fs::symlink_metadata(&config).is_ok_and(|data| !data.is_file()),
            "{thing:?}"
        );
    }
    take_away(&config);
}

#[test]
fn the_servers_error_log() {
    let mut sandbox = scene();
    let log = sandbox.path("log");
    sandbox.set("SCCACHE_ERROR_LOG", &log);
    let refused = [
        (Directory, "is a directory"),
        (Pipe, "is a pipe"),
        (Circle, "is a link that leads back to itself"),
        (Socket, "is a socket"),
    ];
    each(&sandbox, &log, "[error-log-unwritable]", &refused);
}

#[test]
fn files_that_may_not_be_read() {
    assert!(is_root(), "this test must run as root, to become a different user");
    let sandbox = scene();
    let closed = |path: PathBuf| fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    let check = |id: &str, words: &str| {
        let start = Instant::now();
        let text = text_of(&sandbox.as_nobody(&["check"]), words);
        assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
        let joined = text.replace("\n    ", " ");
        assert!(
            joined.lines().any(|line| line.contains(id) && line.contains(words)),
            "{words}: {text}"
        );
        assert!(text.contains(ALWAYS), "{text}");
    };
    closed(sandbox.path("project/Cargo.toml"));
    check("[cargo-config-invalid]", "Cargo.toml, which may not be read");
    closed(sandbox.write("project/.cargo/config.toml", "[build]\n"));
    check("[cargo-config-invalid]", "config.toml, which may not be read");
    for place in [
        "project/.git/config",
        "project/.git/HEAD",
        "project/target/.rustc_info.json",
        "project/Cargo.lock",
    ] {
        closed(sandbox.write(place, "{}"));
    }
    check("[cargo-config-invalid]", "config.toml, which may not be read");
    // A directory that may not be read is ignored, as cargo does.
    fs::set_permissions(sandbox.path("project/.cargo"), fs::Permissions::from_mode(0o700)).unwrap();
    let text = text_of(&sandbox.as_nobody(&["check"]), "a closed directory");
    assert!(!text.contains(".cargo/config.toml"), "{text}");
}

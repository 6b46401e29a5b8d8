//! strace's log: a line a call, `12 openat(AT_FDCWD</cwd>, "path", O_RDONLY) = 3</cwd/path>`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use super::{Seen, Use};

/// Calls that change what is there.
const CHANGES: &[&str] = &[
    "creat",
    "mkdir",
    "mknod",
    "symlink",
    "link",
    "rename",
    "unlink",
    "rmdir",
    "truncate",
    "chmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchownat",
    "utim",
    "futimesat",
    "setxattr",
    "lsetxattr",
];

/// Sockets of the C library's name service, which asks who the user is; what they answer is in no artifact.
const NAME_SERVICE: &[&str] = &[
    "/run/nscd/",
    "/var/run/nscd/",
    "/run/systemd/userdb/",
    "/var/lib/sss/pipes/",
];

pub(super) fn pid_of(line: &[u8]) -> Option<i32> {
    let digits = line.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `12 +++ exited with 0 +++`, `12 +++ killed by SIGKILL +++`.
pub(super) fn is_end(line: &[u8]) -> bool {
    // Short numbers are padded.
    let mut words = line.splitn(2, |&byte| byte == b' ');
    words.next().is_some_and(|pid| pid.iter().all(u8::is_ascii_digit))
        && words
            .next()
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"+++ "))
}

pub(super) fn parse(log: &[u8]) -> Seen {
    let mut seen = Seen::default();
    let mut first = None;
    // By process: the beginning of a call whose end comes in a later line.
    let mut begun: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in log.split(|&byte| byte == b'\n') {
        let Some(at) = line.iter().position(|&byte| byte == b' ') else {
            continue;
        };
        let (pid, rest) = line.split_at(at);
        let rest = rest.trim_ascii_start();
        first.get_or_insert_with(|| pid.to_vec());
        let is_first = first.as_deref() == Some(pid);
        if let Some(head) = rest.strip_suffix(b"<unfinished ...>") {
            begun.push((pid.to_vec(), head.to_vec()));
        } else if let Some(tail) = rest.strip_prefix(b"<... ") {
            let Some(at) = begun.iter().position(|(of, _)| of == pid) else {
                continue;
            };
            let mut whole = begun.swap_remove(at).1;
            let end = memchr::memmem::find(tail, b"resumed>").map_or(tail.len(), |at| at + b"resumed>".len());
            whole.extend_from_slice(&tail[end..]);
            note(&whole, is_first, &mut seen);
        } else {
            note(rest, is_first, &mut seen);
        }
    }
    // What ended within a call may have opened it.
    for (pid, head) in begun {
        note(&head, first.as_deref() == Some(&pid), &mut seen);
    }
    seen
}

/// One whole call: `openat(AT_FDCWD</cwd>, "path", O_RDONLY|O_CLOEXEC) = 3</path>`.
fn note(call: &[u8], is_first: bool, seen: &mut Seen) {
    let Some(open) = call.iter().position(|&byte| byte == b'(') else {
        return;
    };
    let (name, rest) = (&call[..open], &call[open + 1..]);
    let mentions = |word: &str| memchr::memmem::find(rest, word.as_bytes()).is_some();
    match name {
        // What does not block has not failed, and what failed may succeed the next time.
        b"connect" => {
            seen.connected |= !NAME_SERVICE.iter().any(|dir| mentions(&format!("sun_path=\"{dir}")));
            return;
        }
        b"socket" => {
            seen.connected |= !mentions("AF_UNIX");
            return;
        }
        b"io_uring_setup" => {
            seen.connected |= !failed(rest);
            return;
        }
        _ => {}
    }
    let (base, rest) = base(rest);
    let Some((path, after)) = quoted(rest) else {
        return;
    };
    if path.is_empty() {
        return;
    }
    let path = match base {
        Some(base) => base.join(path),
        None => PathBuf::from(path),
    };
    let is_there = !failed(after);
    if is_indirect(&path) {
        seen.indirect.get_or_insert_with(|| path.clone());
    }
    if name.starts_with(b"execve") {
        if !is_first {
            seen.children_ran.push(path.clone());
        }
        seen.uses.push((if is_there { Use::Run } else { Use::Absent }, path));
        return;
    }
    let is_one_of = |names: &[&str]| names.iter().any(|begin| name.starts_with(begin.as_bytes()));
    let writes = [&b"O_WRONLY"[..], b"O_RDWR", b"O_CREAT", b"O_TRUNC"];
    let says = |word: &[u8]| memchr::memmem::find(after, word).is_some();
    let how = if is_one_of(CHANGES) || name == b"openat2" {
        // That it is there already, or not there, is all that such a call says.
        match (says(b" EEXIST "), says(b" ENOENT ") || says(b" ENOTDIR ")) {
            (true, _) => Use::Exists,
            (_, true) => Use::Absent,
            _ => Use::Write,
        }
    } else if name.starts_with(b"readlink") {
        // A path that is not a link says so.
        if is_there || says(b" EINVAL ") {
            Use::Exists
        } else {
            Use::Absent
        }
    } else if !name.starts_with(b"open") {
        if is_there { Use::Exists } else { Use::Absent }
    } else if writes.iter().any(|word| says(word)) {
        Use::Write
    } else if says(b" ENOENT ") || says(b" ENOTDIR ") {
        // Any other failure is of something that is there, and may be read the next time.
        Use::Absent
    } else if says(b"O_DIRECTORY") {
        Use::List
    } else {
        Use::Read
    };
    seen.uses.push((how, path));
}

/// Entries of `/proc` by which a process reaches files by another name, or reads what it was started with.
fn is_indirect(path: &Path) -> bool {
    let mut parts = path.iter().filter_map(OsStr::to_str).skip(1);
    let is_process =
        |name: &str| matches!(name, "self" | "thread-self") || name.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next() != Some("proc") || !parts.next().is_some_and(is_process) {
        return false;
    }
    match parts.next() {
        Some("environ" | "cmdline" | "task" | "map_files") => true,
        Some("cwd" | "root") => true,
        Some("fd") => parts.nth(1).is_some(),
        _ => false,
    }
}

fn failed(after: &[u8]) -> bool {
    memchr::memmem::rfind(after, b" = -1 ").is_some()
}

/// The directory that a relative path is below, `AT_FDCWD</cwd>` or `3</dir>`, and what follows it. A `>` of a path is
/// escaped, a quote is not.
fn base(rest: &[u8]) -> (Option<PathBuf>, &[u8]) {
    let from = rest.iter().position(|byte| b"<\",".contains(byte));
    let Some(from) = from.filter(|&from| rest[from] == b'<') else {
        return (None, rest);
    };
    let Some(length) = rest[from..].iter().position(|&byte| byte == b'>') else {
        return (None, rest);
    };
    let dir = OsString::from_vec(unescape(&rest[from + 1..from + length]));
    (Some(dir.into()), &rest[from + length..])
}

/// The first string in quotes, and what follows it.
fn quoted(rest: &[u8]) -> Option<(OsString, &[u8])> {
    let begin = rest.iter().position(|&byte| byte == b'"')? + 1;
    let mut at = begin;
    while *rest.get(at)? != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    Some((OsString::from_vec(unescape(&rest[begin..at])), &rest[at + 1..]))
}

/// As C writes bytes: `\n`, `\"`, `\303`.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    match rest.next_if(|next| (b'0'..=b'7').contains(next)) {
                        Some(digit) => value = value * 8 + u32::from(digit - b'0'),
                        None => break,
                    }
                }
                bytes.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'v') => bytes.push(0x0b),
            Some(b'f') => bytes.push(0x0c),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    bytes
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(log: &[u8]) {
    let seen = parse(log);
    assert!(seen.uses.iter().all(|(_, path)| !path.as_os_str().is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = br#"12 execve("/bin/rustc", 0x1, 0x2) = 0
12 openat(AT_FDCWD</w/a b>, "src/l\303\244b.rs", O_RDONLY|O_CLOEXEC) = 3</w/a b/src/l\303\244b.rs>
12 openat(AT_FDCWD</w"q>, "quoted", O_RDONLY) = 3</w"q/quoted>
12 openat(AT_FDCWD</w>, "secret", O_RDONLY) = -1 EACCES (Permission denied)
12 openat(AT_FDCWD</w>, "none", O_RDONLY) = -1 ENOENT (No such file or directory)
13 openat(AT_FDCWD</w>, "/m", O_RDONLY|O_DIRECTORY <unfinished ...>
12 statx(AT_FDCWD</w>, "there", 0, 0, 0x1) = 0
13 <... openat resumed>) = 4</m>
12 statx(3</w/x>, "", AT_EMPTY_PATH, 0, 0x1) = 0
12 openat(AT_FDCWD</w>, "out", O_WRONLY|O_CREAT, 0666) = 5</w/out>
14 execve("/no/git", 0x1, 0x2) = -1 ENOENT (No such file or directory)
14 execve("/bin/git", 0x1, 0x2) = 0
14 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3<socket:[1]>
14 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
12 readlink("/w/link", 0x1, 1023) = 3
12 readlink("/w/dir", 0x1, 1023) = -1 EINVAL (Invalid argument)
12 mkdir("/w/dir", 0777) = -1 EEXIST (File exists)
12 mkdir("/w/new", 0777) = -1 EACCES (Permission denied)
"#;
        let seen = parse(log);
        let expected = [
            (Use::Run, "/bin/rustc"),
            (Use::Read, "/w/a b/src/l\u{e4}b.rs"),
            (Use::Read, "/w\"q/quoted"),
            (Use::Read, "/w/secret"),
            (Use::Absent, "/w/none"),
            (Use::Exists, "/w/there"),
            (Use::List, "/m"),
            (Use::Write, "/w/out"),
            (Use::Absent, "/no/git"),
            (Use::Run, "/bin/git"),
            (Use::Exists, "/w/link"),
            (Use::Exists, "/w/dir"),
            (Use::Exists, "/w/dir"),
            (Use::Write, "/w/new"),
        ];
        assert_eq!(seen.uses, expected.map(|(how, path)| (how, PathBuf::from(path))));
        assert_eq!(seen.children_ran, [Path::new("/no/git"), Path::new("/bin/git")]);
        assert!(!seen.connected);
        assert_eq!(seen.indirect, None);
    }

    #[test]
    fn what_is_asked_elsewhere_is_a_connection() {
        let is_connected = |call: &str| parse(call.as_bytes()).connected;
        assert!(is_connected(
            "1 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=\"/run/db\"}, 110) = -1 ENOENT (No such file or directory)"
        ));
        assert!(is_connected("1 socket(AF_INET, SOCK_DGRAM, 0) = 3<UDP:[1]>"));
        assert!(is_connected("1 io_uring_setup(8, 0x1) = 3"));
        assert!(!is_connected(
            "1 io_uring_setup(8, 0x1) = -1 EPERM (Operation not permitted)"
        ));
    }

    #[test]
    fn a_file_by_another_name() {
        for path in [
            "/proc/self/cwd/a",
            "/proc/12/environ",
            "/proc/self/fd/3/x",
            "/proc/self/root/etc",
        ] {
            assert!(is_indirect(Path::new(path)), "{path}");
        }
        for path in [
            "/proc/self/maps",
            "/proc/self/fd/3",
            "/proc/cpuinfo",
            "/w/proc/self/cwd",
        ] {
            assert!(!is_indirect(Path::new(path)), "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_log_is_read(lines in proptest::collection::vec("[0-9]{1,3} (openat|statx|execve|<... openat resumed>)\\PC{0,40}", 0..9)) {
            holds_for(lines.join("\n").as_bytes());
        }
    }
}

//! The system calls that are observed, and what each does with a path.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use libc::c_long;

use super::super::{Seen, Use};
use super::listener::Notice;

/// What a call does with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Does {
    /// Opens it, as the flags in this argument say.
    Open(usize),
    /// Opens it, as the `struct open_how` at this argument says.
    OpenHow(usize),
    Run,
    /// Changes into it: relative paths after that do not show the links on the way.
    Enter,
    /// Looks it up, or reads the target of a link.
    Look,
    /// Creates it if it does not exist.
    Make,
    /// Changes it if it exists.
    Change,
    /// Creates or replaces it.
    Write,
}

/// A system call that takes a path: its number, and the indexes of the arguments with the path and with the directory
/// that a relative path is below.
struct SystemCall {
    number: c_long,
    dir: Option<usize>,
    path: usize,
    does: Does,
}

const fn at(number: c_long, dir: usize, path: usize, does: Does) -> SystemCall {
    SystemCall {
        number,
        dir: Some(dir),
        path,
        does,
    }
}

const fn here(number: c_long, path: usize, does: Does) -> SystemCall {
    SystemCall {
        number,
        dir: None,
        path,
        does,
    }
}

/// `fchmodat2` has the same number everywhere; the `libc` crate lacks it on some architectures.
const FCHMODAT2: c_long = 452;

/// `getxattrat` and `listxattrat` have the same numbers everywhere.
const XATTRS_AT: [c_long; 2] = [464, 465];

const CALLS: &[SystemCall] = &[
    at(libc::SYS_openat, 0, 1, Does::Open(2)),
    at(libc::SYS_openat2, 0, 1, Does::OpenHow(2)),
    here(libc::SYS_execve, 0, Does::Run),
    at(libc::SYS_execveat, 0, 1, Does::Run),
    at(libc::SYS_statx, 0, 1, Does::Look),
    at(libc::SYS_newfstatat, 0, 1, Does::Look),
    at(libc::SYS_faccessat, 0, 1, Does::Look),
    at(libc::SYS_faccessat2, 0, 1, Does::Look),
    at(libc::SYS_readlinkat, 0, 1, Does::Look),
    at(libc::SYS_mkdirat, 0, 1, Does::Make),
    at(libc::SYS_mknodat, 0, 1, Does::Make),
    at(libc::SYS_symlinkat, 1, 2, Does::Make),
    at(libc::SYS_linkat, 0, 1, Does::Look),
    at(libc::SYS_linkat, 2, 3, Does::Make),
    at(libc::SYS_renameat2, 0, 1, Does::Change),
    at(libc::SYS_renameat2, 2, 3, Does::Write),
    at(libc::SYS_unlinkat, 0, 1, Does::Change),
    here(libc::SYS_chdir, 0, Does::Enter),
    here(libc::SYS_statfs, 0, Does::Look),
    here(libc::SYS_inotify_add_watch, 1, Does::Look),
    at(libc::SYS_name_to_handle_at, 0, 1, Does::Look),
    here(libc::SYS_truncate, 0, Does::Change),
    at(libc::SYS_fchmodat, 0, 1, Does::Change),
    at(FCHMODAT2, 0, 1, Does::Change),
    at(libc::SYS_fchownat, 0, 1, Does::Change),
    at(libc::SYS_utimensat, 0, 1, Does::Change),
    here(libc::SYS_setxattr, 0, Does::Change),
    here(libc::SYS_lsetxattr, 0, Does::Change),
    here(libc::SYS_removexattr, 0, Does::Change),
    here(libc::SYS_lremovexattr, 0, Does::Change),
    at(RENAMEAT, 0, 1, Does::Change),
    at(RENAMEAT, 2, 3, Does::Write),
];

#[cfg(target_arch = "x86_64")]
const RENAMEAT: c_long = libc::SYS_renameat;
/// Of `asm-generic/unistd.h`; the `libc` crate lacks it.
#[cfg(target_arch = "aarch64")]
const RENAMEAT: c_long = 38;

/// Calls that newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const OLD_CALLS: &[SystemCall] = &[
    here(libc::SYS_open, 0, Does::Open(1)),
    here(libc::SYS_creat, 0, Does::Write),
    here(libc::SYS_stat, 0, Does::Look),
    here(libc::SYS_lstat, 0, Does::Look),
    here(libc::SYS_access, 0, Does::Look),
    here(libc::SYS_readlink, 0, Does::Look),
    here(libc::SYS_mkdir, 0, Does::Make),
    here(libc::SYS_mknod, 0, Does::Make),
    here(libc::SYS_symlink, 1, Does::Make),
    here(libc::SYS_link, 0, Does::Look),
    here(libc::SYS_link, 1, Does::Make),
    here(libc::SYS_rename, 0, Does::Change),
    here(libc::SYS_rename, 1, Does::Write),
    here(libc::SYS_unlink, 0, Does::Change),
    here(libc::SYS_rmdir, 0, Does::Change),
    here(libc::SYS_chmod, 0, Does::Change),
    here(libc::SYS_chown, 0, Does::Change),
    here(libc::SYS_lchown, 0, Does::Change),
    here(libc::SYS_utime, 0, Does::Change),
    here(libc::SYS_utimes, 0, Does::Change),
    at(libc::SYS_futimesat, 0, 1, Does::Change),
];
#[cfg(not(target_arch = "x86_64"))]
const OLD_CALLS: &[SystemCall] = &[];

/// Calls that reach something no path names: other processes, a different root, attributes. None of that is in a key.
const ELSEWHERE: &[c_long] = &[
    libc::SYS_getxattr,
    libc::SYS_lgetxattr,
    libc::SYS_fgetxattr,
    libc::SYS_listxattr,
    libc::SYS_llistxattr,
    libc::SYS_flistxattr,
    XATTRS_AT[0],
    XATTRS_AT[1],
    libc::SYS_sendmmsg,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_request_key,
    libc::SYS_mq_open,
    libc::SYS_shmat,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_vm_readv,
    libc::SYS_ptrace,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_move_mount,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_open_by_handle_at,
];

/// Sockets of the C library's name service, which looks up users; their answers are in no artifact.
const NAME_SERVICE: &[&str] = &[
    "/run/nscd/",
    "/var/run/nscd/",
    "/run/systemd/userdb/",
    "/var/lib/sss/pipes/",
];

fn calls() -> impl Iterator<Item = &'static SystemCall> {
    CALLS.iter().chain(OLD_CALLS)
}

/// All calls that are observed.
pub(super) fn numbers() -> Vec<c_long> {
    let others = [libc::SYS_socket, libc::SYS_connect, libc::SYS_sendto, libc::SYS_sendmsg];
    let mut numbers: Vec<c_long> = calls().map(|call| call.number).collect();
    numbers.extend(others.iter().chain(ELSEWHERE));
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Notes a call that is about to happen.
pub(super) fn note(notice: &Notice, seen: &mut Seen) {
    let Some(number) = notice.number else {
        seen.connected = true;
        return;
    };
    if let Err(error) = noted(number, notice, seen) {
        // An invalid address, or a thread that has ended: the call fails too.
        let is_harmless = matches!(
            error.raw_os_error(),
            Some(libc::EIO | libc::EFAULT | libc::ENOENT | libc::ESRCH)
        );
        seen.blind |= !is_harmless;
    }
}

fn noted(number: c_long, notice: &Notice, seen: &mut Seen) -> io::Result<()> {
    let args = &notice.args;
    match number {
        libc::SYS_socket => seen.connected |= args[0] != libc::AF_UNIX as u64,
        libc::SYS_connect => seen.connected |= !is_name_service(&memory(notice.thread, args[1], 110)?),
        // A connected socket needs no address.
        libc::SYS_sendto => seen.connected |= args[4] != 0,
        libc::SYS_sendmsg => seen.connected |= memory(notice.thread, args[1], 8)? != [0; 8],
        number if ELSEWHERE.contains(&number) => seen.connected = true,
        _ => {
            for call in calls().filter(|call| call.number == number) {
                let path = text(notice.thread, args[call.path])?;
                // The call is about the descriptor, which was opened before.
                if path.is_empty() {
                    if call.does == Does::Run {
                        seen.add_program(notice.thread, &dir(notice.thread, Some(args[0]))?);
                    }
                    continue;
                }
                let path = Path::new(OsStr::from_bytes(&path));
                let path = match path.is_absolute() {
                    true => path.to_owned(),
                    false => dir(notice.thread, call.dir.map(|index| args[index]))?.join(path),
                };
                let how = how(call.does, &path, notice)?;
                if call.does == Does::Run {
                    seen.add_program(notice.thread, &path);
                }
                if call.does == Does::Enter || matches!(how, Use::Read | Use::List) && path.is_dir() {
                    links(&path).for_each(|link| seen.add(Use::Exists, link.to_owned()));
                }
                seen.add(how, path);
            }
        }
    }
    Ok(())
}

fn how(does: Does, path: &Path, notice: &Notice) -> io::Result<Use> {
    let is_there = || path.symlink_metadata().is_ok();
    let has_parent = || path.parent().is_some_and(Path::is_dir);
    Ok(match does {
        Does::Open(flags) => opened(notice.args[flags], path),
        Does::OpenHow(how) => {
            let flags = memory(notice.thread, notice.args[how], 8)?;
            opened(
                u64::from_ne_bytes(flags.try_into().map_err(|_| io::ErrorKind::UnexpectedEof)?),
                path,
            )
        }
        Does::Run if path.exists() => Use::Run,
        Does::Enter | Does::Look | Does::Make if is_there() => Use::Exists,
        Does::Change if is_there() => Use::Write,
        Does::Make | Does::Write if has_parent() => Use::Write,
        _ => Use::Absent,
    })
}

/// The links in the path of a directory. Files that are opened from there do not show them, and they may be changed.
fn links(path: &Path) -> impl Iterator<Item = &Path> {
    path.ancestors().filter(|part| part.is_symlink())
}

fn opened(flags: u64, path: &Path) -> Use {
    let has = |wanted: libc::c_int| flags & wanted as u64 != 0;
    if has(libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC) {
        return Use::Write;
    }
    // Any other failure is of a file that exists, and may be readable the next time.
    let is_absent = path
        .metadata()
        .is_err_and(|error| matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory));
    match (is_absent, has(libc::O_DIRECTORY)) {
        (true, _) => Use::Absent,
        (_, true) => Use::List,
        _ => Use::Read,
    }
}

/// `struct sockaddr_un`: the family, then the path.
fn is_name_service(address: &[u8]) -> bool {
    let Some((family, path)) = address.split_first_chunk::<2>() else {
        return false;
    };
    let is_local = i32::from(u16::from_ne_bytes(*family)) == libc::AF_UNIX;
    is_local && NAME_SERVICE.iter().any(|dir| path.starts_with(dir.as_bytes()))
}

/// The directory of a descriptor of `thread`, or its working directory.
fn dir(thread: u32, descriptor: Option<u64>) -> io::Result<PathBuf> {
    #[allow(clippy::cast_possible_truncation, reason = "the kernel takes an int")]
    let descriptor = descriptor.map_or(libc::AT_FDCWD, |given| given as i32);
    match descriptor {
        libc::AT_FDCWD => fs::read_link(format!("/proc/{thread}/cwd")),
        descriptor => fs::read_link(format!("/proc/{thread}/fd/{descriptor}")),
    }
}

/// Up to `length` bytes of memory; fewer if a page is not mapped.
fn memory(thread: u32, address: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let read = File::open(format!("/proc/{thread}/mem"))?.read_at(&mut bytes, address)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// A C string. The kernel takes none that is longer for a path.
fn text(thread: u32, address: u64) -> io::Result<Vec<u8>> {
    let mut bytes = memory(thread, address, 256)?;
    if !bytes.contains(&0) {
        bytes = memory(thread, address, libc::PATH_MAX as usize)?;
    }
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(0);
    bytes.truncate(end);
    Ok(bytes)
}

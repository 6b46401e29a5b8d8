//! System calls, reported by the kernel before they happen: seccomp's user notification (`seccomp_unotify(2)`, Linux
//! 5.9). It needs no privileges and no other program, and misses nothing, because a call waits until it was noted.
#![allow(
    unsafe_code,
    reason = "no crate without C offers seccomp's notification; this is the only file that needs it"
)]

use std::io::{self, PipeReader};
use std::mem;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use libc::{c_int, c_long, seccomp_notif, seccomp_notif_resp, sock_filter, sock_fprog};
use rustix::event::{PollFd, PollFlags, poll};

/// `AUDIT_ARCH_…` of `linux/audit.h`.
#[cfg(target_arch = "x86_64")]
const ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCH: u32 = 0xc000_00b7;

/// The second numbering of calls of x86-64, `__X32_SYSCALL_BIT` of `asm/unistd.h`; other architectures have no such
/// numbers.
const FOREIGN_NUMBERS: u32 = 0x4000_0000;

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP` of `linux/seccomp.h`, Linux 6.6: the listener runs at once, on the same
/// processor.
const SYNC_WAKE_UP: u64 = 1;

/// Receives the calls of one thread and of its future children.
pub(super) struct Notifications(OwnedFd);

/// A call that waits.
pub(super) struct Notice {
    id: u64,
    /// The calling thread, by its id in this process's namespace.
    pub(super) thread: u32,
    /// `None` for a call of a different architecture.
    pub(super) number: Option<c_long>,
    pub(super) args: [u64; 6],
}

impl From<OwnedFd> for Notifications {
    fn from(fd: OwnedFd) -> Self {
        Self(fd)
    }
}

impl Notifications {
    pub(super) fn into_fd(self) -> OwnedFd {
        self.0
    }

    /// From now on calls of this thread and its children with one of `numbers` wait until they are answered.
    pub(super) fn of_this_thread(numbers: &[c_long]) -> io::Result<Self> {
        rustix::thread::set_no_new_privs(true)?;
        let filter = filter(numbers);
        let program = sock_fprog {
            len: u16::try_from(filter.len()).map_err(io::Error::other)?,
            filter: filter.as_ptr().cast_mut(),
        };
        // Without SPEC_ALLOW (5.16) mitigations slow the compiler down; without WAIT_KILLABLE_RECV (5.19) signals
        // restart a call.
        let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        let fd = install(&program, flags | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
            .or_else(|_| install(&program, flags))?;
        // SAFETY: the ioctl takes a number.
        unsafe { libc::ioctl(fd.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP) };
        Ok(Self(fd))
    }

    /// The next call; `None` if no process is left, or when the writer of `stop` is closed.
    pub(super) fn next(&self, stop: &PipeReader) -> io::Result<Option<Notice>> {
        loop {
            let mut fds = [PollFd::new(&self.0, PollFlags::IN), PollFd::new(stop, PollFlags::IN)];
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            if !fds[0].revents().contains(PollFlags::IN) {
                return Ok(None);
            }
            // SAFETY: the struct has only numbers; the kernel requires zeros, and fills it.
            let (received, notice) = unsafe {
                let mut notice: seccomp_notif = mem::zeroed();
                let received = libc::ioctl(
                    self.0.as_raw_fd(),
                    libc::SECCOMP_IOCTL_NOTIF_RECV,
                    ptr::from_mut(&mut notice),
                );
                (received, notice)
            };
            if received == 0 {
                let number = u32::try_from(notice.data.nr).unwrap_or(u32::MAX);
                let is_native = notice.data.arch == ARCH && number < FOREIGN_NUMBERS;
                return Ok(Some(Notice {
                    id: notice.id,
                    thread: notice.pid,
                    number: is_native.then_some(c_long::from(notice.data.nr)),
                    args: notice.data.args,
                }));
            }
            // The thread ended before it was answered.
            match io::Error::last_os_error() {
                error if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINTR)) => {}
                error => return Err(error),
            }
        }
    }

    /// Lets a call happen.
    pub(super) fn go_on(&self, notice: &Notice) {
        let mut answer = seccomp_notif_resp {
            id: notice.id,
            val: 0,
            error: 0,
            #[allow(clippy::cast_possible_truncation, reason = "it is 1")]
            flags: libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32,
        };
        // SAFETY: the kernel reads the struct. An error means that the thread has ended.
        unsafe {
            libc::ioctl(
                self.0.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_SEND,
                ptr::from_mut(&mut answer),
            )
        };
    }
}

fn install(program: &sock_fprog, flags: libc::c_ulong) -> io::Result<OwnedFd> {
    // SAFETY: the kernel copies the program; it returns a new descriptor.
    unsafe {
        let fd = libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            ptr::from_ref(program),
        );
        let fd = c_int::try_from(fd).ok().filter(|fd| *fd >= 0);
        fd.map(|fd| OwnedFd::from_raw_fd(fd))
            .ok_or_else(io::Error::last_os_error)
    }
}

/// `seccomp(2)`: a program over `struct seccomp_data`.
fn filter(numbers: &[c_long]) -> Vec<sock_filter> {
    const NUMBER: u32 = 0;
    const ARCHITECTURE: u32 = 4;
    let step = |code: u32, k: u32, jt: usize, jf: usize| sock_filter {
        code: code as u16,
        jt: jt as u8,
        jf: jf as u8,
        k,
    };
    let load = libc::BPF_LD | libc::BPF_W | libc::BPF_ABS;
    let (equal, at_least) = (
        libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K,
        libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K,
    );
    let end = numbers.len() + 5;
    let mut steps = vec![
        step(load, ARCHITECTURE, 0, 0),
        step(equal, ARCH, 0, end - 2),
        step(load, NUMBER, 0, 0),
        step(at_least, FOREIGN_NUMBERS, end - 4, 0),
    ];
    for number in numbers {
        let rest = end - steps.len() - 1;
        steps.push(step(equal, *number as u32, rest, 0));
    }
    steps.push(step(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW, 0, 0));
    steps.push(step(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_USER_NOTIF, 0, 0));
    steps
}

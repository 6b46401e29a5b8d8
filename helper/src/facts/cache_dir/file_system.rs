//! The file system of a directory: whether it is permanent, whether it is on this machine, and its size.

use std::path::Path;

use crate::size::Size;

/// What matters of a file system for a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSystem {
    /// Its type, if that is known.
    pub name: String,
    /// Where the files are.
    pub kind: Kind,
    /// The space that this user may still use.
    pub free: Size,
    /// Its size.
    pub total: Size,
}

/// Where the files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In memory: lost when the machine is turned off.
    Volatile,
    /// On a different machine, or on the host of a virtual machine.
    Network,
    /// Anything else: a disk of this machine, as far as is known.
    Local,
}

/// The file system of a directory that exists; `None` if the system does not tell.
pub(super) fn of(dir: &Path) -> Option<FileSystem> {
    let sizes = rustix::fs::statvfs(dir).ok()?;
    let bytes = |blocks: u64| Size(blocks.saturating_mul(sizes.f_frsize));
    let (name, kind) = system::kind(dir)?;
    Some(FileSystem {
        name,
        kind,
        free: bytes(sizes.f_bavail),
        total: bytes(sizes.f_blocks),
    })
}

/// By the name in `/proc/self/mountinfo` and on macOS.
fn kind_of(name: &str) -> Kind {
    match name {
        "tmpfs" | "ramfs" => Kind::Volatile,
        "nfs" | "nfs4" | "cifs" | "smb3" | "smbfs" | "9p" | "afs" | "afpfs" | "ceph" | "lustre" | "gpfs"
        | "glusterfs" | "webdav" | "virtiofs" | "vboxsf" | "drvfs" | "fuse.sshfs" | "fuse.glusterfs" | "fuse.s3fs"
        | "fuse.rclone" | "fuse.vmhgfs-fuse" | "fuse.grpcfuse" | "fuse.osxfs" => Kind::Network,
        _ => Kind::Local,
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    use super::{Kind, kind_of};

    /// Magic numbers of linux/magic.h.
    const MAGIC: [(u64, &str); 10] = [
        (0x0102_1994, "tmpfs"),
        (0x8584_58f6, "ramfs"),
        (0x0000_6969, "nfs"),
        (0xff53_4d42, "cifs"),
        (0xfe53_4d42, "smb3"),
        (0x0000_517b, "smbfs"),
        (0x0102_1997, "9p"),
        (0x00c3_6400, "ceph"),
        (0x0bd0_0bd0, "lustre"),
        (0x5346_414f, "afs"),
    ];

    /// FUSE may be anything: the type is only in the table of mounts.
    const FUSE: u64 = 0x6573_5546;

    pub(super) fn kind(dir: &Path) -> Option<(String, Kind)> {
        // It is signed and longer on some machines: the magic number is its low half.
        #[allow(clippy::unnecessary_cast, reason = "the type differs between machines")]
        let magic = rustix::fs::statfs(dir).ok()?.f_type as u64 & 0xffff_ffff;
        let name = match MAGIC.iter().find(|(known, _)| *known == magic) {
            Some((_, name)) => (*name).to_owned(),
            None if magic == FUSE => mounted(dir)?,
            None => "a local file system".to_owned(),
        };
        let kind = kind_of(&name);
        Some((name, kind))
    }

    fn mounted(dir: &Path) -> Option<String> {
        let device = fs::metadata(dir).ok()?.dev();
        let device = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
        name_in(&fs::read("/proc/self/mountinfo").ok()?, &device)
    }

    /// Columns: `id parent MAJOR:MINOR root mount-point options [fields…] - TYPE source super-options` (proc(5)).
    pub(super) fn name_in(mountinfo: &[u8], device: &str) -> Option<String> {
        mountinfo.split(|byte| *byte == b'\n').find_map(|line| {
            let columns: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
            let separator = columns.iter().position(|column| *column == b"-")?;
            let is_it = columns.get(2).is_some_and(|column| *column == device.as_bytes());
            let name = columns.get(separator + 1).filter(|_| is_it)?;
            Some(std::ffi::OsStr::from_bytes(name).to_string_lossy().into_owned())
        })
    }
}

#[cfg(all(target_os = "linux", any(test, fuzzing)))]
pub(crate) fn assert_invariants(table: &[u8]) {
    if let Some(name) = system::name_in(table, "0:51") {
        assert!(!name.contains([' ', '\n']));
        kind_of(&name);
    }
    let line = b"98 22 0:51 / /mnt rw,nosuid - fuse.sshfs me@far:/ rw\n";
    let found = system::name_in(&[line, table].concat(), "0:51");
    assert_eq!(found.as_deref(), Some("fuse.sshfs"));
}

#[cfg(target_os = "macos")]
mod system {
    use std::path::Path;

    use super::{Kind, kind_of};

    /// macOS names it itself.
    pub(super) fn kind(dir: &Path) -> Option<(String, Kind)> {
        let stat = rustix::fs::statfs(dir).ok()?;
        let name = stat.f_fstypename.iter().take_while(|byte| **byte != 0);
        let name: Vec<u8> = name.map(|byte| *byte as u8).collect();
        let name = String::from_utf8_lossy(&name).into_owned();
        let kind = kind_of(&name);
        Some((name, kind))
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use std::path::Path;

    use super::Kind;

    pub(super) fn kind(_dir: &Path) -> Option<(String, Kind)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names() {
        for (name, kind) in [
            ("tmpfs", Kind::Volatile),
            ("nfs4", Kind::Network),
            ("fuse.sshfs", Kind::Network),
            ("fuse.bindfs", Kind::Local),
            ("apfs", Kind::Local),
            ("ext4", Kind::Local),
        ] {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }

    #[test]
    fn has_sizes() {
        let root = tempfile::tempdir().unwrap();
        let found = of(root.path()).unwrap();
        assert!(found.free <= found.total && found.total > Size(0), "{found:?}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn reads_the_table_of_mounts() {
        // Recorded: a directory mounted by sshfs, and the disk.
        let table = b"22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
            98 22 0:51 / /home/me/far\\040away rw,nosuid - fuse.sshfs me@far:/ rw,user_id=1000\n";
        assert_eq!(system::name_in(table, "0:51").as_deref(), Some("fuse.sshfs"));
        assert_eq!(system::name_in(table, "254:0").as_deref(), Some("ext4"));
        assert_eq!(system::name_in(table, "1:1"), None);
        assert_eq!(system::name_in(b"rubbish\n-\n- \n", "0:51"), None);
    }

    #[cfg(target_os = "linux")]
    proptest::proptest! {
        #[test]
        fn any_table_is_read(bytes: Vec<u8>, device: String) {
            let _ = system::name_in(&bytes, &device);
            assert_invariants(&bytes);
        }
    }
}

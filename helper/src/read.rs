//! Reading files that may be anything: only plain files, up to a size limit, and without blocking.
//!
//! A pipe blocks its reader until there is a writer, `/dev/zero` never ends, and opening some devices has an effect.
//! The helper runs whenever a shell is entered, so it checks the type of a file before it opens it.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// The size limit of hand-written files such as settings and manifests, in bytes. Real ones are at most a tenth of it.
pub const MAX_WRITTEN: u64 = 1 << 20;

/// The size limit of generated files such as lock files, in bytes.
pub const MAX_MADE: u64 = 8 << 20;

/// The whole file; an error if it is not a regular file, or has more than `limit` bytes.
pub fn bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let bytes = start(path, limit.saturating_add(1))?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(
            ErrorKind::FileTooLarge,
            format!("has more than {} MiB", limit >> 20),
        ));
    }
    Ok(bytes)
}

/// The same as text; an error also if it is not UTF-8.
pub fn text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(bytes(path, limit)?).map_err(|_| io::Error::new(ErrorKind::InvalidData, "is not UTF-8 text"))
}

/// The first `limit` bytes of a plain file.
pub fn start(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(file) = open(path)? {
        file.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Opens a plain file; `None` for the null device, which stands for an empty file.
fn open(path: &Path) -> io::Result<Option<File>> {
    let data = fs::metadata(path)?;
    if is_null(&data) {
        return Ok(None);
    }
    if let Some(error) = why_not(data.file_type()) {
        return Err(error);
    }
    // Even if it was replaced meanwhile, opening it does not block.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)?;
    Ok(Some(file))
}

fn is_null(data: &Metadata) -> bool {
    let null = || fs::metadata("/dev/null").is_ok_and(|null| null.rdev() == data.rdev());
    data.file_type().is_char_device() && null()
}

/// Why something of this kind is not read.
fn why_not(kind: FileType) -> Option<io::Error> {
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some(io::Error::new(ErrorKind::IsADirectory, "is a directory"))
    } else if kind.is_fifo() {
        Some(io::Error::other("is a pipe"))
    } else if kind.is_socket() {
        Some(io::Error::other("is a socket"))
    } else {
        Some(io::Error::other("is a device"))
    }
}

/// Whether reading `path` may block for ever, as in cargo and sccache.
pub fn is_endless(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| {
        let kind = data.file_type();
        kind.is_fifo() || (kind.is_char_device() && !is_null(&data))
    })
}

/// The error as words that follow a path: `may not be read`.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::IsADirectory => "is a directory".to_owned(),
        ErrorKind::PermissionDenied => "may not be read".to_owned(),
        _ if error.raw_os_error().is_none() => error.to_string(),
        _ => format!("cannot be read ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::time::{Duration, Instant};

    fn refusal(path: &Path) -> String {
        why(&text(path, MAX_WRITTEN).unwrap_err())
    }

    #[test]
    fn nothing_but_plain_files() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let begin = Instant::now();
        let made = std::process::Command::new("mkfifo").arg(at("pipe")).status();
        assert!(made.unwrap().success());
        symlink("pipe", at("link to it")).unwrap();
        symlink("loop", at("loop")).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        assert_eq!(refusal(&at("pipe")), "is a pipe");
        assert_eq!(refusal(&at("link to it")), "is a pipe");
        assert_eq!(refusal(&at("socket")), "is a socket");
        assert_eq!(refusal(dir.path()), "is a directory");
        assert_eq!(refusal(Path::new("/dev/zero")), "is a device");
        assert!(refusal(&at("loop")).starts_with("cannot be read ("));
        assert_eq!(
            text(&at("none"), 1).unwrap_err().kind(),
            ErrorKind::NotFound,
            "as a system call says it"
        );
        assert_eq!(text(Path::new("/dev/null"), MAX_WRITTEN).unwrap(), "", "switched off");
        assert!(is_endless(&at("link to it")) && is_endless(Path::new("/dev/zero")));
        assert!(!is_endless(dir.path()) && !is_endless(Path::new("/dev/null")) && !is_endless(&at("none")));
        assert!(begin.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn not_more_than_the_limit() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(100 << 20).unwrap();
        assert_eq!(refusal(file.path()), "has more than 1 MiB");
        assert_eq!(start(file.path(), 10).unwrap(), [0; 10]);
        // Files of the system have no size, and a text.
        assert!(
            text(Path::new("/proc/self/status"), MAX_WRITTEN).is_ok_and(|text| !text.is_empty())
                || !cfg!(target_os = "linux")
        );
    }

    proptest! {
        #[test]
        fn what_is_there_is_read(written: Vec<u8>, limit in 0u64..200) {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &written).unwrap();
            let fits = written.len() as u64 <= limit;
            let read = bytes(file.path(), limit);
            prop_assert_eq!(read.ok(), fits.then(|| written.clone()));
            let begin = written.len().min(limit as usize);
            prop_assert_eq!(&start(file.path(), limit).unwrap(), &written[..begin]);
            let is_text = fits && std::str::from_utf8(&written).is_ok();
            prop_assert_eq!(text(file.path(), limit).is_ok(), is_text);
        }
    }
}

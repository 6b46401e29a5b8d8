//! What a path says by itself, the same for every unit: whose file it is, whether it can change.

use std::borrow::Cow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Where the loader finds libraries, and the C library its locales.
pub(crate) const SYSTEM: &[&str] = &["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/locale"];

/// Files of the loader and the C library, which every process opens.
pub(super) const LOADER: &[&str] = &[
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/ld-nix.so.preload",
    "/etc/locale.alias",
];

/// Whether `path` is one of `dirs` or lies below one.
pub(crate) fn is_below(path: &Path, dirs: impl IntoIterator<Item: AsRef<Path>>) -> bool {
    dirs.into_iter().any(|dir| path.starts_with(dir))
}

/// Whether a path belongs to a device or a process: nothing is stored there, except in `/dev/shm` and `/dev/mqueue`.
pub(crate) fn keeps_nothing(path: &Path) -> bool {
    is_below(path, ["/proc", "/dev"]) && !is_below(path, ["/dev/shm", "/dev/mqueue"])
}

/// The path from `cwd`, without `.`. A `..` stays, because a link in front of it may change where it leads.
pub(crate) fn absolute(path: &Path, cwd: &Path) -> PathBuf {
    cwd.join(path).components().collect()
}

/// The path with every `..` resolved, to compare it with directories.
pub(crate) fn resolved(path: &Path) -> Cow<'_, Path> {
    if !path.components().any(|part| part == Component::ParentDir) {
        return path.into();
    }
    let parent = path.parent().and_then(|dir| dir.canonicalize().ok());
    let whole = || Some(parent?.join(path.file_name()?));
    whole()
        .or_else(|| path.canonicalize().ok())
        .map_or(path.into(), Cow::Owned)
}

/// rustc's own libraries, in whatever directory a distribution installs them; rustc itself is in the key.
pub(crate) fn is_of_rustc(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    ["librustc_driver-", "libLLVM", "libstd-"]
        .iter()
        .any(|begin| name.starts_with(begin.as_bytes()))
}

/// Whether a linker may read the file as a library or an object, by its name.
pub(crate) fn is_library(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let ends = [&b".a"[..], b".o", b".lib", b".so", b".dylib", b".rlib"];
    ends.iter().any(|end| name.ends_with(end)) || memchr::memmem::find(name, b".so.").is_some()
}

pub(super) fn is_locale(path: &Path) -> bool {
    path.starts_with("/usr/share/locale") || path.iter().any(|part| part == "locale" || part == "gconv")
}

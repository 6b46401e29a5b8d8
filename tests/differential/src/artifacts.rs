//! What lies in a target directory.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sccache_shell_e2e::output::Output;

/// Path below the target directory, and digest.
pub type Digests = BTreeMap<String, String>;

/// The digests of all that rustc wrote and that must not depend on whether it was a hit: no dep-info, which names
/// places, no incremental state, which names sessions, and nothing of cargo's own or of build scripts.
pub fn digests(target: &Path) -> Digests {
    let mut find = Command::new("find");
    find.current_dir(target).args([".", "-type", "f", "-size", "+0"]);
    for not in [
        "*.d",
        "*/.*",
        "*/out/*",
        "*/incremental/*",
        "*/invoked.timestamp",
        "*/output",
        "*/root-output",
        "*/stderr",
    ] {
        find.args(["!", "-path", not]);
    }
    let out = Output::of(find.args(["-exec", "sha256sum", "{}", "+"]));
    let digest = |line: &str| {
        line.split_once("  ")
            .map(|(digest, path)| (path.to_owned(), digest.to_owned()))
    };
    out.stdout().lines().filter_map(digest).collect()
}

/// The files in a target directory that name `place`.
pub fn naming(target: &Path, place: &Path) -> Vec<String> {
    let mut grep = Command::new("grep");
    grep.current_dir(target).arg("-rlaF").arg(place).arg(".");
    let mut files: Vec<String> = Output::of(&mut grep).stdout().lines().map(str::to_owned).collect();
    files.sort();
    files
}

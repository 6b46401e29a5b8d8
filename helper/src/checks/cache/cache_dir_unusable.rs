//! The cache's directory cannot be used.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::cache_dir::Obstacle;
use crate::finding::{Finding, Fix, Severity, quote};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-dir-unusable",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("cache_dir_unusable.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some((dir, obstacle)) = facts
        .sccache
        .cache_dir
        .as_ref()
        .and_then(|dir| Some((dir, dir.obstacle.as_ref()?)))
    else {
        return Vec::new();
    };
    let (what, fix) = match obstacle {
        Obstacle::NotADirectory(path) => (
            format!("{} is not a directory", path.display()),
            Fix::Do(format!("move {} away, or name another cache directory", path.display())),
        ),
        Obstacle::NotWritable(path, owner) => {
            let whose = if *owner == facts.shell.uid {
                "read-only".to_owned()
            } else {
                format!("user {owner}'s")
            };
            (
                format!("{} is {whose} and may not be written to", path.display()),
                not_writable(facts, *owner, &dir.path.to_string_lossy()),
            )
        }
    };
    vec![CHECK.finding(
        format!(
            "sccache's cache {} cannot be used: {what}; C compiles fail, Rust crates are not stored",
            dir.path.display()
        ),
        fix,
    )]
}

/// Somebody else's files in one's own home are most often left by a build with sudo.
fn not_writable(facts: &Facts, owner: u32, dir: &str) -> Fix {
    if owner == facts.shell.uid {
        Fix::Run(format!("chmod -R u+rwX {}", quote(dir)))
    } else {
        Fix::Run(format!("sudo chown -R \"$(id -u)\" {}", quote(dir)))
    }
}

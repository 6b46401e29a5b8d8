//! Code for this machine's processor in a cache that other machines use.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::cache_dir::Kind;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "native-cpu-remote",
    severity: Severity::Error,
    effect: Effect::WrongResults,
    explanation: include_str!("native_cpu_remote.md"),
    run,
};

/// By which compilers of C take what this machine's processor can do.
const NATIVE: [&str; 3] = ["-march=native", "-mcpu=native", "-mtune=native"];

fn run(facts: &Facts) -> Vec<Finding> {
    let cache = match (&facts.sccache.remote, on_network(facts)) {
        (Some(remote), _) => format!("the {} cache of {}", remote.kind, remote.origin),
        (None, Some(dir)) => format!("the cache in {dir}, on a network file system"),
        _ => return Vec::new(),
    };
    let Some((flag, place)) = rust(facts).or_else(|| c(facts)) else {
        return Vec::new();
    };
    let finding = CHECK.finding(
        format!("`{flag}` from {place} means a different processor on each machine, and {cache} gives one machine's code to the others"),
        Fix::Do(format!("name a processor that all of them have, such as x86-64-v3, in {place}")),
    );
    let remote = facts.sccache.remote.as_ref().map(|remote| remote.origin.clone());
    vec![finding.at_places([place]).at_places(remote)]
}

fn on_network(facts: &Facts) -> Option<String> {
    let dir = facts.sccache.cache_dir.as_ref()?;
    let is_network = dir.file_system.as_ref()?.kind == Kind::Network;
    is_network.then(|| dir.path.display().to_string())
}

/// `-Ctarget-cpu=native`, or the same in two words.
fn rust(facts: &Facts) -> Option<(String, Origin)> {
    if !facts.caches_rust() {
        return None;
    }
    let is_it = |word: &str| word.trim_start_matches("-C").trim_start_matches("--codegen=") == "target-cpu=native";
    let flag = facts.cargo.settings.rustflags.iter().find(|flag| is_it(&flag.value))?;
    Some(("-C target-cpu=native".to_owned(), flag.origin.clone()))
}

/// What cc-rs and CMake read: CFLAGS, CXXFLAGS, and CFLAGS_<target>.
fn c(facts: &Facts) -> Option<(String, Origin)> {
    let is_of_c = |name: &str| {
        ["CFLAGS", "CXXFLAGS", "HOST_CFLAGS", "TARGET_CFLAGS"]
            .iter()
            .any(|begin| name.starts_with(begin))
    };
    let mut names = facts
        .shell
        .env
        .names()
        .filter_map(|name| name.to_str())
        .filter(|name| is_of_c(name));
    names.find_map(|name| {
        let value = facts.shell.env.text(name)?;
        let flag = value.split_whitespace().find(|word| NATIVE.contains(word))?;
        Some((flag.to_owned(), Origin::Env(name.to_owned().into())))
    })
}

//! Where the cache is and how large it may be.

use std::path::Path;

use super::config::config_missing;
use super::fixes::{edit, export, stop_server, unset};
use super::origins;
use crate::facts::Facts;
use crate::facts::cache_dir::{CacheDir, FileSystem, Kind, Obstacle};
use crate::facts::config_file::Content;
use crate::finding::{Fix, Problem, quote, quote_path};
use crate::origin::Origin;
use crate::size::Size;

checks! {
    storage_unusable: Error, BrokenBuilds;
    cache_dir_unusable: Error, BrokenBuilds;
    foreign_files_in_cache: Error, LostCache;
    cache_exceeds_max: Warning, LostCache;
    cache_size_unparsed: Warning, LostCache;
    cache_size_tiny: Warning, LostCache;
    dir_literal: Warning, LostCache;
    cache_size: Warning, LostCache;
    cache_dir_vanished: Warning, LostCache;
    cache_on_volatile_fs: Warning, LostCache;
    cache_on_network_fs: Warning, LostCache;
    cache_in_worktree: Warning, LostCache;
    disk_too_small: Warning, LostCache;
    cache_of_strangers: Warning, FewerHits;
    remote_not_compiled_in: Warning, FewerHits;
}

const DIR: &str = "SCCACHE_DIR";
const SIZE: &str = "SCCACHE_CACHE_SIZE";
const GIB: u64 = 1 << 30;

fn storage_unusable(facts: &Facts) -> Option<Problem> {
    // The location is empty if sccache could not make the storage (`empty_server_info` in its `src/commands.rs`).
    let location = facts.sccache.planned()?.cache_location.as_deref();
    (location == Some("") && facts.server.running.is_none()).then(|| {
        Problem::new(
            "sccache cannot set up the configured cache: no server can start, and every build fails",
            Fix::Do("see what is missing: sccache --start-server".into()),
        )
    })
}

fn cache_dir_unusable(facts: &Facts) -> Option<Problem> {
    let dir = facts.sccache.cache_dir.as_ref()?;
    let (why, fix) = match dir.obstacle.as_ref()? {
        Obstacle::NotADirectory(path) => {
            let path = path.display();
            let fix = format!("move {path} away, or configure a different cache directory");
            (format!("{path} is not a directory"), Fix::Do(fix))
        }
        Obstacle::NotWritable(path, owner) => {
            let dir = quote_path(&dir.path);
            // Files of another user are most often left by a build with sudo.
            let (whose, command) = if *owner == facts.shell.uid {
                ("read-only".to_owned(), format!("chmod -R u+rwX {dir}"))
            } else {
                (format!("user {owner}'s"), format!("sudo chown -R \"$(id -u)\" {dir}"))
            };
            let why = format!("{} is {whose} and may not be written to", path.display());
            (why, Fix::Run(command))
        }
    };
    let what = format!(
        "sccache's cache {} cannot be used: {why}; C compiles fail, Rust crates are not stored",
        dir.path.display()
    );
    Some(Problem::new(what, fix))
}

fn foreign_files_in_cache(facts: &Facts) -> Option<Problem> {
    /// As many names as fit on a line.
    const SHOWN: usize = 3;
    let dir = facts.sccache.cache_dir.as_ref().filter(|dir| !dir.foreign.is_empty())?;
    let foreign = &dir.foreign;
    let mut names = foreign.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if foreign.len() > SHOWN {
        names += &format!(" and {} more", foreign.len() - SHOWN);
    }
    let what = format!(
        "sccache's cache {} contains other files ({names}): sccache deletes them when it needs the space",
        dir.path.display()
    );
    let fix = format!(
        "move them elsewhere, or give sccache a directory of its own: `dir` in [cache.disk] of {}",
        facts.sccache.config_name()
    );
    Some(Problem::new(what, Fix::Do(fix)).with_detail(foreign.iter().cloned()))
}

fn cache_exceeds_max(facts: &Facts) -> Option<Problem> {
    let used = facts.cache_used()?;
    let next = facts.sccache.next_limit()?;
    // A running server that has not counted its cache yet deletes with its first compile too.
    let running = facts.server.running().filter(|running| running.cache_size.is_none());
    let running = running.and_then(|running| running.max_size()).filter(|max| *max < next);
    let (max, who, fix) = match running.filter(|max| used > *max) {
        Some(max) => (max, "the running sccache server keeps", stop_server()),
        // The next whole GiB, and some space for new entries.
        None => {
            let enough = Size((used.0 / GIB + 2) * GIB);
            (next, "the next sccache server keeps", resize(facts, enough))
        }
    };
    let excess = Size(used.0.checked_sub(max.0).filter(|excess| *excess > 0)?);
    let what = format!(
        "the cache {} holds {used}, {who} {max}: its first compile deletes {excess}, the oldest first",
        facts.sccache.cache_dir_name()
    );
    Some(Problem::new(what, fix))
}

fn cache_size_unparsed(facts: &Facts) -> Option<Problem> {
    let error = facts.shell.env.text(SIZE)?.parse::<Size>().err()?;
    let what = format!("{SIZE} is ignored: {error}");
    Some(Problem::new(what, unset(SIZE)).at_variable(SIZE))
}

fn cache_size_tiny(facts: &Facts) -> Option<Problem> {
    /// Less than one build of a small project.
    const LEAST: Size = Size(GIB);
    let size = facts.sccache.next_limit().filter(|size| *size < LEAST)?;
    // If the flake wants more, this is `cache-size`.
    if facts.shell.wanted_size.is_some_and(|wanted| wanted > size) {
        return None;
    }
    let what = format!(
        "{} gives the next sccache server {size}, too little for one build",
        size_source(facts)
    );
    let problem = Problem::new(what, resize(facts, Size(24 * GIB)));
    Some(problem.at_places([size_origin(facts)]))
}

fn dir_literal(facts: &Facts) -> Option<Problem> {
    let what = |place: &str, value: &str| {
        let why = if value.is_empty() {
            "is empty"
        } else if value.starts_with('~') || value.contains('$') {
            "is taken literally: nothing expands it"
        } else if !value.starts_with('/') {
            "is not an absolute path"
        } else {
            return None;
        };
        Some(format!(
            "{place}`{value}` {why}: the cache is in a directory of that name, below the server's working directory"
        ))
    };
    if let Some(value) = facts.shell.env.text(DIR) {
        // A shell expands a home that is outside of the quotes.
        let fix = match value.strip_prefix("~/").filter(|rest| !rest.contains('$')) {
            Some(rest) => export(DIR, format!("\"$HOME\"/{}", quote(rest))),
            None => unset(DIR),
        };
        let what = what(&format!("{DIR}="), &value)?;
        return Some(Problem::new(what, fix).at_variable(DIR));
    }
    let dir = facts.disk_setting("dir")?;
    let value = dir.value.as_str().unwrap_or_default();
    let what = what(&format!("{}: dir = ", dir.origin), value)?;
    let file = &facts.sccache.config.as_ref()?.path;
    Some(Problem::new(what, edit(file)).at_places([dir.origin]))
}

fn cache_size(facts: &Facts) -> Vec<Problem> {
    let Some(wanted) = facts.shell.wanted_size else {
        return Vec::new();
    };
    let is_too_small = |size: &Size| *size < wanted && facts.limit_matters(*size);
    // Without a file this is `config-missing`.
    let has_cause = size_origin(facts) == Origin::Default && config_missing(facts).is_some();
    let next = facts
        .sccache
        .next_limit()
        .filter(|size| is_too_small(size) && !has_cause);
    let next = next.map(|size| {
        let source = size_source(facts);
        let what = format!("the flake wants a cache of {wanted}, {source} gives the next sccache server {size}");
        Problem::new(what, resize(facts, wanted)).at_places([size_origin(facts)])
    });
    let running = facts.server.running().and_then(|running| running.max_size());
    let running = running.filter(is_too_small).map(|size| {
        let what =
            format!("the flake wants a cache of {wanted}, the running sccache server has {size} until it is restarted");
        Problem::new(what, stop_server())
    });
    next.into_iter().chain(running).collect()
}

/// The variable that sets the next server's cache size, or that replaces the file's table and so its size.
fn size_variable(facts: &Facts) -> Option<&'static str> {
    let set = facts.disk_table_from_env();
    set.iter().find(|name| **name == SIZE).or(set.first()).copied()
}

fn size_origin(facts: &Facts) -> Origin {
    match size_variable(facts) {
        Some(name) => Origin::Env(name.into()),
        None => facts.disk_setting("size").map_or(Origin::Default, |size| size.origin),
    }
}

fn size_source(facts: &Facts) -> String {
    match size_origin(facts) {
        Origin::Env(name) if name != SIZE => format!("{name}, which brings sccache's default,"),
        origin => origins::shown(&origin),
    }
}

/// Gives the next server a cache of that size.
fn resize(facts: &Facts, size: Size) -> Fix {
    if let Some(name) = size_variable(facts) {
        return unset(name);
    }
    let size = size.to_sccache();
    match facts.sccache.config.as_ref().map(|config| &config.content) {
        Some(Content::Missing | Content::Toml(_)) => Fix::Run(format!("sccache-shell init --size {size}")),
        _ => Fix::Do(format!("set [cache.disk] size to {size} in sccache's config")),
    }
}

fn cache_dir_vanished(facts: &Facts) -> Option<Problem> {
    let running = facts.server.running()?;
    // A server that has not counted its cache yet makes the directory with its first compile.
    let is_counted = running.cache_size.is_some();
    let dir = running.cache_dir().filter(|_| is_counted && facts.server.dir_is_gone)?;
    let what = format!(
        "the running sccache server's cache {} was deleted: nothing is stored until the server is restarted",
        dir.display()
    );
    Some(Problem::new(what, stop_server()))
}

fn cache_on_volatile_fs(facts: &Facts) -> Option<Problem> {
    // On a CI machine nothing lasts except what the service keeps, which may be any directory.
    let dir = facts.sccache.cache_dir.as_ref().filter(|_| !facts.shell.env.is_ci())?;
    let why = why_volatile(dir, facts)?;
    let setting = if is_dir_from_env(facts) {
        DIR.to_owned()
    } else {
        facts.sccache.config_name()
    };
    let origin = origins::cache_dir(facts);
    let what = format!(
        "sccache's cache {} ({}) {why}: it starts empty again and again",
        dir.path.display(),
        origins::shown(&origin)
    );
    let fix = format!("remove the directory from {setting}: sccache's default lasts");
    Some(Problem::new(what, Fix::Do(fix)).at_places([origin]))
}

/// If the home is not permanent either (a container, a live system), there is no better place.
fn why_volatile(dir: &CacheDir, facts: &Facts) -> Option<String> {
    /// Emptied when the machine starts, on most systems.
    const TEMPORARY: [&str; 4] = ["/tmp", "/private/tmp", "/run", "/dev/shm"];
    let home = facts.shell.env.path("HOME").unwrap_or(Path::new("/"));
    let is_around = |top: &&str| dir.path.starts_with(top) && !home.starts_with(top);
    let target = facts.cargo.target.as_ref().map(|target| &target.dir.value);
    let file_system = dir.file_system.as_ref()?;
    if file_system.kind == Kind::Volatile && !dir.is_with_home {
        Some(format!("is in memory ({})", file_system.name))
    } else if let Some(top) = TEMPORARY.into_iter().find(is_around) {
        Some(format!("lies below {top}, which is emptied"))
    } else {
        let is_in_target = target.is_some_and(|target| dir.path.starts_with(target));
        is_in_target.then(|| "lies in the target directory, which `cargo clean` empties".to_owned())
    }
}

fn is_dir_from_env(facts: &Facts) -> bool {
    facts.disk_table_from_env().contains(&DIR)
}

fn cache_on_network_fs(facts: &Facts) -> Option<Problem> {
    let dir = facts.sccache.cache_dir.as_ref()?;
    let FileSystem { name, kind, .. } = dir.file_system.as_ref()?;
    let origin = origins::cache_dir(facts);
    let what = format!(
        "sccache's cache {} ({}) is on {name}, a network file system: slow, and shared by servers that do not know of each other",
        dir.path.display(),
        origins::shown(&origin)
    );
    let fix = "put it on a disk of this machine: `dir` in [cache.disk]; to share it use Redis, S3 or WebDAV";
    (*kind == Kind::Network).then(|| Problem::new(what, Fix::Do(fix.into())).at_places([origin]))
}

fn cache_in_worktree(facts: &Facts) -> Option<Problem> {
    let dir = &facts.sccache.cache_dir.as_ref()?.path;
    let root = facts.worktree_to_itself()?;
    // CI services keep a directory in the checkout from one run to the next.
    if !dir.starts_with(root) || facts.shell.env.is_ci() {
        return None;
    }
    let fix = if is_dir_from_env(facts) {
        unset(DIR)
    } else {
        Fix::Do(format!("remove `dir` from {}", facts.sccache.config_name()))
    };
    let origin = origins::cache_dir(facts);
    let what = format!(
        "sccache's cache {} ({}) lies in the worktree: a new worktree starts with an empty one",
        dir.display(),
        origins::shown(&origin)
    );
    Some(Problem::new(what, fix).at_places([origin]))
}

fn disk_too_small(facts: &Facts) -> Option<Problem> {
    let dir = facts.sccache.cache_dir.as_ref()?;
    let max = facts.sccache.next_limit()?;
    // A cache in memory is for `cache-on-volatile-fs`.
    let disk = dir.file_system.as_ref().filter(|disk| disk.kind != Kind::Volatile)?;
    // The cache's own files will be replaced. If their size is not known, the whole disk is the upper bound.
    let used = facts.cache_used();
    let room = used.map_or(disk.total, |used| Size(disk.free.0.saturating_add(used.0)));
    let what = format!(
        "sccache's cache {} may grow to {max}, but its disk has only room for {room}: when it is full, nothing is stored any more",
        dir.path.display()
    );
    let fits = Size((room.0 / GIB).max(1) * GIB);
    (room < max).then(|| Problem::new(what, resize(facts, fits)))
}

fn cache_of_strangers(facts: &Facts) -> Option<Problem> {
    let found = facts.shell.stranger.as_ref().filter(|_| facts.wrapper_is_ours())?;
    let fix = if found.is_mode {
        Fix::Run(format!("chmod go-w {}", quote_path(&found.path)))
    } else {
        Fix::Do("set XDG_CACHE_HOME to a directory of your own, in directories that no other user can write to".into())
    };
    let what = format!("{found}: the wrapper keeps nothing there, and leaves each compile to plain sccache");
    Some(Problem::new(what, fix))
}

fn remote_not_compiled_in(facts: &Facts) -> Option<Problem> {
    let remote = facts.sccache.remote.as_ref()?;
    // sccache then uses the local disk.
    facts.sccache.planned()?.cache_dir()?;
    let what = format!(
        "{} asks for a {} cache, which this sccache was built without: it silently uses the local disk",
        remote.origin, remote.kind
    );
    let fix = "use an sccache that was built with it (`sccache-shell.package` in the flake), or remove the setting";
    Some(Problem::new(what, Fix::Do(fix.into())).at_places([remote.origin.clone()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;

    /// Recorded facts: the tests run on no network file system.
    fn on(name: &str, kind: Kind) -> Option<Problem> {
        let env = Environment::new([("PATH", "/nonexistent")], Path::new("/"));
        let mut facts = Facts::gather(env, Depth::Quick);
        facts.sccache.cache_dir = Some(CacheDir {
            path: "/home/me/.cache/sccache".into(),
            obstacle: None,
            foreign: Vec::new(),
            file_system: Some(FileSystem {
                name: name.to_owned(),
                kind,
                free: Size(1 << 40),
                total: Size(1 << 41),
            }),
            is_with_home: true,
        });
        cache_on_network_fs(&facts)
    }

    #[test]
    fn a_network_file_system() {
        let found = on("nfs", Kind::Network).unwrap();
        assert!(found.what.contains("is on nfs, a network file system"), "{found:?}");
        assert_eq!(on("a local file system", Kind::Local), None);
        assert_eq!(on("tmpfs", Kind::Volatile), None);
    }
}

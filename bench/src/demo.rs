//! One project, two git worktrees, our shell in both, one table. Fails if the table shows less than the project claims.

use std::fs;
use std::path::Path;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::stats::{Counts, Stats};
use sccache_shell_e2e::{workspace, worktree};

use crate::{Broken, progress};

/// The size in the demo's configuration file, which must be in force.
const SIZE: &str = "24G";
const SIZE_BYTES: u64 = 24 << 30;

/// One build in one worktree.
struct Build {
    worktree: &'static str,
    stats: Stats,
    seconds: f64,
    server_before: Option<u32>,
    server_after: Option<u32>,
    incremental: String,
    sccache: String,
}

/// Builds in both worktrees, prints the table, and returns what is claimed and does not hold.
pub(crate) fn run() -> Broken {
    let home = Home::new();
    let main = home.path().join("main");

    progress("creating a project with a linked worktree");
    workspace::copy("demo", &main);
    let main = Consumer::write(&main, &format!("cacheSize = \"{SIZE}\";")).commit(&home);
    let feature = Consumer::at(&worktree::linked(main.dir(), "feature"));

    progress("entering the shell; the first time, this builds sccache-shell");
    let init = main.run(&home, Entry::Develop, &format!("sccache-shell init --size {SIZE}"));
    drop(init.ok());
    progress("fetching the crates");
    drop(main.run(&home, Entry::Develop, "cargo fetch --quiet --locked").ok());

    let builds = [build(&home, "main", &main), build(&home, "feature", &feature)];
    table(&builds);
    broken(&builds)
}

fn build(home: &Home, worktree: &'static str, shell: &Consumer) -> Build {
    progress(&format!("building in the worktree `{worktree}`"));
    let before = home.stats();
    let server_before = home.server().pid();
    let report = home.path().join("report");
    let out = shell.run(
        home,
        Entry::Develop,
        &format!(
            r#"start=$EPOCHREALTIME
cargo build --locked
end=$EPOCHREALTIME
printf '%s\n' "$start" "$end" "$CARGO_INCREMENTAL" "$(sccache --version)" > '{}'"#,
            report.display()
        ),
    );
    drop(out.ok());
    let [start, end, incremental, sccache] = lines(&report);
    let seconds = |text: &str| text.parse::<f64>().expect("bash's EPOCHREALTIME is a number");
    Build {
        worktree,
        stats: home.stats().since(&before),
        seconds: seconds(&end) - seconds(&start),
        server_before,
        server_after: home.server().pid(),
        incremental,
        sccache,
    }
}

fn lines<const N: usize>(file: &Path) -> [String; N] {
    let text = fs::read_to_string(file).expect("the script wrote it");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines
        .try_into()
        .unwrap_or_else(|lines| panic!("{N} lines expected in {lines:?}"))
}

fn table(builds: &[Build]) {
    let hits = |counts: Counts| {
        format!(
            "{:>3} of {:<3} {:>3.0} %",
            counts.hits,
            counts.hits + counts.misses,
            counts.percent()
        )
    };
    let pid = |pid: Option<u32>| pid.map_or_else(|| "none".to_owned(), |pid| pid.to_string());
    println!();
    println!(
        "{:<9}  {:<16}  {:<16}  {:>7}  {:<10}  {:<17}  {:<11}  sccache",
        "worktree", "Rust hits", "C/C++ hits", "seconds", "size limit", "server pid", "incremental"
    );
    for build in builds {
        println!(
            "{:<9}  {:<16}  {:<16}  {:>7.1}  {:<10}  {:<17}  {:<11}  {}",
            build.worktree,
            hits(build.stats.rust),
            hits(build.stats.c),
            build.seconds,
            build
                .stats
                .limit
                .map_or_else(|| "?".to_owned(), |bytes| format!("{} GiB", bytes >> 30)),
            format!("{} -> {}", pid(build.server_before), pid(build.server_after)),
            build.incremental,
            build.sccache.trim_start_matches("sccache "),
        );
    }
    println!();
}

/// Where the second worktree's row, or both, show less than is claimed.
fn broken(builds: &[Build; 2]) -> Broken {
    let [first, second] = builds;
    let mut broken = Broken::new();
    let mut claim = |holds: bool, line: String| {
        if !holds {
            broken.push(line);
        }
    };
    let (rust, c) = (second.stats.rust.misses, second.stats.c.misses);
    claim(rust == 0, format!("{rust} Rust compiles missed"));
    claim(c == 0, format!("{c} C and C++ compiles missed"));
    for build in builds {
        let Build {
            worktree,
            stats,
            incremental,
            ..
        } = build;
        claim(
            stats.limit == Some(SIZE_BYTES),
            format!("{worktree}: the size limit is {:?} bytes, not {SIZE}", stats.limit),
        );
        claim(
            incremental == "0",
            format!("{worktree}: CARGO_INCREMENTAL is {incremental:?}, not 0"),
        );
        claim(
            stats.errors == 0,
            format!("{worktree}: sccache counted {} errors", stats.errors),
        );
    }
    let pids = [first.server_after, second.server_before, second.server_after];
    claim(
        pids[0].is_some() && pids.iter().all(|pid| *pid == pids[0]),
        format!("the server changed: {pids:?}"),
    );
    broken
}

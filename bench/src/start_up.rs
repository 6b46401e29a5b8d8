//! The cost of every shell entry (the check) and of every compile (the wrapper): in a plain scene, with a large cache,
//! and with many worktrees.

mod nix_variables;

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{workspace, worktree};

use crate::timing::{Take, ms, ratio, times};
use crate::{Broken, progress};

/// `check --quiet` in a healthy shell: relative to one `sccache --show-stats`, and absolute.
const CHECK_RATIO: f64 = 4.0;
const CHECK_LIMIT: Duration = Duration::from_millis(10);
/// The time that the wrapper adds to a call, relative to the start of an empty program.
const WRAPPER_RATIO: f64 = 1.5;
/// By how much a large cache or many worktrees may change the times: the noise of two medians.
const GROWTH: f64 = 1.3;
/// A quick run has few rounds on a busy machine: it takes the fastest, and finds only large regressions.
const QUICK_SLACK: f64 = 2.0;

const QUICK_ROUNDS: usize = 40;
const ROUNDS: usize = 300;

const CACHE_FILES: usize = 100_000;
const WORKTREES: usize = 50;

/// Times of one scene.
struct Costs {
    scene: &'static str,
    check: Duration,
    stats: Duration,
    wrapped: Duration,
    empty: Duration,
    /// The same two with every variable of nixpkgs' compilers set.
    wrapped_nix: Duration,
    empty_nix: Duration,
}

impl Costs {
    fn added(&self) -> Duration {
        self.wrapped.saturating_sub(self.empty)
    }

    fn added_nix(&self) -> Duration {
        self.wrapped_nix.saturating_sub(self.empty_nix)
    }
}

/// Sets the scenes, measures in each, prints the table, and returns the bounds that do not hold.
pub(crate) fn run(quick: bool) -> Broken {
    let rounds = if quick { QUICK_ROUNDS } else { ROUNDS };
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    progress("entering the shell; the first time, this builds sccache-shell");
    let shell = Consumer::write(&dir, "cacheSize = \"24G\";").commit(&home);
    drop(shell.run(&home, Entry::Develop, "cargo build --quiet --locked").ok());

    let mut all = vec![measure(&home, &shell, rounds, "plain")];
    progress(&format!("{CACHE_FILES} files in the cache"));
    fill_cache(&home.path().join(".cache/sccache"));
    all.push(measure(&home, &shell, rounds, "100,000 cached files"));
    progress(&format!("{WORKTREES} worktrees"));
    for number in 0..WORKTREES {
        worktree::linked(&dir, &format!("linked-{number}"));
    }
    all.push(measure(&home, &shell, rounds, "and 50 worktrees"));

    table(&all, rounds);
    broken(&all, if quick { QUICK_SLACK } else { 1.0 })
}

fn measure(home: &Home, shell: &Consumer, rounds: usize, scene: &'static str) -> Costs {
    progress(&format!("measuring: {scene}"));
    let bench = env::current_exe().expect("this program has a path");
    let report = home.path().join("report");
    let script = format!(
        "'{}' start-up --inside {rounds} '{}'",
        bench.display(),
        report.display()
    );
    drop(shell.run(home, Entry::Develop, &script).ok());
    let text = fs::read_to_string(&report).expect("the inner run wrote it");
    let times: Vec<Duration> = text
        .split_whitespace()
        .map(|nanos| Duration::from_nanos(nanos.parse().expect("a number")))
        .collect();
    let [check, stats, wrapped, empty, wrapped_nix, empty_nix] = times[..] else {
        panic!("six times expected in {text:?}")
    };
    Costs {
        scene,
        check,
        stats,
        wrapped,
        empty,
        wrapped_nix,
        empty_nix,
    }
}

/// In the shell: measures, and writes the six times in nanoseconds to `report`.
pub(crate) fn inside(rounds: usize, report: &str) {
    let wrapper = PathBuf::from(env::var_os("RUSTC_WRAPPER").expect("the shell sets RUSTC_WRAPPER"));
    // By its own name: called by a different one, sccache assumes that it is a compiler.
    let real = fs::canonicalize(wrapper.with_file_name("real")).expect("the wrapper has the real one beside it");

    // The bound is for a healthy shell: findings take longer.
    let verdict = Output::of(Command::new("sccache-shell").arg("check"));
    assert_eq!(verdict.code(), Some(0), "{verdict}");
    let quiet = Output::of(Command::new("sccache-shell").args(["check", "--quiet"]));
    assert_eq!(
        (quiet.stdout(), quiet.stderr()),
        ("", ""),
        "the shell should be healthy: {quiet}"
    );

    let scratch = tempfile::tempdir().expect("TMPDIR is writable");
    let empty = env::current_exe()
        .expect("this program has a path")
        .with_file_name("empty");
    let wrapped = wrapper_of(&empty, &wrapper, scratch.path());

    let mut check = Command::new("sccache-shell");
    check.args(["check", "--quiet"]);
    let mut stats = Command::new(real);
    stats.arg("--show-stats");
    let programs = [
        check,
        stats,
        compile(&wrapped),
        compile(&empty),
        nix_variables::compile(&wrapped),
        nix_variables::compile(&empty),
    ];
    let take = if rounds == ROUNDS { Take::Median } else { Take::Fastest };
    let times = times(rounds, take, programs);
    let text: Vec<String> = times.iter().map(|time| time.as_nanos().to_string()).collect();
    fs::write(report, text.join(" ")).expect("the report is writable");
}

/// A wrapper directory as the module makes it, but with an empty program instead of sccache.
fn wrapper_of(empty: &Path, wrapper: &Path, scratch: &Path) -> PathBuf {
    let dir = scratch.join("libexec/sccache-shell");
    fs::create_dir_all(&dir).expect("TMPDIR is writable");
    let helper = fs::canonicalize(wrapper).expect("the wrapper is there");
    symlink(helper, dir.join("sccache")).expect("TMPDIR is writable");
    symlink(empty, dir.join("real")).expect("TMPDIR is writable");
    dir.join("sccache")
}

/// A call such as cargo makes for a library from the registry.
fn compile(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.args([
        "rustc",
        "--crate-name",
        "itoa",
        "--edition=2018",
        "src/lib.rs",
        "--crate-type",
        "lib",
    ]);
    command.args([
        "--emit=dep-info,metadata,link",
        "-C",
        "embed-bitcode=no",
        "-C",
        "debuginfo=2",
        "--out-dir",
        "target/debug/deps",
    ]);
    command.args([
        "-C",
        "metadata=0123456789abcdef",
        "-C",
        "extra-filename=-0123456789abcdef",
        "--cap-lints",
        "allow",
    ]);
    for (name, value) in [
        ("CARGO", "/usr/bin/cargo"),
        ("CARGO_CRATE_NAME", "itoa"),
        ("CARGO_MANIFEST_DIR", "/nowhere/itoa"),
        ("CARGO_PKG_NAME", "itoa"),
        ("CARGO_PKG_VERSION", "1.0.0"),
        ("CARGO_TERM_COLOR", "always"),
    ] {
        command.env(name, value);
    }
    command
}

/// As many entries as a full cache has, in sccache's own layout. They are small: only their number matters.
fn fill_cache(dir: &Path) {
    for number in 0..CACHE_FILES {
        // Spread over the 256 directories by the low bits.
        let name = format!("{:02x}{number:062x}", number % 256);
        let parent = dir.join(&name[..1]).join(&name[1..2]);
        if number < 256 {
            fs::create_dir_all(&parent).expect("the home is writable");
        }
        fs::write(parent.join(&name), b"entry").expect("the home is writable");
    }
}

fn table(all: &[Costs], rounds: usize) {
    let taken = if rounds == ROUNDS { "Medians" } else { "The fastest" };
    println!("\n{taken} of {rounds} rounds, the programs in turn:\n");
    println!(
        "| scene | `check --quiet` | `sccache --show-stats` | ratio | empty program | wrapper before it adds | ratio | the same with all of nixpkgs' variables | ratio |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for costs in all {
        println!(
            "| {} | {} | {} | {:.1} | {} | {} | {:.1} | {} | {:.1} |",
            costs.scene,
            ms(costs.check),
            ms(costs.stats),
            ratio(costs.check, costs.stats),
            ms(costs.empty),
            ms(costs.added()),
            ratio(costs.added(), costs.empty),
            ms(costs.added_nix()),
            ratio(costs.added_nix(), costs.empty_nix),
        );
    }
}

fn broken(all: &[Costs], slack: f64) -> Broken {
    let mut broken = Broken::new();
    let mut bound = |scene: &str, what: &str, value: f64, limit: f64| {
        let limit = limit * slack;
        if value > limit {
            broken.push(format!("{scene}: {what} is {value:.2}, over {limit:.2}"));
        }
    };
    let plain = &all[0];
    for costs in all {
        let scene = costs.scene;
        bound(
            scene,
            "the check against `sccache --show-stats`",
            ratio(costs.check, costs.stats),
            CHECK_RATIO,
        );
        bound(
            scene,
            "the check in milliseconds",
            costs.check.as_secs_f64() * 1e3,
            CHECK_LIMIT.as_secs_f64() * 1e3,
        );
        bound(
            scene,
            "what the wrapper adds, against an empty program",
            ratio(costs.added(), costs.empty),
            WRAPPER_RATIO,
        );
        bound(
            scene,
            "what the wrapper adds with all of nixpkgs' variables, against an empty program",
            ratio(costs.added_nix(), costs.empty_nix),
            WRAPPER_RATIO,
        );
        bound(
            scene,
            "the check against the plain scene",
            ratio(costs.check, plain.check),
            GROWTH,
        );
        bound(
            scene,
            "the wrapper against the plain scene",
            ratio(costs.wrapped, plain.wrapped),
            GROWTH,
        );
    }
    broken
}

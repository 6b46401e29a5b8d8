//! The purpose of the project: what one worktree built is a hit in the next.

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::stats::{Counts, Stats};
use sccache_shell_e2e::{workspace, worktree};

const CONFIG: &str = "cacheSize = \"24G\";";

/// Builds in the consumer's shell, and returns the server's counters for it.
fn build(home: &Home, consumer: &Consumer) -> Stats {
    let before = home.stats();
    drop(consumer.run(home, Entry::Develop, "cargo build --quiet --locked").ok());
    let counted = home.stats().since(&before);
    assert_eq!(counted.errors, 0, "{counted:?}");
    counted
}

fn project(home: &Home, name: &str) -> Consumer {
    let dir = home.path().join(name);
    workspace::copy("small", &dir);
    Consumer::write(&dir, CONFIG).commit(home)
}

#[test]
fn worktrees_and_projects_share_what_they_build() {
    let home = Home::with_cache_size("24G");
    let main = project(&home, "main");

    let cold = build(&home, &main);
    assert_eq!((cold.rust.hits, cold.c.hits), (0, 0), "{cold:?}");
    assert!(cold.rust.misses > 10, "{cold:?}");
    assert!(cold.c.misses > 10, "zlib and the C++ file: {cold:?}");
    assert_eq!(cold.limit, Some(24 << 30), "the configuration file's size: {cold:?}");
    let pid = home.server().running();

    drop(main.run(&home, Entry::Develop, "cargo clean --quiet").ok());
    let again = build(&home, &main);
    assert_eq!(
        again.rust,
        Counts {
            hits: cold.rust.misses,
            misses: 0
        },
        "members too: {again:?}"
    );
    assert_eq!(
        again.c,
        Counts {
            hits: cold.c.misses,
            misses: 0
        },
        "{again:?}"
    );

    let linked = Consumer::at(&worktree::linked(main.dir(), "feature"));
    let second = build(&home, &linked);
    assert_eq!(
        second.rust,
        Counts {
            hits: cold.rust.misses,
            misses: 0
        },
        "members, build scripts, macros and the program too: {second:?}"
    );
    assert_eq!(
        second.c,
        Counts {
            hits: cold.c.misses,
            misses: 0
        },
        "{second:?}"
    );

    let dir = home.path().join("elsewhere/depot");
    workspace::copy_renamed("small", &dir, "shop", "depot");
    let other = Consumer::write(&dir, CONFIG).commit(&home);
    let third = build(&home, &other);
    // All except its own library and program, which have different names.
    assert_eq!(
        third.rust,
        Counts {
            hits: cold.rust.misses - 2,
            misses: 2
        },
        "{third:?}"
    );
    assert_eq!(
        third.c,
        Counts {
            hits: cold.c.misses,
            misses: 0
        },
        "{third:?}"
    );
    let run = other.run(&home, Entry::Develop, "target/debug/depot-app").ok();
    assert!(run.stdout().starts_with("depot 7 zlib "), "{run}");

    assert_eq!(home.server().running(), pid, "one server throughout");
}

#[test]
fn c_and_cxx_are_cached_through_cmake_too() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    std::fs::create_dir_all(&dir).expect("the home is writable");
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("the home is writable");
    write(
        "CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.20)\nproject(ten C CXX)\nfile(GLOB files *.c *.cc)\nadd_library(ten STATIC ${files})\n",
    );
    // More of each than CMake compiles itself, to test the compilers.
    for number in 0..5 {
        write(
            &format!("c{number}.c"),
            &format!("int c{number}(void) {{ return {number}; }}\n"),
        );
        write(
            &format!("cxx{number}.cc"),
            &format!("#include <vector>\nint cxx() {{ return std::vector<int>({number}).size(); }}\n"),
        );
    }
    let consumer = Consumer::write(&dir, CONFIG).commit(&home);
    let build = |name: &str| {
        let before = home.stats();
        let script = format!("cmake -S . -B {name} >&2 && cmake --build {name} >&2");
        drop(consumer.run(&home, Entry::Develop, &script).ok());
        home.stats().since(&before)
    };
    let first = build("target/first");
    assert!(first.c.misses >= 10, "{first:?}");
    let second = build("target/second");
    assert!(second.c.hits >= 10 && second.c.misses == 0, "{second:?}");
}

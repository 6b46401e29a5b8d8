//! C, C++ and assembler in Nix shells with different inputs: what make and CMake build is correct, and compiles with
//! the same inputs are shared.

use std::fs;
use std::path::Path;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::stats::Counts;
use sccache_shell_e2e::{workspace, worktree};

/// A shell with a library whose only header defines `answer`, which the fixture prints three times.
fn flake(answer: u32) -> String {
    let build = format!("mkdir -p $out/include; echo '#define ANSWER {answer}' >$out/include/answer.h");
    format!(
        "nativeBuildInputs = [ pkgs.cmake pkgs.gnumake ]; buildInputs = [ (pkgs.runCommand \"answer\" {{ }} \"{build}\") ];"
    )
}

fn project(home: &Home, config: &str) -> Consumer {
    let dir = workspace::copy("answer", &home.path().join("one"));
    Consumer::write_shell(&dir, config, &flake(1)).commit(home)
}

/// A worktree of it with a different library.
fn changed(one: &Consumer, config: &str) -> Consumer {
    let dir = worktree::linked(one.dir(), "two");
    let lock = fs::read(dir.join("flake.lock")).expect("it was committed");
    let two = Consumer::write_shell(&dir, config, &flake(2));
    assert_eq!(fs::read(dir.join("flake.lock")).expect("it stays"), lock);
    two
}

// Older than a second, or sccache's preprocessor mode does not trust the files; and a clean build, to test sccache.
const MAKE: &str = "touch -t 202601010000 *.c *.cpp *.S; make --silent --always-make answer >&2; ./answer";
const CMAKE: &str =
    "touch -t 202601010000 *.c *.cpp; rm -rf build; cmake -S . -B build >&2; cmake --build build >&2; ./build/answer";

/// Builds, and returns the program's output and the server's counters for C and C++.
fn build(home: &Home, consumer: &Consumer, entry: Entry, script: &str) -> (String, Counts) {
    let before = home.stats();
    let out = consumer.run(home, entry, script).ok();
    let counted = home.stats().since(&before);
    assert_eq!(counted.errors, 0, "{counted:?}");
    (out.stdout().trim_end().to_owned(), counted.c)
}

#[test]
fn plain_sccache_returns_the_other_shells_objects() {
    for script in [MAKE, CMAKE] {
        let home = Home::with_cache_size("1G");
        let config = "helper = null;";
        let one = project(&home, config);
        assert_eq!(build(&home, &one, Entry::Develop, script).0, "1 1 1");
        // Preprocessor mode's key contains the file's path: the same worktree, with the other library.
        let path = one.dir().join("flake.nix");
        let changed = fs::read_to_string(&path)
            .expect("it is there")
            .replace("ANSWER 1", "ANSWER 2");
        fs::write(path, changed).expect("the home is writable");
        let stale = build(&home, &one, Entry::Develop, script).0;
        assert_eq!(
            stale, "1 1 1",
            "right by now? then the wrapper has less to do ({script})"
        );
    }
}

#[test]
fn shells_with_different_inputs_get_their_own_objects() {
    let home = Home::with_cache_size("1G");
    let one = project(&home, "");
    let two = changed(&one, "");
    for script in [MAKE, CMAKE] {
        for (consumer, answer) in [(&one, "1 1 1"), (&two, "2 2 2"), (&one, "1 1 1"), (&two, "2 2 2")] {
            assert_eq!(build(&home, consumer, Entry::Develop, script).0, answer, "{script}");
        }
        // Also in one directory, after the library changed.
        let path = two.dir().join("flake.nix");
        let again = fs::read_to_string(&path)
            .expect("it is there")
            .replace("ANSWER 2", "ANSWER 3");
        fs::write(&path, &again).expect("the home is writable");
        assert_eq!(build(&home, &two, Entry::Develop, script).0, "3 3 3", "{script}");
        fs::write(&path, again.replace("ANSWER 3", "ANSWER 2")).expect("the home is writable");
    }
}

#[test]
fn worktrees_and_shells_with_the_same_inputs_share() {
    let home = Home::with_cache_size("1G");
    let one = project(&home, "");
    let linked = Consumer::at(&worktree::linked(one.dir(), "linked"));
    let other = another_project(&home);
    let (_, first) = build(&home, &one, Entry::Develop, MAKE);
    assert_eq!((first.hits, first.misses > 1), (0, true), "{first:?}");
    let all = Counts {
        hits: first.misses,
        misses: 0,
    };
    for entry in Entry::all() {
        for consumer in [&one, &linked, &other] {
            let (answer, counts) = build(&home, consumer, entry, MAKE);
            assert_eq!(
                (answer.as_str(), counts),
                ("1 1 1", all),
                "{entry:?}, {}",
                consumer.dir().display()
            );
        }
    }
}

/// The same inputs, and a derivation with a different name: its seed differs.
fn another_project(home: &Home) -> Consumer {
    let dir = workspace::copy("answer", &home.path().join("other"));
    Consumer::write_shell(&dir, "", &format!("name = \"other\"; {}", flake(1))).commit(home)
}

/// CMake passes absolute paths to the compiler. They are in sccache's key, so they must be stripped between worktrees.
#[test]
fn cmake_builds_share_between_shells_and_where_paths_are_stripped_between_worktrees() {
    let home = Home::new();
    let roots = home.path().display();
    home.configure(&format!(
        "basedirs = [\"{roots}/one\", \"{roots}/linked\"]\n[cache.disk]\nsize = \"1G\"\n\
         [cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n"
    ));
    let one = project(&home, "");
    let linked = Consumer::at(&worktree::linked(one.dir(), "linked"));
    let (_, first) = build(&home, &one, Entry::Develop, CMAKE);
    assert!(first.misses > 1, "{first:?}");
    for consumer in [&one, &linked] {
        let (answer, counts) = build(&home, consumer, Entry::Develop, CMAKE);
        assert_eq!(
            (answer.as_str(), counts.misses),
            ("1 1 1", 0),
            "{}",
            consumer.dir().display()
        );
        assert_eq!(counts.hits, first.hits + first.misses);
    }
    assert!(is_launched_by_the_word(&one.dir().join("build/CMakeCache.txt")));
}

/// The build directory contains no store path.
fn is_launched_by_the_word(cache: &Path) -> bool {
    let text = fs::read_to_string(cache).expect("CMake wrote it");
    text.contains("CMAKE_C_COMPILER_LAUNCHER:STRING=sccache\n")
}

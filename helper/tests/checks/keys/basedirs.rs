//! `basedirs` with sccache's preprocessor mode: wrong objects.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{NOTHING, Sandbox, make_older, older_sccache, real_sccache, what};

/// Two worktrees that differ only in a header.
fn c_sources(sandbox: &Sandbox) -> [PathBuf; 2] {
    ["a", "b"].map(|name| {
        let source = sandbox.write(
            format!("{name}/v.c"),
            "#include \"inc/v.h\"\nint v(void) { return V; }\n",
        );
        let header = sandbox.write(format!("{name}/inc/v.h"), format!("#define V \"{name}\"[0]\n"));
        make_older(&source);
        make_older(&header);
        sandbox.path(name)
    })
}

/// Whether the second worktree gets the first one's object.
fn gets_the_others_object(sandbox: &Sandbox) -> bool {
    let objects = c_sources(sandbox).map(|dir| {
        let mut compile = sandbox.sccache();
        compile.current_dir(&dir).args(["gcc", "-I.", "-c", "v.c", "-o", "v.o"]);
        let output = compile.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read(dir.join("v.o")).unwrap()
    });
    objects[0] == objects[1]
}

fn basedirs_direct_mode(sccache: &Path) {
    let mut sandbox = Sandbox::with_sccache(sccache);
    let roots = format!("{}:{}", sandbox.path("a").display(), sandbox.path("b").display());
    sandbox.set("SCCACHE_BASEDIRS", roots);
    assert!(
        gets_the_others_object(&sandbox),
        "fixed in sccache? then the check needs a maximum version"
    );

    // A server was started: both it and the next one are wrong.
    assert_eq!(sandbox.ids(), ["basedirs-direct-mode", "basedirs-direct-mode"]);
    let finding = sandbox.finding("basedirs-direct-mode");
    assert!(
        what(&finding).starts_with("the next sccache server has basedirs"),
        "{finding}"
    );
    sandbox.fix("basedirs-direct-mode");
    let finding = sandbox.finding("basedirs-direct-mode");
    assert!(what(&finding).starts_with("the running sccache server"), "{finding}");
    sandbox.fix("basedirs-direct-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(fs::read_to_string(sandbox.config()).unwrap().contains("size = \"24G\""));
    assert!(!gets_the_others_object(&sandbox));
}

#[test]
fn basedirs_direct_mode_now() {
    basedirs_direct_mode(&real_sccache());
}

#[test]
fn basedirs_direct_mode_in_0_17() {
    if let Some(sccache) = older_sccache("0.17") {
        basedirs_direct_mode(&sccache);
    }
}

#[test]
fn basedirs_direct_mode_where_the_environment_decides() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_BASEDIRS", sandbox.path("a"));
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    sandbox.fix("basedirs-direct-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("SCCACHE_BASEDIRS").unset("SCCACHE_DIRECT");
    assert_eq!(sandbox.ids(), NOTHING, "preprocessor mode alone is not a finding");
}

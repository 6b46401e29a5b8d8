//! Configuration: sccache's file, its variables, cargo's files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{NOTHING, Sandbox, older_sccache, what};

#[test]
fn config_missing() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.config()).unwrap();
    let finding = sandbox.finding("config-missing");
    assert!(what(&finding).contains("falls back to 10 GiB"), "{finding}");
    assert_eq!(sandbox.planned_size(), 10 << 30, "the finding is right");
    sandbox.fix("config-missing");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(fs::read_to_string(sandbox.config()).unwrap().contains("size = \"24G\""));
}

#[test]
fn config_missing_when_a_directory_or_a_link_to_nothing_is_there() {
    let sandbox = Sandbox::new();
    fs::remove_file(sandbox.config()).unwrap();
    std::os::unix::fs::symlink("/nonexistent", sandbox.config()).unwrap();
    assert_eq!(sandbox.ids(), ["config-missing"]);
    fs::remove_file(sandbox.config()).unwrap();
    fs::create_dir(sandbox.config()).unwrap();
    assert!(what(&sandbox.finding("config-missing")).contains("is a directory"));
}

#[test]
fn config_missing_names_the_variable() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CONF", sandbox.path("none"));
    assert!(what(&sandbox.finding("config-missing")).contains("none (SCCACHE_CONF) does not exist"));
}

#[test]
fn config_invalid() {
    let mut sandbox = Sandbox::new();
    for (text, line, why) in [
        ("[cache.disk]\nsize = \"24GB\"\n", 2, "24GB"),
        ("# x\n\n[cache.disk\n", 3, "unclosed table"),
        ("[cache.disk]\nsizes = \"24G\"\n", 2, "unknown field `sizes`"),
        ("[cache]\ndisk = true\n", 2, "invalid type"),
    ] {
        sandbox.configure(text);
        let finding = sandbox.finding("config-invalid");
        let place = format!("{}:{line}: ", sandbox.config().display());
        assert!(
            what(&finding).contains(&place) && what(&finding).contains(why),
            "{finding}"
        );
        assert_eq!(sandbox.ids(), ["config-invalid"]);
        assert!(!sandbox.helper(&["check"]).status.success());
        assert!(!sandbox.compiles_c(), "the finding is right");
        sandbox.edit_with("[cache.disk]\nsize = \"24G\"\n");
        sandbox.fix("config-invalid");
        assert!(sandbox.compiles_c());
        sandbox.stop_server();
    }
}

#[test]
fn config_key_too_new() {
    for (version, text, key) in [
        (
            "0.17",
            "[cache.webdav]\nendpoint = \"http://x\"\ndisable_create_dir = true\n",
            "cache.webdav.disable_create_dir",
        ),
        ("0.16", "client_side_mode = false\n", "client_side_mode"),
    ] {
        let Some(older) = older_sccache(version) else { continue };
        let sandbox = Sandbox::with_sccache(&older);
        sandbox.configure(text);
        assert!(!sandbox.compiles_c());
        assert_eq!(sandbox.ids(), ["config-key-too-new"]);
        let finding = sandbox.finding("config-key-too-new");
        assert!(what(&finding).contains(&format!("`{key}` needs sccache")), "{finding}");
        // A key that no version knows is a different finding.
        sandbox.configure("nonsense = 1\n");
        assert_eq!(sandbox.ids(), ["config-invalid"]);
    }
    let sandbox = Sandbox::new();
    sandbox.configure("client_side_mode = false\n[cache.disk]\nsize = \"24G\"\n");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn a_relative_config_file() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/.sccache.toml", "[cache.disk]\nsize = \"30G\"\n");
    sandbox.set("SCCACHE_CONF", ".sccache.toml");
    assert_eq!(sandbox.planned_size(), 30 << 30);
    fs::create_dir(sandbox.path("project/sub")).unwrap();
    assert_eq!(
        sandbox.go("project/sub").planned_size(),
        10 << 30,
        "a different file in each directory"
    );
    assert_eq!(
        sandbox.ids(),
        ["config-relative"],
        "that the file is missing here has this cause"
    );
    sandbox.fix("config-relative");
    assert_eq!(sandbox.planned_size(), 30 << 30);
    sandbox.set("SCCACHE_CONF", "~/.config/sccache/config");
    sandbox.fix("config-relative");
    assert!(!sandbox.finds("config-relative"));
    assert_eq!(sandbox.planned_size(), 24 << 30);
}

#[test]
fn env_overrides_file() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    let finding = sandbox.finding("env-overrides-file");
    let text = what(&finding);
    assert!(
        text.contains("SCCACHE_DIR in the environment replaces all of [cache.disk]"),
        "{text}"
    );
    assert!(
        text.contains("its size no longer counts (the next server gets 10 GiB)"),
        "{text}"
    );
    // A size that is set as well is not lost.
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("SCCACHE_CACHE_SIZE");
    sandbox.fix("env-overrides-file");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn env_bool_invalid() {
    let mut sandbox = Sandbox::new();
    for (name, value) in [
        ("SCCACHE_DIRECT", "yes"),
        ("SCCACHE_CLIENT_SIDE", "no"),
        ("SCCACHE_SKIP_CACHE_CHECK", "2"),
    ] {
        sandbox.set(name, value);
        assert!(!sandbox.compiles_c(), "{name}");
        assert_eq!(sandbox.ids(), ["env-bool-invalid"]);
        let finding = sandbox.finding("env-bool-invalid");
        assert!(what(&finding).starts_with(&format!("{name}=`{value}`")), "{finding}");
        sandbox.fix("env-bool-invalid");
        assert!(!sandbox.finds("env-bool-invalid"), "{name}");
        sandbox.unset(name);
    }
    sandbox.set("SCCACHE_CLIENT_SIDE", "off");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
}

#[test]
fn basedirs_relative() {
    let mut sandbox = Sandbox::new();
    for value in ["~/src:/y", "src", "/x:y"] {
        sandbox.set("SCCACHE_BASEDIRS", value);
        assert!(!sandbox.compiles_c());
        assert_eq!(sandbox.ids(), ["basedirs-relative"]);
        sandbox.fix("basedirs-relative");
    }
    sandbox.unset("SCCACHE_BASEDIRS");
    sandbox.configure("basedirs = [\"/x\",\n \"~/y\"]\n[cache.disk]\nsize = \"24G\"\n");
    let finding = sandbox.finding("basedirs-relative");
    let place = format!("{}:1 has `~/y`", sandbox.config().display());
    assert!(what(&finding).starts_with(&place), "{finding}");
    sandbox.edit_with("[cache.disk]\nsize = \"24G\"\n");
    sandbox.fix("basedirs-relative");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cargo_config_invalid() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/.cargo/config.toml", "[build]\n\ntarget-dir = \n");
    assert!(!sandbox.cargo_builds());
    let finding = sandbox.finding("cargo-config-invalid");
    let place = sandbox.path("project/.cargo/config.toml");
    assert!(
        what(&finding).starts_with(&format!("cargo cannot read {}:3: ", place.display())),
        "{finding}"
    );
    sandbox.write("project/.cargo/config.toml", [0xff, 0xfe]);
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("cargo-config-invalid")).contains("UTF-8"));
    sandbox.write("project/.cargo/config.toml", "[build]\n\ntarget-dir = \n");
    sandbox.edit_with("[build]\n");
    sandbox.fix("cargo-config-invalid");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
    // An include of a missing file is an error since cargo 1.94.
    fs::write(&place, "include = [\"none.toml\"]\n").unwrap();
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("cargo-config-invalid")).contains("none.toml, which is not there"));
    fs::remove_file(place).unwrap();
    sandbox.write("project/Cargo.toml", "[package\n");
    assert!(!sandbox.cargo_builds());
    assert!(sandbox.finds("cargo-config-invalid"));
}

#[test]
fn preprocessor_table_partial() {
    let mut sandbox = Sandbox::new();
    let table = "[cache.disk]\nsize = \"24G\"\n\n[cache.disk.preprocessor_cache_mode]\nfile_stat_matches = true\n";
    sandbox.configure(table);
    assert!(!preprocessor_mode(&sandbox), "the table turns the mode off");
    assert_eq!(sandbox.ids(), ["preprocessor-table-partial"]);
    sandbox.configure(format!("{table}use_preprocessor_cache_mode = true\n"));
    assert!(preprocessor_mode(&sandbox));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.configure(table);
    sandbox.fix("preprocessor-table-partial");
    assert_eq!(sandbox.ids(), NOTHING);
}

fn preprocessor_mode(sandbox: &Sandbox) -> bool {
    sandbox.stats()["use_preprocessor_cache_mode"].as_bool().unwrap()
}

#[test]
fn secrets() {
    let mut sandbox = Sandbox::new();
    let text =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://localhost\"\npassword = \"hunter2\"\n";
    sandbox.configure(text);
    fs::set_permissions(sandbox.config(), fs::Permissions::from_mode(0o640)).unwrap();
    let finding = sandbox.finding("secrets");
    assert!(
        what(&finding).contains("(`cache.webdav.password`), and others may read it (mode 640)"),
        "{finding}"
    );
    for form in [&["check"][..], &["check", "--json"], &["check", "--quiet"]] {
        let output = sandbox.helper(form);
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains("hunter2"),
            "{output:?}"
        );
    }
    sandbox.fix("secrets");
    assert!(!sandbox.finds("secrets"));
}

/// `secrets`: a configuration file that is committed can be read by everyone who has the repository.
#[test]
fn a_secret_in_git() {
    let mut sandbox = Sandbox::new();
    let text =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://localhost\"\npassword = \"hunter2\"\n";
    sandbox.configure(text);
    sandbox.set("SCCACHE_SHELL_IGNORE", "disk-too-small,remote-not-compiled-in");
    sandbox.run("home", "chmod", &["600", ".config/sccache/config"]);
    sandbox.git("home", &["init", "-q"]);
    assert_eq!(sandbox.ids(), NOTHING, "not added yet");
    sandbox.git("home", &["add", "-A"]);
    let text = what(&sandbox.finding("secrets"));
    assert!(text.contains("(`cache.webdav.password`) and is kept in git"), "{text}");
    sandbox.configure("[cache.disk]\nsize = \"24G\"\n");
    assert_eq!(sandbox.ids(), NOTHING, "without a secret it may be");
}

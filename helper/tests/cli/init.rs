//! `init` on real files, read by the real sccache.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use crate::support::{Sandbox, what};

fn text(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.config()).unwrap()
}

fn said(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_real_sccache_takes_what_it_writes() {
    let sandbox = Sandbox::new();
    fs::remove_dir_all(sandbox.path("home/.config")).unwrap();
    let output = sandbox.helper(&["init", "--size", "7G"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(sandbox.planned_size(), 7 << 30);
    assert_eq!(fs::metadata(sandbox.config()).unwrap().mode() & 0o600, 0o600);
}

#[test]
fn an_edit_keeps_everything_else() {
    let sandbox = Sandbox::new();
    let old = "# mine\n[cache.disk]\ndir = \"/var/tmp/c\" # here\nsize = \"10G\" # old\n\n[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n";
    sandbox.configure(old);
    fs::set_permissions(sandbox.config(), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(sandbox.helper(&["init", "--size", "48G"]).status.success());
    assert_eq!(text(&sandbox), old.replace("10G", "48G"));
    assert_eq!(fs::metadata(sandbox.config()).unwrap().mode() & 0o777, 0o600);
    // A second run changes nothing.
    let again = sandbox.helper(&["init", "--size", "48G"]);
    assert!(
        again.status.success() && said(&again).contains("has these settings already"),
        "{again:?}"
    );
}

#[test]
fn the_flakes_size_only_raises() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "20G");
    assert!(said(&sandbox.helper(&["init"])).contains("nothing to do"));
    assert!(text(&sandbox).contains("24G"));
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "30G");
    assert!(sandbox.helper(&["init"]).status.success());
    assert!(text(&sandbox).contains("30G"));
}

#[test]
fn a_dry_run_shows_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let output = sandbox.helper(&["init", "--size", "48G", "--dry-run"]);
    let shown = said(&output);
    assert!(
        shown.contains("-size = \"24G\"") && shown.contains("+size = \"48G\""),
        "{shown}"
    );
    assert!(text(&sandbox).contains("24G"));
    fs::remove_dir_all(sandbox.path("home/.config")).unwrap();
    assert!(said(&sandbox.helper(&["init", "--dry-run"])).contains("+[cache.disk]"));
    assert!(!sandbox.path("home/.config").exists());
}

#[test]
fn if_missing_makes_no_file_that_the_repository_names() {
    let sandbox = Sandbox::new();
    let elsewhere = sandbox.path("home/.bash_profile");
    let text = format!("[env]\nSCCACHE_CONF = \"{}\"\n", elsewhere.display());
    sandbox.write("project/.cargo/config.toml", text);
    fs::remove_file(sandbox.config()).unwrap();
    assert!(sandbox.helper(&["init", "--if-missing"]).status.success());
    assert!(!elsewhere.exists() && sandbox.config().exists());
    assert!(sandbox.helper(&["init"]).status.success());
    assert!(elsewhere.exists(), "on request");
}

#[test]
fn if_missing_leaves_what_is_there() {
    let sandbox = Sandbox::new();
    let output = sandbox.helper(&["init", "--if-missing", "--size", "48G"]);
    assert!(output.status.success() && said(&output).is_empty(), "{output:?}");
    assert!(text(&sandbox).contains("24G"));
    fs::remove_file(sandbox.config()).unwrap();
    assert!(
        sandbox
            .helper(&["init", "--if-missing", "--size", "48G"])
            .status
            .success()
    );
    assert!(text(&sandbox).contains("48G"));
}

#[test]
fn sccache_conf_is_honoured() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CONF", sandbox.path("other/my conf"));
    assert!(sandbox.helper(&["init", "--size", "9G"]).status.success());
    assert!(
        fs::read_to_string(sandbox.path("other/my conf"))
            .unwrap()
            .contains("9G")
    );
    sandbox.set("SCCACHE_CONF", sandbox.write("conf.json", "{}"));
    let output = sandbox.helper(&["init", "--size", "9G"]);
    assert!(
        !output.status.success() && said(&output).contains("is JSON"),
        "{output:?}"
    );
    assert_eq!(fs::read_to_string(sandbox.path("conf.json")).unwrap(), "{}");
}

#[test]
fn a_broken_file_is_left_alone() {
    let sandbox = Sandbox::new();
    for broken in ["[cache\n", "cache = 3\n"] {
        sandbox.configure(broken);
        let output = sandbox.helper(&["init", "--size", "9G"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("config:1:"), "{output:?}");
        assert_eq!(text(&sandbox), broken);
    }
    let bytes = b"[cache.disk]\n# \xff\n";
    sandbox.configure(bytes);
    assert!(said(&sandbox.helper(&["init", "--size", "9G"])).contains("not UTF-8"));
    assert_eq!(fs::read(sandbox.config()).unwrap(), bytes);
}

#[test]
fn a_home_that_is_not_there_is_not_made() {
    let mut sandbox = Sandbox::new();
    let home = sandbox.path("homeless-shelter");
    sandbox.set("HOME", &home);
    let output = sandbox.helper(&["init"]);
    assert!(
        !output.status.success() && said(&output).contains("does not exist"),
        "{output:?}"
    );
    assert!(!home.exists());
}

#[test]
fn a_file_of_a_similar_name_is_reported_and_kept() {
    let mut sandbox = Sandbox::new();
    let config = sandbox.config();
    let toml = config.with_file_name("config.toml");
    fs::rename(&config, &toml).unwrap();
    fs::write(&toml, "[cache.disk]\nsize = \"50G\"\n").unwrap();
    assert_eq!(
        sandbox.planned_size(),
        10 << 30,
        "sccache does not read a file of that name"
    );
    let finding = sandbox.finding("config-missing");
    assert!(
        what(&finding).contains("config.toml, which lies beside it"),
        "{finding}"
    );
    for args in [&["init", "--size", "24G"][..], &["init"]] {
        let output = sandbox.helper(args);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(said(&output).contains("config.toml lies beside"));
        assert!(!config.exists());
    }
    assert!(sandbox.helper(&["init", "--if-missing"]).status.success() && !config.exists());
    sandbox.fix("config-missing");
    assert_eq!(sandbox.planned_size(), 50 << 30);
    // SCCACHE_CONF may name a JSON file.
    fs::remove_file(&config).unwrap();
    fs::write(
        config.with_file_name("config.json"),
        "{\"cache\":{\"disk\":{\"size\":53687091200}}}",
    )
    .unwrap();
    sandbox.fix("config-missing");
    assert_eq!(sandbox.planned_size(), 50 << 30);
}

#[test]
fn a_file_that_sccache_still_refuses() {
    let sandbox = Sandbox::new();
    sandbox.configure("[cache]\nsize = \"50G\"\n");
    let output = sandbox.helper(&["init", "--size", "24G"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = said(&output);
    assert!(
        said.contains("changed") && said.contains("still refuses the file") && said.contains("`size`"),
        "{said}"
    );
    assert!(sandbox.finds("config-invalid"));
}

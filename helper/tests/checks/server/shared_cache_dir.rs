//! Several servers with one cache directory.

use std::fs;
use std::time::Duration;

use crate::support::{NOTHING, Sandbox, noise, succeeds, wait_for_end, what};

/// The configuration of a running server is known only if the file is older than the server.
pub(in crate::checks) fn let_the_config_age() {
    std::thread::sleep(Duration::from_millis(100));
}

#[test]
fn shared_cache_dir() {
    let mut sandbox = Sandbox::new();
    let_the_config_age();
    sandbox.start_server();
    assert!(sandbox.compiles_c());
    let first = sandbox.server_pid().unwrap();
    let sockets = [sandbox.path("s"), sandbox.path("t")];
    sandbox.set("SCCACHE_SERVER_UDS", &sockets[1]);
    // Nothing listens here yet, but a server that is started will share the directory.
    let finding = sandbox.finding("shared-cache-dir");
    assert!(
        what(&finding).contains(&format!("(pid {first}, at {})", sockets[0].display())),
        "{finding}"
    );
    let second = sandbox.start_server();
    let finding = sandbox.finding("shared-cache-dir");
    assert!(what(&finding).contains(&format!("pid {second} does")), "{finding}");
    sandbox.fix("shared-cache-dir");
    wait_for_end(first);
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(
        sandbox.server_pid(),
        Some(second),
        "the server of this shell still runs"
    );
}

#[test]
fn a_server_that_lost_its_socket_is_found() {
    let mut sandbox = Sandbox::new();
    let_the_config_age();
    let lost = sandbox.start_server();
    assert!(sandbox.compiles_c());
    fs::remove_file(sandbox.path("s")).unwrap();
    let output = sandbox.sccache().arg("--start-server").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let finding = sandbox.finding("shared-cache-dir");
    let fix = finding["fix"]["run"].as_str().unwrap();
    assert_eq!(fix, format!("kill {lost}"));
    sandbox.fix("shared-cache-dir");
    wait_for_end(lost);
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn servers_with_directories_of_their_own() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
    // The configuration that the first server read is gone.
    sandbox.configure_disk(&format!("size = \"24G\"\ndir = {:?}", sandbox.path("other")));
    let_the_config_age();
    fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    sandbox.stop_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
}

/// Compiles an object of that many bytes by the sandbox's sccache.
fn compile_object(sandbox: &Sandbox, name: &str, size: usize) {
    let seed = u64::from(name.as_bytes()[0]);
    sandbox.write(format!("project/{name}.bin"), noise(size, seed));
    let text = format!("__asm__(\".incbin \\\"{name}.bin\\\"\");\nint {name};\n");
    sandbox.write(format!("project/{name}.c"), text);
    let mut compile = sandbox.sccache();
    succeeds(compile.args(["cc", "-c", &format!("{name}.c"), "-o", &format!("{name}.o")]));
}

/// `shared-cache-dir`: each server has its own list of the entries, which the other one does not update.
#[test]
fn two_servers_delete_each_others_entries() {
    let mut sandbox = Sandbox::new();
    sandbox.configure("[cache.disk]\nsize = \"500K\"\n");
    for _ in 0..3 {
        compile_object(&sandbox, "x", 300_000);
    }
    assert_eq!(sandbox.hits(), 2, "alone, a server keeps its entries");
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
    compile_object(&sandbox, "y", 300_000);
    sandbox.stop_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    compile_object(&sandbox, "x", 300_000);
    assert_eq!(sandbox.hits(), 2, "the other server has deleted the entry");
}

//! A sandbox's sccache server: started and stopped as a user does, and observed through the system and sccache's own
//! statistics, never through the helper.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Sandbox, succeeds, wait_until};

impl Sandbox {
    /// Starts a server of the real sccache with this sandbox's environment.
    pub(crate) fn start_server(&self) -> u32 {
        succeeds(self.sccache().arg("--start-server"));
        self.server_pid().expect("a server")
    }

    pub(crate) fn stop_server(&self) {
        succeeds(self.sccache().arg("--stop-server"));
    }

    /// The pid of the server at this sandbox's socket.
    pub(crate) fn server_pid(&self) -> Option<u32> {
        listener(Path::new(&self.var("SCCACHE_SERVER_UDS")?))
    }

    /// The answer of the running server, or, if none is running, of the one that would be started.
    pub(crate) fn stats(&self) -> Value {
        stats_at(self, None)
    }

    /// Hits of the running server, over all languages.
    pub(crate) fn hits(&self) -> u64 {
        let stats = self.stats();
        let counts = stats["stats"]["cache_hits"]["counts"].as_object().unwrap();
        counts.values().map(|count| count.as_u64().unwrap()).sum()
    }

    /// Hits and misses of the running server in a language.
    pub(crate) fn hits_and_misses(&self, language: &str) -> (u64, u64) {
        let stats = self.stats();
        let count = |what: &str| stats["stats"][what]["counts"][language].as_u64().unwrap_or(0);
        (count("cache_hits"), count("cache_misses"))
    }

    /// A number of the running server's statistics. If it is 0 it is read again for a second, because sccache stores
    /// in the background.
    pub(crate) fn running_stat(&self, name: &str) -> u64 {
        let mut count = 0;
        for _ in 0..20 {
            count = self.stats()["stats"][name].as_u64().unwrap();
            if count > 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        count
    }

    /// A setting that a server would have if it were started now, as the real sccache reports it.
    pub(crate) fn planned(&self, field: &str) -> String {
        self.planned_stats()[field].as_str().unwrap().to_owned()
    }

    /// The size limit of the cache in bytes that a server would have if it were started now.
    pub(crate) fn planned_size(&self) -> u64 {
        self.planned_stats()["max_cache_size"].as_u64().unwrap()
    }

    fn planned_stats(&self) -> Value {
        stats_at(self, Some("/nonexistent/x"))
    }

    /// Compiles a small C file by the real sccache, as a build script would, and returns whether that worked.
    pub(crate) fn compiles_c(&self) -> bool {
        let source = self.write("project/x.c", "int x;\n");
        let mut compile = self.sccache();
        compile.args(["cc", "-c"]).arg(&source).arg("-o").arg(self.path("x.o"));
        compile.output().unwrap().status.success()
    }

    /// Makes the sandbox's server address a port at which something listens that is not sccache.
    pub(crate) fn occupy_port(&mut self) -> TcpListener {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        self.unset("SCCACHE_SERVER_UDS")
            .set("SCCACHE_SERVER_PORT", port.to_string());
        listener
    }
}

/// Waits until a process that was signalled has ended: an sccache server takes up to ten seconds.
pub(crate) fn wait_for_end(pid: u32) {
    let runs = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    wait_until(&format!("process {pid} does not end"), || !runs());
}

fn stats_at(sandbox: &Sandbox, socket: Option<&str>) -> Value {
    let mut ask = sandbox.sccache();
    ask.envs(socket.map(|socket| ("SCCACHE_SERVER_UDS", socket)));
    serde_json::from_str(&succeeds(ask.args(["--show-stats", "--stats-format=json"]))).unwrap()
}

/// The pid of the process that listens at a socket's path, from the system's tables.
fn listener(socket: &Path) -> Option<u32> {
    let table = fs::read_to_string("/proc/net/unix").ok()?;
    let at_it = table.lines().filter(|line| {
        line.split_whitespace().nth(3) == Some("00010000") && line.ends_with(&format!(" {}", socket.display()))
    });
    let inodes = at_it.filter_map(|line| line.split_whitespace().nth(6)?.parse::<u64>().ok());
    let targets: Vec<PathBuf> = inodes.map(|inode| PathBuf::from(format!("socket:[{inode}]"))).collect();
    let holders = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mut files = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
        files
            .any(|file| fs::read_link(file.path()).is_ok_and(|link| targets.contains(&link)))
            .then_some(pid)
    });
    // If a server has lost its socket's file to a later one, the later one counts.
    holders.max_by_key(start_time)
}

/// When a process was started, in clock ticks since boot.
fn start_time(pid: &u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

//! An sccache server for one test: its port, the process that listens there, and how it is stopped.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::machine;
use crate::output::Output;

/// A port for one test. An sccache server that listens there is stopped when this is dropped.
pub struct Server {
    port: u16,
}

impl Server {
    /// A port on which nothing listens.
    ///
    /// # Panics
    /// If all are in use.
    pub fn on_free_port() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(0);
        // Below the range of the kernel's ephemeral ports, which cargo's downloads use, and at a random start for each
        // test process: two runs in different namespaces may have equal pids.
        let start = RandomState::new().hash_one(()) as u16 % 1000 * 20;
        for _ in 0..20_000 {
            let port = 11_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Self { port };
            }
        }
        panic!("no free port");
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that listens on the port, if one does.
    pub fn pid(&self) -> Option<u32> {
        if cfg!(target_os = "linux") {
            linux::listener(self.port)
        } else {
            lsof(self.port)
        }
    }

    /// The process that listens on the port.
    ///
    /// # Panics
    /// If none does.
    #[track_caller]
    pub fn running(&self) -> u32 {
        self.pid().expect("a server should be running")
    }

    /// Stops it, if it runs.
    pub fn stop(&self) {
        if self.pid().is_some() {
            // sccache itself, not our wrapper, which a failed test may have left in any state.
            let mut stop = Command::new(machine::program("sccache"));
            stop.arg("--stop-server")
                .env("SCCACHE_SERVER_PORT", self.port.to_string())
                .env("SCCACHE_CONF", "/dev/null");
            drop(Output::of(&mut stop));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn lsof(port: u16) -> Option<u32> {
    let mut lsof = Command::new("lsof");
    let out = Output::of(lsof.args(["-nP", &format!("-iTCP:{port}"), "-sTCP:LISTEN", "-t"]));
    out.stdout().lines().next()?.parse().ok()
}

mod linux {
    use std::fs;

    /// By the listening socket's inode: `/proc/net/tcp`, then the process that has it open.
    pub(super) fn listener(port: u16) -> Option<u32> {
        let local = format!("0100007F:{port:04X}");
        let table = fs::read_to_string("/proc/net/tcp").ok()?;
        let inode = table.lines().find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            (fields.get(1) == Some(&local.as_str()) && fields.get(3) == Some(&"0A")).then(|| fields[9].to_owned())
        })?;
        let socket = format!("socket:[{inode}]");
        fs::read_dir("/proc").ok()?.flatten().find_map(|process| {
            let pid = process.file_name().to_str()?.parse().ok()?;
            let mut open = fs::read_dir(process.path().join("fd")).ok()?.flatten();
            open.any(|fd| fs::read_link(fd.path()).is_ok_and(|to| to.as_os_str() == socket.as_str()))
                .then_some(pid)
        })
    }
}

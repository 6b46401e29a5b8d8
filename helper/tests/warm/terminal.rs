//! `warm` on a terminal: a bar while it copies, and nothing of it when it is done.

use std::fs::File;
use std::io::Read;
use std::process::Stdio;
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::interrupted::big;
use crate::lab::HELPER;

#[test]
fn a_bar_while_it_copies() {
    let lab = big();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&terminal).unwrap();
    unlockpt(&terminal).unwrap();
    let name = ptsname(&terminal, Vec::new()).unwrap();
    let end = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    let mut command = lab.command(HELPER, "b");
    command
        .arg("warm")
        .env("TERM", "xterm")
        .stdout(Stdio::piped())
        .stderr(end);
    let mut warm = command.spawn().unwrap();
    // Else the terminal stays open here.
    drop(command);
    let reader = thread::spawn(move || {
        let mut shown = Vec::new();
        // Ends with an error of its own on Linux, when the last program has closed the terminal.
        let _ = File::from(terminal).read_to_end(&mut shown);
        String::from_utf8_lossy(&shown).into_owned()
    });
    let mut said = String::new();
    warm.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(warm.wait().unwrap().success());
    let shown = reader.join().unwrap();
    assert!(shown.contains("copying units ") && shown.contains("MiB/"), "{shown:?}");
    // The whole line is taken away: nothing of it stays before the summary.
    let last = shown.rsplit("copying units ").next().unwrap();
    assert!(last.contains("\u{1b}[2K"), "{shown:?}");
    assert!(
        said.starts_with("sccache-shell: copied ") && !said.contains("copying"),
        "{said:?}"
    );
}

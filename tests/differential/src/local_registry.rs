//! A registry on this disk in the place of crates.io, as `cargo local-registry` makes one: cargo unpacks its crates
//! below CARGO_HOME, where those of crates.io would be.

use std::fs;
use std::path::Path;
use std::process::Command;

use sccache_shell_e2e::output::Output;

use crate::lab::write_files;
use crate::manifest::Layout;

/// Packs the crates of `layout` into the registry at `dir`, beside those that are there.
pub fn add(dir: &Path, layout: &Layout) {
    for (name, files) in &layout.outside {
        let version = layout.version;
        let packed = format!("{name}-{version}");
        let archive = dir.join(format!("{packed}.crate"));
        if archive.exists() {
            continue;
        }
        write_files(&dir.join("work").join(&packed), files);
        let mut tar = Command::new("tar");
        let work = dir.join("work");
        tar.arg("-czf").arg(&archive).arg("-C").arg(work).arg(&packed);
        drop(Output::of(&mut tar).ok());
        let uses = layout.uses.get(name).map_or(&[][..], Vec::as_slice);
        append(dir, name, &entry(name, version, uses, &sha256(&archive)));
    }
}

/// What CARGO_HOME's configuration says of it.
pub fn configuration(dir: &Path) -> String {
    format!(
        "[source.crates-io]\nreplace-with = \"here\"\n[source.here]\nlocal-registry = {:?}\n",
        dir.display().to_string()
    )
}

/// A line of the index, as cargo's `IndexPackage`.
fn entry(name: &str, version: &str, uses: &[String], checksum: &str) -> String {
    let dependency = |on: &String| {
        format!(
            "{{\"name\":\"{on}\",\"req\":\"={version}\",\"features\":[],\"optional\":false,\"default_features\":true,\
             \"target\":null,\"kind\":\"normal\"}}"
        )
    };
    let deps: Vec<String> = uses.iter().map(dependency).collect();
    format!(
        "{{\"name\":\"{name}\",\"vers\":\"{version}\",\"deps\":[{}],\"cksum\":\"{checksum}\",\"features\":{{}},\"yanked\":false}}\n",
        deps.join(",")
    )
}

fn append(dir: &Path, name: &str, line: &str) {
    let folder = match name.len() {
        length @ 1..=2 => length.to_string(),
        3 => format!("3/{}", &name[..1]),
        _ => format!("{}/{}", &name[..2], &name[2..4]),
    };
    let file = dir.join("index").join(folder).join(name);
    fs::create_dir_all(file.parent().expect("in the index")).expect("the lab is writable");
    let before = fs::read_to_string(&file).unwrap_or_default();
    fs::write(&file, before + line).expect("the lab is writable");
}

fn sha256(file: &Path) -> String {
    let out = Output::of(Command::new("sha256sum").arg(file)).ok();
    out.stdout().split_whitespace().next().unwrap_or_default().to_owned()
}

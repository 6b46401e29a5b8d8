//! Links between pages, and to headings in them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::page;

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(page::path("docs")).unwrap();
    let docs = docs.map(|entry| entry.unwrap().path());
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(page::path);
    top.into_iter().chain(docs).collect()
}

/// The targets of `](…)`, except for web addresses.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://"))
}

/// The anchors of a page's headings, as GitHub makes them: letters, digits, dashes, and dashes for spaces.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
        title.chars().filter(kept).collect::<String>().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

fn leads_somewhere(page: &Path, target: &str) -> bool {
    let (file, anchor) = target
        .split_once('#')
        .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let path = if file.is_empty() {
        page.to_owned()
    } else {
        page.parent().unwrap().join(file)
    };
    match anchor {
        None => path.exists(),
        Some(anchor) => fs::read_to_string(path).is_ok_and(|text| anchors(&text).iter().any(|found| found == anchor)),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut count = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text) {
            assert!(leads_somewhere(&page, target), "{}: {target}", page.display());
            count += 1;
        }
    }
    assert!(count > 100, "{count} links are too few: they are not found");
    let readme = page::path("README.md");
    assert!(!leads_somewhere(&readme, "docs/none.md") && !leads_somewhere(&readme, "docs/config.md#none"));
}

//! Which worktrees of the repository share with this one, which do not, and why.

use crate::facts::Facts;
use crate::facts::siblings::{Difference, Sibling};

/// Up to this many worktrees have a line each.
const FEW: usize = 4;

/// The most lines for worktrees that do not share.
const MAX_LISTED: usize = 5;

/// A row with the number of worktrees, then a row for each one that is listed; nothing outside of a cargo project.
pub(super) fn rows(facts: &Facts) -> Vec<(&'static str, String)> {
    let others = facts.other_worktrees();
    if others == 0 || facts.cargo.settings.root().is_none() {
        return Vec::new();
    }
    let is_in_form = facts.shares_members();
    let own = facts.variables_of_this_worktree();
    if !own.is_empty() {
        let what = not_shared(facts, &own, is_in_form);
        return vec![("worktrees", format!("{}; {what}", others + 1))];
    }
    let siblings = &facts.repository.siblings;
    let has_partner = siblings.len() < others || siblings.iter().any(|sibling| sibling.differences.is_empty());
    let what = if has_partner {
        shared(facts, is_in_form)
    } else {
        "none shares with this one".to_owned()
    };
    let mut rows = vec![("worktrees", format!("{}; {what}", others + 1))];
    if let Some(built) = &facts.cargo.built {
        let all = built.lock.sourced().count();
        rows.extend(listed(siblings, all).into_iter().map(|line| ("", line)));
        if !siblings.is_empty() && others > siblings.len() {
            rows.push(("", format!("{} more were not compared", others - siblings.len())));
        }
    }
    rows
}

/// Why other worktrees have different keys: the variables `own` contain this worktree's path.
fn not_shared(facts: &Facts, own: &[&str], is_in_form: bool) -> String {
    let what = if is_in_form {
        "only crates without dependencies can be shared"
    } else {
        "no crate can be shared"
    };
    let name = |name: &&str| match facts.shell.env.given(name) {
        Some(given) => format!("{name} ({})", given.origin),
        None => (*name).to_owned(),
    };
    let names: Vec<String> = own.iter().map(name).collect();
    let holds = if own.len() == 1 { "holds" } else { "hold" };
    format!("{what}: {} {holds} this one's path", names.join(", "))
}

/// Which crates can be shared, and by shells with which variables in common.
fn shared(facts: &Facts, is_in_form: bool) -> String {
    let what = if is_in_form {
        "all crates can be shared"
    } else {
        "crates from registries and git can be shared, members cannot"
    };
    let same = facts.variables_to_share();
    if same.is_empty() || !facts.caches_rust() {
        what.to_owned()
    } else {
        format!("{what}, by shells with the same {}", same.join(", "))
    }
}

/// `all`: how many packages of this worktree can be shared.
fn listed(siblings: &[Sibling], all: usize) -> Vec<String> {
    let name = |sibling: &Sibling| name(sibling, siblings);
    let (shares, differs): (Vec<&Sibling>, Vec<&Sibling>) =
        siblings.iter().partition(|sibling| sibling.differences.is_empty());
    let why_not = |sibling: &&Sibling| {
        let reasons: Vec<String> = sibling.differences.iter().map(reason).collect();
        format!("{} does not: {}", name(sibling), reasons.join("; "))
    };
    let mut lines: Vec<String> = if siblings.len() <= FEW {
        let one = |sibling: &&Sibling| format!("{} shares {}", name(sibling), packages(sibling, all));
        shares.iter().map(one).collect()
    } else if let Some(least) = shares.iter().min_by_key(|sibling| sibling.in_common) {
        let fewest = if least.in_common < all {
            format!("; the fewest with {}, {}", name(least), packages(least, all))
        } else {
            format!(" {}", packages(least, all))
        };
        vec![format!(
            "{} of the {} others share{fewest}",
            shares.len(),
            siblings.len()
        )]
    } else {
        Vec::new()
    };
    let fits = siblings.len() <= FEW || differs.len() <= MAX_LISTED;
    let count = if fits { differs.len() } else { MAX_LISTED - 1 };
    lines.extend(differs[..count].iter().map(why_not));
    if !fits {
        lines.push(format!("{} more do not", differs.len() - count));
    }
    lines
}

/// The directory's name if it is unique, else the whole path.
fn name(sibling: &Sibling, all: &[Sibling]) -> String {
    let is_only = all.iter().filter(|other| other.name() == sibling.name()).count() == 1;
    if is_only {
        sibling.name().to_string_lossy().into_owned()
    } else {
        sibling.worktree.display().to_string()
    }
}

fn packages(sibling: &Sibling, all: usize) -> String {
    let unbuilt = if sibling.is_unbuilt {
        "; nothing is built there yet"
    } else {
        ""
    };
    match sibling.in_common {
        _ if all == 0 => format!("crates from registries and git, of which there are none yet{unbuilt}"),
        1 if all == 1 => format!("the only crate{unbuilt}"),
        count if count == all => format!("all {all} crates{unbuilt}"),
        count => format!("{count} of {all} crates, by its Cargo.lock{unbuilt}"),
    }
}

fn reason(difference: &Difference) -> String {
    match difference {
        Difference::NoWorkspace => "it does not contain this workspace".to_owned(),
        Difference::Rustc { theirs, ours } => format!("rustc {theirs} built there, {ours} here"),
        Difference::Pin(file) => format!("its {file} is different, so its rustc may be too"),
        Difference::CargoHome(home) => format!("it was built with CARGO_HOME {}", home.display()),
        Difference::Rustflags(origin) => format!("different rustflags ({origin})"),
        Difference::Target(origin) => format!("a different target or linker ({origin})"),
        Difference::Vendored(origin) => format!("vendored sources ({origin})"),
        Difference::Profile(key, origin) => format!("a different `{key}` in the dev profile ({origin})"),
        Difference::Variable(name, origin) => {
            format!("a different {name} ({origin}), which is in the key of each crate with dependencies")
        }
        Difference::Packages => "no crate is in both Cargo.lock".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Origin;

    fn sibling(path: &str, in_common: usize, differences: Vec<Difference>) -> Sibling {
        Sibling {
            worktree: path.into(),
            is_unbuilt: false,
            differences,
            in_common,
        }
    }

    #[test]
    fn few_have_a_line_each() {
        let flags = || Difference::Rustflags(Origin::File("/w/c/.cargo/config.toml".into(), 2));
        let rustc = || Difference::Rustc {
            theirs: "1.90.0".to_owned(),
            ours: "1.95.0".to_owned(),
        };
        let some = [
            sibling("/w/a", 95, Vec::new()),
            sibling("/w/b", 80, Vec::new()),
            sibling("/w/c", 95, vec![rustc(), flags()]),
            Sibling {
                is_unbuilt: true,
                ..sibling("/w/d", 95, Vec::new())
            },
        ];
        insta::assert_snapshot!(listed(&some, 95).join("\n"), @"
        a shares all 95 crates
        b shares 80 of 95 crates, by its Cargo.lock
        d shares all 95 crates; nothing is built there yet
        c does not: rustc 1.90.0 built there, 1.95.0 here; different rustflags (/w/c/.cargo/config.toml:2)
        ");
    }

    #[test]
    fn of_many_only_those_that_do_not_share() {
        let mut many: Vec<Sibling> = (0..49)
            .map(|n| sibling(&format!("/w/s{n}"), 90 + n % 6, Vec::new()))
            .collect();
        assert_eq!(
            listed(&many, 95),
            ["49 of the 49 others share; the fewest with s0, 90 of 95 crates, by its Cargo.lock"]
        );
        let home = || vec![Difference::CargoHome("/c".into())];
        many.extend((0..9).map(|n| sibling(&format!("/{n}/x"), 95, home())));
        insta::assert_snapshot!(listed(&many, 95).join("\n"), @"
        49 of the 58 others share; the fewest with s0, 90 of 95 crates, by its Cargo.lock
        /0/x does not: it was built with CARGO_HOME /c
        /1/x does not: it was built with CARGO_HOME /c
        /2/x does not: it was built with CARGO_HOME /c
        /3/x does not: it was built with CARGO_HOME /c
        5 more do not
        ");
        assert!(listed(&many[49..], 95).len() <= 5, "none shares");
    }

    #[test]
    fn without_crates_to_share() {
        let one = [sibling("/w/a", 0, Vec::new())];
        assert_eq!(
            listed(&one, 0),
            ["a shares crates from registries and git, of which there are none yet"]
        );
    }
}

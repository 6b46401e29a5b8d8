//! Which of the repository's worktrees share what with this one, which would not, and why.

use crate::environment::names;
use crate::facts::Facts;
use crate::facts::siblings::{Difference, Sibling};

/// So many worktrees are all told one by one.
const FEW: usize = 4;

/// Of more, as many of those that do not share.
const MAX_TOLD: usize = 5;

/// A row that counts them, then a row for each that is told.
pub(super) fn rows(facts: &Facts) -> Vec<(&'static str, String)> {
    let others = facts
        .repository
        .git
        .iter()
        .flat_map(|repository| repository.others())
        .count();
    if others == 0 {
        return Vec::new();
    }
    let is_in_form = facts.wrapper_is_ours()
        && facts
            .shell
            .env
            .get(names::SHARE_MEMBERS)
            .is_none_or(|value| value != "false");
    let (own, same) = (facts.variables_of_this_worktree(), facts.variables_to_share());
    if !own.is_empty() {
        let what = if is_in_form {
            "crates that use no other can be shared"
        } else {
            "no crate can be shared"
        };
        let places = own.iter().map(|name| match facts.shell.env.given(name) {
            Some(given) => format!("{name} ({})", given.origin),
            None => (*name).to_owned(),
        });
        let holds = if own.len() == 1 { "holds" } else { "hold" };
        let names = places.collect::<Vec<_>>().join(", ");
        return vec![(
            "worktrees",
            format!("{}; {what}: {names} {holds} this one's path", others + 1),
        )];
    }
    let what = if is_in_form {
        "all crates can be shared"
    } else {
        "crates from registries and git can be shared, members cannot"
    };
    let by = if same.is_empty() || !facts.caches_rust() {
        String::new()
    } else {
        format!(", by shells with the same {}", same.join(", "))
    };
    let siblings = &facts.repository.siblings;
    let has_partner = siblings.len() < others || siblings.iter().any(|sibling| sibling.differences.is_empty());
    let head = if has_partner {
        format!("{}; {what}{by}", others + 1)
    } else {
        format!("{}; none shares with this one", others + 1)
    };
    let mut rows = vec![("worktrees", head)];
    if let Some(built) = &facts.cargo.built {
        let all = built.lock.sourced().count();
        rows.extend(told(siblings, all).into_iter().map(|line| ("", line)));
        if !siblings.is_empty() && others > siblings.len() {
            rows.push(("", format!("{} more were not looked at", others - siblings.len())));
        }
    }
    rows
}

/// `all`: how many packages this worktree has that can be shared.
fn told(siblings: &[Sibling], all: usize) -> Vec<String> {
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
    let fits = siblings.len() <= FEW || differs.len() <= MAX_TOLD;
    let count = if fits { differs.len() } else { MAX_TOLD - 1 };
    lines.extend(differs[..count].iter().map(why_not));
    if !fits {
        lines.push(format!("{} more do not", differs.len() - count));
    }
    lines
}

/// The directory's name where it is the only one, else the whole path.
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
        _ if all == 0 => format!("what comes from a registry or git, which nothing does yet{unbuilt}"),
        1 if all == 1 => format!("the only crate{unbuilt}"),
        count if count == all => format!("all {all} crates{unbuilt}"),
        count => format!("{count} of {all} crates, by its Cargo.lock{unbuilt}"),
    }
}

fn reason(difference: &Difference) -> String {
    match difference {
        Difference::NoWorkspace => "this workspace is not in it".to_owned(),
        Difference::Rustc { theirs, ours } => format!("rustc {theirs} built there, {ours} here"),
        Difference::Pin(file) => format!("its {file} is different, so its rustc may be too"),
        Difference::CargoHome(home) => format!("it was built with CARGO_HOME {}", home.display()),
        Difference::Rustflags(origin) => format!("other rustflags ({origin})"),
        Difference::Vendored(origin) => format!("vendored sources ({origin})"),
        Difference::Profile(key, origin) => format!("a different `{key}` in the dev profile ({origin})"),
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
    fn few_are_told_one_by_one() {
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
        insta::assert_snapshot!(told(&some, 95).join("\n"), @"
        a shares all 95 crates
        b shares 80 of 95 crates, by its Cargo.lock
        d shares all 95 crates; nothing is built there yet
        c does not: rustc 1.90.0 built there, 1.95.0 here; other rustflags (/w/c/.cargo/config.toml:2)
        ");
    }

    #[test]
    fn of_many_those_that_do_not_share() {
        let mut many: Vec<Sibling> = (0..49)
            .map(|n| sibling(&format!("/w/s{n}"), 90 + n % 6, Vec::new()))
            .collect();
        assert_eq!(
            told(&many, 95),
            ["49 of the 49 others share; the fewest with s0, 90 of 95 crates, by its Cargo.lock"]
        );
        let home = || vec![Difference::CargoHome("/c".into())];
        many.extend((0..9).map(|n| sibling(&format!("/{n}/x"), 95, home())));
        insta::assert_snapshot!(told(&many, 95).join("\n"), @"
        49 of the 58 others share; the fewest with s0, 90 of 95 crates, by its Cargo.lock
        /0/x does not: it was built with CARGO_HOME /c
        /1/x does not: it was built with CARGO_HOME /c
        /2/x does not: it was built with CARGO_HOME /c
        /3/x does not: it was built with CARGO_HOME /c
        5 more do not
        ");
        assert!(told(&many[49..], 95).len() <= 5, "none shares");
    }

    #[test]
    fn without_crates_to_share() {
        let one = [sibling("/w/a", 0, Vec::new())];
        assert_eq!(
            told(&one, 0),
            ["a shares what comes from a registry or git, which nothing does yet"]
        );
    }
}

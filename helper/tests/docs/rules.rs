//! The table of rules in `docs/worktrees.md` is the wrapper's list.

use std::fmt::Write;

use sccache_shell::why::Rule;

use crate::support::page;

#[test]
fn what_is_not_shared_is_the_wrappers_list() {
    let mut table = String::from("| what | | why | rule |\n|---|---|---|---|\n");
    for rule in Rule::ALL {
        let (when, reason) = (rule.when(), rule.reason());
        let _ = writeln!(
            table,
            "| {when} | {} | {reason} | `{}` |",
            rule.treatment().name(),
            rule.id()
        );
    }
    let test = "what_is_not_shared_is_the_wrappers_list";
    page::compare("docs/worktrees.md", "the rules", &table, test);
}

//! `docs/commands.md` is what `--help` prints.

use crate::support::page;

/// The maximum width of the help, so that it does not depend on the terminal.
const WIDTH: usize = 100;

fn help(command: &mut clap::Command) -> String {
    format!("```text\n{}\n```\n", command.render_long_help().to_string().trim_end())
}

#[test]
fn the_page_is_what_help_prints() {
    let mut command = sccache_shell::cli::command().term_width(WIDTH);
    command.build();
    let mut text = help(&mut command);
    let about_help = |command: &&mut clap::Command| command.get_name() != "help";
    for subcommand in command.get_subcommands_mut().filter(about_help) {
        let name = subcommand.get_name().to_owned();
        text += &format!("\n## {name}\n\n{}", help(subcommand));
    }
    page::compare("docs/commands.md", "the help", &text, "the_page_is_what_help_prints");
}

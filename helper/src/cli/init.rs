//! `init`: the size of the cache and the preprocessor mode, in sccache's own config file.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use directories::BaseDirs;

use super::{of_compiles, print};
use crate::config_edit::{self, Edit, Wish};
use crate::environment::{Environment, names};
use crate::escape;
use crate::facts::answer::{self, Blame};
use crate::facts::config_file::{ConfigFile, Content};
use crate::real_sccache;
use crate::size::Size;

/// Nix's store, unless Nix was built with a different one.
const STORE: &str = "/nix/store";

/// If neither the user nor the flake sets a size.
const DEFAULT_SIZE: Size = Size(24 << 30);

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The cache's size: a whole number and one of K, M, G, T; without it the flake's, else 24G
    #[arg(long)]
    size: Option<Size>,
    /// Turn preprocessor mode off, which with base directories gives wrong C objects (see `explain
    /// basedirs-direct-mode`)
    #[arg(long)]
    no_preprocessor_mode: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do nothing if there is a config file
    #[arg(long)]
    if_missing: bool,
    /// Then check the shell, as `check --quiet` does: one program for a shell's hook
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) check: bool,
}

pub(super) fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    let shell = Environment::current();
    // A hook runs this with `--if-missing`: no file may be made at a path that only the repository names.
    let env = if args.if_missing {
        shell.clone()
    } else {
        of_compiles(&shell)
    };
    let config =
        ConfigFile::read(&env).context("there is no home directory: set HOME, or name a file in SCCACHE_CONF")?;
    let is_missing = matches!(config.content, Content::Missing);
    if args.if_missing && (!is_missing || config.beside.is_some()) {
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(beside) = &config.beside {
        // It may set a size already.
        bail!(
            "{} lies beside {}, and sccache reads only the latter: move its settings there as TOML, or remove it; nothing was written",
            beside.display(),
            config.path.display()
        );
    }
    let path = config.path.display();
    match planned(args, &env, &config)? {
        None => print(&escape::lines(&format!(
            "{path} has these settings already: nothing to do\n"
        )))?,
        Some(edit) if args.dry_run => print(&escape::lines(&config_edit::diff(&edit)))?,
        Some(edit) => {
            let home = BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
            let needs_home = home.filter(|home| edit.path.starts_with(home));
            config_edit::save(&edit, needs_home.as_deref(), Path::new(STORE))?;
            print(&escape::lines(&done(&edit)))?;
            if let Some(why) = refusal(&shell, &env) {
                bail!(
                    "sccache still refuses the file, and every compile fails: {why}; to see more: sccache-shell check"
                );
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Why the real sccache refuses that file, by its own message.
fn refusal(shell: &Environment, env: &Environment) -> Option<String> {
    let sccache = real_sccache::find(None, shell.get("PATH"))?;
    let no_answer = answer::ask_planned(&sccache, env).wait().err()?;
    (no_answer.blame() == Some(Blame::ConfigFile)).then(|| no_answer.cause())
}

fn planned(args: &InitArgs, env: &Environment, config: &ConfigFile) -> anyhow::Result<Option<Edit>> {
    let wish = Wish {
        size: wanted_size(args, env, config),
        preprocessor_mode: args.no_preprocessor_mode.then_some(false),
    };
    if wish == Wish::default() {
        return Ok(None);
    }
    Ok(config_edit::plan(config, wish)?)
}

/// The user's size is always set; the flake's only makes the cache larger. To change the mode alone keeps the size,
/// unless there is no file yet: a file without a size would mean sccache's default.
fn wanted_size(args: &InitArgs, env: &Environment, config: &ConfigFile) -> Option<Size> {
    if args.size.is_some() {
        return args.size;
    }
    let wish: Option<Size> = env.text(names::CACHE_SIZE).and_then(|size| size.parse().ok());
    let size = wish.unwrap_or(DEFAULT_SIZE);
    let is_enough = config_edit::size_in(config).is_some_and(|now| now >= size);
    let only_mode = args.no_preprocessor_mode && !matches!(config.content, Content::Missing);
    (!is_enough && !only_mode).then_some(size)
}

fn done(edit: &Edit) -> String {
    let verb = if edit.before.is_some() { "changed" } else { "wrote" };
    format!(
        "sccache-shell: {verb} {}; a running server keeps its old settings until it is restarted\n",
        edit.path.display()
    )
}

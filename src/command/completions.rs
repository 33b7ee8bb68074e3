//! `kakou completions`: what a shell needs to complete the command line.

use super::failure::Failure;
use super::{Cli, End, terminal};
use clap::CommandFactory;
use clap_complete::Shell;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kakou completions bash > ~/.local/share/bash-completion/completions/kakou
  kakou completions zsh > ~/.zfunc/_kakou
  kakou completions fish > ~/.config/fish/completions/kakou.fish")]
pub(super) struct Args {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<End, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "kakou", &mut script);
    terminal::put(&script)?;
    Ok(End::Fine)
}

//! `live-status completions`: a shell's completions.

use clap::Args;
use clap_complete::Shell;

use super::failure::Failure;
use super::output;

/// Print a shell's completions
///
/// For bash: live-status completions bash > ~/.local/share/bash-completion/completions/live-status
#[derive(Args, Debug)]
pub(super) struct CompletionsArgs {
    /// Which shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "live-status", &mut text);
        output::print(&text)
    }
}

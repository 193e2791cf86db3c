//! `live-status hooks`: our hooks in the configurations of agents.

mod apply;
mod file;
mod list;
mod made;
mod memory;
mod off;
mod place;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::args::Global;
use super::failure::Failure;
use crate::hook::agents::{AGENTS, Agent};

/// Set up the hooks of agents, take them away, or list them
///
/// Hooks tell at once when an agent begins a turn and when it asks a person,
/// which its transcript may not. Only what is ours is put into an agent's
/// configuration and taken out again; every other byte stays, and what is not
/// understood is left alone.
#[derive(Args, Debug)]
pub(super) struct HooksArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Put hooks into the configurations of agents, after showing what changes
    Install(Change),
    /// Take them out again, and remember that they are not wanted
    Uninstall(Change),
    /// Say for each agent whether hooks are set up, where, and what silences them
    List(list::ListArgs),
}

/// Which agents, and how.
#[derive(Args, Debug)]
struct Change {
    /// Which agents: claude, codex, gemini, opencode, cursor, copilot, droid, qwen, kimi, grok
    #[arg(value_name = "AGENT", value_parser = names(), hide_possible_values = true)]
    agents: Vec<String>,

    /// Every agent that is found here and not opted out
    #[arg(long, conflicts_with = "agents")]
    all: bool,

    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,

    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(AGENTS.iter().map(|agent| agent.name))
}

impl HooksArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        match &self.what {
            What::Install(change) => apply::install(change, global),
            What::Uninstall(change) => apply::uninstall(change, global),
            What::List(args) => args.run(),
        }
    }
}

impl Change {
    /// The agents that are meant; those who are not here are none where all are.
    fn agents(&self) -> Result<Vec<&'static Agent>, Failure> {
        if !self.all && self.agents.is_empty() {
            return Err(Failure::usage("no agent is named").hint(
                "name agents, as: live-status hooks install claude codex; or --all for those that are here",
            ));
        }
        let named = |agent: &&Agent| self.agents.iter().any(|name| name == agent.name);
        let here = |agent: &&Agent| place::of(agent).is_some_and(|place| place.home.is_dir());
        if !self.all {
            return Ok(AGENTS.iter().filter(named).collect());
        }
        let found: Vec<_> = AGENTS.iter().filter(here).collect();
        match found.is_empty() {
            true => Err(Failure::usage(
                "none of the agents is here: they have no directory in your home",
            )
            .hint("name one to set it up all the same, as: live-status hooks install claude")),
            false => Ok(found),
        }
    }
}

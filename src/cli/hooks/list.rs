//! Whether hooks are set up, for every agent.

use std::fmt::Write as _;

use clap::Args;
use serde::Serialize;

use super::place::{self, Place};
use super::{apply, file, names, off};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::hook::agents::{AGENTS, Agent};
use crate::hook::edit;
use crate::safe::visible;

/// Say for each agent whether hooks are set up, where, and what silences them
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// Only these agents
    #[arg(value_name = "AGENT", value_parser = names(), hide_possible_values = true)]
    agents: Vec<String>,

    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// How one agent stands.
#[derive(Serialize)]
struct Standing {
    agent: &'static str,
    title: &'static str,
    /// Its directory is there.
    here: bool,
    installed: bool,
    /// Somebody took the hooks away.
    opted_out: bool,
    path: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    silenced: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl ListArgs {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let out = off::read();
        let mut text = String::new();
        for agent in AGENTS {
            if !self.agents.is_empty() && !self.agents.iter().any(|name| name == agent.name) {
                continue;
            }
            let place = place::of(agent).ok_or_else(|| {
                Failure::usage("where agents keep their hooks is not known").hint("set HOME")
            })?;
            let standing = standing(agent, &place, out.contains(agent.name));
            match self.json {
                true => {
                    text.push_str(&serde_json::to_string(&standing).unwrap_or_default());
                    text.push('\n');
                }
                false => standing.tell(&mut text),
            }
        }
        output::print(text.as_bytes())
    }
}

fn standing(agent: &Agent, place: &Place, opted_out: bool) -> Standing {
    let installed = file::read(&place.file).and_then(|text| match text {
        Some(text) => Ok(edit::is_installed(agent, &text)?),
        None => Ok(false),
    });
    Standing {
        agent: agent.name,
        title: agent.title,
        here: place.home.is_dir(),
        installed: matches!(installed, Ok(true)),
        opted_out,
        path: place.file.display().to_string(),
        silenced: apply::silencers(place),
        error: installed.err().map(|error| format!("{error:#}")),
    }
}

impl Standing {
    fn tell(&self, text: &mut String) {
        let state = match (self.installed, self.opted_out, self.here) {
            (true, _, _) => "installed",
            (false, true, _) => "opted out",
            (false, false, true) => "not installed",
            (false, false, false) => "not here",
        };
        // Writing into a text does not fail.
        let _ = writeln!(
            text,
            "{:<9} {state:<14} {}",
            self.agent,
            visible(&self.path)
        );
        for what in self.silenced.iter().filter(|_| self.installed) {
            let _ = writeln!(text, "{:<9} hooks do not run: {}", "", visible(what));
        }
        if let Some(error) = &self.error {
            let _ = writeln!(text, "{:<9} {}", "", visible(error));
        }
    }
}

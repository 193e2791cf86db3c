//! Hooks put in and taken out: every change is shown first.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use similar::TextDiff;

use super::place::{self, Place};
use super::{Change, file, off};
use crate::cli::args::{Global, complain};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::hook::agents::Agent;
use crate::hook::edit::{self, Becomes};

/// What is to become of one agent's file.
struct Plan {
    agent: &'static Agent,
    place: Place,
    before: Option<String>,
    becomes: Becomes,
}

pub(super) fn install(change: &Change, global: &Global) -> Result<(), Failure> {
    let out = off::read();
    let mut agents = change.agents()?;
    if change.all {
        let unwanted: Vec<_> = agents
            .extract_if(.., |agent| out.contains(agent.name))
            .collect();
        for agent in unwanted {
            global.say(format_args!(
                "{}: left out, since its hooks were taken away; live-status hooks install {0} sets them up again",
                agent.name
            ));
        }
    }
    let program = program();
    let make =
        |agent: &Agent, before: Option<&str>, _: bool| edit::install(agent, &program, before);
    let (plans, refused) = plan(&agents, &make);
    let done = carry_out(&plans, change)?;
    if done {
        said(&plans, "installed", "already installed")?;
        note(&agents, false);
        for plan in &plans {
            for what in silencers(&plan.place) {
                complain(format_args!(
                    "{}: hooks do not run: {what}",
                    plan.agent.name
                ));
            }
            if let (Some(remark), Becomes::Text(_)) = (plan.agent.remark, &plan.becomes) {
                global.say(format_args!("{}: {remark}", plan.agent.name));
            }
        }
    }
    verdict(refused)
}

pub(super) fn uninstall(change: &Change, _: &Global) -> Result<(), Failure> {
    let agents = change.agents()?;
    let make = |agent: &Agent, before: Option<&str>, own: bool| match before {
        Some(text) => edit::uninstall(agent, text, own),
        None => Ok(Becomes::Same),
    };
    let (plans, refused) = plan(&agents, &make);
    if carry_out(&plans, change)? {
        said(&plans, "taken out", "nothing of ours")?;
        note(&agents, true);
    }
    verdict(refused)
}

type Make<'a> = dyn Fn(&Agent, Option<&str>, bool) -> Result<Becomes, edit::Refusal> + 'a;

/// What would change, and how many were refused, which is said.
fn plan(agents: &[&'static Agent], make: &Make<'_>) -> (Vec<Plan>, usize) {
    let mut plans = Vec::new();
    for agent in agents {
        match planned(agent, make) {
            Ok(plan) => plans.push(plan),
            Err(error) => complain(format_args!("{}: {error:#}; left as it is", agent.name)),
        }
    }
    let refused = agents.len() - plans.len();
    (plans, refused)
}

fn planned(agent: &'static Agent, make: &Make<'_>) -> anyhow::Result<Plan> {
    let place = place::of(agent)
        .ok_or_else(|| anyhow::anyhow!("where it keeps its hooks is not known: set HOME"))?;
    let before = file::read(&place.file)?;
    let becomes = make(agent, before.as_deref(), place.own)
        .map_err(|refusal| anyhow::anyhow!("{}: {refusal}", place.file.display()))?;
    Ok(Plan {
        agent,
        place,
        before,
        becomes,
    })
}

/// Shows what changes, asks, and does it; whether it was done.
fn carry_out(plans: &[Plan], change: &Change) -> Result<bool, Failure> {
    let changing: Vec<_> = plans
        .iter()
        .filter(|plan| plan.becomes != Becomes::Same)
        .collect();
    let shown: String = changing.iter().map(|plan| difference(plan)).collect();
    output::print(shown.as_bytes())?;
    if change.dry_run {
        return Ok(false);
    }
    if !changing.is_empty() && !change.yes && !asked()? {
        return Ok(false);
    }
    let mut failed = 0;
    for plan in changing {
        let after = match &plan.becomes {
            Becomes::Text(text) => Some(text.as_str()),
            Becomes::Same | Becomes::Gone => None,
        };
        if let Err(error) = file::replace(&plan.place.file, plan.before.as_deref(), after) {
            complain(format_args!(
                "{}: {error:#}; left as it is",
                plan.agent.name
            ));
            failed += 1;
        }
    }
    verdict(failed).map(|()| true)
}

fn difference(plan: &Plan) -> String {
    let before = plan.before.as_deref().unwrap_or_default();
    let after = match &plan.becomes {
        Becomes::Text(text) => text,
        Becomes::Same => before,
        Becomes::Gone => "",
    };
    let path = plan.place.file.display().to_string();
    let none = "/dev/null";
    let old = if plan.before.is_none() { none } else { &path };
    let new = if plan.becomes == Becomes::Gone {
        none
    } else {
        &path
    };
    TextDiff::from_lines(before, after)
        .unified_diff()
        .header(old, new)
        .to_string()
}

/// Whether the person says yes; without a person somebody must have said so before.
fn asked() -> Result<bool, Failure> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return Err(
            Failure::usage("nobody is here to agree to the changes above")
                .hint("--yes makes them without asking, --dry-run only shows them"),
        );
    }
    let mut errors = std::io::stderr();
    errors.write_all(b"Make these changes? [y/N] ")?;
    let mut answer = String::new();
    input.read_line(&mut answer)?;
    let agreed = matches!(answer.trim(), "y" | "Y" | "yes");
    if !agreed {
        complain("nothing was changed");
    }
    Ok(agreed)
}

fn said(plans: &[Plan], done: &str, same: &str) -> Result<(), Failure> {
    let line = |plan: &Plan| {
        let what = if plan.becomes == Becomes::Same {
            same
        } else {
            done
        };
        format!(
            "{}: {what} ({})\n",
            plan.agent.name,
            plan.place.file.display()
        )
    };
    let text: String = plans.iter().map(line).collect();
    output::print(text.as_bytes())
}

/// Remembers who is out; not being able to is said, and changes nothing else.
fn note(agents: &[&Agent], out: bool) {
    let names: Vec<_> = agents.iter().map(|agent| agent.name).collect();
    if let Err(error) = off::remember(&names, out) {
        complain(format_args!("this choice is not remembered: {error:#}"));
    }
}

/// What in an agent's settings keeps its hooks from running.
pub(super) fn silencers(place: &Place) -> Vec<String> {
    let of = |path: &Path| {
        let text = std::fs::read_to_string(path).ok()?;
        Some(format!("{} in {}", edit::silenced(&text)?, path.display()))
    };
    place.settings.iter().filter_map(|path| of(path)).collect()
}

fn verdict(failed: usize) -> Result<(), Failure> {
    match failed {
        0 => Ok(()),
        1 => Err(Failure::input(
            "the hooks of one agent were left as they are",
        )),
        more => Err(Failure::input(format!(
            "the hooks of {more} agents were left as they are"
        ))),
    }
}

/// How hooks call us: by name where the shell finds us, so that the command stays the same over versions.
fn program() -> String {
    let name = "live-status";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let here = || std::env::current_exe().ok()?.to_str().map(str::to_owned);
    match here() {
        Some(here) if !found => {
            match here.contains(|c: char| !(c.is_ascii_alphanumeric() || "/._-+".contains(c))) {
                true => format!("'{here}'"),
                false => here,
            }
        }
        _ => name.to_owned(),
    }
}

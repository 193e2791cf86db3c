//! Hooks put in and taken out: every change is shown first.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use similar::TextDiff;

use super::made::{self, Made, Origin};
use super::place::{self, Place};
use super::{Change, file, off};
use crate::cli::args::{Global, complain};
use crate::cli::failure::Failure;
use crate::cli::output;
use crate::hook::agents::{self, Agent};
use crate::hook::edit::{self, Becomes};
use crate::safe::visible;

/// What is to become of one agent's file.
struct Plan {
    agent: &'static Agent,
    place: Place,
    before: Option<String>,
    /// Hooks of ours were in it.
    held_ours: bool,
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
    let program = program()?;
    let make =
        |_: &Place, agent: &Agent, before: Option<&str>| edit::install(agent, &program, before);
    let (plans, refused) = plan(&agents, &make);
    let done = carry_out(&plans, change, false)?;
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
    let made = Made::read();
    let make = |place: &Place, agent: &Agent, before: Option<&str>| match before {
        Some(text) => edit::uninstall(agent, text, goes(place, &made)),
        None => Ok(Becomes::Same),
    };
    let (plans, refused) = plan(&agents, &make);
    if carry_out(&plans, change, true)? {
        said(&plans, "taken out", "nothing of ours")?;
        note(&agents, true);
    }
    verdict(refused)
}

/// Whether a file goes once nothing is left in it that was not ours: one that bears our name, or that was
/// made for our hooks.
fn goes(place: &Place, made: &Made) -> bool {
    // Whoever put a link in its place has plans for it.
    let is_made = match made.origin(&place.file) {
        Some(origin) => origin == Origin::Made,
        None => place.silences,
    };
    place.own || is_made && !place.file.is_symlink()
}

type Make<'a> = dyn Fn(&Place, &Agent, Option<&str>) -> Result<Becomes, edit::Refusal> + 'a;

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
    let becomes = make(&place, agent, before.as_deref())
        .map_err(|refusal| anyhow::anyhow!("{}: {refusal}", place.file.display()))?;
    let held_ours = before
        .as_deref()
        .is_some_and(|text| edit::is_installed(agent, text) == Ok(true));
    Ok(Plan {
        agent,
        place,
        before,
        held_ours,
        becomes,
    })
}

/// Shows what changes, asks, and does it; whether it was done. Hooks are put in, or taken `out`.
fn carry_out(plans: &[Plan], change: &Change, out: bool) -> Result<bool, Failure> {
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
    let mut made = Made::read();
    for plan in changing {
        let path = &plan.place.file;
        let after = match &plan.becomes {
            Becomes::Text(text) => Some(text.as_str()),
            Becomes::Same | Becomes::Gone => None,
        };
        let folders = made::missing_above(path);
        if let Err(error) = file::replace(path, plan.before.as_deref(), after) {
            complain(format_args!(
                "{}: {error:#}; left as it is",
                plan.agent.name
            ));
            failed += 1;
        } else if out {
            made.forget(path);
        } else if plan.before.is_none() {
            for path in folders.iter().chain([path]) {
                made.note(path, Origin::Made);
            }
        } else if !plan.held_ours {
            made.note(path, Origin::Found);
        }
    }
    if made != Made::read()
        && let Err(error) = made.remember()
    {
        complain(format_args!(
            "which files were made is not remembered: {error:#}"
        ));
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
    let path = visible(&path);
    let none = "/dev/null";
    let old = if plan.before.is_none() { none } else { &path };
    let new = if plan.becomes == Becomes::Gone {
        none
    } else {
        &path
    };
    let text = TextDiff::from_lines(before, after)
        .unified_diff()
        .header(old, new)
        .to_string();
    // The lines and the indentation of the file are its own.
    let cells = |line: &str| line.split('\t').map(visible).collect::<Vec<_>>().join("\t");
    text.split('\n').map(cells).collect::<Vec<_>>().join("\n")
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
        let what = match plan.becomes {
            Becomes::Same => same,
            Becomes::Text(_) | Becomes::Gone => done,
        };
        let file = plan.place.file.display().to_string();
        let file = visible(&file);
        let gone = match plan.becomes {
            Becomes::Gone => ", and removed, since nothing else was in it",
            Becomes::Same | Becomes::Text(_) => "",
        };
        format!("{}: {what} ({file}{gone})\n", plan.agent.name)
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
///
/// By that name they are known again, too: under another one nobody could take them out.
fn program() -> Result<String, Failure> {
    let name = "live-status";
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
    let here = std::env::current_exe().ok().filter(|_| !found);
    let Some(here) = here.as_deref().and_then(Path::to_str) else {
        return Ok(name.to_owned());
    };
    let word = match here.contains(|c: char| !(c.is_ascii_alphanumeric() || "/._-+".contains(c))) {
        true => format!("'{here}'"),
        false => here.to_owned(),
    };
    match agents::is_program(&word) {
        true => Ok(word),
        false => Err(Failure::usage(format!(
            "hooks are known by the name {name}, and this program is {here}"
        ))
        .hint(format!(
            "name its file {name}, in a directory without a quote in its name, or put a {name} in PATH"
        ))),
    }
}

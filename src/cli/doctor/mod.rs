//! `live-status doctor`: what is here, and what to do where something is not.

mod server;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::{Global, counted};
use super::chat::Server;
use super::failure::Failure;
use super::output;
use super::sources::{root_of, usual_places};
use super::tail::discover;
use crate::follow::{Era, Follower, Options};
use crate::safe::visible;
use crate::sink::mattermost::Channel;
use crate::source::Source;

/// Check what live-status finds here, and say what to do
///
/// Each line begins with ok or with what to do. Where a chat server is set, it
/// is asked who we are there and what it takes; nothing is posted.
#[derive(Args, Debug)]
pub(super) struct DoctorArgs {
    /// Look at SOURCE instead of the usual places
    #[arg(value_name = "SOURCE")]
    sources: Vec<PathBuf>,

    #[command(flatten)]
    server: Server,

    /// See whether we may post in this channel: its id, or TEAM/NAME
    #[arg(long, value_name = "CHANNEL", value_parser = Channel::parse)]
    channel: Option<Channel>,
}

/// The findings so far.
#[derive(Default)]
struct Report {
    text: String,
    wrong: u32,
}

impl Report {
    fn ok(&mut self, what: impl std::fmt::Display) {
        let _ = writeln!(self.text, "ok    {}", visible(&what.to_string()));
    }

    fn todo(&mut self, what: impl std::fmt::Display, hint: impl std::fmt::Display) {
        self.wrong += 1;
        let (what, hint) = (what.to_string(), hint.to_string());
        let _ = writeln!(
            self.text,
            "TO DO {}\n      -> {}",
            visible(&what),
            visible(&hint)
        );
    }
}

impl DoctorArgs {
    pub(super) fn run(&self, _: &Global) -> Result<(), Failure> {
        let mut report = Report::default();
        report.ok(format_args!("live-status {}", super::version()));
        self.sources(&mut report);
        watches(&mut report);
        state(&mut report);
        server::look(&self.server, self.channel.as_ref(), &mut report);
        output::print(report.text.as_bytes())?;
        match report.wrong {
            0 => Ok(()),
            1 => Err(Failure::input("1 thing to do")),
            wrong => Err(Failure::input(format!("{wrong} things to do"))),
        }
    }

    fn sources(&self, report: &mut Report) {
        let mut any = false;
        if self.sources.is_empty() {
            for found in discover() {
                any = true;
                match found.root {
                    Ok(root) => look(
                        report,
                        &format!("{} ({})", found.path.display(), found.why),
                        root,
                    ),
                    Err(bad) => report.todo(
                        format_args!("{}: {bad}", found.path.display()),
                        format_args!("correct {}", found.why),
                    ),
                }
            }
        }
        for path in &self.sources {
            any = true;
            match root_of(path, None) {
                Ok(root) => look(report, &path.display().to_string(), root),
                Err(bad) => report.todo(bad, "name a directory of an agent or one within it, a transcript or a .sqlite store"),
            }
        }
        if !any {
            report.todo(
                format_args!(
                    "no transcripts: there is none of {}, and no variable names another place",
                    usual_places(None)
                ),
                "start an agent once, or set OPENCLAW_STATE_DIR; live-status run --replay examples/openclaw needs neither",
            );
        }
    }
}

/// What a root holds.
fn look(report: &mut Report, name: &str, root: crate::follow::Root) {
    let title = Source::named(root.source()).map_or(root.source(), |source| source.about().title);
    let is_own = root.source() == Source::OpenClaw.name();
    let mut follower = Follower::new(vec![root], Options::default());
    let mut rows = 0_u64;
    follower.scan(&mut |_, _| rows += 1);
    let mut agents: std::collections::BTreeMap<String, (u64, Era)> =
        std::collections::BTreeMap::new();
    for (_, session) in follower.sessions() {
        agents
            .entry(session.agent.to_string())
            .or_insert((0, session.era))
            .0 += 1;
    }
    if agents.is_empty() {
        report.todo(
            format_args!("{name}: no sessions yet"),
            format_args!("nothing, if {title} is new here; its first run will show"),
        );
    }
    for (agent, (sessions, era)) in agents {
        let era = match era {
            Era::Files => "files, sessions.json + JSONL",
            Era::Store => "SQLite store, opened read-only",
        };
        match is_own {
            true => report.ok(format_args!(
                "{name}: agent {agent:?}, {} ({era})",
                counted(sessions, "session")
            )),
            false => report.ok(format_args!(
                "{name}: {title}, {}",
                counted(sessions, "session")
            )),
        }
    }
    for note in follower.notes() {
        report.todo(
            format_args!("{}: {}", note.path.display(), note.text),
            "see the message",
        );
    }
}

/// The system's limits on watching.
fn watches(report: &mut Report) {
    let limit = |name: &str| {
        let text = std::fs::read_to_string(Path::new("/proc/sys/fs/inotify").join(name)).ok()?;
        text.trim().parse::<u64>().ok()
    };
    for (name, least, why) in [
        ("max_user_watches", 1_024, "one watch a directory"),
        (
            "max_user_instances",
            16,
            "one instance a process, shared with everything of this user",
        ),
    ] {
        match limit(name) {
            Some(value) if value >= least => report.ok(format_args!("fs.inotify.{name} is {value} ({why})")),
            Some(value) => report.todo(
                format_args!("fs.inotify.{name} is {value}: live-status may have to look once a second instead"),
                format_args!("sysctl fs.inotify.{name}={}", least * 8),
            ),
            None => {}
        }
    }
}

/// Where `--resume` keeps places.
fn state(report: &mut Report) {
    match super::keeper::look() {
        Ok(state) => report.ok(format_args!("state directory {state}")),
        Err(failure) => report.todo(failure, "set XDG_STATE_HOME to a directory of yours"),
    }
}

//! `live-status ps`: the boxes that are remembered, one line each.

mod keys;
mod table;

use std::io::IsTerminal as _;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::args::{Global, Stands};
use super::explain::{json, refused, waiting_sessions};
use super::failure::Failure;
use super::{keeper, output};
use crate::daemon::reader::wire_time;
use crate::store::{Boxes, Lock};
use crate::wire::event::VERSION;
use crate::wire::frame::State;
use crate::wire::kept::Kept;
use crate::wire::time::Time;

/// A box that ended stays in the list for so long.
const RECENT: Duration = Duration::from_secs(3_600);
/// The columns that a terminal has which does not say.
const USUAL_WIDTH: usize = 80;

/// List the boxes of runs: state, since when, agent, channel, last update and why
///
/// Reads what is remembered in the state directory, also while run is at work
/// on it: nothing is locked, changed or asked of a server. Where run is at work it is
/// asked how many sessions wait for a place (MAX_ACTIVE_SESSIONS): they have no box yet. Boxes that are live
/// are listed, and those that ended in the last hour; a box is live until its
/// run ended, whether or not anybody still updates it. The KEY is as much of
/// the box's key as explain and finish need. A last line, on standard error, says
/// whether run is at work here, and how many wait; --json writes boxes, and a last line
/// of the type waiting with the number in its field sessions where there are any.
#[derive(Args, Debug)]
pub(super) struct PsArgs {
    /// List boxes that ended earlier too
    #[arg(long)]
    all: bool,

    /// Only boxes of this agent; may be given more than once
    #[arg(long, value_name = "AGENT")]
    agent: Vec<String>,

    /// Only boxes in this state; may be given more than once
    #[arg(long, value_name = "STATE", value_enum)]
    state: Vec<Stands>,

    /// Write one JSON object for each box
    #[arg(long)]
    json: bool,
}

/// The fields of a box as `--json` writes it, for the man page.
pub(super) const FIELDS: [(&str, &str); 27] = [
    ("v", "1."),
    ("type", "box."),
    ("key", "The box's key, for explain and finish."),
    (
        "frame",
        "The key of its frames, or the name that was given with post --key.",
    ),
    ("sink", "What shows it, as mattermost."),
    ("server", "On which server."),
    ("channel", "The channel's id."),
    (
        "root",
        "The post that its thread hangs on; not always there.",
    ),
    (
        "phase",
        "intended before the post is known, live, or gone where somebody deleted it.",
    ),
    ("post", "The post's id; absent before it is known."),
    ("since", "When the box was begun, on the server's clock."),
    ("seq", "How often the post was edited, by all who ever did."),
    (
        "part",
        "Which post it is: a box that may no longer be edited goes on in another.",
    ),
    ("hash", "Of what the post shows."),
    ("rev", "The revision of the frame that it shows."),
    ("state", "active, blocked, done, error or interrupted."),
    ("at", "When it was updated last."),
    (
        "note",
        "The server's last answer that was not good; absent where it was.",
    ),
    (
        "agent",
        "Whose work it shows; absent in a post of post --key.",
    ),
    ("source", "The family of the agent's transcripts."),
    ("session", "The session."),
    ("sid", "The session's UUID."),
    ("transcript", "Where its work is recorded."),
    (
        "last",
        "When the newest record of its run was written; a clock that moves on is none.",
    ),
    ("turned", "Since when it has been in its state."),
    ("why", "Why it is in that state, in a few words."),
    (
        "closed",
        "When it was closed by hand (at) and what it showed then (rev); absent once its run went on.",
    ),
];

impl PsArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let now = wire_time(SystemTime::now());
        let every = boxes()?;
        let mut listed: Vec<&Kept> = every.iter().filter(|kept| self.wants(kept, now)).collect();
        // Who needs somebody first, then who works, then what is over; the newest of each first.
        listed.sort_by_key(|kept| (rank(kept), std::cmp::Reverse(kept.at), &kept.key));
        if self.json {
            let lines = listed.into_iter().map(|kept| json(Some(kept), None));
            let lines: String = lines.chain(crowd()?).collect();
            return output::print(lines.as_bytes());
        }
        if listed.is_empty() {
            global.say(match (every.len(), self.all) {
                (0, _) => "no box is remembered here: nothing was posted yet, or STATE_DIRECTORY or XDG_STATE_HOME was another then",
                (_, true) => "no box is as asked for",
                (_, false) => "no box is live; --all lists those that ended more than an hour ago",
            });
            return say_who_works(global);
        }
        let terminal = std::io::stdout().is_terminal();
        let width = terminal.then(|| {
            let size = console::Term::stdout().size_checked();
            size.map_or(USUAL_WIDTH, |(_, columns)| usize::from(columns))
        });
        let look = table::Look {
            width,
            colour: global
                .colours(terminal && std::env::var("TERM").is_ok_and(|term| term != "dumb")),
        };
        output::print(table::draw(&listed, &every, now, look).as_bytes())?;
        say_who_works(global)
    }

    fn wants(&self, kept: &Kept, now: Time) -> bool {
        let is_recent = now.since_ms(kept.at) <= RECENT.as_millis() as i64;
        let agent = kept.about.agent.as_ref();
        (self.all || kept.is_live() || is_recent)
            && (self.agent.is_empty() || agent.is_some_and(|agent| self.agent.contains(agent)))
            && (self.state.is_empty()
                || self
                    .state
                    .iter()
                    .any(|state| State::from(*state) == kept.state))
    }
}

/// Says whether a `run` is at work on the state directory.
fn say_who_works(global: &Global) -> Result<(), Failure> {
    let Some(state) = keeper::standing()? else {
        global.say("no run is at work here");
        return Ok(());
    };
    let Some(holder) = Lock::held_by(&state, "run") else {
        global.say("no run is at work here");
        return Ok(());
    };
    global.say(format_args!("run is at work here: {holder}"));
    match waiting_sessions(&state) {
        Some(0) => {}
        Some(1) => global.say("1 more session waits for a place (MAX_ACTIVE_SESSIONS)"),
        Some(count) => global.say(format_args!(
            "{count} more sessions wait for a place (MAX_ACTIVE_SESSIONS)"
        )),
        None => global.say("it does not answer how many sessions wait for a place"),
    }
    Ok(())
}

/// The line of `--json` for those that wait for a box, where there are any.
fn crowd() -> Result<Option<String>, Failure> {
    let state = keeper::standing()?;
    let state = state.filter(|state| Lock::held_by(state, "run").is_some());
    let waiting = state.and_then(|state| waiting_sessions(&state));
    let line =
        |count: &u64| serde_json::json!({ "v": VERSION, "type": "waiting", "sessions": count });
    Ok(waiting
        .filter(|count| *count > 0)
        .map(|count| format!("{}\n", line(&count))))
}

/// Every box that is remembered here.
///
/// # Errors
///
/// The state directory or the database cannot be used.
pub(super) fn boxes() -> Result<Vec<Kept>, Failure> {
    match keeper::standing()? {
        Some(state) => Boxes::look(&state).map_err(refused),
        // Who only asks makes no directory.
        None => Ok(Vec::new()),
    }
}

fn rank(kept: &Kept) -> u8 {
    match (kept.is_live(), &kept.state) {
        (true, State::Blocked) => 0,
        (true, _) => 1,
        (false, _) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::about::About;

    #[test]
    fn every_field_is_told_in_its_order() {
        let text = |word: &str| Some(word.to_owned());
        let full = Kept {
            root: text("r"),
            note: text("n"),
            about: About {
                agent: text("main"),
                source: text("openclaw"),
                session: text("s"),
                last: Some(Time(1)),
                closed: Some(crate::wire::about::Closed {
                    rev: 1,
                    at: Time(1),
                }),
                turned: Some(Time(1)),
                why: text("w"),
                sid: text("u"),
                transcript: text("/t.jsonl"),
            },
            ..table::tests::kept("k", State::Active, 0)
        };
        let line: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&json(Some(&full), None)).expect("an object");
        for (name, _) in FIELDS {
            assert!(line.contains_key(name), "there is no {name}");
        }
        assert_eq!(line.len(), FIELDS.len());
    }
}

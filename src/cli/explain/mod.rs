//! `live-status explain`: what is remembered of a box, what it waits for, and why it is where it is.

mod asked;
mod live;
mod page;

use std::time::SystemTime;

use clap::Args;
use serde::Serialize;

use super::args::Global;
use super::failure::{Failure, Kind};
use super::{keeper, output};
use crate::daemon::reader::wire_time;
use crate::daemon::told::Told;
use crate::safe::neutralise::line;
use crate::store::{Boxes, BoxesError, StateDir};
use crate::wire::event::VERSION;
use crate::wire::kept::Kept;
use crate::wire::time::Time;
pub(super) use asked::waiting_sessions;
use asked::{Reply, ask, ask_each, remark};
use page::{page, row, told_page};

/// Say what is remembered of a box, and what it waits for
///
/// A box is the post that shows a run. Its server is not asked: this is what
/// the last edit left behind in the state directory. Where run is at work on
/// that directory it is asked too: which state the run is in and by which rule,
/// whether something newer waits, since when, and what holds it up (a pause, the
/// breaker, another writer, MAX_ACTIVE_SESSIONS). An answer is waited for for 2 s.
/// A session that waits for a place has no box yet: it is known by its name or UUID too.
/// Where several boxes match, each is listed in a line.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// The key of a frame or of a box, the name behind post --key, the id of a post, the beginning of a key or name, or a session that waits for a place
    #[arg(value_name = "KEY")]
    key: String,

    /// Write one JSON object for each box that matches; what run told stands in its field run
    #[arg(long)]
    json: bool,

    /// Time zone of the times people read, as Europe/Vienna; default: this machine's
    #[arg(long, value_name = "ZONE", env = "TZ")]
    tz: Option<String>,
}

impl ExplainArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let zone = super::zone::time_zone(self.tz.as_deref())?;
        let now = wire_time(SystemTime::now());
        // Who only asks makes no directory and no database.
        let state = keeper::standing()?;
        let found = match self.find(state.as_ref(), global, now) {
            Ok(found) => found,
            Err(failure) if failure.kind() == Kind::Input => {
                return self.without_memory(state.as_ref()).ok_or(failure)?;
            }
            Err(failure) => return Err(failure),
        };
        let mut text = String::new();
        if self.json {
            let replies = ask_each(state.as_ref(), &found);
            if let Some(remark) = remark(&replies) {
                global.say(remark);
            }
            for (kept, reply) in found.iter().zip(&replies) {
                text.push_str(&json(Some(kept), reply.told()));
            }
        } else if let [kept] = found.as_slice() {
            let replies = ask_each(state.as_ref(), &found);
            if let Some(remark) = remark(&replies) {
                global.say(remark);
            }
            text = page(kept, now, &zone);
            text.push_str(&told_page(replies.first().and_then(Reply::told)));
        } else {
            for kept in &found {
                text.push_str(&row(kept, now));
            }
        }
        output::print(text.as_bytes())
    }

    /// What a `run` tells of a box that is not remembered: one that is not made yet.
    fn without_memory(&self, state: Option<&StateDir>) -> Option<Result<(), Failure>> {
        let reply = ask(state?, &self.key);
        let told = reply.told()?;
        let text = match self.json {
            true => json(None, Some(told)),
            false => format!(
                "no box yet for {}\n{}",
                line(&self.key),
                told_page(Some(told))
            ),
        };
        Some(output::print(text.as_bytes()))
    }

    /// The boxes that match: at least one.
    fn find(
        &self,
        state: Option<&StateDir>,
        global: &Global,
        now: Time,
    ) -> Result<Vec<Kept>, Failure> {
        let nothing = |hint: String| {
            Failure::input(format!("nothing is remembered of {:?}", self.key)).hint(hint)
        };
        let Some(state) = state.filter(|state| Boxes::are_in(state)) else {
            return Err(nothing(
                "no box was made here yet, or STATE_DIRECTORY or XDG_STATE_HOME was another then"
                    .into(),
            ));
        };
        let boxes = Boxes::open(state, false, now).map_err(refused)?;
        if let Some(remark) = boxes.remark() {
            global.say(remark);
        }
        let found = boxes.by_frame(&self.key);
        if found.is_empty() {
            return Err(nothing(format!(
                "receipts name the keys of frames; boxes that ended are forgotten after 30 days at most, and these are in {}",
                state.path().display()
            )));
        }
        Ok(found)
    }
}

/// Why the database cannot be used.
pub(super) fn refused(error: BoxesError) -> Failure {
    match error {
        BoxesError::Newer { .. } => Failure::new(Kind::Config, error)
            .hint("use the later version, or another state directory"),
        BoxesError::Unsafe { .. } => Failure::new(Kind::CannotCreate, error),
        BoxesError::Io { .. } | BoxesError::Database { .. } => Failure::new(Kind::Io, error).hint(
            "live-status run sets a damaged database aside; see that the disk is well otherwise",
        ),
    }
}

/// A box as a program reads it, with what a `run` told of it.
pub(super) fn json(kept: Option<&Kept>, told: Option<&Told>) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        v: u32,
        r#type: &'static str,
        #[serde(flatten)]
        kept: Option<&'a Kept>,
        #[serde(skip_serializing_if = "Option::is_none")]
        run: Option<&'a Told>,
    }
    let line = Line {
        v: VERSION,
        r#type: "box",
        kept,
        run: told,
    };
    // Strings and numbers alone always become JSON.
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

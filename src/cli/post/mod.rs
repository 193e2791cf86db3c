//! `live-status post`: frames to a place that shows them, or one text under a name.

mod frames;
mod once;

pub(super) use once::verdict;

use std::io::IsTerminal as _;
use std::sync::Arc;

use clap::Args;

use super::args::{Global, Redaction, complain};
use super::ended::ended;
use super::failure::Failure;
use super::ledger::Role;
use super::output;
use super::placeless::Placeless;
use super::service::{Logs, Surroundings};
use super::show::{Asking, On, Places, Showing, Sinks, To};
use crate::daemon::inputs::{Input, Inputs};
use crate::daemon::live::{self, Outcome, When};
use crate::daemon::stop::Stop;
use crate::daemon::world::World;
use crate::render;
use crate::wire::receipt::Receipt;

/// Bring frames to a place that shows them
///
/// Reads frames on standard input, one JSON object a line, and ends once the
/// last one is shown. A slow place never holds up the pipe: of each run only
/// the newest frame waits. To a chat server, standard output carries receipts,
/// one JSON object for each frame that was sent.
///
/// With --key it reads no frames: the text of --text, or of standard input,
/// becomes the post of that name, made the first time and edited from then on.
#[derive(Args, Debug)]
pub(super) struct PostArgs {
    #[command(flatten)]
    showing: Showing,

    #[command(flatten)]
    once: once::Once,

    /// Write receipts even where a board owns standard output; the board then goes to standard error
    #[arg(long, help_heading = "Where boxes go")]
    receipts: bool,

    #[command(flatten)]
    redaction: Redaction,

    /// Time zone of the times people read, as Europe/Vienna; default: this machine's
    #[arg(long, value_name = "ZONE", env = "TZ")]
    tz: Option<String>,

    #[command(flatten)]
    logs: Logs,
}

impl PostArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let zone = super::zone::time_zone(self.tz.as_deref())?;
        let places = self.showing.places(To::Mattermost)?;
        if self.once.is_asked() {
            return self.once.run(&places, &self.showing.chat, zone);
        }
        if std::io::stdin().is_terminal() {
            drop(super::input::stdin("post")?);
        }
        let drawing = render::Settings {
            timezone: zone.clone(),
            ..render::Settings::default()
        };
        let receipts = self.writes_receipts(&places)?;
        let board = if receipts || self.showing.chat.dry_run {
            On::Error
        } else {
            On::Output
        };
        let (feeder, inputs) = Inputs::new();
        let around = match places.board_at_hand(board) {
            true => Surroundings::Board,
            false => Surroundings::Alone,
        };
        let log = self.logs.begin(global, around, &feeder)?;
        let asking = Asking {
            verb: "post",
            role: Role::Post,
            gauges: &Arc::default(),
        };
        let Sinks { sinks, .. } = self
            .showing
            .sinks(&places, asking, global, &zone, 15, board)?;
        let redactor = self.redaction.redactor()?;
        let caps: Vec<_> = sinks.iter().map(|sink| sink.caps()).collect();
        inputs.begin(World::new(&caps, self.showing.pace(), drawing));
        let wake = feeder.clone();
        let stop = Stop::on_signals(move || {
            // A loop that has ended needs no waking.
            let _ = wake.tell(Input::Stop);
            wake.open();
        })?;
        let reader = std::thread::Builder::new()
            .name("input".into())
            .spawn(move || frames::read(&caps, &redactor, &feeder))?;
        let placeless = Placeless::default();
        let (unplaced, quiet) = (placeless.clone(), global.quiet);
        let take = move |receipt: &Receipt| {
            if receipts {
                // The boxes matter more than who counts them.
                let _ = print(receipt);
            }
            if let Some(remark) = unplaced.take(receipt).filter(|_| !quiet) {
                complain(remark);
            }
        };
        let (outcome, missed) = live::run(None, sinks, When::Live, inputs, Box::new(take));
        if let Some(remark) = placeless.sum() {
            global.say(remark);
        }
        log.close();
        ended(&outcome, missed, &stop, &places)?;
        // After a signal the reader may still wait for a line; it ends with the process.
        match outcome {
            Outcome::Ended => reader.join().unwrap_or(Ok(())),
            Outcome::Stopped | Outcome::Closed => Ok(()),
        }
    }

    /// Whether standard output carries receipts: where they were asked for, and where nothing else needs it.
    fn writes_receipts(&self, places: &Places) -> Result<bool, Failure> {
        let board = places.has(To::Terminal);
        let lines = places.has(To::Stdout);
        if self.receipts
            && (lines || self.showing.chat.dry_run || (board && std::io::stdout().is_terminal()))
        {
            return Err(
                Failure::usage("receipts and boxes would write into each other")
                    .hint("send the receipts elsewhere: live-status post --receipts > FILE"),
            );
        }
        Ok(self.receipts || !(board || lines || self.showing.chat.dry_run))
    }
}

/// Writes a receipt on standard output.
pub(super) fn print(receipt: &Receipt) -> Result<(), Failure> {
    let mut line = serde_json::to_vec(receipt).unwrap_or_default();
    line.push(b'\n');
    output::print(&line)
}

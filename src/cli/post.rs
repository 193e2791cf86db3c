//! `live-status post`: frames to a place that shows them.

use std::io::{BufReader, IsTerminal as _, Write as _};

use clap::Args;

use super::args::{Global, Redaction};
use super::failure::{Failure, Kind};
use super::show::{On, Showing};
use crate::daemon::inputs::{Feeder, Input, Inputs};
use crate::daemon::live::{self, Outcome, When};
use crate::daemon::pipeline::scrub;
use crate::daemon::stop::Stop;
use crate::render;
use crate::safe::redact::Redactor;
use crate::wire::event::VERSION;
use crate::wire::frame::Frame;
use crate::wire::ndjson::{Lines, Read};
use crate::wire::receipt::Receipt;

/// Bring frames to a place that shows them
///
/// Reads frames on standard input, one JSON object a line, and ends once the
/// last one is shown. A slow place never holds up the pipe: of each run only
/// the newest frame waits.
#[derive(Args, Debug)]
pub(super) struct PostArgs {
    #[command(flatten)]
    showing: Showing,

    /// Write a receipt for every frame shown, one JSON object a line; a board then goes to standard error
    #[arg(long)]
    receipts: bool,

    #[command(flatten)]
    redaction: Redaction,

    /// Time zone of the times people read, as Europe/Vienna; default: this machine's
    #[arg(long, value_name = "ZONE", env = "TZ")]
    tz: Option<String>,
}

impl PostArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        if std::io::stdin().is_terminal() {
            drop(super::input::stdin("post")?);
        }
        if self.receipts && (self.showing.is_stdout() || std::io::stdout().is_terminal()) {
            return Err(
                Failure::usage("receipts and boxes would write into each other")
                    .hint("send the receipts elsewhere: live-status post --receipts > FILE"),
            );
        }
        let board = if self.receipts { On::Error } else { On::Output };
        let zone = super::args::time_zone(self.tz.as_deref())?;
        let drawing = render::Settings {
            timezone: zone.clone(),
            ..render::Settings::default()
        };
        let sinks = self.showing.sinks(global, zone, 15, board)?;
        let redactor = self.redaction.redactor()?;
        let (feeder, inputs) = Inputs::new();
        let wake = feeder.clone();
        let stop = Stop::on_signals(move || {
            // A loop that has ended needs no waking.
            let _ = wake.tell(Input::Stop);
            wake.open();
        })?;
        let reader = std::thread::Builder::new()
            .name("input".into())
            .spawn(move || read(&redactor, &feeder))?;
        let mut out = std::io::stdout();
        let mut print = |receipt: &Receipt| {
            if self.receipts
                && let Ok(mut line) = serde_json::to_vec(receipt)
            {
                line.push(b'\n');
                // The boxes matter more than who counts them.
                let _ = out.write_all(&line);
            }
        };
        let (outcome, missed) = live::run(
            None,
            sinks,
            (self.showing.pace(), drawing),
            When::Live,
            inputs,
            &mut print,
        );
        super::run::ended(&outcome, missed, &stop)?;
        // After a signal the reader may still wait for a line; it ends with the process.
        match outcome {
            Outcome::Ended => reader.join().unwrap_or(Ok(())),
            Outcome::Stopped | Outcome::Closed => Ok(()),
        }
    }
}

/// Reads frames until the input ends.
fn read(redactor: &Redactor, feeder: &Feeder) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::with_capacity(256 << 10, std::io::stdin().lock()));
    let mut line = Vec::new();
    let mut broken = 0_u64;
    let result = loop {
        match lines.next_into(&mut line) {
            Err(error) => break Err(Failure::new(Kind::Io, error)),
            Ok(Read::End) => break Ok(()),
            Ok(Read::TooLong { offset, bytes }) => {
                broken += 1;
                super::args::complain(format_args!(
                    "post: standard input:{offset}: a line of {bytes} bytes is too long"
                ));
            }
            Ok(Read::Line { .. }) if line.trim_ascii().is_empty() => {}
            Ok(Read::Line { offset }) => match serde_json::from_slice::<Frame>(&line) {
                Ok(frame) if frame.v > VERSION || frame.kind != "frame" => {}
                Ok(mut frame) => {
                    scrub(&mut frame, redactor);
                    if feeder.give(Input::Frames(vec![frame])).is_err() {
                        return Ok(());
                    }
                }
                Err(_) if is_later(&line) => {}
                Err(error) => {
                    broken += 1;
                    if broken <= 10 {
                        super::args::complain(format_args!(
                            "post: standard input:{offset}: not a frame: {error}"
                        ));
                    }
                }
            },
        }
    };
    // The loop may have ended before us.
    let _ = feeder.tell(Input::Ended);
    result.and_then(|()| match broken {
        0 => Ok(()),
        broken => Err(Failure::input(format!(
            "post: {broken} lines of standard input could not be read"
        ))
        .hint("post reads what live-status render writes")),
    })
}

/// Whether a line is of a later version: its fields may have other shapes, and it is left alone.
fn is_later(line: &[u8]) -> bool {
    #[derive(serde::Deserialize)]
    struct Version {
        v: u32,
    }
    serde_json::from_slice::<Version>(line).is_ok_and(|version| version.v > VERSION)
}

//! `live-status render`: events to frames.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use clap::{Args, ValueEnum};

use super::args::{Drawing, Global, Labelling, Redaction};
use super::failure::Failure;
use super::input::{Later, Odd};
use super::output::{self, Blocks, Output};
use crate::daemon::pipeline::Pipeline;
use crate::wire::event::{Body, Cause, Event};
use crate::wire::frame::Frame;
use crate::wire::ndjson::{Lines, Read};

/// Fold events into frames: the status box of each run
///
/// A frame is the whole state of a run, so any later frame of the same key
/// replaces it. One is written for each visible change.
#[derive(Args, Debug)]
pub(super) struct RenderArgs {
    /// Frames as JSON lines, or the text of the newest frame of each run; default: frames into a pipe, text on a terminal
    #[arg(short, long, value_name = "FORM", value_enum)]
    output: Option<Form>,

    /// Also make boxes for runs of CAUSE: cron, hook, heartbeat, system
    #[arg(long, value_name = "CAUSE", value_delimiter = ',', value_parser = cause)]
    include: Vec<Cause>,

    #[command(flatten)]
    labelling: Labelling,

    #[command(flatten)]
    drawing: Drawing,

    #[command(flatten)]
    redaction: Redaction,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// JSON lines.
    Frames,
    /// The newest text of each run.
    Text,
}

/// Reads a cause by its name.
pub(super) fn cause(text: &str) -> Result<Cause, String> {
    match Cause::from(text) {
        Cause::Other(name) => Err(format!(
            "no run is caused by {name:?}; causes are {}",
            Cause::KNOWN.join(", ")
        )),
        cause => Ok(cause),
    }
}

impl RenderArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let mut pipeline = Pipeline::new(
            self.labelling.labeller()?,
            Arc::new(self.redaction.redactor()?),
            self.drawing.view(self.include.clone()),
            self.drawing.render()?,
        );
        let form = self.output.unwrap_or(if std::io::stdout().is_terminal() {
            Form::Text
        } else {
            Form::Frames
        });
        let mut lines = Lines::new(super::input::stdin("render")?);
        let mut line = Vec::new();
        let mut out = Boxes {
            out: output::blocks(),
            form,
            newest: Vec::new(),
        };
        let mut odd = Odd::new(global, "render", Later::LeftOut);
        loop {
            match lines.next_into(&mut line)? {
                Read::End => break,
                Read::TooLong { offset, bytes } => odd.too_long(offset, bytes),
                Read::Line { .. } if line.trim_ascii().is_empty() => {}
                Read::Line { offset } => match Event::read(&line) {
                    Ok(mut event) => {
                        if let Body::Unknown(kind) = &event.body {
                            odd.unknown(offset, kind);
                        }
                        out.take(pipeline.step(&mut event))?;
                        for failure in pipeline.take_failures() {
                            odd.broken(offset, failure);
                        }
                    }
                    Err(error) => odd.not_an_event(offset, &error),
                },
            }
            if lines.drained() {
                out.out.flush()?;
            }
        }
        out.take(pipeline.finish())?;
        out.finish()?;
        odd.verdict()
    }
}

/// Frames on their way to standard output.
struct Boxes {
    out: Blocks<Output>,
    form: Form,
    /// The newest frame of each run, in the order in which the runs appeared.
    newest: Vec<Frame>,
}

impl Boxes {
    fn take(&mut self, frames: Vec<Frame>) -> Result<(), Failure> {
        for frame in frames {
            match self.form {
                Form::Frames => {
                    frame.write(self.out.space()?);
                }
                Form::Text => match self
                    .newest
                    .iter_mut()
                    .find(|newest| newest.key == frame.key)
                {
                    Some(newest) => *newest = frame,
                    None => self.newest.push(frame),
                },
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        for (number, frame) in self.newest.iter().enumerate() {
            let text = frame
                .text
                .as_ref()
                .and_then(|text| text.any())
                .unwrap_or(&frame.title);
            let gap = if number == 0 { "" } else { "\n" };
            writeln!(self.out, "{gap}{text}")?;
        }
        Ok(self.out.flush()?)
    }
}

//! `live-status render`: events to frames.

use std::collections::{BTreeMap, HashMap};
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
    /// Frames as JSON lines, or the text of the newest frame of each run, once that is over where `tail -f` is followed, else once all is read; default: frames into a pipe, text on a terminal
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
        let mut out = Boxes::new(form);
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
                        if matches!(event.body, Body::Live(_)) {
                            out.go_live()?;
                        }
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
    /// The newest frame of each run whose text is to come, by the order in which the runs appeared.
    newest: BTreeMap<usize, Frame>,
    /// Where each of those is, by its key.
    places: HashMap<String, usize>,
    /// Events come as things happen, and may never end.
    is_live: bool,
    /// Texts that were written.
    written: usize,
}

impl Boxes {
    fn new(form: Form) -> Self {
        Self {
            out: output::blocks(),
            form,
            newest: BTreeMap::new(),
            places: HashMap::new(),
            is_live: false,
            written: 0,
        }
    }

    fn take(&mut self, frames: Vec<Frame>) -> Result<(), Failure> {
        for frame in frames {
            match self.form {
                Form::Frames => frame.write(self.out.space()?),
                Form::Text if self.is_live && frame.state.is_final() => {
                    if let Some(place) = self.places.remove(&frame.key) {
                        self.newest.remove(&place);
                    }
                    self.write(&frame)?;
                }
                Form::Text => {
                    let last = self.newest.last_key_value();
                    let next = last.map_or(0, |(place, _)| place + 1);
                    let place = *self.places.entry(frame.key.clone()).or_insert(next);
                    self.newest.insert(place, frame);
                }
            }
        }
        Ok(())
    }

    /// From now on a run's text comes when it is over, and that of those that are over now.
    fn go_live(&mut self) -> Result<(), Failure> {
        if !std::mem::replace(&mut self.is_live, true) {
            let newest = std::mem::take(&mut self.newest);
            self.places.clear();
            self.take(newest.into_values().collect())?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        for frame in std::mem::take(&mut self.newest).values() {
            self.write(frame)?;
        }
        Ok(self.out.flush()?)
    }

    fn write(&mut self, frame: &Frame) -> Result<(), Failure> {
        let text = frame.text.as_ref().and_then(|text| text.any());
        let text = text.unwrap_or(&frame.title);
        let gap = if self.written == 0 { "" } else { "\n" };
        self.written += 1;
        Ok(writeln!(self.out, "{gap}{text}")?)
    }
}

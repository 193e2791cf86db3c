//! `live-status label`: a tool call gets the phrase a person reads.

use std::io::Write as _;

use clap::Args;

use super::args::{Global, Labelling};
use super::failure::Failure;
use super::input::{Later, Odd};
use super::output;
use crate::daemon::pipeline;
use crate::label::Call;
use crate::safe::visible;
use crate::wire::event::{Body, Event};
use crate::wire::ndjson::{self, Lines, Read};

/// Add the phrase a person reads to every tool call
///
/// One line in, one line out: the phrase is added before the last }, and
/// nothing else of a line changes, known or unknown.
#[derive(Args, Debug)]
pub(super) struct LabelArgs {
    #[command(flatten)]
    labelling: Labelling,

    /// Print, instead of the events, which rule won for each call and why
    #[arg(long)]
    explain: bool,
}

impl LabelArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let labeller = self.labelling.labeller()?;
        let input = super::input::stdin("label")?;
        let mut lines = Lines::new(input);
        let mut line = Vec::new();
        let mut out = output::blocks();
        let later = match self.explain {
            true => Later::LeftOut,
            false => Later::PassedOn,
        };
        let mut odd = Odd::new(global, "label", later);
        loop {
            match lines.next_into(&mut line)? {
                Read::End => break,
                Read::TooLong { offset, bytes } => odd.too_long(offset, bytes),
                Read::Line { offset } => {
                    // Most lines are not about calls; a look at the bytes tells.
                    if is_about_a_call(&line) {
                        match Event::read(&line) {
                            Ok(event) if self.explain => explain(&labeller, &event, &mut out)?,
                            Ok(event) if event.label.is_none() => {
                                if let Some(label) = pipeline::label(&labeller, &event.body) {
                                    ndjson::add_field(&mut line, "label", &label);
                                }
                            }
                            Ok(_) => {}
                            Err(error) => odd.not_an_event(offset, &error),
                        }
                    }
                    if !self.explain {
                        line.push(b'\n');
                        out.space()?.extend_from_slice(&line);
                    }
                }
            }
            if lines.drained() {
                out.flush()?;
            }
        }
        out.flush()?;
        odd.verdict()
    }
}

fn is_about_a_call(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&line[..line.len().min(512)]);
    text.contains("\"tool.start\"") || text.contains("\"tool.update\"")
}

fn explain(
    labeller: &crate::label::Labeller,
    event: &Event,
    out: &mut impl std::io::Write,
) -> Result<(), Failure> {
    let (name, title, kind, input) = match &event.body {
        Body::ToolStart(start) => (&start.name, &start.title, &start.kind, &start.input),
        Body::ToolUpdate(update) => (&update.name, &update.title, &update.kind, &update.input),
        _ => return Ok(()),
    };
    let call = Call {
        name: name.as_deref(),
        title: title.as_deref(),
        kind: kind.as_deref(),
        input,
    };
    let label = labeller.label(&call);
    writeln!(
        out,
        "{}  {}  <- {}",
        visible(name.as_deref().unwrap_or("(no name)")),
        label.text,
        label.rule
    )?;
    for reason in labeller.explain(&call) {
        writeln!(out, "    {}", visible(&reason))?;
    }
    Ok(())
}

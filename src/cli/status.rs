//! `live-status status`: events to the status of each agent.

use std::io::Write as _;

use clap::{Args, ValueEnum};

use super::args::{Global, duration};
use super::failure::Failure;
use super::input::{Later, Odd};
use super::output::{self, Blocks, Output};
use crate::view::{self, Statuses};
use crate::wire::event::{Body, Event, Src, Status};
use crate::wire::ndjson::{Lines, Read};
use crate::wire::status::StatusUpdate;

/// Say whenever an agent's status changes: working, blocked, idle or error
///
/// Reads events and writes one JSON object a change. An agent works from a
/// request to the end of its turn, is blocked while a person is asked, idle
/// after a clean end or a person's stop, and in error after a failure, a crash
/// or a timeout. Sub-agents do not change the status of their parent.
#[derive(Args, Debug)]
pub(super) struct StatusArgs {
    /// What is written: updates with the session's UUID, or events of type status
    #[arg(short, long, value_name = "FORM", value_enum, default_value_t = Form::Updates)]
    output: Form,

    /// Nothing pending and nothing new for TIME: the agent is idle
    #[arg(long, value_name = "TIME", env = "IDLE_TIMEOUT_S", default_value = "60", value_parser = duration)]
    idle_timeout: std::time::Duration,

    /// A turn that stopped between two steps is an error after TIME
    #[arg(long, value_name = "TIME", env = "MAX_SESSION_DURATION_S", default_value = "1800", value_parser = duration)]
    max_duration: std::time::Duration,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Objects of type agent_status_updated; see live-status schema status
    Updates,
    /// Events of type status, as the other filters read them
    Events,
}

impl StatusArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let mut statuses = Statuses::new(view::Settings {
            idle: self.idle_timeout,
            max_duration: self.max_duration,
            ..view::Settings::default()
        });
        let mut lines = Lines::new(super::input::stdin("status")?);
        let mut line = Vec::new();
        let mut out = output::blocks();
        let mut odd = Odd::new(global, "status", Later::LeftOut);
        loop {
            match lines.next_into(&mut line)? {
                Read::End => break,
                Read::TooLong { offset, bytes } => odd.too_long(offset, bytes),
                Read::Line { .. } if line.trim_ascii().is_empty() => {}
                Read::Line { offset } => match Event::read(&line) {
                    Ok(event) => {
                        if let Body::Unknown(kind) = &event.body {
                            odd.unknown(offset, kind);
                        }
                        if let Some(update) = statuses.step(&event) {
                            self.write(update, Some(&event.src), &mut out)?;
                        }
                    }
                    Err(error) => odd.not_an_event(offset, &error),
                },
            }
            if lines.drained() {
                out.flush()?;
            }
        }
        for update in statuses.finish() {
            self.write(update, None, &mut out)?;
        }
        out.flush()?;
        odd.verdict()
    }

    fn write(
        &self,
        update: StatusUpdate,
        src: Option<&Src>,
        out: &mut Blocks<Output>,
    ) -> Result<(), Failure> {
        let space = out.space()?;
        match self.output {
            Form::Updates => {
                serde_json::to_writer(&mut *space, &update).map_err(std::io::Error::from)?;
                space.push(b'\n');
            }
            Form::Events => event(update, src).write(space),
        }
        Ok(())
    }
}

/// The same change as an event, said to be read where the record was that made it.
fn event(update: StatusUpdate, src: Option<&Src>) -> Event {
    Event {
        ts: update.at,
        source: update.source,
        session: update.session,
        sid: Some(update.sid),
        agent: Some(update.agent),
        run: None,
        body: Body::Status(Status {
            state: update.status,
            reason: update.reason,
        }),
        src: src.cloned().unwrap_or_else(Src::clock),
        replay: false,
        raw: None,
        label: None,
    }
}

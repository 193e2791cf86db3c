//! The reader's side of `run`: events on their way to the loop.

use std::path::Path;
use std::time::SystemTime;

use super::super::failure::{Failure, Kind};
use super::super::filter::Filter;
use super::super::keeper::Keeper;
use crate::daemon::following::Listener;
use crate::daemon::inputs::{Feeder, Input};
use crate::daemon::owed::{Owed, last_frame};
use crate::daemon::reader::wire_time;
use crate::daemon::resume::{Keep, Want};
use crate::daemon::stop::Stop;
use crate::wire::event::Event;

/// Events on their way to the loop.
pub(super) struct Batch {
    events: Vec<Event>,
    pub(super) feeder: Feeder,
}

impl Batch {
    /// Nothing yet, for that loop.
    pub(super) fn new(feeder: Feeder) -> Self {
        Self {
            events: Vec::new(),
            feeder,
        }
    }

    pub(super) fn push(&mut self, event: &mut Event) -> Result<(), Failure> {
        const FULL: usize = 256;
        self.events.push(event.clone());
        if self.events.len() >= FULL {
            self.flush()
        } else {
            Ok(())
        }
    }

    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        if self.events.is_empty() {
            return Ok(());
        }
        let gone = |_| Failure::new(Kind::Closed, anyhow::anyhow!("the loop ended"));
        self.feeder
            .give(Input::Events(std::mem::take(&mut self.events)))
            .map_err(gone)
    }
}

/// The reader's side of `run`.
pub(super) struct Feed {
    pub(super) filter: Filter,
    pub(super) batch: Batch,
    pub(super) keeper: Option<Keeper>,
    /// Whether people are told what may interest them.
    pub(super) talks: bool,
    /// Whether the loop knows that all there was has been read.
    pub(super) armed: bool,
    pub(super) stop: Stop,
    /// Events since all there was had been read.
    pub(super) unshown: u64,
}

impl Listener for Feed {
    type Error = Failure;

    fn event(&mut self, event: &mut Event) -> Result<(), Failure> {
        const LONG: u64 = 4_096;
        self.unshown += 1;
        // What was just written is still shown, but a long history is not read to its end.
        if self.unshown > LONG && self.stop.reason().is_some() {
            return Err(Failure::new(Kind::Closed, anyhow::anyhow!("stopped")));
        }
        if self.filter.takes(event) {
            self.batch.push(event)
        } else {
            Ok(())
        }
    }

    fn drained(&mut self, notes: Vec<String>) -> Result<(), Failure> {
        self.unshown = 0;
        if self.talks {
            for note in notes {
                // The loop says it where it does not tear the board.
                let _ = self.batch.feeder.tell(Input::Remark(note));
            }
        }
        self.batch.flush()?;
        if !std::mem::replace(&mut self.armed, true) {
            let _ = self.batch.feeder.tell(Input::Armed);
        }
        Ok(())
    }

    fn owed(&mut self, owed: Owed) {
        let now = wire_time(SystemTime::now());
        // A directory that is not there may be back soon, and its transcripts with it.
        let may_be = |at: &str| {
            let at = Path::new(at);
            at.exists() || !at.parent().is_some_and(Path::exists)
        };
        let lost = owed.lost(may_be);
        let frames = lost.into_iter().map(|kept| last_frame(kept, now)).collect();
        // A loop that has ended shows nothing more.
        let _ = self.batch.feeder.offer(frames);
    }

    fn keep(&mut self, places: Keep) {
        if let Some(keeper) = &mut self.keeper {
            keeper.save(&places);
        }
    }

    fn keeps(&self) -> Want {
        self.keeper.as_ref().map_or(Want::Nothing, Keeper::wants)
    }
}

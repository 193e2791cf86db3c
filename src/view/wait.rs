//! What a run waits for, and what a normalised status says.

use crate::wire::event::{AgentState, Blocked, BlockedOn, Status};
use crate::wire::time::Time;

use super::ending::{Ending, Trust};
use super::run::{Block, MAX_FEW, Run};
use super::step::kept;

/// The id of the wait that a normalised status is.
const BY_STATUS: &str = "status";

impl Run {
    pub(super) fn block(&mut self, blocked: &Blocked, when: Option<Time>) {
        let block = Block {
            id: blocked.id.clone(),
            on: blocked.on.clone(),
            call: blocked.call.clone(),
            what: blocked.what.as_deref().map(kept),
            since: when,
        };
        match self.blocks.iter().position(|known| known.id == block.id) {
            Some(known) => {
                let known = &mut self.blocks[known];
                let since = known.since.or(block.since);
                *known = Block { since, ..block };
            }
            None if self.blocks.len() < MAX_FEW => self.blocks.push(block),
            None => {}
        }
    }

    /// The agent goes on: it waits no longer for what no call of its own tells.
    pub(super) fn went_on(&mut self, when: Option<Time>) {
        self.blocks
            .retain(|block| block.call.is_some() || !is_later(when, block.since));
    }

    pub(super) fn status(&mut self, status: &Status, when: Option<Time>) -> bool {
        let inferred = |outcome: &str| Ending {
            outcome: outcome.into(),
            at: when,
            trust: Trust::Inferred,
            silent: false,
        };
        match status.state {
            AgentState::Blocked => {
                let reason = status.reason.as_deref().unwrap_or_default();
                let on = match BlockedOn::from(reason) {
                    BlockedOn::Other(_) => BlockedOn::Question,
                    on => on,
                };
                let known = self.blocks.len();
                let blocked = Blocked {
                    id: BY_STATUS.into(),
                    on,
                    call: None,
                    what: None,
                };
                self.block(&blocked, when);
                return self.blocks.len() > known;
            }
            AgentState::Idle => {
                self.unblock_status();
                return self.finish(inferred("ok"));
            }
            AgentState::Error => {
                self.error = status.reason.as_deref().map(kept).or(self.error.take());
                return self.finish(inferred("error"));
            }
            AgentState::Working => self.unblock_status(),
            AgentState::Other(_) => {}
        }
        true
    }

    fn unblock_status(&mut self) {
        self.blocks.retain(|block| *block.id != *BY_STATUS);
    }
}

pub(super) fn is_later(when: Option<Time>, than: Option<Time>) -> bool {
    matches!((when, than), (Some(when), Some(than)) if when > than)
}

//! What a run waits for, and what a normalised status says.

use crate::wire::event::{AgentState, Blocked, BlockedOn, Status};
use crate::wire::time::Time;

use super::ending::{Ending, Trust};
use super::run::{Block, MAX_FEW, Run};
use super::step::kept;

/// The id of the wait that a normalised status is.
const BY_STATUS: &str = "status";

/// The id of the wait between two tries that a limit of the service put in between.
const BY_RETRY: &str = "retry";

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
        self.try_no_more();
    }

    /// The service refused for now, by its limits, and is asked again: no error yet, but a wait.
    pub(super) fn wait_for_quota(&mut self, what: &str, when: Option<Time>) {
        let blocked = Blocked {
            id: BY_RETRY.into(),
            on: BlockedOn::Quota,
            call: None,
            what: Some(what.to_owned()),
        };
        self.block(&blocked, when);
    }

    /// It answered, or was given up.
    pub(super) fn try_no_more(&mut self) {
        self.blocks.retain(|block| *block.id != *BY_RETRY);
    }

    pub(super) fn status(&mut self, status: &Status, when: Option<Time>) -> bool {
        let inferred = |outcome: &str| Ending {
            ms: None,
            outcome: outcome.into(),
            at: when,
            trust: Trust::Inferred,
            silent: false,
            gone: false,
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

/// Whether an error is a limit's: the same work will do later.
pub(super) fn is_quota(message: &str) -> bool {
    const WORDS: [&str; 9] = [
        "rate limit",
        "rate_limit",
        "ratelimit",
        "too many requests",
        "quota",
        "usage limit",
        "resource_exhausted",
        "resource exhausted",
        "credit balance",
    ];
    let message = message.to_ascii_lowercase();
    let mut numbers = message.split(|char: char| !char.is_ascii_digit());
    WORDS.iter().any(|words| message.contains(words)) || numbers.any(|number| number == "429")
}

pub(super) fn is_later(when: Option<Time>, than: Option<Time>) -> bool {
    matches!((when, than), (Some(when), Some(than)) if when > than)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_from_other_errors() {
        let cases = [
            ("429 Too Many Requests", true),
            ("This request would exceed your account's rate limit.", true),
            ("{\"type\":\"rate_limit_error\"}", true),
            ("the service answered 429", true),
            ("You exceeded your current quota", true),
            ("RESOURCE_EXHAUSTED", true),
            ("Overloaded", false),
            ("the service answered 500", false),
            ("request 14290 failed", false),
            ("", false),
        ];
        for (message, want) in cases {
            assert_eq!(is_quota(message), want, "{message:?}");
        }
    }
}

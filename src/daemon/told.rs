//! What a running loop tells of one box, to whoever asks.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::inputs::{Feeder, Input};
use super::pipeline::{Pipeline, Stands};
use crate::outbox::outlook::Outlook;
use crate::wire::frame::State;

/// The loop has so long to say how a run stands; one that is busy is told of without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// What is known of a box at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// The process that tells.
    pub pid: u32,
    /// The state of its run, which the box may not show yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The rule and the evidence for that state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What waits for the box, and what holds it up; nothing where its last frame is long gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
}

/// A question to the loop, and where its answer goes.
#[derive(Debug)]
pub struct Question {
    frame: String,
    answer: SyncSender<Option<Stands>>,
}

impl Question {
    /// Answers it; whoever asked may be gone.
    pub(super) fn answer(self, pipeline: Option<&Pipeline>) {
        let stands = pipeline.and_then(|pipeline| pipeline.stands(&self.frame));
        let _ = self.answer.try_send(stands);
    }
}

impl Feeder {
    /// What is known of the box whose frames have the key `name`; nothing where it is unknown.
    ///
    /// One that waits for a place has no box yet whose key somebody could have seen: it is known by
    /// its session's name and UUID as well.
    #[must_use]
    pub fn told(&self, name: &str) -> Option<Told> {
        let waits = self.exchange.waits_for_place(name);
        let frame = waits.as_deref().unwrap_or(name);
        let outlook = self.exchange.outlook(frame);
        let (answer, answers) = sync_channel(1);
        let question = Question {
            frame: frame.to_owned(),
            answer,
        };
        let asked = self.tell(Input::Ask(question));
        let stands = asked
            .ok()
            .and_then(|()| answers.recv_timeout(PATIENCE).ok());
        let stands = stands.flatten();
        if outlook.is_none() && stands.is_none() {
            return None;
        }
        let (state, why) = stands.map(|it| (it.state, it.why)).unzip();
        Some(Told {
            pid: std::process::id(),
            state,
            why,
            outlook,
        })
    }
}

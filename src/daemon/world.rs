//! Frames and sinks, pure: what is to be put where, given what happened and when.

use std::time::Duration;

use crate::outbox::{self, Answer, Next, Outbox};
use crate::sink::{Caps, Done};
use crate::wire::frame::Frame;

/// Something to carry out.
#[derive(Debug, PartialEq)]
pub enum Effect {
    /// Bring the frame's box to it, on the sink of that number.
    Put(usize, Box<Frame>),
    /// The reader of our output is gone: end quietly.
    Close,
}

/// The sinks and what waits for each.
#[derive(Debug)]
pub struct World {
    lanes: Vec<Lane>,
    closed: bool,
}

#[derive(Debug)]
struct Lane {
    /// None before a sink that takes every frame as it comes.
    outbox: Option<Outbox>,
    under_way: usize,
    failed: u64,
}

impl World {
    /// A world with these sinks.
    #[must_use]
    pub fn new(caps: &[Caps], settings: outbox::Settings) -> Self {
        let lane = |caps: &Caps| Lane {
            outbox: caps.paced.then(|| Outbox::new(settings)),
            under_way: 0,
            failed: 0,
        };
        Self {
            lanes: caps.iter().map(lane).collect(),
            closed: false,
        }
    }

    /// A frame came.
    pub fn offer(&mut self, frame: &Frame, now: Duration) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            if let Some(outbox) = &mut lane.outbox {
                outbox.offer(frame.clone(), now);
            } else {
                lane.under_way += 1;
                effects.push(Effect::Put(number, Box::new(frame.clone())));
            }
        }
        effects
    }

    /// Sink `number` answered for the frame of `key`.
    pub fn settle(
        &mut self,
        number: usize,
        key: &str,
        done: Done,
        latency: Duration,
        now: Duration,
    ) -> Vec<Effect> {
        let Some(lane) = self.lanes.get_mut(number) else {
            return Vec::new();
        };
        lane.under_way = lane.under_way.saturating_sub(1);
        let answer = match done {
            Done::Applied => Answer::Applied,
            Done::Unchanged => Answer::Unchanged,
            Done::Later(pause) => Answer::Later(pause),
            Done::Wait(pause) => Answer::Wait(pause),
            Done::Failed => Answer::Failed,
            Done::Refused => Answer::Refused,
            Done::Gone => Answer::Gone,
            Done::Closed => {
                self.closed = true;
                return vec![Effect::Close];
            }
        };
        lane.failed += u64::from(matches!(done, Done::Failed | Done::Refused));
        if let Some(outbox) = &mut lane.outbox {
            outbox.settle(key, answer, latency, now);
        }
        Vec::new()
    }

    /// What may go out now, and when to ask again; `None` is when something happens.
    pub fn next(&mut self, now: Duration) -> (Vec<Effect>, Option<Duration>) {
        let mut effects = Vec::new();
        let mut wait: Option<Duration> = None;
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            let Some(outbox) = &mut lane.outbox else {
                continue;
            };
            loop {
                match outbox.next(now) {
                    Next::Send(frame) => {
                        lane.under_way += 1;
                        effects.push(Effect::Put(number, frame));
                    }
                    Next::WaitUntil(at) => {
                        wait = Some(wait.map_or(at, |wait| wait.min(at)));
                        break;
                    }
                    Next::Idle => break,
                }
            }
        }
        (effects, wait)
    }

    /// Whether a sink that takes every frame as it comes has many before it.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        const MANY: usize = 64;
        self.lanes
            .iter()
            .any(|lane| lane.outbox.is_none() && lane.under_way >= MANY)
    }

    /// Whether nothing waits and nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.closed
            || self.lanes.iter().all(|lane| {
                lane.under_way == 0 && lane.outbox.as_ref().is_none_or(Outbox::is_empty)
            })
    }

    /// Frames that a sink could not bring to their boxes.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.failed).sum()
    }
}

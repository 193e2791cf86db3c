//! Frames and sinks, pure: what is to be put where, given what happened and when.

use std::time::Duration;

use super::census::Census;
use crate::http::Breaker;
use crate::outbox::{self, Answer, Next, Outbox};
use crate::render;
use crate::sink::{Bill, Caps, Done, Markup};
use crate::wire::frame::{Frame, Rendered};

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
    drawing: render::Settings,
    census: Census,
    /// Nobody waits for another writer to stop: he shows the box.
    hurried: bool,
    closed: bool,
}

/// Where everything stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Boxes that have something to show still.
    pub pending: usize,
    /// Sessions with a run that is not over.
    pub active: usize,
    /// The worst breaker.
    pub breaker: Breaker,
    /// Frames that a newer one replaced.
    pub coalesced: u64,
}

#[derive(Debug)]
struct Lane {
    caps: Caps,
    /// None before a sink that takes every frame as it comes.
    outbox: Option<Outbox>,
    under_way: usize,
    failed: u64,
}

impl World {
    /// A world with these sinks. A text that a sink cannot read is drawn again by `drawing`.
    #[must_use]
    pub fn new(caps: &[Caps], settings: outbox::Settings, drawing: render::Settings) -> Self {
        let lane = |caps: &Caps| Lane {
            caps: *caps,
            outbox: caps.paced.then(|| {
                Outbox::new(outbox::Settings {
                    rate_per_second: caps.rate_per_second,
                    ..settings
                })
            }),
            under_way: 0,
            failed: 0,
        };
        Self {
            lanes: caps.iter().map(lane).collect(),
            drawing,
            census: Census::default(),
            hurried: false,
            closed: false,
        }
    }

    /// We leave once everything is shown: a box that another writer moves is shown by him.
    pub fn hurry(&mut self) {
        self.hurried = true;
    }

    /// A frame came.
    pub fn offer(&mut self, frame: &Frame, now: Duration) -> Vec<Effect> {
        self.census.saw(frame);
        let mut effects = Vec::new();
        for (number, lane) in self.lanes.iter_mut().enumerate() {
            if let Some(outbox) = &mut lane.outbox {
                let mut frame = frame.clone();
                dress(&mut frame, &lane.caps, &self.drawing);
                outbox.offer(frame, now);
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
        (done, bill): (Done, Bill),
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
            Done::StandBy(_) if self.hurried => Answer::Unchanged,
            Done::StandBy(pause) => Answer::StandBy(pause),
            Done::Failed => Answer::Failed,
            Done::Refused => Answer::Refused,
            Done::Never | Done::Gone => Answer::Gone,
            Done::Closed => {
                self.closed = true;
                return vec![Effect::Close];
            }
        };
        match &mut lane.outbox {
            None => {
                lane.failed += u64::from(matches!(done, Done::Failed | Done::Refused | Done::Never))
            }
            Some(outbox) => {
                let before = outbox.stats().given_up;
                outbox.charge(bill.requests, bill.ease, now);
                outbox.settle(key, answer, latency, now);
                let given_up = outbox.stats().given_up > before;
                // Whoever deleted a box wanted it so.
                lane.failed += u64::from(given_up && done != Done::Gone);
            }
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
            // What no thread has hands for stays here, where a newer frame takes its place. A board
            // has one thread and is quick: it shows runs in the order in which they came.
            let hands = match lane.caps.threads {
                0 | 1 => usize::MAX,
                threads => threads,
            };
            while lane.under_way < hands {
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

    /// Boxes that have something to show still.
    #[must_use]
    pub fn pending(&self) -> usize {
        let pending = |lane: &Lane| lane.outbox.as_ref().map_or(lane.under_way, Outbox::pending);
        self.lanes.iter().map(pending).sum()
    }

    /// Where everything stands, in numbers.
    #[must_use]
    pub fn reading(&self) -> Reading {
        let outboxes = || self.lanes.iter().filter_map(|lane| lane.outbox.as_ref());
        let breaker = |outbox: &Outbox| match outbox.health() {
            outbox::Health::Well => Breaker::Closed,
            outbox::Health::Probing => Breaker::HalfOpen,
            outbox::Health::Ill => Breaker::Open,
        };
        Reading {
            pending: self.pending(),
            active: self.census.count(),
            breaker: outboxes().map(breaker).max().unwrap_or_default(),
            coalesced: outboxes().map(|outbox| outbox.stats().coalesced).sum(),
        }
    }

    /// Paces and draws by other settings from now on.
    pub fn set(&mut self, min_gap: Duration, drawing: render::Settings) {
        self.drawing = drawing;
        let outboxes = self
            .lanes
            .iter_mut()
            .filter_map(|lane| lane.outbox.as_mut());
        outboxes.for_each(|outbox| outbox.set_min_gap(min_gap));
    }

    /// Frames that a sink could not bring to their boxes.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.lanes.iter().map(|lane| lane.failed).sum()
    }
}

/// Draws the text that a sink reads, where the frame has none or one that is too long.
fn dress(frame: &mut Frame, caps: &Caps, drawing: &render::Settings) {
    let longest = caps.max_chars.unwrap_or(usize::MAX);
    let mut text = frame.text.take().unwrap_or_default();
    let Rendered {
        markdown,
        mrkdwn,
        plain,
    } = &mut text;
    let read = match caps.markup {
        Markup::View => None,
        Markup::Markdown => Some((render::Markup::Markdown, markdown)),
        Markup::Mrkdwn => Some((render::Markup::Mrkdwn, mrkdwn)),
        Markup::Plain => Some((render::Markup::Plain, plain)),
    };
    let is_long = |text: &String| text.chars().count() > longest;
    if let Some((markup, place)) = read
        && place.as_ref().is_none_or(is_long)
    {
        let settings = render::Settings {
            markup,
            max_chars: drawing.max_chars.min(longest),
            ..drawing.clone()
        };
        let moment = render::Moment::of(frame);
        *place = Some(render::text(&frame.view, moment, &settings));
    }
    // A sink that draws from the view has none, if there was none.
    frame.text = Some(text).filter(|text| text.any().is_some());
}

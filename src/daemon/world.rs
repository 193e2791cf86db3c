//! Frames and sinks, pure: what is to be put where, given what happened and when.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::census::Census;
use super::dress::dressed;
use crate::http::Breaker;
use crate::outbox::admission::Admission;
use crate::outbox::outlook::Outlook;
use crate::outbox::{self, Answer, Next, Outbox};
use crate::render;
use crate::sink::{Bill, Caps, Done};
use crate::wire::frame::Frame;
use crate::wire::time::Time;

/// The sinks and what waits for each.
#[derive(Debug)]
pub struct World {
    lanes: Vec<Lane>,
    admission: Admission,
    drawing: render::Settings,
    census: Census,
    /// Nothing goes out yet.
    held: bool,
    /// Something was held: it came as it was found, and is shown in the order of time.
    sorts: bool,
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
    /// Runs that wait until another one's box is over.
    pub waiting: usize,
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
    /// Frames whose turn it is, in the order in which they came: before a sink of one thread.
    turn: VecDeque<Arc<Frame>>,
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
            turn: VecDeque::new(),
            under_way: 0,
            failed: 0,
        };
        Self {
            lanes: caps.iter().map(lane).collect(),
            admission: Admission::new(settings.live),
            drawing,
            census: Census::default(),
            held: false,
            sorts: false,
            hurried: false,
            closed: false,
        }
    }

    /// How many sinks there are.
    #[must_use]
    pub fn sinks(&self) -> usize {
        self.lanes.len()
    }

    /// Nothing goes out of an outbox before [`World::hurry`] or [`World::release`].
    pub fn hold(&mut self) {
        self.held = true;
        self.sorts = true;
    }

    /// What was held goes out.
    pub fn release(&mut self) {
        self.held = false;
    }

    /// We leave once everything is shown: a box that another writer moves is shown by him.
    pub fn hurry(&mut self) {
        self.release();
        self.hurried = true;
        for (frame, since) in self.admission.open() {
            self.pace(&frame, since);
        }
    }

    /// A frame came.
    pub fn offer(&mut self, frame: &Arc<Frame>, now: Duration) {
        self.census.saw(frame);
        let unpaced = self.lanes.iter_mut().filter(|lane| lane.outbox.is_none());
        unpaced.for_each(|lane| lane.turn.push_back(Arc::clone(frame)));
        for frame in self.admission.offer(Arc::clone(frame), now) {
            self.pace(&frame, now);
        }
    }

    /// A frame goes where an outbox gives it its moment.
    fn pace(&mut self, frame: &Arc<Frame>, now: Duration) {
        for lane in &mut self.lanes {
            if let Some(outbox) = &mut lane.outbox {
                outbox.offer(dressed(frame, &lane.caps, &self.drawing), now);
            }
        }
    }

    /// What came so far goes before what comes later, where a sink shows things in turn.
    pub fn line_up(&mut self, now: Duration) {
        if !self.held {
            let sorts = self.sorts;
            self.lanes
                .iter_mut()
                .for_each(|lane| lane.line_up(now, sorts));
        }
    }

    /// What a thread of sink `number` does now. A frame that it gives is under way until
    /// [`World::settle`].
    pub fn next(&mut self, number: usize, now: Duration) -> Next {
        let Some(lane) = self.lanes.get_mut(number) else {
            return Next::Idle;
        };
        if !self.held {
            lane.line_up(now, self.sorts);
        }
        let next = match (lane.turn.pop_front(), &mut lane.outbox) {
            (Some(frame), _) => Next::Send(frame),
            (None, Some(outbox)) if !self.held => outbox.next(now),
            (None, _) => Next::Idle,
        };
        lane.under_way += usize::from(matches!(next, Next::Send(_)));
        next
    }

    /// The first moment from `now` on at which [`World::next`] has something to say; `None` is
    /// when something happens.
    pub fn ready_at(&mut self, number: usize, now: Duration) -> Option<Duration> {
        let lane = self.lanes.get_mut(number)?;
        if !lane.turn.is_empty() {
            return Some(now);
        }
        lane.outbox
            .as_mut()
            .filter(|_| !self.held)
            .and_then(|outbox| outbox.ready_at(now))
    }

    /// What was under way to sink `number` when all ended, and no thread had taken yet.
    pub fn rest(&mut self, number: usize) -> Option<Arc<Frame>> {
        let lane = self.lanes.get_mut(number)?;
        let frame = lane.turn.pop_front()?;
        lane.under_way += 1;
        Some(frame)
    }

    /// Sink `number` answered for the frame of `key`.
    pub fn settle(
        &mut self,
        number: usize,
        key: &str,
        (done, bill): (Done, Bill),
        latency: Duration,
        now: Duration,
    ) {
        let Some(lane) = self.lanes.get_mut(number) else {
            return;
        };
        lane.under_way = lane.under_way.saturating_sub(1);
        let answer = match done {
            Done::Applied => Answer::Applied,
            Done::Unchanged => Answer::Unchanged,
            Done::Later(pause) if bill.barred => Answer::Barred(pause),
            Done::Later(pause) => Answer::Later(pause),
            // There is no time to wait for a channel that may never take it.
            Done::Wait(_) if self.hurried => Answer::Gone,
            Done::Wait(pause) | Done::Unkept(pause) => Answer::Wait(pause),
            Done::StandBy(_) if self.hurried => Answer::Unchanged,
            Done::StandBy(pause) => Answer::StandBy(pause),
            Done::Failed => Answer::Failed,
            Done::Lost => Answer::Lost,
            Done::Refused => Answer::Refused,
            Done::Never | Done::Gone => Answer::Gone,
            Done::Closed => {
                self.closed = true;
                return;
            }
        };
        match &mut lane.outbox {
            None => {
                let is_failure = matches!(
                    done,
                    Done::Failed | Done::Lost | Done::Refused | Done::Never
                );
                lane.failed += u64::from(is_failure);
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
        if answer == Answer::Gone
            && let Some(next) = self.admission.release(key)
        {
            self.pace(&next, now);
        }
    }

    /// The last words of sink `number` could not be written. They are no frame, and count where
    /// no frame did.
    pub fn unwritten(&mut self, number: usize) {
        if let Some(lane) = self.lanes.get_mut(number) {
            lane.failed = lane.failed.max(1);
        }
    }

    /// What waits for the box of `key` before the last sink that is paced, and why.
    #[must_use]
    pub fn outlook(&self, key: &str, now: Duration) -> Option<Outlook> {
        if let Some((frame, since)) = self.admission.waits(key) {
            return Some(Outlook::of_crowd(frame.rev, since, now));
        }
        let paced = self
            .lanes
            .iter()
            .rev()
            .find_map(|lane| lane.outbox.as_ref());
        paced?.outlook(key, now)
    }

    /// The key of a run that waits for a place, by its session's name or UUID.
    #[must_use]
    pub fn waits_for_place(&self, session: &str) -> Option<&str> {
        self.admission.of_session(session)
    }

    /// Whether a sink that takes every frame as it comes has many before it.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        const MANY: usize = 64;
        self.lanes
            .iter()
            .any(|lane| lane.outbox.is_none() && lane.turn.len() >= MANY)
    }

    /// Whether the reader of our output is gone: all ends quietly.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether nothing waits and nothing is under way.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.closed
            || self.lanes.iter().all(|lane| {
                lane.under_way == 0
                    && lane.turn.is_empty()
                    && lane.outbox.as_ref().is_none_or(Outbox::is_empty)
            })
    }

    /// Boxes that have something to show still.
    #[must_use]
    pub fn pending(&self) -> usize {
        let pending = |lane: &Lane| {
            let unpaced = lane.under_way + lane.turn.len();
            lane.outbox.as_ref().map_or(unpaced, Outbox::pending)
        };
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
            waiting: self.admission.waiting(),
            breaker: outboxes().map(breaker).max().unwrap_or_default(),
            coalesced: outboxes().map(|outbox| outbox.stats().coalesced).sum(),
        }
    }

    /// Servers that did not know us, and channels that did not take a box, may by now: they are
    /// asked at once.
    pub fn admitted(&mut self, now: Duration) {
        let outboxes = self.lanes.iter_mut();
        let outboxes = outboxes.filter_map(|lane| lane.outbox.as_mut());
        outboxes.for_each(|outbox| outbox.admitted(now));
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

impl Lane {
    /// A board has one thread and is quick: it shows runs in the order in which they came, so what
    /// may go out stands in line. Before a server with several threads a frame waits in the
    /// outbox until one has hands for it, and a newer one takes its place.
    fn line_up(&mut self, now: Duration, sorts: bool) {
        if self.caps.threads > 1 {
            return;
        }
        let Some(outbox) = &mut self.outbox else {
            return;
        };
        let before = self.turn.len();
        while let Next::Send(frame) = outbox.next(now) {
            self.turn.push_back(frame);
        }
        if sorts {
            self.turn.make_contiguous()[before..].sort_by(|a, b| by_time(a).cmp(&by_time(b)));
        }
    }
}

/// When a run ended or did something last, then its name; the key where both are equal, so that
/// the order is always the same.
fn by_time(frame: &Frame) -> (Option<Time>, &str, &str) {
    (frame.at, &frame.view.agent, &frame.key)
}

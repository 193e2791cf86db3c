//! The outbox itself: all lanes, one budget, one breaker.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::backoff;
use super::breaker::Breaker;
use super::budget::Budget;
use super::lane::{Lane, Offer};
use super::outlook::{By, Hold};
use super::queue::Queue;
use super::{Answer, Health, Next, Now, Settings, Stats};
use crate::wire::frame::Frame;

/// Frames on their way to one server.
#[derive(Debug)]
pub struct Outbox {
    settings: Settings,
    lanes: HashMap<Arc<str>, Lane>,
    /// Lanes with nothing pending, the longest at rest first.
    rest: BTreeMap<u64, Arc<str>>,
    /// The same of those whose run is over.
    over: BTreeMap<u64, Arc<str>>,
    /// Lanes whose frame may go out, now or later.
    queue: Queue,
    tickets: u64,
    budget: Budget,
    breaker: Breaker,
    stats: Stats,
}

impl Outbox {
    /// An empty outbox.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            lanes: HashMap::new(),
            rest: BTreeMap::new(),
            over: BTreeMap::new(),
            queue: Queue::default(),
            tickets: 0,
            budget: Budget::new(settings.rate_per_second),
            breaker: Breaker::new(
                settings.breaker_threshold,
                settings.breaker_cooldown,
                settings.probe_timeout,
            ),
            stats: Stats::default(),
        }
    }

    /// Takes a frame in. Of each key only the newest waits; one that would not
    /// change what its box shows is dropped.
    pub fn offer(&mut self, frame: impl Into<Arc<Frame>>, now: Now) {
        let frame = frame.into();
        self.stats.offered += 1;
        let key = match self.lanes.get_key_value(frame.key.as_str()) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(frame.key.as_str()),
        };
        let lane = self.lanes.entry(Arc::clone(&key)).or_default();
        match lane.offer(frame, now) {
            Offer::Waits => {}
            Offer::Coalesced => self.stats.coalesced += 1,
            Offer::Unchanged { dropped } => {
                self.stats.unchanged += 1;
                self.stats.coalesced += u64::from(dropped);
            }
            Offer::Stale => self.stats.stale += 1,
            Offer::Gone => self.stats.given_up += 1,
        }
        self.settle_down(&key);
    }

    /// The first moment from `now` on at which [`Outbox::next`] has something to say; `None` is
    /// when a frame or an answer comes.
    pub fn ready_at(&mut self, now: Now) -> Option<Now> {
        // Nobody is to wake for a server for which nothing waits.
        let frame = match self.queue.first(now) {
            Some(_) => now,
            None => self.queue.soonest()?,
        };
        let server = self.breaker.ready_at(now).max(self.budget.ready_at(now));
        Some(frame.max(server))
    }

    /// What to do now. A frame that it gives is under way until [`Outbox::settle`].
    pub fn next(&mut self, now: Now) -> Next {
        match self.ready_at(now) {
            None => return Next::Idle,
            Some(at) if at > now => return Next::WaitUntil(at),
            Some(_) => {}
        }
        let Some(key) = self.queue.first(now) else {
            return Next::Idle;
        };
        let Some((frame, since)) = self.lanes.get_mut(&key).and_then(|lane| lane.send(now)) else {
            return Next::Idle;
        };
        self.settle_down(&key);
        self.budget.take(now);
        self.breaker.sent(now);
        self.stats.sent += 1;
        self.stats.worst_wait = self.stats.worst_wait.max(now.saturating_sub(since));
        Next::Send(frame)
    }

    /// The last frame cost the server so many requests, where one had been reckoned with, and it
    /// asked for a pause of `ease` before it would have had to refuse.
    pub fn charge(&mut self, requests: u32, ease: Duration, now: Now) {
        match requests {
            0 => self.budget.give_back(now),
            requests => (1..requests).for_each(|_| self.budget.take(now)),
        }
        self.budget.ease(now, ease);
    }

    /// Tells what became of the frame of `key` that is under way, `latency`
    /// after it was given. Without one under way nothing happens.
    pub fn settle(&mut self, key: &str, answer: Answer, latency: Duration, now: Now) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        let Some(settled) = lane.settle(key, answer, latency, now, &self.settings) else {
            return;
        };
        self.stats.coalesced += settled.coalesced;
        self.stats.unchanged += settled.unchanged;
        self.stats.given_up += settled.given_up;
        match answer {
            Answer::Applied
            | Answer::Unchanged
            | Answer::Wait(_)
            | Answer::StandBy(_)
            | Answer::Refused
            | Answer::Gone => {
                self.breaker.alive();
            }
            Answer::Later(after) => {
                self.stats.later += 1;
                self.breaker.alive();
                self.budget.later(now, backoff::pause(key, after));
            }
            Answer::Barred(after) => {
                self.stats.later += 1;
                self.breaker.alive();
                self.budget.bar(now, after);
            }
            Answer::Lost => {}
            Answer::Failed => {
                self.stats.failed += 1;
                self.breaker.failed(now);
            }
        }
        if let Some((key, _)) = self.lanes.get_key_value(key) {
            let key = Arc::clone(key);
            self.settle_down(&key);
        }
    }

    /// Whether nothing waits and nothing is under way.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending() == 0
    }

    /// Boxes with a frame that waits or is under way.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.lanes.len() - self.rest.len() - self.over.len()
    }

    /// Boxes whose final frame is not acknowledged yet.
    #[must_use]
    pub fn finals_pending(&self) -> usize {
        self.lanes.values().filter(|lane| lane.owes_final()).count()
    }

    /// Whether the server seems well: the breaker is closed.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.breaker.is_closed()
    }

    /// How the server is, as far as the breaker can tell.
    #[must_use]
    pub fn health(&self) -> Health {
        self.breaker.health()
    }

    /// Keeps another gap between two edits of a box from now on.
    pub fn set_min_gap(&mut self, gap: Duration) {
        self.settings.min_gap = gap;
    }

    /// The server may know us by now, and channels may take their boxes: what [`Answer::Barred`]
    /// and [`Answer::Wait`] hold up goes out at once.
    pub fn admitted(&mut self, now: Now) {
        self.budget.admit(now);
        let lanes = self.lanes.iter_mut();
        let waiting = lanes.filter_map(|(key, lane)| lane.admit(now).then(|| Arc::clone(key)));
        let waiting: Vec<Arc<str>> = waiting.collect();
        waiting.iter().for_each(|key| self.settle_down(key));
    }

    /// The box of `key`.
    pub(super) fn lane(&self, key: &str) -> Option<&Lane> {
        self.lanes.get(key)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What holds up every box of the server.
    pub(super) fn server_holds(&self, now: Now) -> impl Iterator<Item = Hold> + use<> {
        // Copies: the look moves no clock of theirs.
        let (mut breaker, mut budget) = (self.breaker, self.budget);
        let (pause, barred) = budget.pauses();
        let spent = match budget.ready_at(now) {
            at if at > pause.max(barred) => at,
            _ => now,
        };
        let holds = [
            By::Breaker.until(breaker.ready_at(now), now),
            By::Pause.until(pause, now),
            By::Token.until(barred, now),
            By::Budget.until(spent, now),
        ];
        holds.into_iter().flatten()
    }

    /// Counts since the start.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            boxes: self.lanes.len(),
            ..self.stats
        }
    }

    /// Gives a lane its place: in the queue, or at rest where nothing is pending. Lets go of those
    /// that have rested longest when there are too many.
    fn settle_down(&mut self, key: &Arc<str>) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        let seat = lane.ready(&self.settings);
        self.queue.seat(key, lane.seat, seat);
        lane.seat = seat;
        if let Some(ticket) = lane.rest.take() {
            self.rest.remove(&ticket);
            self.over.remove(&ticket);
        }
        if !lane.is_empty() {
            return;
        }
        self.tickets += 1;
        lane.rest = Some(self.tickets);
        let (rest, most) = match lane.is_over() {
            true => (&mut self.over, self.settings.remember_over),
            false => (&mut self.rest, self.settings.remember),
        };
        rest.insert(self.tickets, Arc::clone(key));
        while rest.len() > most {
            let Some((_, key)) = rest.pop_first() else {
                return;
            };
            self.lanes.remove(&key);
        }
    }
}

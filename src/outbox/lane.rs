//! One box: what waits, what is under way, what it shows.

use std::sync::Arc;
use std::time::Duration;

use super::mark::{Mark, Print, rank};
use super::queue::Seat;
use super::throttle::{Haste, Throttle};
use super::{Answer, Now, Rank, Settings, backoff};
use crate::wire::frame::{Frame, State};

/// A frame that waits, or is under way.
#[derive(Debug)]
struct Held {
    frame: Arc<Frame>,
    print: Print,
    /// Since when its box has had something new; a newer frame inherits it.
    since: Now,
}

/// One box, known by the key of its frames.
#[derive(Debug, Default)]
pub(super) struct Lane {
    waiting: Option<Held>,
    flight: Option<Held>,
    /// The newest frame ever offered.
    newest: Option<Mark>,
    /// Whether the box was ever seen to show a frame.
    opened: bool,
    /// What the box shows, as far as it is known.
    shown: Option<Print>,
    /// The state of the frame that it took last.
    state: Option<State>,
    throttle: Throttle,
    /// Failures or refusals in a row.
    attempts: u32,
    /// No retry before this moment.
    hold: Now,
    /// It is the channel that has to change before a retry helps.
    shut_out: bool,
    /// Another writer moves the box: nothing before this moment but the run's end.
    stand_by: Now,
    gone: bool,
    /// Where it stands in the queue.
    pub(super) seat: Option<Seat>,
    /// Its ticket among the lanes at rest.
    pub(super) rest: Option<u64>,
}

/// When what paces a box alone lets its frame go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moments {
    pub(super) pace: Now,
    pub(super) hold: Now,
    /// Nothing holds up a run's end here.
    pub(super) stand_by: Now,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Offer {
    Waits,
    /// It waits in the place of an older one.
    Coalesced,
    /// The box shows it already; `dropped` says whether an older one waited.
    Unchanged {
        dropped: bool,
    },
    Stale,
    Gone,
}

impl Lane {
    pub(super) fn offer(&mut self, frame: Arc<Frame>, now: Now) -> Offer {
        if self.gone {
            return Offer::Gone;
        }
        let mark = Mark::of(&frame);
        if self
            .newest
            .as_ref()
            .is_some_and(|known| !mark.replaces(known))
        {
            return Offer::Stale;
        }
        self.newest = Some(mark);
        let print = Print::of(&frame);
        let older = self.waiting.take();
        if self.flight.is_none() && self.shown == Some(print) {
            return Offer::Unchanged {
                dropped: older.is_some(),
            };
        }
        let coalesced = older.is_some();
        self.waiting = Some(Held {
            frame,
            print,
            since: older.map_or(now, |held| held.since),
        });
        if coalesced {
            Offer::Coalesced
        } else {
            Offer::Waits
        }
    }

    /// Whether neither a frame waits nor one is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_none() && self.flight.is_none()
    }

    /// Whether its run is over, by the newest frame.
    pub(super) fn is_over(&self) -> bool {
        self.newest.as_ref().is_some_and(Mark::is_end)
    }

    /// Whether the last state of the run is not acknowledged yet.
    pub(super) fn owes_final(&self) -> bool {
        let held = self.waiting.iter().chain(&self.flight);
        held.into_iter().any(|held| held.frame.state.is_final())
    }

    /// What may go out, when at the earliest, and since when it has waited;
    /// nothing while a frame is under way. Only what happens to the lane changes it, not the time.
    pub(super) fn ready(&self, settings: &Settings) -> Option<Seat> {
        let held = self.waiting.as_ref().filter(|_| self.flight.is_none())?;
        let rank = self.rank(held);
        let moments = self.moments(settings);
        let at = moments.pace.max(moments.hold).max(moments.stand_by);
        let since = held.since;
        Some(Seat { at, rank, since })
    }

    /// When each of what paces the box alone lets the waiting frame go.
    pub(super) fn moments(&self, settings: &Settings) -> Moments {
        let rank = self.waiting.as_ref().map(|held| self.rank(held));
        let state = self.waiting.as_ref().map(|held| &held.frame.state);
        let haste = match rank {
            // What only corrects the words of an end keeps the gap.
            Some(Rank::Final) if self.state.as_ref() != state => Haste::End,
            Some(rank) if rank.urgent() => Haste::Urgent,
            _ => Haste::None,
        };
        Moments {
            pace: self.throttle.ready_at(settings, haste),
            hold: self.hold,
            stand_by: match rank {
                Some(Rank::Final) => Duration::ZERO,
                _ => self.stand_by,
            },
        }
    }

    /// The revision of the frame that waits, and since when its box has had something new.
    pub(super) fn waits(&self) -> Option<(u64, Now)> {
        let held = self.waiting.as_ref()?;
        Some((held.frame.rev, held.since))
    }

    /// The revision of the frame that is under way.
    pub(super) fn under_way(&self) -> Option<u64> {
        self.flight.as_ref().map(|held| held.frame.rev)
    }

    pub(super) fn is_gone(&self) -> bool {
        self.gone
    }

    fn rank(&self, held: &Held) -> Rank {
        match rank(&held.frame.state) {
            Rank::Progress if !self.opened => Rank::First,
            rank => rank,
        }
    }

    /// Takes the waiting frame under way; since when its box has had something new.
    pub(super) fn send(&mut self, now: Now) -> Option<(Arc<Frame>, Now)> {
        let held = self.waiting.take()?;
        self.throttle.sent(now);
        let told = (Arc::clone(&held.frame), held.since);
        self.flight = Some(held);
        Some(told)
    }

    /// Learns what became of the frame under way; `None` where none was.
    pub(super) fn settle(
        &mut self,
        key: &str,
        answer: Answer,
        latency: Duration,
        now: Now,
        settings: &Settings,
    ) -> Option<Settled> {
        let held = self.flight.take()?;
        if matches!(answer, Answer::Applied | Answer::Unchanged) {
            // How long a failure took says nothing of how quick the server is.
            self.throttle.settled(latency);
        }
        let mut settled = Settled::default();
        self.shut_out = matches!(answer, Answer::Wait(_));
        match answer {
            Answer::Applied | Answer::Unchanged => {
                self.attempts = 0;
                self.opened = true;
                self.shown = Some(held.print);
                self.state = Some(held.frame.state.clone());
            }
            Answer::Later(_) | Answer::Barred(_) => self.keep(held, &mut settled),
            Answer::Wait(pause) => {
                self.hold = now.saturating_add(pause);
                self.keep(held, &mut settled);
            }
            Answer::StandBy(pause) => {
                self.stand_by = now.saturating_add(pause);
                self.keep(held, &mut settled);
            }
            Answer::Failed => {
                self.retry_later(key, now);
                // It may have been done all the same: what the box shows is unknown.
                self.shown = None;
                self.keep(held, &mut settled);
            }
            Answer::Lost => {
                // Some of it may be there all the same.
                self.shown = None;
                settled.given_up = 1;
            }
            Answer::Refused => {
                self.retry_later(key, now);
                if self.attempts < settings.refusals {
                    self.keep(held, &mut settled);
                } else {
                    // Each further frame has one try, a long wait apart.
                    settled.given_up = 1;
                }
            }
            Answer::Gone => {
                self.gone = true;
                settled.given_up = 1 + u64::from(self.waiting.take().is_some());
            }
        }
        if let Some(next) = &self.waiting
            && self.shown == Some(next.print)
        {
            self.waiting = None;
            settled.unchanged = 1;
        }
        Some(settled)
    }

    /// Its channel may take it by now; whether it waits for that.
    pub(super) fn admit(&mut self, now: Now) -> bool {
        let waits = std::mem::take(&mut self.shut_out);
        if waits {
            self.hold = self.hold.min(now);
        }
        waits
    }

    fn retry_later(&mut self, key: &str, now: Now) {
        self.attempts = self.attempts.saturating_add(1);
        self.hold = now.saturating_add(backoff::wait(key, self.attempts));
    }

    /// Keeps what was under way for another try, unless a newer frame waits.
    fn keep(&mut self, held: Held, settled: &mut Settled) {
        match &mut self.waiting {
            Some(newer) => {
                newer.since = held.since;
                settled.coalesced = 1;
            }
            None => self.waiting = Some(held),
        }
    }
}

/// What an answer made of the frames of its box.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settled {
    pub(super) coalesced: u64,
    pub(super) unchanged: u64,
    pub(super) given_up: u64,
}

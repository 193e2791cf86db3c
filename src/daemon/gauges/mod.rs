//! What the threads of `run` note down about themselves, for whoever asks.
//!
//! Everybody writes a few numbers as they go by; only who asks pays for the picture.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

mod desk;

use super::reader::wire_time;
use super::world::Reading;
use crate::http::{Breaker, Counts, Fault, Picture, Source};

use crate::safe::redact::Redactor;
use crate::sink::{Done, Put, mattermost};
use crate::source::Remark;
use crate::wire::event::{Body, Event};
use crate::wire::frame::Frame;
use crate::wire::time::Time;
use desk::{Desk, Seen, kind_of};

/// What is wrong where a server does not take our token.
const TOKEN_REFUSED: &str = "token_refused";

/// Numbers that any thread may write.
#[derive(Debug)]
pub struct Gauges {
    start: Instant,
    begun: Time,
    /// Since when the loop works at one input, in milliseconds and one; 0 while it waits.
    busy: AtomicU64,
    /// The same of the reader, while it waits for the loop.
    held: AtomicU64,
    /// The same, while boxes wait; newer with every box that is brought up to date.
    waiting: AtomicU64,
    active: AtomicU64,
    crowd: AtomicU64,
    depth: AtomicU64,
    breaker: AtomicU8,
    coalesced: AtomicU64,
    armed: AtomicBool,
    undurable: AtomicBool,
    sent: AtomicU64,
    failed: AtomicU64,
    ambiguous: AtomicU64,
    resets: AtomicU64,
    oversize: AtomicU64,
    broken: AtomicU64,
    overflows: AtomicU64,
    unreadable: AtomicU64,
    desk: Mutex<Desk>,
}

impl Default for Gauges {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            begun: wire_time(SystemTime::now()),
            busy: AtomicU64::new(0),
            held: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            active: AtomicU64::new(0),
            crowd: AtomicU64::new(0),
            depth: AtomicU64::new(0),
            breaker: AtomicU8::new(0),
            coalesced: AtomicU64::new(0),
            armed: AtomicBool::new(false),
            undurable: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            ambiguous: AtomicU64::new(0),
            resets: AtomicU64::new(0),
            oversize: AtomicU64::new(0),
            broken: AtomicU64::new(0),
            overflows: AtomicU64::new(0),
            unreadable: AtomicU64::new(0),
            desk: Mutex::default(),
        }
    }
}

impl Gauges {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Milliseconds since the start, and one.
    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).map_or(u64::MAX, |ms| ms.saturating_add(1))
    }

    fn since(&self, mark: &AtomicU64) -> Duration {
        match mark.load(Relaxed) {
            0 => Duration::ZERO,
            mark => Duration::from_millis(self.now().saturating_sub(mark)),
        }
    }

    /// A source is read, though nothing may have come of it yet.
    pub fn reads(&self, source: &str) {
        self.desk().seen(source);
    }

    /// What that redactor takes out counts.
    pub fn counts_redactions(&self, redactor: &Arc<Redactor>) {
        self.desk().redactors.push(Arc::clone(redactor));
    }

    /// Whether what has to outlive us is on the disk; one that is not stays.
    pub fn durable(&self, is: bool) {
        if self.undurable.swap(!is, Relaxed) == is {
            if is {
                tracing::info!("state is kept again");
            } else {
                tracing::warn!(class = "state_not_durable", "state cannot be kept");
            }
        }
    }

    /// Whether what has to outlive us is on the disk, as far as is known.
    pub(super) fn is_durable(&self) -> bool {
        !self.undurable.load(Relaxed)
    }

    /// All there was has been read, and changes wake us.
    pub(super) fn arm(&self) {
        self.armed.store(true, Relaxed);
    }

    /// The loop begins to work, or waits again.
    pub(super) fn busy(&self, is: bool) {
        self.busy.store(if is { self.now() } else { 0 }, Relaxed);
    }

    /// The reader waits for the loop, or goes on.
    pub(super) fn held(&self, is: bool) {
        self.held.store(if is { self.now() } else { 0 }, Relaxed);
    }

    /// Where the loop stands.
    pub(super) fn publish(&self, reading: &Reading) {
        let depth = reading.pending as u64;
        let before = self.depth.swap(depth, Relaxed);
        if depth == 0 {
            self.waiting.store(0, Relaxed);
        } else if before == 0 {
            self.waiting.store(self.now(), Relaxed);
        }
        self.active.store(reading.active as u64, Relaxed);
        self.crowd.store(reading.waiting as u64, Relaxed);
        let was = self.breaker.swap(reading.breaker as u8, Relaxed);
        if was != reading.breaker as u8 {
            let (was, state) = (breaker(was).name(), reading.breaker.name());
            match reading.breaker {
                Breaker::Closed => tracing::info!(was, state, "the breaker changed"),
                Breaker::HalfOpen | Breaker::Open => {
                    tracing::warn!(was, state, "the breaker changed");
                }
            }
        }
        self.coalesced.store(reading.coalesced, Relaxed);
    }

    /// Events are taken in.
    pub(super) fn events(&self, events: &[Event]) {
        let is_reset = |event: &&Event| matches!(event.body, Body::Reset(_) | Body::Rewind(_));
        let resets = events.iter().filter(is_reset).count() as u64;
        self.resets.fetch_add(resets, Relaxed);
        let mut desk = self.desk();
        // A batch is of one source, as a rule.
        for run in events.chunk_by(|one, other| one.source == other.source) {
            if let Some(event) = run.first()
                && let Some(seen) = desk.seen(&event.source)
            {
                seen.events += run.len() as u64;
            }
        }
    }

    /// A sink answered at `wall`.
    pub(super) fn answered(&self, frame: &Frame, put: &Put, wall: Time) {
        // Held from here on: a picture shows all that this answer changes, or none of it.
        let mut desk = self.desk();
        self.ambiguous.fetch_add(put.bill.unclear.into(), Relaxed);
        let sink = put.receipt.sink.as_str();
        match put.done {
            Done::Wait(_) => {
                desk.shut_out.insert((sink.to_owned(), frame.key.clone()));
            }
            // None of these says anything of the channel.
            Done::Failed | Done::Later(_) | Done::Unkept(_) => {}
            Done::Applied
            | Done::Unchanged
            | Done::StandBy(_)
            | Done::Lost
            | Done::Refused
            | Done::Never
            | Done::Gone
            | Done::Closed => {
                if !desk.shut_out.is_empty() {
                    desk.shut_out.remove(&(sink.to_owned(), frame.key.clone()));
                }
            }
        }
        let class = match put.done {
            Done::Applied => {
                self.sent.fetch_add(1, Relaxed);
                None
            }
            // A reader that goes away is the end, and no error.
            Done::Unchanged | Done::StandBy(_) | Done::Closed => None,
            Done::Failed => Some("unavailable"),
            Done::Later(_) if put.receipt.error.as_deref() == Some(mattermost::NO_TOKEN) => {
                Some(TOKEN_REFUSED)
            }
            Done::Later(_) => Some("rate_limited"),
            Done::Unkept(_) => Some("state_not_durable"),
            Done::Wait(_) => Some("box_shut_out"),
            Done::Lost => Some("not_written"),
            Done::Refused => Some("box_refused"),
            Done::Never => Some("box_impossible"),
            Done::Gone => Some("box_deleted"),
        };
        let Some(class) = class else {
            if self.waiting.load(Relaxed) > 0 {
                self.waiting.store(self.now(), Relaxed);
            }
            // Nothing that was not asked tells that the server is well.
            let was_asked = put.bill.requests > 0 || put.done == Done::Applied;
            if let Some(was) = was_asked.then(|| desk.trouble.remove(sink)).flatten() {
                tracing::info!(sink, was, "a sink has recovered");
            }
            if put.done == Done::Applied {
                desk.shows(frame, self.begun, wall);
            }
            return;
        };
        self.failed.fetch_add(1, Relaxed);
        desk.fault = Some((class, Instant::now()));
        let of_all = matches!(put.done, Done::Failed | Done::Lost | Done::Later(_));
        let why = put.receipt.error.as_deref().unwrap_or_default();
        if !of_all {
            // Such an answer has only one whose token is taken.
            if put.bill.requests > 0 && desk.trouble.get(sink) == Some(&TOKEN_REFUSED) {
                desk.trouble.remove(sink);
            }
            tracing::warn!(sink, class, why, "a box was not brought up to date");
        } else if desk.trouble.insert(sink.to_owned(), class) != Some(class) {
            tracing::warn!(sink, class, why, "a sink failed");
        }
    }

    /// A record that nobody knows.
    pub(super) fn unknown(&self, source: &str, remark: &Remark) {
        self.desk().unknown(source, kind_of(remark));
    }

    /// A line above the cap was skipped.
    pub(super) fn oversize(&self) {
        self.oversize.fetch_add(1, Relaxed);
    }

    /// A line that is no record was skipped.
    pub(super) fn broken(&self) {
        self.broken.fetch_add(1, Relaxed);
    }

    /// So many transcripts cannot be read now.
    pub(super) fn unreadable(&self, count: usize) {
        self.unreadable.store(count as u64, Relaxed);
    }

    /// Sessions that wait until another one's box is over.
    #[must_use]
    pub fn waiting_sessions(&self) -> u64 {
        self.crowd.load(Relaxed)
    }

    /// The system's event queue was too full so many times.
    pub(super) fn overflows(&self, count: u64) {
        self.overflows.store(count, Relaxed);
    }

    /// What is known now.
    #[must_use]
    pub fn picture(&self) -> Picture {
        let desk = self.desk();
        let lag = self.since(&self.held).max(self.since(&self.busy));
        let unreadable = self.unreadable.load(Relaxed);
        let source = |(name, seen): (&String, &Seen)| Source {
            name: name.clone(),
            lag,
            unreadable,
            events: seen.events,
            unknown: seen.unknown.clone().into_iter().collect(),
        };
        Picture {
            uptime: self.start.elapsed(),
            active_sessions: self.active.load(Relaxed),
            waiting_sessions: self.crowd.load(Relaxed),
            queue_depth: self.depth.load(Relaxed),
            breaker: breaker(self.breaker.load(Relaxed)),
            last_error: desk.fault.map(|(class, at)| Fault {
                class,
                age: at.elapsed(),
            }),
            sources: desk.sources.iter().map(source).collect(),
            armed: self.armed.load(Relaxed),
            barred: desk.trouble.values().any(|class| *class == TOKEN_REFUSED),
            shut_out: desk.shut_out.len() as u64,
            durable: !self.undurable.load(Relaxed),
            stuck: self.since(&self.busy),
            late: self.since(&self.waiting),
            counts: Counts {
                sent: self.sent.load(Relaxed),
                failed: self.failed.load(Relaxed),
                resets: self.resets.load(Relaxed),
                oversize: self.oversize.load(Relaxed),
                broken: self.broken.load(Relaxed),
                overflows: self.overflows.load(Relaxed),
                redactions: desk.redactors.iter().map(|it| it.hits()).sum(),
                ambiguous: self.ambiguous.load(Relaxed),
                coalesced: self.coalesced.load(Relaxed),
            },
            lag: desk.lag.clone(),
        }
    }
}

/// The breaker that was noted down as that number.
fn breaker(number: u8) -> Breaker {
    match number {
        0 => Breaker::Closed,
        1 => Breaker::HalfOpen,
        _ => Breaker::Open,
    }
}

#[cfg(test)]
mod tests;

//! Where frames and hands meet: one world under one lock.
//!
//! Whoever has frames offers them here. The threads of a sink come here for
//! work and say here what came of it, so that a thread which got an answer takes
//! its next frame itself: an edit wakes no other thread of ours.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::gauges::Gauges;
use super::world::World;
use crate::outbox::outlook::Outlook;
use crate::sink::{Close, Put};
use crate::wire::frame::Frame;
use crate::{outbox, render};

mod crew;
mod locked;
#[cfg(test)]
mod race;
mod state;
#[cfg(test)]
mod tests;

use locked::Locked;
use state::State;

/// What a thread of a sink is to do.
pub(super) enum Order {
    /// Bring the frame's box to it, then [`Exchange::settle`].
    Put(Arc<Frame>),
    /// Tell a person.
    Remark(String),
    /// Do what time alone asks for.
    Tick,
    /// Leave.
    Close(Close),
}

/// The world, and who works in it.
#[derive(Debug)]
pub(super) struct Exchange {
    start: Instant,
    state: Mutex<State>,
    /// For those who wait for room, or for threads to leave.
    changed: Condvar,
    gauges: Arc<Gauges>,
}

/// What there is to know once all has ended.
pub(super) struct Left {
    pub(super) failed: u64,
    pub(super) pending: usize,
    pub(super) error: Option<String>,
}

impl Exchange {
    /// An exchange without sinks, until it [begins](Exchange::begin); where it stands shows in `gauges`.
    pub(super) fn new(gauges: Arc<Gauges>) -> Self {
        Self {
            start: Instant::now(),
            state: Mutex::new(State::new(World::new(
                &[],
                outbox::Settings::default(),
                render::Settings::default(),
            ))),
            changed: Condvar::new(),
            gauges,
        }
    }

    /// There is a world now.
    pub(super) fn begin(&self, world: World) {
        *self.state() = State::new(world);
    }

    fn publish(&self, state: &State) {
        self.gauges.publish(&state.world.reading());
    }

    /// The time since the start.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn state(&self) -> Locked<'_> {
        Locked::new(self.lock())
    }

    /// The state for who waits for it to change, and calls nobody.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world, and wakes whom that concerns.
    pub(super) fn change(&self, change: impl FnOnce(&mut World)) {
        let mut state = self.state();
        change(&mut state.world);
        self.publish(&state);
        state.call_all(self.now());
    }

    /// What waits for the box of `key`, and why: a look, by which nothing changes.
    pub(super) fn outlook(&self, key: &str) -> Option<Outlook> {
        self.state().world.outlook(key, self.now())
    }

    /// The key of a run that waits for a place, by its session's name or UUID.
    pub(super) fn waits_for_place(&self, session: &str) -> Option<String> {
        self.state()
            .world
            .waits_for_place(session)
            .map(str::to_owned)
    }

    /// Takes frames in that came together: what one of them replaces is not shown.
    pub(super) fn offer(&self, frames: Vec<Frame>) {
        self.take_in(frames, |_, _| {});
    }

    /// Takes frames in one after the other: what came first is shown first.
    pub(super) fn offer_in_turn(&self, frames: Vec<Frame>) {
        self.take_in(frames, World::line_up);
    }

    fn take_in(&self, frames: Vec<Frame>, after_each: fn(&mut World, Duration)) {
        if frames.is_empty() {
            return;
        }
        let mut state = self.state();
        let now = self.now();
        for frame in frames {
            state.world.offer(&Arc::new(frame), now);
            after_each(&mut state.world, now);
        }
        self.publish(&state);
        state.call_all(now);
    }

    /// Waits while a sink that takes every frame is behind; whether anybody takes frames still.
    pub(super) fn wait_for_room(&self) -> bool {
        let mut state = self.lock();
        while state.world.is_behind() && !state.open && !state.is_over() {
            state = self.wait(state, None).0;
        }
        !state.is_over()
    }

    /// Nobody waits for room any more: we are to stop.
    pub(super) fn open(&self) {
        let mut state = self.state();
        state.open = true;
        self.tell(&state);
    }

    /// Has the first sink tell a person something.
    pub(super) fn remark(&self, text: String) {
        let mut state = self.state();
        if let Some(crew) = state.crews.first_mut() {
            crew.remarks.push_back(text);
            state.call(0, self.now());
        }
    }

    /// Gives a thread of sink `number` its next piece of work, once there is one; the sink wants
    /// to be looked after in `tick`.
    pub(super) fn take(&self, number: usize, tick: Option<Duration>) -> Order {
        let mut state = self.state();
        let mut now = self.now();
        state.crews[number].tick = tick.map(|wait| now.saturating_add(wait));
        loop {
            let order = state.order(number, now);
            self.publish(&state);
            if let Some(order) = order {
                state.crews[number].rise();
                state.call(number, now);
                if state.waiting > 0 && !state.world.is_behind() {
                    self.tell(&state);
                }
                return order;
            }
            let due = state.due(number, now);
            let until = state.crews[number].rest(due);
            drop(state);
            match until {
                None => std::thread::park(),
                Some(until) => std::thread::park_timeout(until.saturating_sub(now)),
            }
            state = self.state();
            now = self.now();
        }
    }

    /// What a sink made of a frame, `latency` after it was given; whether that is news for who
    /// waits for the end.
    pub(super) fn settle(&self, number: usize, put: &Put, latency: Duration) -> bool {
        let mut state = self.state();
        let told = (put.done, put.bill);
        let (key, now) = (&put.receipt.key, self.now());
        state.world.settle(number, key, told, latency, now);
        if put.receipt.error.is_some() {
            state.error.clone_from(&put.receipt.error);
        }
        if state.world.is_closed() {
            self.tell(&state);
            return true;
        }
        state.awaited && state.world.is_settled()
    }

    /// Whether all that came is shown; from now on [`Exchange::settle`] says when it is.
    pub(super) fn is_settled(&self) -> bool {
        let mut state = self.state();
        state.awaited = true;
        state.world.is_settled()
    }

    /// Whether the reader of our output is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.state().world.is_closed()
    }

    /// A further thread works for sink `number`.
    pub(super) fn enter(&self, number: usize) {
        self.state().crews[number].hands += 1;
    }

    /// One of them is gone.
    pub(super) fn leave(&self, number: usize) {
        let mut state = self.state();
        state.crews[number].hands -= 1;
        self.tell(&state);
    }

    /// Sends all threads away.
    pub(super) fn close(&self, why: Close) {
        let mut state = self.state();
        state.end(why);
        self.tell(&state);
    }

    /// The last words of sink `number` could not be written.
    pub(super) fn unwritten(&self, number: usize, error: &std::io::Error) {
        let mut state = self.state();
        state.world.unwritten(number);
        state.error = Some(error.to_string());
    }

    /// What could not be shown, once the threads are gone or nobody waits for them any more.
    pub(super) fn left(&self) -> Left {
        let mut state = self.state();
        Left {
            failed: state.world.failed(),
            pending: state.world.pending(),
            error: state.error.take(),
        }
    }

    /// Waits until all threads are gone, until then at most; whether they are.
    pub(super) fn wait_for_threads(&self, until: Option<Instant>) -> bool {
        let mut state = self.lock();
        let mut late = false;
        while state.crews.iter().any(|crew| crew.hands > 0) && !late {
            (state, late) = self.wait(state, until);
        }
        !late
    }

    /// Waits for a change, until then at most; whether it was too late.
    fn wait<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        until: Option<Instant>,
    ) -> (MutexGuard<'a, State>, bool) {
        state.waiting += 1;
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        let mut state = match left {
            None => self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner),
            Some(left) => {
                self.changed
                    .wait_timeout(state, left)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        state.waiting -= 1;
        (state, left.is_some_and(|left| left.is_zero()))
    }

    fn tell(&self, state: &State) {
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }
}

//! What stands under the lock of the exchange.

use std::thread::Thread;
use std::time::Duration;

use super::Order;
use super::crew::Crew;
use crate::daemon::world::World;
use crate::outbox::Next;
use crate::sink::Close;

#[derive(Debug)]
pub(super) struct State {
    pub(super) world: World,
    /// The threads of each sink.
    pub(super) crews: Vec<Crew>,
    /// What a sink said last about a frame that it could not show.
    pub(super) error: Option<String>,
    /// Somebody is to be told when all is shown.
    pub(super) awaited: bool,
    /// Nobody waits for room any more.
    pub(super) open: bool,
    /// Threads that wait for `changed`.
    pub(super) waiting: usize,
    over: Option<Close>,
}

impl State {
    pub(super) fn new(world: World) -> Self {
        Self {
            crews: (0..world.sinks()).map(|_| Crew::default()).collect(),
            world,
            error: None,
            awaited: false,
            open: false,
            waiting: 0,
            over: None,
        }
    }

    /// All threads are to leave.
    pub(super) fn end(&mut self, why: Close) {
        self.over = Some(why);
        self.crews.iter_mut().for_each(Crew::call_all);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.is_some() || self.world.is_closed()
    }

    /// What a thread of sink `number` is to do now, if anything.
    pub(super) fn order(&mut self, number: usize, now: Duration) -> Option<Order> {
        let crew = &mut self.crews[number];
        if let Some(text) = crew.remarks.pop_front() {
            return Some(Order::Remark(text));
        }
        if let Some(why) = self.over {
            let rest = self.world.rest(number);
            return Some(rest.map_or(Order::Close(why), Order::Put));
        }
        if let Next::Send(frame) = self.world.next(number, now) {
            return Some(Order::Put(frame));
        }
        let is_due = crew.tick.is_some_and(|at| at <= now);
        is_due.then(|| {
            crew.tick = None;
            Order::Tick
        })
    }

    /// When the next piece of work for sink `number` is due.
    pub(super) fn due(&mut self, number: usize, now: Duration) -> Option<Duration> {
        let ready = self.world.ready_at(number, now);
        let crew = &self.crews[number];
        let remark = (!crew.remarks.is_empty()).then_some(now);
        ready.into_iter().chain(crew.tick).chain(remark).min()
    }

    /// Wakes a thread of sink `number` where there is work for it.
    pub(super) fn call(&mut self, number: usize, now: Duration) {
        if self.crews[number].has_idle() {
            let due = self.due(number, now);
            self.crews[number].call(due, now);
        }
    }

    /// The threads that were called, to be woken.
    pub(super) fn called(&mut self) -> impl Iterator<Item = Thread> + '_ {
        self.crews.iter_mut().flat_map(Crew::called)
    }

    pub(super) fn call_all(&mut self, now: Duration) {
        (0..self.crews.len()).for_each(|number| self.call(number, now));
    }
}

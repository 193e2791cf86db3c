//! The threads of one sink: who works, who rests, and who minds the time.

use std::collections::VecDeque;
use std::thread::Thread;
use std::time::Duration;

/// The threads of one sink.
///
/// Those that rest lie on a stack: the last one to rest is the first to be called, since it has the
/// warm connection. The one at the bottom minds the time for all of them.
#[derive(Debug, Default)]
pub(super) struct Crew {
    idle: Vec<Thread>,
    /// Those that are to be woken, once the lock is free.
    called: Vec<Thread>,
    /// Until when the one at the bottom sleeps; `None` is until it is called.
    alarm: Option<Duration>,
    /// When the sink is to be looked after next.
    pub(super) tick: Option<Duration>,
    /// What a person is to be told.
    pub(super) remarks: VecDeque<String>,
    /// Threads that have not left.
    pub(super) hands: usize,
}

impl Crew {
    pub(super) fn has_idle(&self) -> bool {
        !self.idle.is_empty()
    }

    /// The calling thread has nothing to do before `due`. Gives until when it sleeps; `None` is
    /// until it is called.
    pub(super) fn rest(&mut self, due: Option<Duration>) -> Option<Duration> {
        let place = self.place().unwrap_or_else(|| {
            self.idle.push(std::thread::current());
            self.idle.len() - 1
        });
        if place > 0 {
            // What is due only by now, the one that minds the time does not know.
            due.into_iter().for_each(|due| self.remind(due));
            return None;
        }
        self.alarm = due;
        due
    }

    /// The calling thread has something to do.
    pub(super) fn rise(&mut self) {
        if let Some(place) = self.place() {
            self.take(place);
        }
    }

    /// Something is due: calls a thread for it, or minds when it will be.
    pub(super) fn call(&mut self, due: Option<Duration>, now: Duration) {
        let Some(due) = due else { return };
        if due <= now {
            if let Some(thread) = self.idle.len().checked_sub(1).map(|last| self.take(last)) {
                self.called.push(thread);
            }
        } else {
            self.remind(due);
        }
    }

    /// Has the one that minds the time look again, where it would sleep for too long.
    fn remind(&mut self, due: Duration) {
        if self.alarm.is_none_or(|alarm| due < alarm)
            && let Some(thread) = self.idle.first()
        {
            self.called.push(thread.clone());
        }
    }

    /// Calls all of them.
    pub(super) fn call_all(&mut self) {
        self.called.append(&mut self.idle);
    }

    /// Those that were called since, to be woken.
    pub(super) fn called(&mut self) -> impl Iterator<Item = Thread> + '_ {
        self.called.drain(..)
    }

    /// Where the calling thread rests.
    fn place(&self) -> Option<usize> {
        let me = std::thread::current().id();
        self.idle.iter().position(|thread| thread.id() == me)
    }

    fn take(&mut self, place: usize) -> Thread {
        if place == 0 {
            // Whoever lies at the bottom now has to be told.
            self.alarm = None;
        }
        self.idle.remove(place)
    }
}

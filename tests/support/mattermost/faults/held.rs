//! Requests that wait until a test lets them go.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Longest wait for a request to arrive.
const PATIENCE: Duration = Duration::from_secs(120);

/// The waiting room of one rule.
#[derive(Debug, Default)]
pub struct Held {
    room: Mutex<Room>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Room {
    /// Requests that ever came in.
    arrived: usize,
    /// How the door stands.
    door: Door,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Door {
    #[default]
    Shut,
    Open,
    /// Who waits goes away unserved.
    Dropped,
}

impl Held {
    /// Waits until `count` requests have come in.
    ///
    /// # Panics
    ///
    /// When that takes longer than anything should.
    pub fn wait_for(&self, count: usize) {
        let end = Instant::now() + PATIENCE;
        let mut room = self.room();
        while room.arrived < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{} of {count} requests came to be held",
                room.arrived
            );
            let waited = self.changed.wait_timeout(room, left);
            room = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// How many requests came in so far.
    pub fn arrived(&self) -> usize {
        self.room().arrived
    }

    /// Lets all go on, and all that come.
    pub fn release(&self) {
        self.open(Door::Open);
    }

    /// Ends all that wait, and all that come: they are not carried out, or not answered.
    pub fn drop_them(&self) {
        self.open(Door::Dropped);
    }

    /// Waits for the door; whether to go on.
    pub fn park(&self) -> bool {
        let mut room = self.room();
        room.arrived += 1;
        self.changed.notify_all();
        while room.door == Door::Shut {
            room = self
                .changed
                .wait(room)
                .unwrap_or_else(PoisonError::into_inner);
        }
        room.door == Door::Open
    }

    fn open(&self, door: Door) {
        self.room().door = door;
        self.changed.notify_all();
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

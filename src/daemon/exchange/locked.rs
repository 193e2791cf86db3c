//! The lock of the exchange, and that who was called is woken only once it is free.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;
use std::thread::Thread;

use super::state::State;

/// The state under its lock.
///
/// Whoever is called needs the lock at once: woken before it is free he would only go to sleep
/// again, and an edit would cost two more changes of threads.
pub(super) struct Locked<'a> {
    state: MutexGuard<'a, State>,
    /// Dropped after the lock, as fields are in the order in which they stand.
    called: Called,
}

impl<'a> Locked<'a> {
    pub(super) fn new(state: MutexGuard<'a, State>) -> Self {
        Self {
            state,
            called: Called(Vec::new()),
        }
    }
}

impl Deref for Locked<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut State {
        &mut self.state
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.called.0.extend(self.state.called());
    }
}

/// Threads that are woken when it goes.
struct Called(Vec<Thread>);

impl Drop for Called {
    fn drop(&mut self) {
        self.0.iter().for_each(Thread::unpark);
    }
}

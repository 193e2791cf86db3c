//! The way into the loop: one channel, and a gate before it.
//!
//! Whoever reads waits at the gate while the loop has enough to do, so that
//! memory stays bounded; answers, remarks and signals never wait.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::gauges::Gauges;
use super::pulse::Pulse;
use super::reload::Reload;
use crate::sink::Put;
use crate::wire::event::Event;
use crate::wire::frame::Frame;

/// Everything that can happen to the loop.
#[derive(Debug)]
pub enum Input {
    /// Events were read.
    Events(Vec<Event>),
    /// Frames came from a pipe.
    Frames(Vec<Frame>),
    /// Something to tell a person, beside the boxes.
    Remark(String),
    /// A sink answered: its number, how long it took, and what it did.
    Settled(usize, Duration, Box<Put>),
    /// Sources are armed, and all there was has been read.
    Armed,
    /// Settings were read again; none where they are no good.
    Reload(Option<Box<Reload>>),
    /// The reader is at its end; nothing more will come.
    Ended,
    /// We are to stop; runs go on without us.
    Stop,
}

/// The loop ended: nobody takes inputs any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// Batches that wait for the loop at most.
const PLACES: usize = 16;

/// The loop's side.
#[derive(Debug)]
pub struct Inputs {
    pub(super) receiver: Receiver<Input>,
    pub(super) feeder: Feeder,
    pub(super) pulse: Pulse,
}

/// The side of whoever has something for the loop.
#[derive(Clone, Debug)]
pub struct Feeder {
    sender: Sender<Input>,
    gate: Arc<Gate>,
    gauges: Arc<Gauges>,
}

impl Inputs {
    /// A way in, and where it leads.
    #[must_use]
    pub fn new() -> (Feeder, Self) {
        Self::with(Pulse::default())
    }

    /// The same for a loop that shows its `pulse`.
    #[must_use]
    pub fn with(pulse: Pulse) -> (Feeder, Self) {
        let (sender, receiver) = channel();
        let feeder = Feeder {
            sender,
            gate: Arc::new(Gate::new()),
            gauges: Arc::clone(pulse.gauges()),
        };
        let inputs = Self {
            receiver,
            feeder: feeder.clone(),
            pulse,
        };
        (feeder, inputs)
    }
}

impl Feeder {
    /// Hands over events or frames, once there is a place for them.
    ///
    /// # Errors
    ///
    /// [`Gone`] once the loop has ended.
    pub fn give(&self, input: Input) -> Result<(), Gone> {
        self.gauges.held(true);
        self.gate.enter();
        self.gauges.held(false);
        self.tell(input)
    }

    /// Says something that does not wait.
    ///
    /// # Errors
    ///
    /// [`Gone`] once the loop has ended.
    pub fn tell(&self, input: Input) -> Result<(), Gone> {
        self.sender.send(input).map_err(|_| Gone)
    }

    /// What the loop tells of itself.
    #[must_use]
    pub fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// Nobody waits at the gate any more: we are to stop.
    pub fn open(&self) {
        self.gate.open();
    }

    /// A batch was taken in.
    pub(super) fn taken(&self) {
        self.gate.leave();
    }
}

#[derive(Debug)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: usize,
    open: bool,
}

impl Gate {
    fn new() -> Self {
        let state = State {
            free: PLACES,
            open: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) {
        let mut state = self
            .changed
            .wait_while(self.state(), |state| state.free == 0 && !state.open)
            .unwrap_or_else(PoisonError::into_inner);
        state.free = state.free.saturating_sub(1);
    }

    fn leave(&self) {
        let mut state = self.state();
        state.free = (state.free + 1).min(PLACES);
        self.changed.notify_one();
    }

    fn open(&self) {
        self.state().open = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_reads_waits_until_a_batch_was_taken_in_or_the_gate_is_open() {
        let (feeder, inputs) = Inputs::new();
        for _ in 0..PLACES {
            feeder.give(Input::Events(Vec::new())).expect("a loop");
        }
        let (told, entered) = channel();
        let waiting = {
            let feeder = feeder.clone();
            std::thread::spawn(move || {
                for _ in 0..3 {
                    feeder.give(Input::Events(Vec::new())).expect("a loop");
                    told.send(()).expect("the test");
                }
            })
        };
        feeder.tell(Input::Ended).expect("this never waits");
        assert!(entered.try_recv().is_err(), "there is no place");
        inputs.feeder.taken();
        entered.recv().expect("there is one place");
        assert!(entered.try_recv().is_err(), "and no other");
        feeder.open();
        waiting.join().expect("nobody waits any more");
        assert_eq!(inputs.receiver.try_iter().count(), PLACES + 4);
    }

    #[test]
    fn who_comes_after_the_end_is_told() {
        let (feeder, inputs) = Inputs::new();
        drop(inputs);
        assert_eq!(feeder.give(Input::Events(Vec::new())), Err(Gone));
    }
}

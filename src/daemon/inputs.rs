//! The ways in: one channel to the loop with a gate before it, and one for frames.
//!
//! Whoever reads waits at the gate while the loop has enough to do, so that
//! memory stays bounded; remarks and signals never wait. Frames need no loop:
//! they go straight to the exchange, where a newer one takes the place of an older.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::exchange::Exchange;
use super::gauges::Gauges;
use super::pulse::Pulse;
use super::reload::Reload;
use super::told::Question;
use super::world::World;
use crate::wire::event::Event;
use crate::wire::frame::Frame;

/// Everything that can happen to the loop.
#[derive(Debug)]
pub enum Input {
    /// Events were read.
    Events(Vec<Event>),
    /// Something to tell a person, beside the boxes.
    Remark(String),
    /// All that came is shown, or the reader of our output is gone.
    Settled,
    /// Sources are armed, and all there was has been read.
    Armed,
    /// Settings were read again; none where they are no good.
    Reload(Option<Box<Reload>>),
    /// Somebody wants to know how a run stands.
    Ask(Question),
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
    pub(super) exchange: Arc<Exchange>,
    pub(super) pulse: Pulse,
}

/// The side of whoever has something for the loop.
#[derive(Clone, Debug)]
pub struct Feeder {
    sender: Sender<Input>,
    gate: Arc<Gate>,
    pub(super) exchange: Arc<Exchange>,
    gauges: Arc<Gauges>,
}

impl Inputs {
    /// A way in, and where it leads. Frames may come once there is a [world](Inputs::begin).
    #[must_use]
    pub fn new() -> (Feeder, Self) {
        Self::with(Pulse::default())
    }

    /// The same for a loop that shows its `pulse`.
    #[must_use]
    pub fn with(pulse: Pulse) -> (Feeder, Self) {
        let (sender, receiver) = channel();
        let exchange = Arc::new(Exchange::new(Arc::clone(pulse.gauges())));
        let feeder = Feeder {
            sender,
            gate: Arc::new(Gate::new()),
            exchange: Arc::clone(&exchange),
            gauges: Arc::clone(pulse.gauges()),
        };
        let inputs = Self {
            receiver,
            feeder: feeder.clone(),
            exchange,
            pulse,
        };
        (feeder, inputs)
    }
}

impl Inputs {
    /// Frames may come from now on: there is a world for them.
    pub fn begin(&self, world: World) {
        self.exchange.begin(world);
    }
}

impl Feeder {
    /// Hands over events, once there is a place for them.
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

    /// Hands over frames, once every sink has room for more.
    ///
    /// # Errors
    ///
    /// [`Gone`] once the loop has ended.
    pub fn offer(&self, frames: Vec<Frame>) -> Result<(), Gone> {
        self.exchange.offer_in_turn(frames);
        if self.exchange.wait_for_room() {
            Ok(())
        } else {
            Err(Gone)
        }
    }

    /// Says something that does not wait.
    ///
    /// # Errors
    ///
    /// [`Gone`] once the loop has ended.
    pub fn tell(&self, input: Input) -> Result<(), Gone> {
        self.sender.send(input).map_err(|_| Gone)
    }

    /// Servers that did not know us may by now, since there is another token.
    pub fn admitted(&self) {
        let now = self.exchange.now();
        self.exchange.change(|world| world.admitted(now));
    }

    /// What the loop tells of itself.
    #[must_use]
    pub fn gauges(&self) -> &Gauges {
        &self.gauges
    }

    /// Nobody waits at the gate any more: we are to stop.
    pub fn open(&self) {
        self.gate.open();
        self.exchange.open();
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

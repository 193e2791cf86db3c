//! The loop of `run` and `post`: what comes in goes to the exchange, until the end.

use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::inputs::{Input, Inputs};
use super::pipeline::Pipeline;
use super::workers;
use super::world::World;
use crate::sink::{Close, Sink};

pub use super::workers::Receipts;

/// When frames go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As they come, paced.
    Live,
    /// Once the input has ended: the newest of each run.
    AtEnd,
}

impl When {
    /// Nothing more will come: so long what waits may wait, as for a server that is down.
    fn patience(self) -> Duration {
        match self {
            Self::Live => Duration::from_secs(3_600),
            // Whoever runs it now and then runs it again.
            Self::AtEnd => Duration::from_secs(120),
        }
    }
}

/// After a signal, finals and the last frames have this long to go out...
const GRACE: Duration = Duration::from_millis(2_500);
/// ... and the sinks this long to leave, as to say in every box that it rests: 5 s in all.
const LEAVE: Duration = Duration::from_millis(2_300);

/// What became of everything.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The input ended, and all of it is shown.
    Ended,
    /// We were told to stop.
    Stopped,
    /// The reader of our output went away.
    Closed,
}

/// What could not be shown.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Missed {
    /// So many frames that were given up.
    pub frames: u64,
    /// So many boxes whose newest frame was still on its way when time was up.
    pub waiting: usize,
    /// What a sink said last about one.
    pub error: Option<String>,
}

/// Runs until the input ends or we are told to stop. The sinks are those of the world of `inputs`,
/// in its order.
///
/// `receipts` is called for every answer of a sink. Gives what ended the loop,
/// and what could not be shown.
pub fn run(
    mut pipeline: Option<Pipeline>,
    sinks: Vec<Box<dyn Sink>>,
    when: When,
    inputs: Inputs,
    receipts: Receipts,
) -> (Outcome, Missed) {
    let Inputs {
        receiver,
        feeder,
        exchange,
        mut pulse,
    } = inputs;
    if when == When::AtEnd {
        exchange.change(World::hold);
    }
    let receipts = Arc::new(Mutex::new(receipts));
    let threads: Vec<_> = sinks
        .into_iter()
        .enumerate()
        .flat_map(|(number, sink)| workers::start(number, sink, &exchange, &receipts, &feeder))
        .collect();
    let mut ending: Option<(Outcome, Instant)> = None;
    while !exchange.is_closed() {
        let left = ending
            .as_ref()
            .map(|(_, until)| until.saturating_duration_since(Instant::now()));
        if left.is_some_and(|left| left.is_zero() || exchange.is_settled()) {
            break;
        }
        let input = match pulse.rest(left) {
            None => receiver.recv().map_err(RecvTimeoutError::from),
            Some(wait) => receiver.recv_timeout(wait),
        };
        pulse.wake(&input);
        let is_stopped = matches!(ending, Some((Outcome::Stopped, _)));
        match input {
            // What is played or read on after a signal would always leave something to be shown.
            Ok(Input::Events(_)) if is_stopped => feeder.taken(),
            Ok(Input::Events(events)) => {
                let step = |mut event| pipeline.as_mut().map(|pipeline| pipeline.step(&mut event));
                exchange.offer(events.into_iter().filter_map(step).flatten().collect());
                for failure in pipeline.iter_mut().flat_map(Pipeline::take_failures) {
                    pulse.gauges().broken();
                    exchange.remark(failure);
                }
                // Whoever reads waits while a sink that takes every frame is behind.
                exchange.wait_for_room();
                feeder.taken();
            }
            Ok(Input::Remark(text)) => exchange.remark(text),
            Ok(Input::Settled) => {}
            Ok(Input::Armed) => pulse.armed(),
            Ok(Input::Reload(new)) => {
                if let Some(new) = new {
                    exchange.change(|world| new.take(pipeline.as_mut(), world));
                }
                pulse.reloaded();
            }
            Ok(Input::Ask(question)) => question.answer(pipeline.as_ref()),
            Ok(Input::Ended) => {
                exchange.offer(pipeline.as_mut().map(Pipeline::finish).unwrap_or_default());
                // Who stops us often ends our input as well: we were told to stop all the same.
                if ending.is_none() {
                    ending = Some((Outcome::Ended, Instant::now() + when.patience()));
                }
                exchange.change(World::hurry);
            }
            Ok(Input::Stop) => {
                pulse.stopping();
                exchange.offer(pipeline.as_mut().map(Pipeline::finish).unwrap_or_default());
                ending = Some((Outcome::Stopped, Instant::now() + GRACE));
                exchange.change(World::release);
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Nobody is left who could say anything.
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    feeder.open();
    let outcome = match ending {
        _ if exchange.is_closed() => Outcome::Closed,
        Some((outcome, _)) => outcome,
        None => Outcome::Ended,
    };
    let why = if outcome == Outcome::Ended {
        Close::Ended
    } else {
        Close::Paused
    };
    let until = (outcome != Outcome::Ended).then(|| Instant::now() + LEAVE);
    exchange.close(why);
    if exchange.wait_for_threads(until) {
        for thread in threads {
            // A sink that panicked has nothing left to clean up.
            let _ = thread.join();
        }
    }
    let left = exchange.left();
    let missed = Missed {
        frames: left.failed,
        waiting: left.pending,
        error: left.error,
    };
    (outcome, missed)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::daemon::inputs::Feeder;
    use crate::label::Labeller;
    use crate::safe::redact::Redactor;
    use crate::sink::{Bill, Caps, Done, Markup, Moment, Put, receipt};
    use crate::view::scene::scene;
    use crate::wire::frame::Frame;
    use crate::wire::receipt::Did;
    use crate::{outbox, render, view};

    const CAPS: Caps = Caps {
        markup: Markup::View,
        max_chars: None,
        paced: true,
        rate_per_second: 0.0,
        threads: 1,
    };

    /// Tells the session of each frame, and shows none before it may.
    struct Slow {
        shown: Sender<String>,
        may: Receiver<()>,
        /// It cannot write its last words.
        is_hoarse: bool,
    }

    impl Sink for Slow {
        fn name(&self) -> &'static str {
            "slow"
        }

        fn caps(&self) -> Caps {
            CAPS
        }

        fn put(&mut self, frame: &Frame, _: Moment) -> Put {
            // Once nobody says anything any more, it may.
            let _ = self.may.recv();
            self.shown.send(frame.sid.to_string()).expect("the test");
            Put {
                done: Done::Applied,
                receipt: receipt("slow", frame, Did::Updated, None),
                bill: Bill::default(),
            }
        }

        fn close(&mut self, _: Close, _: Moment) -> std::io::Result<()> {
            match self.is_hoarse {
                true => Err(std::io::ErrorKind::StorageFull.into()),
                false => Ok(()),
            }
        }
    }

    /// Inputs for one such sink.
    fn begun() -> (Feeder, Inputs) {
        let (feeder, inputs) = Inputs::new();
        inputs.begin(World::new(
            &[CAPS],
            outbox::Settings::default(),
            render::Settings::default(),
        ));
        (feeder, inputs)
    }

    #[test]
    fn last_words_that_were_not_written_are_missed() {
        let (feeder, inputs) = begun();
        feeder.tell(Input::Ended).expect("this never waits");
        let receipts: Receipts = Box::new(|_| {});
        let hoarse = Slow {
            shown: channel().0,
            may: channel().1,
            is_hoarse: true,
        };
        let (outcome, missed) = run(None, vec![Box::new(hoarse)], When::AtEnd, inputs, receipts);
        assert_eq!(outcome, Outcome::Ended);
        assert_eq!((missed.frames, missed.waiting), (1, 0));
        assert!(missed.error.is_some(), "somebody is told why");
    }

    fn pipeline() -> Pipeline {
        Pipeline::new(
            Labeller::default(),
            Arc::new(Redactor::new(&[])),
            view::Settings::default(),
            render::Settings::default(),
        )
    }

    #[test]
    fn what_comes_after_a_signal_is_not_waited_for() {
        let (feeder, inputs) = begun();
        let (tell, shown) = channel();
        let (let_go, may) = channel();
        let events = |sid| Input::Events(scene(sid, "0 start r; 1 tool a").events);
        feeder.give(events("before")).expect("there is a place");
        feeder.tell(Input::Stop).expect("this never waits");
        feeder.give(events("after")).expect("there is a place");
        let sink: Box<dyn Sink> = Box::new(Slow {
            shown: tell,
            may,
            is_hoarse: false,
        });
        let (outcome, _) = std::thread::scope(|scope| {
            let receipts: Receipts = Box::new(|_| {});
            let pipeline = Some(pipeline());
            let run = scope.spawn(|| run(pipeline, vec![sink], When::Live, inputs, receipts));
            // More than there are places: at the last one the loop has taken what came first.
            for _ in 0..32 {
                let _ = feeder.give(Input::Events(Vec::new()));
            }
            drop(let_go);
            run.join().expect("it ends")
        });
        assert_eq!(outcome, Outcome::Stopped);
        let shown: Vec<String> = shown.iter().collect();
        assert_eq!(shown, ["before"]);
    }
}

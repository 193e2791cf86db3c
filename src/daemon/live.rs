//! The loop of `run`: a reader, sinks on threads of their own, and one channel between them.

use std::io::Write as _;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::inputs::{Feeder, Input, Inputs};
use super::pipeline::Pipeline;
use super::reader::wire_time;
use super::world::{Effect, World};
use crate::outbox;
use crate::sink::{Close, Done, Moment, Sink};
use crate::wire::frame::Frame;
use crate::wire::receipt::Receipt;

/// When frames go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// As they come, paced.
    Live,
    /// Once the input has ended: the newest of each run.
    AtEnd,
}

/// After a signal, finals and the last frames have this long to go out...
const GRACE: Duration = Duration::from_millis(4_500);
/// ... and the sinks this long to leave: 5 s in all.
const LEAVE: Duration = Duration::from_millis(400);

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
    /// So many frames.
    pub frames: u64,
    /// What a sink said last about one.
    pub error: Option<String>,
}

/// Runs until the input ends or we are told to stop.
///
/// `receipts` is called for every answer of a sink. Gives what ended the loop,
/// and what could not be shown.
pub fn run(
    mut pipeline: Option<Pipeline>,
    sinks: Vec<Box<dyn Sink>>,
    settings: outbox::Settings,
    when: When,
    inputs: Inputs,
    receipts: &mut dyn FnMut(&Receipt),
) -> (Outcome, Missed) {
    let Inputs { receiver, feeder } = inputs;
    let mut owed = 0_usize;
    let start = Instant::now();
    let caps: Vec<_> = sinks.iter().map(|sink| sink.caps()).collect();
    let mut world = World::new(&caps, settings);
    let workers: Vec<Worker> = sinks
        .into_iter()
        .enumerate()
        .map(|(number, sink)| Worker::start(number, sink, start, feeder.clone()))
        .collect();
    let mut ending: Option<(Outcome, Instant)> = None;
    let mut error = None;
    loop {
        let held = when == When::AtEnd && ending.is_none();
        let (effects, wait) = if held {
            (Vec::new(), None)
        } else {
            world.next(start.elapsed())
        };
        if carry_out(effects, &workers) {
            ending = Some((Outcome::Closed, Instant::now()));
        }
        match &ending {
            Some((Outcome::Closed, _)) => break,
            Some(_) if world.is_settled() => break,
            Some((_, until)) if Instant::now() >= *until => break,
            _ => {}
        }
        let wait = wait.map(|at| at.saturating_sub(start.elapsed()));
        let wait = ending.as_ref().map_or(wait, |(_, until)| {
            let left = until.saturating_duration_since(Instant::now());
            Some(wait.map_or(left, |wait| wait.min(left)))
        });
        let input = match wait {
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => receiver.recv_timeout(wait),
        };
        let now = start.elapsed();
        owed += usize::from(matches!(input, Ok(Input::Events(_) | Input::Frames(_))));
        let effects = match input {
            Ok(Input::Events(events)) => {
                let mut effects = Vec::new();
                for mut event in events {
                    for frame in pipeline
                        .as_mut()
                        .map(|pipeline| pipeline.step(&mut event))
                        .unwrap_or_default()
                    {
                        effects.extend(world.offer(&frame, now));
                    }
                }
                effects
            }
            Ok(Input::Frames(frames)) => frames
                .iter()
                .flat_map(|frame| world.offer(frame, now))
                .collect(),
            Ok(Input::Remark(text)) => {
                if let Some(worker) = workers.first() {
                    let _ = worker.orders.send(Order::Remark(text));
                }
                Vec::new()
            }
            Ok(Input::Settled(number, latency, put)) => {
                receipts(&put.receipt);
                if put.receipt.error.is_some() {
                    error.clone_from(&put.receipt.error);
                }
                world.settle(number, &put.receipt.key, put.done, latency, now)
            }
            Ok(Input::Ended) => {
                let frames = pipeline.as_mut().map(Pipeline::finish).unwrap_or_default();
                // Nothing more will come: what waits for its turn has all the time it needs.
                let patience = Duration::from_secs(365 * 86_400);
                ending = Some((Outcome::Ended, Instant::now() + patience));
                frames
                    .iter()
                    .flat_map(|frame| world.offer(frame, now))
                    .collect()
            }
            Ok(Input::Stop) => {
                let frames = pipeline.as_mut().map(Pipeline::finish).unwrap_or_default();
                ending = Some((Outcome::Stopped, Instant::now() + GRACE));
                frames
                    .iter()
                    .flat_map(|frame| world.offer(frame, now))
                    .collect()
            }
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => break,
        };
        if carry_out(effects, &workers) {
            ending = Some((Outcome::Closed, Instant::now()));
        }
        // Whoever reads waits while a sink that takes every frame is behind.
        while owed > 0 && !world.is_behind() {
            owed -= 1;
            feeder.taken();
        }
    }
    feeder.open();
    let outcome = ending.map_or(Outcome::Ended, |(outcome, _)| outcome);
    let why = if outcome == Outcome::Ended {
        Close::Ended
    } else {
        Close::Paused
    };
    let until = (outcome != Outcome::Ended).then(|| Instant::now() + LEAVE);
    for worker in workers {
        worker.close(why, until);
    }
    let frames = world.failed();
    (outcome, Missed { frames, error })
}

/// Hands effects to their threads; `true` where everything is to end.
fn carry_out(effects: Vec<Effect>, workers: &[Worker]) -> bool {
    let mut close = false;
    for effect in effects {
        match effect {
            Effect::Put(number, frame) => {
                if let Some(worker) = workers.get(number) {
                    // A thread that is gone has told so by its last answer.
                    let _ = worker.orders.send(Order::Put(frame));
                }
            }
            Effect::Close => close = true,
        }
    }
    close
}

enum Order {
    Put(Box<Frame>),
    Remark(String),
    Close(Close),
}

/// A sink on a thread of its own: a slow one holds up nobody.
struct Worker {
    orders: Sender<Order>,
    /// Falls silent when the thread ends.
    left: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    fn start(number: usize, mut sink: Box<dyn Sink>, start: Instant, answers: Feeder) -> Self {
        let (orders, inbox) = channel();
        let (leaving, left) = channel::<()>();
        let work = move || {
            // Dropped at the end, however that comes.
            let _leaving = leaving;
            let moment = || Moment {
                now: start.elapsed(),
                wall: wire_time(SystemTime::now()),
            };
            loop {
                let order = match sink.tick(moment()) {
                    None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(wait) => inbox.recv_timeout(wait),
                };
                match order {
                    Ok(Order::Put(frame)) => {
                        let begun = Instant::now();
                        let put = sink.put(&frame, moment());
                        let closed = put.done == Done::Closed;
                        let told =
                            answers.tell(Input::Settled(number, begun.elapsed(), Box::new(put)));
                        if closed || told.is_err() {
                            return;
                        }
                    }
                    Ok(Order::Remark(text)) => {
                        if !sink.remark(&text, moment()) {
                            // Standard error may be full or closed; the boxes matter more.
                            let _ = std::io::stderr()
                                .write_all(format!("live-status: {text}\n").as_bytes());
                        }
                    }
                    Ok(Order::Close(why)) => {
                        sink.close(why, moment());
                        return;
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let name = format!("sink-{number}");
        let thread = std::thread::Builder::new().name(name).spawn(work).ok();
        Self {
            orders,
            left,
            thread,
        }
    }

    /// Waits for the thread, until then at most: a reader that reads nothing holds a sink
    /// for ever.
    fn close(self, why: Close, until: Option<Instant>) {
        let _ = self.orders.send(Order::Close(why));
        let stuck = until.is_some_and(|until| {
            let left = until.saturating_duration_since(Instant::now());
            self.left.recv_timeout(left) == Err(RecvTimeoutError::Timeout)
        });
        if let Some(thread) = self.thread.filter(|_| !stuck) {
            // A sink that panicked has nothing left to clean up.
            let _ = thread.join();
        }
    }
}

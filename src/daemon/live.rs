//! The loop of `run`: a reader, sinks on threads of their own, and one channel between them.

use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use super::inputs::{Input, Inputs};
use super::pipeline::Pipeline;
use super::workers::Workers;
use super::world::{Effect, World};
use crate::outbox;
use crate::render;
use crate::sink::{Close, Sink};
use crate::wire::receipt::Receipt;

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

/// Runs until the input ends or we are told to stop.
///
/// `receipts` is called for every answer of a sink. Gives what ended the loop,
/// and what could not be shown.
pub fn run(
    mut pipeline: Option<Pipeline>,
    sinks: Vec<Box<dyn Sink>>,
    (settings, drawing): (outbox::Settings, render::Settings),
    when: When,
    inputs: Inputs,
    receipts: &mut dyn FnMut(&Receipt),
) -> (Outcome, Missed) {
    let Inputs {
        receiver,
        feeder,
        mut pulse,
    } = inputs;
    let mut owed = 0_usize;
    let start = Instant::now();
    let caps: Vec<_> = sinks.iter().map(|sink| sink.caps()).collect();
    let mut world = World::new(&caps, settings, drawing);
    let workers: Vec<Workers> = sinks
        .into_iter()
        .enumerate()
        .map(|(number, sink)| Workers::start(number, sink, start, &feeder))
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
        let input = match pulse.rest(&world, wait) {
            None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(wait) => receiver.recv_timeout(wait),
        };
        pulse.wake(&input);
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
            Ok(Input::Frames(frames)) => {
                let mut effects = Vec::new();
                for frame in frames {
                    effects.extend(world.offer(&frame, now));
                    if !held {
                        // One after the other: what came first is shown first.
                        effects.extend(world.next(now).0);
                    }
                }
                effects
            }
            Ok(Input::Remark(text)) => {
                if let Some(workers) = workers.first() {
                    workers.remark(text);
                }
                Vec::new()
            }
            Ok(Input::Settled(number, latency, put)) => {
                receipts(&put.receipt);
                if put.receipt.error.is_some() {
                    error.clone_from(&put.receipt.error);
                }
                let told = (put.done, put.bill);
                world.settle(number, &put.receipt.key, told, latency, now)
            }
            Ok(Input::Armed) => {
                pulse.armed();
                Vec::new()
            }
            Ok(Input::Reload(new)) => {
                if let Some(new) = new {
                    new.take(pipeline.as_mut(), &mut world);
                }
                pulse.reloaded();
                Vec::new()
            }
            Ok(Input::Ended) => {
                let frames = pipeline.as_mut().map(Pipeline::finish).unwrap_or_default();
                // Who stops us often ends our input as well: we were told to stop all the same.
                if ending.is_none() {
                    ending = Some((Outcome::Ended, Instant::now() + when.patience()));
                }
                world.hurry();
                frames
                    .iter()
                    .flat_map(|frame| world.offer(frame, now))
                    .collect()
            }
            Ok(Input::Stop) => {
                pulse.stopping();
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
    let missed = Missed {
        frames: world.failed(),
        waiting: world.pending(),
        error,
    };
    for workers in workers {
        workers.close(why, until);
    }
    (outcome, missed)
}

/// Hands effects to their threads; `true` where everything is to end.
fn carry_out(effects: Vec<Effect>, workers: &[Workers]) -> bool {
    let mut close = false;
    for effect in effects {
        match effect {
            Effect::Put(number, frame) => {
                if let Some(workers) = workers.get(number) {
                    workers.put(frame);
                }
            }
            Effect::Close => close = true,
        }
    }
    close
}

//! The world under every order of frames, hands, answers and time: nothing that waits is forgotten,
//! and no two hands write to one box at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::world::World;
use crate::outbox::{self, Next};
use crate::render;
use crate::sink::{Bill, Caps, Done, Markup};
use crate::wire::frame::Frame;

/// A server with several hands and a budget, a board with one, and an output that takes every frame.
const SINKS: usize = 3;
/// How many hands each has.
const HANDS: [usize; SINKS] = [4, 1, 1];

#[derive(Clone, Debug)]
enum Step {
    /// A frame of this run comes; of its end or not.
    Offer(u8, bool),
    /// So many milliseconds pass.
    Pass(u64),
    /// Time passes until something is due.
    Due,
    /// A hand of this sink asks for work.
    Take(usize),
    /// One that is under way is answered: which, how, and for how many requests.
    Answer(usize, Done, u32),
    Hold,
    Release,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let pause = (0_u64..5_000).prop_map(Duration::from_millis);
    let done = prop_oneof![
        8 => Just(Done::Applied),
        1 => Just(Done::Unchanged),
        4 => Just(Done::Failed),
        1 => Just(Done::Lost),
        1 => Just(Done::Refused),
        1 => Just(Done::Gone),
        1 => pause.clone().prop_map(Done::Later),
        1 => pause.clone().prop_map(Done::Wait),
        1 => pause.clone().prop_map(Done::Unkept),
        1 => pause.prop_map(Done::StandBy),
    ];
    let step = prop_oneof![
        6 => (0_u8..6, prop::bool::weighted(0.1)).prop_map(|(key, ends)| Step::Offer(key, ends)),
        2 => (0_u64..700).prop_map(Step::Pass),
        3 => Just(Step::Due),
        8 => (0..SINKS).prop_map(Step::Take),
        6 => (0_usize..8, done, 0_u32..4).prop_map(|(which, done, cost)| Step::Answer(which, done, cost)),
        1 => Just(Step::Hold),
        2 => Just(Step::Release),
    ];
    prop::collection::vec(step, 0..200)
}

fn caps(paced: bool, threads: usize, rate_per_second: f64) -> Caps {
    Caps {
        markup: Markup::View,
        max_chars: None,
        paced,
        rate_per_second,
        threads,
    }
}

/// A frame that a hand has.
struct Flight {
    sink: usize,
    key: String,
    rev: u64,
    since: Duration,
}

struct Hall {
    world: World,
    now: Duration,
    rev: u64,
    held: bool,
    flights: Vec<Flight>,
    newest: BTreeMap<String, u64>,
    ended: BTreeSet<String>,
    /// What each box shows, by sink.
    shown: BTreeMap<(usize, String), u64>,
    /// Boxes that were refused or deleted: they may stay behind.
    lost: BTreeSet<(usize, String)>,
    /// When each sink said that it would have something, if nothing else happened.
    promised: [Option<Duration>; SINKS],
}

impl Hall {
    fn new(live: usize) -> Self {
        let [server, board, output] = HANDS;
        let sinks = [
            caps(true, server, 10.0),
            caps(true, board, 0.0),
            caps(false, output, 0.0),
        ];
        let pace = outbox::Settings {
            live,
            ..outbox::Settings::default()
        };
        Self {
            world: World::new(&sinks, pace, render::Settings::default()),
            now: Duration::ZERO,
            rev: 0,
            held: false,
            flights: Vec::new(),
            newest: BTreeMap::new(),
            ended: BTreeSet::new(),
            shown: BTreeMap::new(),
            lost: BTreeSet::new(),
            promised: [None; SINKS],
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Offer(key, ends) => self.offer(key, ends),
            Step::Pass(ms) => self.pass(self.now + Duration::from_millis(ms)),
            Step::Due => {
                if let Some(at) = self.promised.iter().flatten().min() {
                    self.pass(*at.max(&self.now));
                }
            }
            Step::Take(sink) => drop(self.take(sink)),
            Step::Answer(which, done, cost) if !self.flights.is_empty() => {
                let flight = self.flights.remove(which % self.flights.len());
                self.answer(flight, done, cost);
            }
            Step::Answer(..) => {}
            Step::Hold => {
                self.held = true;
                self.world.hold();
            }
            Step::Release => {
                self.held = false;
                self.world.release();
            }
        }
        self.promised = std::array::from_fn(|sink| self.world.ready_at(sink, self.now));
        let idle = self.promised.iter().all(Option::is_none) && self.flights.is_empty();
        assert!(
            self.held || !idle || self.world.is_settled(),
            "something waits, and nobody will ever look"
        );
    }

    fn offer(&mut self, key: u8, ends: bool) {
        let key = format!("k{key}");
        if self.ended.contains(&key) {
            return;
        }
        self.rev += 1;
        let state = if ends { "done" } else { "active" };
        let line = format!(
            r#"{{"v":1,"type":"frame","key":"{key}","source":"s","sid":"x","run":"r","rev":{},"state":"{state}",
                "title":"{}","view":{{"agent":"main","totals":{{"tools":0}}}}}}"#,
            self.rev, self.rev
        );
        let frame: Frame = serde_json::from_str(&line).expect("a frame");
        self.world.offer(&Arc::new(frame), self.now);
        self.newest.insert(key.clone(), self.rev);
        if ends {
            self.ended.insert(key);
        }
    }

    /// Nothing but time: nobody was told to sleep for longer than it is by now, and who wakes finds
    /// work or another moment.
    fn pass(&mut self, until: Duration) {
        /// A budget is counted in fractions, and its hand then sleeps for so long once more.
        const ROUNDING: Duration = Duration::from_micros(1);
        self.now = until;
        for (sink, promised) in self.promised.into_iter().enumerate() {
            let ready = self.world.ready_at(sink, until);
            let kept = match (promised, ready) {
                (Some(promised), Some(ready)) => promised <= until || ready <= promised + ROUNDING,
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            assert!(kept, "sink {sink} at {until:?}: {ready:?} for {promised:?}");
        }
    }

    /// What a hand of this sink gets; whether that was a frame.
    fn take(&mut self, sink: usize) -> bool {
        let busy = self.flights.iter().filter(|flight| flight.sink == sink);
        if busy.count() >= HANDS[sink] {
            return false;
        }
        let ready = self.world.ready_at(sink, self.now);
        let (now, held) = (self.now, self.held);
        match self.world.next(sink, now) {
            Next::Send(frame) => {
                assert!(ready.is_some_and(|at| at <= now), "{sink}: {ready:?}");
                let busy = |flight: &Flight| flight.sink == sink && flight.key == frame.key;
                assert!(
                    !self.flights.iter().any(busy),
                    "two hands write to {} of sink {sink}",
                    frame.key
                );
                self.flights.push(Flight {
                    sink,
                    key: frame.key.clone(),
                    rev: frame.rev,
                    since: now,
                });
                true
            }
            Next::WaitUntil(at) => {
                assert!(at > now && ready == Some(at), "{sink}: {ready:?}");
                false
            }
            Next::Idle => {
                assert!(held || ready.is_none(), "{sink}: {ready:?}, and nothing");
                false
            }
        }
    }

    fn answer(&mut self, flight: Flight, done: Done, requests: u32) {
        let place = (flight.sink, flight.key.clone());
        if matches!(done, Done::Applied | Done::Unchanged) {
            let before = self.shown.insert(place, flight.rev);
            assert!(before <= Some(flight.rev), "{} went back", flight.key);
        } else if flight.sink == SINKS - 1
            || matches!(done, Done::Lost | Done::Refused | Done::Gone)
        {
            self.lost.insert(place);
        }
        let bill = Bill {
            requests,
            ..Bill::default()
        };
        let latency = self.now.saturating_sub(flight.since);
        let told = (done, bill);
        self.world
            .settle(flight.sink, &flight.key, told, latency, self.now);
    }

    /// All works again: every box comes to its newest frame.
    fn end(&mut self) {
        const ENOUGH: usize = 10_000;
        self.world.hurry();
        self.step(Step::Release);
        for round in 0.. {
            if self.world.is_settled() {
                break;
            }
            assert!(round < ENOUGH, "it never comes to rest");
            for sink in 0..SINKS {
                while self.take(sink) {}
            }
            for flight in std::mem::take(&mut self.flights) {
                self.answer(flight, Done::Applied, 1);
            }
            self.step(Step::Release);
            self.step(Step::Due);
        }
        for sink in 0..SINKS {
            for (key, rev) in &self.newest {
                let place = (sink, key.clone());
                let is_shown = self.shown.get(&place) == Some(rev);
                assert!(
                    is_shown || self.lost.contains(&place),
                    "{key} of sink {sink} shows {:?} and not {rev}",
                    self.shown.get(&place)
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    // Fault 79.
    #[test]
    fn no_order_of_frames_hands_answers_and_time_forgets_a_box_or_writes_it_twice_at_once(
        live in 0_usize..4,
        steps in steps(),
    ) {
        let mut hall = Hall::new(live);
        for step in steps {
            hall.step(step);
        }
        hall.end();
    }
}

/// How many cases; more on request.
fn cases() -> u32 {
    std::env::var("LIVE_STATUS_MODEL_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000)
}

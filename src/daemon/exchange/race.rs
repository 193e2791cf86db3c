//! Real threads that take, settle and feed as fast as they can, by seeds: nobody sleeps through
//! anything, and no two of them have one box.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use super::tests::{PATIENCE, exchange, frame, put};
use super::*;
use crate::sink::Done;

const HANDS: usize = 4;
const KEYS: u64 = 6;
const FRAMES: u64 = 60;

/// Numbers that look like chance; the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    /// Now and then another thread comes first.
    fn pause(&mut self) {
        if self.below(3) == 0 {
            std::thread::yield_now();
        }
    }

    fn short(&mut self) -> Duration {
        Duration::from_micros(self.below(900))
    }

    fn answer(&mut self) -> Done {
        match self.below(8) {
            0 => Done::Wait(self.short()),
            1 => Done::Later(self.short()),
            2 => Done::StandBy(self.short()),
            _ => Done::Applied,
        }
    }
}

/// What the boxes show, and which of them a hand has.
#[derive(Default)]
struct Boxes {
    shown: Mutex<BTreeMap<String, u64>>,
    busy: Mutex<BTreeSet<String>>,
}

fn hand(exchange: &Exchange, boxes: &Boxes, mut chance: Chance, news: &Sender<()>) {
    loop {
        let tick = (chance.below(2) == 0).then(|| chance.short());
        match exchange.take(0, tick) {
            Order::Put(frame) => {
                let is_new = boxes
                    .busy
                    .lock()
                    .expect("no panic")
                    .insert(frame.key.clone());
                assert!(is_new, "two hands write to {}", frame.key);
                chance.pause();
                let done = chance.answer();
                if done == Done::Applied {
                    let mut shown = boxes.shown.lock().expect("no panic");
                    let before = shown.insert(frame.key.clone(), frame.rev);
                    assert!(before < Some(frame.rev), "{} went back", frame.key);
                }
                boxes.busy.lock().expect("no panic").remove(&frame.key);
                if exchange.settle(0, &put(&frame, done), Duration::ZERO) {
                    news.send(()).expect("the test listens");
                }
            }
            Order::Remark(_) | Order::Tick => chance.pause(),
            Order::Close(_) => break,
        }
    }
    exchange.leave(0);
}

fn race(seed: u64) {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let exchange = exchange(HANDS, true, chance.short());
    let boxes = Boxes::default();
    let mut newest = BTreeMap::new();
    let (news, settled) = channel();
    std::thread::scope(|scope| {
        for number in 0..HANDS as u64 {
            exchange.enter(0);
            let own = Chance(chance.below(u64::MAX) + number + 1);
            let (exchange, boxes, news) = (&exchange, &boxes, news.clone());
            scope.spawn(move || hand(exchange, boxes, own, &news));
        }
        for rev in 1..=FRAMES {
            let key = format!("k{}", chance.below(KEYS));
            exchange.offer(vec![frame(&key, rev)]);
            newest.insert(key, rev);
            chance.pause();
        }
        // As the loop does before it ends: told now, or woken by who brings the last box up to date.
        if !exchange.is_settled() {
            settled.recv_timeout(PATIENCE).expect("somebody is woken");
        }
        assert!(exchange.is_settled(), "seed {seed}");
        exchange.close(Close::Ended);
        assert!(exchange.wait_for_threads(None));
    });
    let shown = boxes.shown.into_inner().expect("no panic");
    assert_eq!(shown, newest, "seed {seed}");
}

// Fault 79.
#[test]
fn whoever_comes_first_every_box_comes_to_its_newest_frame_by_one_hand_at_a_time() {
    let asked = std::env::var("LIVE_STATUS_MODEL_CASES").ok();
    let rounds = asked.and_then(|text| text.parse().ok()).unwrap_or(200);
    (1..=rounds).for_each(race);
}

//! Who has a live box and who waits for one, for every order of frames and ends.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::admission::{Admission, SILENT};
use super::tests::{self, ms};
use super::*;
use crate::wire::frame::State;

fn frame(key: &str, rev: u64, state: State) -> Arc<Frame> {
    Arc::new(tests::frame(key, rev, state))
}

/// What happens to it.
#[derive(Clone, Debug)]
enum Step {
    /// A frame of this run, so long after what came before; with nothing new, or with a record more.
    Offer(u8, State, Now, bool),
    /// A frame of this run that is older than all that came.
    Late(u8),
    /// This run has no box any more.
    Release(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let state = prop_oneof![
        6 => Just(State::Active),
        1 => Just(State::Blocked),
        2 => Just(State::Done),
        1 => Just(State::Error),
        1 => Just(State::Interrupted),
    ];
    let pause = prop_oneof![
        12 => (0_u64..3).prop_map(ms),
        1 => Just(SILENT / 2),
        1 => Just(SILENT),
    ];
    let step = prop_oneof![
        20 => (0_u8..24, state, pause, prop::bool::weighted(0.7))
            .prop_map(|(key, state, pause, new)| Step::Offer(key, state, pause, new)),
        2 => (0_u8..24).prop_map(Step::Late),
        2 => (0_u8..24).prop_map(Step::Release),
    ];
    prop::collection::vec(step, 0..300)
}

/// What must be so, told from what it gave alone.
struct Witness {
    most: usize,
    live: HashMap<String, (u64, Now)>,
    /// Those that gave their place to another one.
    yielded: HashMap<String, (u64, Now)>,
    over: HashSet<String>,
    /// Those whose box is gone, and that take no place any more.
    without: HashSet<String>,
    /// The newest rev of each that waits, and when it was new.
    waiting: HashMap<String, (u64, Now)>,
}

impl Witness {
    /// A run that is not over had this rev at `now`; gives since when.
    fn heard(&self, key: &str, rev: u64, now: Now) -> (u64, Now) {
        let all = [&self.live, &self.waiting, &self.yielded];
        let known = all.into_iter().find_map(|of| of.get(key));
        known
            .filter(|known| known.0 == rev)
            .copied()
            .unwrap_or((rev, now))
    }

    /// The silent one that gives its place to the newest of those that wait.
    fn silent(&self, now: Now) -> Option<String> {
        let newest = self.waiting.values().map(|(_, at)| *at).max()?;
        let (key, (_, at)) = self.live.iter().min_by_key(|(key, (_, at))| (*at, *key))?;
        let goes = self.live.len() >= self.most && *at < newest && *at + SILENT <= now;
        goes.then(|| key.clone())
    }

    /// These frames were let in, in this order.
    fn came_in(&mut self, frames: Vec<Arc<Frame>>, now: Now) {
        for frame in frames {
            if let Some(key) = self.silent(now) {
                let heard = self.live.remove(&key).expect("it is live");
                self.yielded.insert(key, heard);
            }
            let (rev, at) = self.waiting.remove(&frame.key).expect("it waited");
            assert_eq!(rev, frame.rev, "the newest frame of {}", frame.key);
            let later = self.waiting.iter().find(|(_, (_, other))| *other > at);
            assert_eq!(later, None, "{} did something later", frame.key);
            assert!(self.live.len() < self.most, "no place for {}", frame.key);
            self.yielded.remove(&frame.key);
            self.live.insert(frame.key.clone(), (rev, at));
        }
        assert_eq!(
            self.silent(now),
            None,
            "a silent one keeps the place of another"
        );
        let has_place = self.live.len() < self.most;
        assert!(
            !has_place || self.waiting.is_empty(),
            "{} of {} live, and {:?} wait",
            self.live.len(),
            self.most,
            self.waiting
        );
    }
}

proptest! {
    // Fault 93.
    #[test]
    fn places_are_kept_and_filled_by_who_did_something_last(most in 0_usize..12, steps in steps()) {
        let mut admission = Admission::new(most);
        let mut witness = Witness {
            most: if most == 0 { usize::MAX } else { most },
            live: HashMap::new(),
            yielded: HashMap::new(),
            over: HashSet::new(),
            without: HashSet::new(),
            waiting: HashMap::new(),
        };
        let mut now = ms(0);
        let mut revs = HashMap::new();
        for (number, step) in (1_u64..).zip(steps) {
            match step {
                Step::Late(key) => {
                    let key = format!("{key:02}");
                    if witness.over.contains(&key) {
                        let passed = admission.offer(frame(&key, 0, State::Active), now);
                        prop_assert_eq!(passed.len(), 1, "it is dropped where boxes are known");
                    }
                }
                Step::Offer(key, state, pause, new) => {
                    now += pause;
                    let (key, ends) = (format!("{key:02}"), state.is_final());
                    let known = revs.entry(key.clone()).or_insert(number);
                    if new || witness.over.contains(&key) {
                        *known = number;
                    }
                    let rev = *known;
                    let heard = witness.heard(&key, rev, now);
                    let passes = witness.live.contains_key(&key) || witness.without.contains(&key);
                    let mut passed = admission.offer(frame(&key, rev, state), now);
                    if ends || passes {
                        prop_assert!(!passed.is_empty(), "{key} is shown");
                        let first = passed.remove(0);
                        prop_assert_eq!((&first.key, first.rev), (&key, rev));
                    }
                    if ends {
                        witness.live.remove(&key);
                        witness.yielded.remove(&key);
                        witness.without.remove(&key);
                        witness.waiting.remove(&key);
                        witness.over.insert(key);
                    } else {
                        witness.over.remove(&key);
                        if let Some(live) = witness.live.get_mut(&key) {
                            *live = heard;
                        } else if !passes {
                            if let Some(yielded) = witness.yielded.get_mut(&key) {
                                *yielded = heard;
                            }
                            witness.waiting.insert(key, heard);
                        }
                    }
                    witness.came_in(passed, now);
                }
                Step::Release(key) => {
                    let key = format!("{key:02}");
                    let had = witness.live.remove(&key).or_else(|| witness.yielded.remove(&key));
                    if had.is_some() {
                        witness.waiting.remove(&key);
                        witness.without.insert(key.clone());
                    }
                    witness.came_in(admission.release(&key).into_iter().collect(), now);
                }
            }
            prop_assert_eq!(admission.waiting(), witness.waiting.len());
        }
        let mut left: Vec<_> = witness.waiting.drain().map(|(key, (rev, at))| (at, key, rev)).collect();
        left.sort();
        let open = admission.open().into_iter().map(|(frame, at)| (at, frame.key.clone(), frame.rev));
        prop_assert_eq!(open.collect::<Vec<_>>(), left, "at the end all come in, who waited longest first");
        prop_assert_eq!(admission.waiting(), 0);
    }

    #[test]
    fn the_order_of_two_that_came_together_is_the_same_everywhere(
        keys in prop::collection::hash_set(0_u8..100, 2..40),
    ) {
        let mut orders = [false, true].map(|reversed| {
            let mut keys: Vec<u8> = keys.iter().copied().collect();
            keys.sort_unstable();
            if reversed {
                keys.reverse();
            }
            let mut admission = Admission::new(1);
            admission.offer(frame("held", 1, State::Active), ms(0));
            for key in keys {
                let waits = admission.offer(frame(&format!("{key:02}"), 1, State::Active), ms(1));
                assert!(waits.is_empty());
            }
            let mut order = vec!["held".to_owned()];
            while let Some(next) = order.last().and_then(|last| admission.release(last)) {
                order.push(next.key.clone());
            }
            order
        });
        prop_assert_eq!(orders[0].len(), keys.len() + 1);
        let [one, other] = &mut orders;
        prop_assert_eq!(one, other);
    }
}

//! Who has a live box and who waits for one, for every order of frames and ends.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::admission::Admission;
use super::tests::{self, ms};
use super::*;
use crate::wire::frame::State;

fn frame(key: &str, rev: u64, state: State) -> Arc<Frame> {
    Arc::new(tests::frame(key, rev, state))
}

/// What happens to it.
#[derive(Clone, Debug)]
enum Step {
    /// A frame of this run, so long after what came before.
    Offer(u8, State, u64),
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
    let step = prop_oneof![
        20 => (0_u8..24, state, 0_u64..3).prop_map(|(key, state, pause)| Step::Offer(key, state, pause)),
        2 => (0_u8..24).prop_map(Step::Release),
    ];
    prop::collection::vec(step, 0..300)
}

/// What must be so, told from what it gave alone.
struct Witness {
    most: usize,
    live: HashSet<String>,
    /// Those whose box is gone, and that take no place any more.
    without: HashSet<String>,
    /// The newest rev of each that waits, and when it came.
    waiting: HashMap<String, (u64, Now)>,
}

impl Witness {
    /// These frames were let in, in this order.
    fn came_in(&mut self, frames: Vec<Arc<Frame>>) {
        for frame in frames {
            let (rev, at) = self.waiting.remove(&frame.key).expect("it waited");
            assert_eq!(rev, frame.rev, "the newest frame of {}", frame.key);
            let later = self.waiting.iter().find(|(_, (_, other))| *other > at);
            assert_eq!(later, None, "{} did something later", frame.key);
            assert!(self.live.len() < self.most, "no place for {}", frame.key);
            self.live.insert(frame.key.clone());
        }
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
    #[test]
    fn places_are_kept_and_filled_by_who_did_something_last(most in 0_usize..12, steps in steps()) {
        let mut admission = Admission::new(most);
        let mut witness = Witness {
            most: if most == 0 { usize::MAX } else { most },
            live: HashSet::new(),
            without: HashSet::new(),
            waiting: HashMap::new(),
        };
        let mut now = ms(0);
        for (rev, step) in (0_u64..).zip(steps) {
            match step {
                Step::Offer(key, state, pause) => {
                    now += ms(pause);
                    let (key, ends) = (format!("{key:02}"), state.is_final());
                    let passes = witness.live.contains(&key) || witness.without.contains(&key);
                    let mut passed = admission.offer(frame(&key, rev, state), now);
                    if ends || passes {
                        prop_assert!(!passed.is_empty(), "{key} is shown");
                        let first = passed.remove(0);
                        prop_assert_eq!((&first.key, first.rev), (&key, rev));
                    }
                    if ends {
                        witness.live.remove(&key);
                        witness.without.remove(&key);
                        witness.waiting.remove(&key);
                    } else if !passes {
                        witness.waiting.insert(key, (rev, now));
                    }
                    witness.came_in(passed);
                }
                Step::Release(key) => {
                    let key = format!("{key:02}");
                    if witness.live.remove(&key) {
                        witness.without.insert(key.clone());
                    }
                    witness.came_in(admission.release(&key).into_iter().collect());
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

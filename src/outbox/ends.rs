//! The ends of runs: what comes late and is older than the end makes no run live again.

use std::collections::{HashMap, VecDeque};

use super::mark::Mark;
use crate::wire::frame::Frame;

/// So many ends are remembered: about as many as runs that are over are kept, to be told of again.
const MOST: usize = 1_024;

/// The last runs that ended.
#[derive(Debug, Default)]
pub(super) struct Ends {
    marks: HashMap<String, Mark>,
    /// Their keys, the earliest first.
    order: VecDeque<String>,
}

impl Ends {
    /// A run ended with `frame`.
    pub(super) fn add(&mut self, frame: &Frame) {
        let mark = Mark::of(frame);
        match self.marks.get_mut(&frame.key) {
            Some(known) if !mark.replaces(known) => {}
            Some(known) => *known = mark,
            None => {
                self.marks.insert(frame.key.clone(), mark);
                self.order.push_back(frame.key.clone());
            }
        }
        if self.order.len() > MOST
            && let Some(earliest) = self.order.pop_front()
        {
            self.marks.remove(&earliest);
        }
    }

    /// Whether the run ended with a frame that `frame` does not replace.
    pub(super) fn outdo(&self, frame: &Frame) -> bool {
        let end = self.marks.get(&frame.key);
        end.is_some_and(|end| !Mark::of(frame).replaces(end))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests;
    use super::*;
    use crate::wire::frame::State;

    #[test]
    fn a_late_frame_is_told_from_one_of_a_run_that_goes_on_and_the_earliest_end_is_forgotten() {
        let mut ends = Ends::default();
        ends.add(&tests::frame("a", 5, State::Done));
        ends.add(&tests::frame("a", 4, State::Error));
        for (rev, late) in [(4, true), (5, true), (6, false)] {
            let frame = tests::frame("a", rev, State::Active);
            assert_eq!(ends.outdo(&frame), late, "rev {rev}");
        }
        assert!(!ends.outdo(&tests::frame("b", 1, State::Active)));
        for number in 0..MOST {
            ends.add(&tests::frame(&format!("k{number}"), 1, State::Done));
        }
        assert!(!ends.outdo(&tests::frame("a", 4, State::Active)));
        assert_eq!((ends.marks.len(), ends.order.len()), (MOST, MOST));
    }
}

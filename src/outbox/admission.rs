//! How many boxes may be live at once; the others wait.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Now;
use crate::wire::frame::Frame;

/// Who has a live box, and who waits for one.
///
/// A run that has a box keeps it to its end. When a place is free, the run that
/// did something last comes first: it is the one that somebody looks at. Memory
/// is bounded by the runs that are open.
#[derive(Debug)]
pub struct Admission {
    most: usize,
    live: HashSet<String>,
    /// Runs that never get a box, or had one that somebody deleted: they take nobody's place.
    without: HashSet<String>,
    /// The newest frame of each that waits, and when it came.
    waiting: HashMap<String, (Arc<Frame>, Now)>,
}

impl Admission {
    /// At most `most` live boxes; 0 is no limit.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most: limit(most),
            live: HashSet::new(),
            without: HashSet::new(),
            waiting: HashMap::new(),
        }
    }

    /// A frame came: gives those that may go on, which may be another run's as well.
    ///
    /// The end of a run is always shown: nothing is live after it.
    pub fn offer(&mut self, frame: Arc<Frame>, now: Now) -> Vec<Arc<Frame>> {
        let key = &frame.key;
        if frame.state.is_final() {
            self.without.remove(key);
            self.live.remove(key);
            self.waiting.remove(key);
            return std::iter::once(frame).chain(self.next()).collect();
        }
        if self.live.contains(key) || self.without.contains(key) {
            return vec![frame];
        }
        self.waiting.insert(key.clone(), (frame, now));
        self.next().into_iter().collect()
    }

    /// A run has no box, whatever comes of it: gives who comes in its place.
    pub fn release(&mut self, key: &str) -> Option<Arc<Frame>> {
        if self.live.remove(key) {
            self.without.insert(key.to_owned());
        }
        self.next()
    }

    /// Lets all in: nothing more will come. Gives those that waited, and since when.
    pub fn open(&mut self) -> Vec<(Arc<Frame>, Now)> {
        self.most = limit(0);
        let mut all: Vec<_> = self.waiting.drain().map(|(_, waited)| waited).collect();
        all.sort_by(|(one, at), (other, then)| (at, &one.key).cmp(&(then, &other.key)));
        self.live
            .extend(all.iter().map(|(frame, _)| frame.key.clone()));
        all
    }

    /// Runs that wait for a box.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The newest frame of a run that waits, and when it came.
    #[must_use]
    pub fn waits(&self, key: &str) -> Option<(&Frame, Now)> {
        let (frame, at) = self.waiting.get(key)?;
        Some((frame, *at))
    }

    /// Lets the one in that did something last, if there is a place.
    fn next(&mut self) -> Option<Arc<Frame>> {
        if self.live.len() >= self.most {
            return None;
        }
        // Of two that came together the key decides, so that it is the same everywhere.
        let newest = self
            .waiting
            .iter()
            .max_by_key(|(key, (_, at))| (*at, *key))
            .map(|(key, _)| key.clone())?;
        let (frame, _) = self.waiting.remove(&newest)?;
        self.live.insert(newest);
        Some(frame)
    }
}

fn limit(most: usize) -> usize {
    if most == 0 { usize::MAX } else { most }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::tests;
    use super::*;
    use crate::wire::frame::State;

    fn frame(key: &str, state: State) -> Arc<Frame> {
        Arc::new(tests::frame(key, 1, state))
    }

    fn keys(frames: &[Arc<Frame>]) -> Vec<&str> {
        frames.iter().map(|frame| frame.key.as_str()).collect()
    }

    #[test]
    fn who_came_too_late_waits_and_the_latest_comes_first() {
        let mut admission = Admission::new(2);
        let at = Duration::from_secs;
        let offer = |admission: &mut Admission, key: &str, state, second| {
            let frames = admission.offer(frame(key, state), at(second));
            keys(&frames).join(" ")
        };
        let active = || State::Active;
        assert_eq!(offer(&mut admission, "a", active(), 0), "a");
        assert_eq!(offer(&mut admission, "b", State::Blocked, 1), "b");
        assert_eq!(offer(&mut admission, "c", active(), 2), "");
        assert_eq!(offer(&mut admission, "d", active(), 3), "");
        assert_eq!(offer(&mut admission, "a", active(), 4), "a", "it has a box");
        assert_eq!(offer(&mut admission, "c", active(), 5), "");
        assert_eq!(admission.waiting(), 2);
        assert_eq!(offer(&mut admission, "b", State::Done, 6), "b c");
        assert_eq!(
            offer(&mut admission, "d", State::Error, 7),
            "d",
            "an end is shown"
        );
        assert_eq!(admission.waiting(), 0);
        assert_eq!(offer(&mut admission, "a", State::Done, 8), "a");
        assert_eq!(offer(&mut admission, "e", active(), 9), "e");
        assert_eq!(offer(&mut admission, "f", active(), 9), "");
    }

    #[test]
    fn a_run_that_goes_on_after_its_end_waits_like_any_other() {
        let mut admission = Admission::new(1);
        let now = Duration::ZERO;
        assert_eq!(admission.offer(frame("a", State::Done), now).len(), 1);
        assert_eq!(admission.offer(frame("b", State::Active), now).len(), 1);
        assert_eq!(admission.offer(frame("a", State::Active), now).len(), 0);
        let passed = admission.offer(frame("b", State::Done), now);
        assert_eq!(keys(&passed), ["b", "a"]);
    }

    #[test]
    fn a_run_without_a_box_takes_nobodys_place() {
        let mut admission = Admission::new(1);
        let now = Duration::ZERO;
        assert_eq!(admission.offer(frame("a", State::Active), now).len(), 1);
        assert!(admission.offer(frame("b", State::Active), now).is_empty());
        let next = admission.release("a").expect("a place is free");
        assert_eq!(next.key, "b");
        let passed = admission.offer(frame("a", State::Active), now);
        assert_eq!(
            keys(&passed),
            ["a"],
            "who shows boxes knows what to do with it"
        );
        assert!(admission.offer(frame("c", State::Active), now).is_empty());
        let left = admission.open();
        assert_eq!(left.len(), 1);
        assert_eq!(admission.waiting(), 0);
    }

    #[test]
    fn without_a_limit_everyone_comes_in() {
        let mut admission = Admission::new(0);
        for number in 0..1_000 {
            let key = format!("k{number}");
            assert_eq!(
                admission
                    .offer(frame(&key, State::Active), Duration::ZERO)
                    .len(),
                1
            );
        }
    }
}

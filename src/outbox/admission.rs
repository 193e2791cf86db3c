//! How many boxes may be live at once; the others wait.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::Now;
use super::ends::Ends;
use super::heard::Heard;
use super::waiting::Waiting;
use crate::wire::frame::Frame;

/// Who has a live box, and who waits for one.
///
/// A run that has a box keeps it to its end, or until it was [silent](SILENT) for long while
/// another one waits: then its box stays as it is, and goes on when there is a place again. When a
/// place is free, the run that did something last comes first: it is the one that somebody looks
/// at. Memory is bounded by the runs that are open, and by [`ENDS`].
#[derive(Debug)]
pub struct Admission {
    most: usize,
    live: HashMap<String, Heard>,
    /// Runs that gave their place to another one, until they are admitted again or over.
    yielded: HashMap<String, Heard>,
    /// Runs that never get a box, or had one that somebody deleted: they take nobody's place.
    without: HashSet<String>,
    waiting: Waiting,
    ends: Ends,
}

/// A run that may never end keeps its place from others for so long after its last record: as long
/// as it takes for one that waits for its model to be interrupted.
pub const SILENT: Now = Now::from_secs(1_800);

impl Admission {
    /// At most `most` live boxes; 0 is no limit.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most: limit(most),
            live: HashMap::new(),
            yielded: HashMap::new(),
            without: HashSet::new(),
            waiting: Waiting::default(),
            ends: Ends::default(),
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
            self.yielded.remove(key);
            self.waiting.remove(key);
            self.ends.add(&frame);
            return std::iter::once(frame).chain(self.come_in(now)).collect();
        }
        if self.without.contains(key) || self.ends.outdo(&frame) {
            // One that is older than the end changes nothing, and so takes no place.
            return std::iter::once(frame).chain(self.come_in(now)).collect();
        }
        if let Some(heard) = self.live.get_mut(key) {
            *heard = Heard::again(Some(*heard), &frame, now);
            return std::iter::once(frame).chain(self.come_in(now)).collect();
        }
        let before = self.yielded.get_mut(key);
        let heard = match self.waiting.get(key) {
            Some((known, at)) => Some(Heard {
                rev: known.rev,
                at: *at,
            }),
            None => before.as_deref().copied(),
        };
        let heard = Heard::again(heard, &frame, now);
        if let Some(before) = before {
            *before = heard;
        }
        self.waiting.insert(frame, heard.at);
        self.come_in(now)
    }

    /// A run has no box, whatever comes of it: gives who comes in its place.
    pub fn release(&mut self, key: &str) -> Option<Arc<Frame>> {
        let had = self.live.remove(key).or_else(|| self.yielded.remove(key));
        if had.is_some() {
            self.waiting.remove(key);
            self.without.insert(key.to_owned());
        }
        self.next()
    }

    /// Lets all in: nothing more will come. Gives those that waited, and since when.
    pub fn open(&mut self) -> Vec<(Arc<Frame>, Now)> {
        self.most = limit(0);
        let all = self.waiting.take();
        for (frame, at) in &all {
            let heard = Heard {
                rev: frame.rev,
                at: *at,
            };
            self.live.insert(frame.key.clone(), heard);
        }
        self.yielded.clear();
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

    /// The key of a run that waits, by its session's name or UUID.
    #[must_use]
    pub fn of_session(&self, name: &str) -> Option<&str> {
        self.waiting.of_session(name)
    }

    /// Lets in those for whom there is a place, or that come in place of a silent one.
    fn come_in(&mut self, now: Now) -> Vec<Arc<Frame>> {
        let mut passed = Vec::new();
        loop {
            self.make_room(now);
            match self.next() {
                Some(frame) => passed.push(frame),
                None => return passed,
            }
        }
    }

    /// Takes its place from the run that was silent for longest, where that is long and one that
    /// waits did something since.
    fn make_room(&mut self, now: Now) {
        if self.live.len() < self.most {
            return;
        }
        let Some(newest) = self.waiting.newest() else {
            return;
        };
        let silent = self.live.iter().min_by_key(|(key, heard)| (heard.at, *key));
        let silent = silent
            .filter(|(_, heard)| heard.at < newest && now.saturating_sub(heard.at) >= SILENT)
            .map(|(key, _)| key.clone());
        if let Some((key, heard)) = silent.and_then(|key| self.live.remove_entry(&key)) {
            self.yielded.insert(key, heard);
        }
    }

    /// Lets the one in that did something last, if there is a place.
    fn next(&mut self) -> Option<Arc<Frame>> {
        if self.live.len() >= self.most {
            return None;
        }
        let (frame, at) = self.waiting.pop_newest()?;
        self.yielded.remove(&frame.key);
        let heard = Heard { rev: frame.rev, at };
        self.live.insert(frame.key.clone(), heard);
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
            let frame = Arc::new(tests::frame(key, second + 1, state));
            let frames = admission.offer(frame, at(second));
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
    fn one_that_waits_is_known_by_its_session_too() {
        let mut admission = Admission::new(1);
        let now = Duration::ZERO;
        admission.offer(frame("a", State::Active), now);
        for (key, rev) in [("b", 1), ("c", 2)] {
            let waits = Frame {
                sid: "u".into(),
                session: Some("agent:main:x".into()),
                ..tests::frame(key, rev, State::Active)
            };
            admission.offer(Arc::new(waits), Duration::from_secs(rev));
        }
        for name in ["u", "agent:main:x"] {
            assert_eq!(admission.of_session(name), Some("c"), "{name}");
        }
        assert_eq!(admission.of_session("agent:main:y"), None);
    }

    #[test]
    fn a_run_that_goes_on_after_its_end_waits_like_any_other() {
        let mut admission = Admission::new(1);
        let now = Duration::ZERO;
        assert_eq!(admission.offer(frame("a", State::Done), now).len(), 1);
        assert_eq!(admission.offer(frame("b", State::Active), now).len(), 1);
        let again = Arc::new(tests::frame("a", 2, State::Active));
        assert_eq!(admission.offer(again, now).len(), 0);
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
    fn one_that_never_ends_gives_its_place_to_one_that_waits_and_gets_it_back_with_its_next_record()
    {
        let mut admission = Admission::new(1);
        let at = Duration::from_secs;
        let mut offer = |key, rev, second| {
            let frame = Arc::new(tests::frame(key, rev, State::Active));
            let frames = admission.offer(frame, at(second));
            keys(&frames).join(" ")
        };
        assert_eq!(offer("a", 1, 0), "a");
        assert_eq!(offer("b", 1, 60), "");
        assert_eq!(offer("a", 1, 1_799), "a", "only the clock moved");
        assert_eq!(
            offer("a", 1, 1_800),
            "a b",
            "b waits, and a was silent for long"
        );
        assert_eq!(offer("a", 1, 2_000), "", "it has no place any more");
        assert_eq!(offer("b", 1, 3_700), "b", "a was silent for longer");
        assert_eq!(offer("a", 2, 3_800), "a", "it goes on");
        assert_eq!(offer("b", 2, 3_900), "");
        assert_eq!(
            offer("a", 3, 5_650),
            "a",
            "one that goes on keeps its place"
        );
    }

    #[test]
    fn a_frame_that_is_older_than_the_end_of_its_run_takes_no_place() {
        let mut admission = Admission::new(1);
        let now = Duration::ZERO;
        let end = Arc::new(tests::frame("a", 9, State::Done));
        assert_eq!(keys(&admission.offer(end, now)), ["a"]);
        let late = Arc::new(tests::frame("a", 8, State::Active));
        assert_eq!(keys(&admission.offer(late, now)), ["a"]);
        assert_eq!(
            keys(&admission.offer(frame("b", State::Active), now)),
            ["b"]
        );
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

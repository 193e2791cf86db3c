//! What is watched over time: looks that are due, other writers, and what live boxes show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::content::Shown;
use crate::wire::kept::Kept;

/// Another writer that has not moved for so long is dead: we take over.
pub(super) const TAKE_OVER: Duration = Duration::from_secs(45);

/// A look at a box that is due at some time.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) at: Duration,
    pub(super) what: Look,
    pub(super) kept: Box<Kept>,
    /// What the box ought to show.
    pub(super) shown: Arc<Shown>,
}

/// What a look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A rival that was made at the same time may be listed only now.
    Rivals,
    /// An edit of a process that is dead may land after the end.
    End,
}

/// The state that all threads share; time is that of [`Moment::now`](crate::sink::Moment::now).
#[derive(Debug, Default)]
pub(super) struct Watch {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    due: Vec<Due>,
    others: HashMap<String, Other>,
    /// What each box of a run that goes on shows, and since when.
    live: HashMap<String, (Duration, Arc<Shown>)>,
}

/// Another writer of a box.
#[derive(Clone, Copy, Debug)]
struct Other {
    seq: u64,
    /// When `seq` was seen to have moved.
    moved: Duration,
}

impl Watch {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that a look is taken.
    pub(super) fn plan(&self, due: Due) {
        self.lock().due.push(due);
    }

    /// The looks that are due at `now`.
    pub(super) fn due(&self, now: Duration) -> Vec<Due> {
        let mut inner = self.lock();
        if inner.due.iter().all(|due| due.at > now) {
            return Vec::new();
        }
        let all = std::mem::take(&mut inner.due);
        let (due, later) = all.into_iter().partition(|due| due.at <= now);
        inner.due = later;
        due
    }

    /// When the next look is due.
    pub(super) fn next(&self) -> Option<Duration> {
        self.lock().due.iter().map(|due| due.at).min()
    }

    /// All looks that are planned: we leave.
    pub(super) fn take_all(&self) -> Vec<Due> {
        std::mem::take(&mut self.lock().due)
    }

    /// Another writer of `key` is at `seq`; gives whether it still moves.
    pub(super) fn other(&self, key: &str, seq: u64, now: Duration) -> bool {
        let mut inner = self.lock();
        let other = inner
            .others
            .entry(key.to_owned())
            .or_insert(Other { seq, moved: now });
        if other.seq != seq {
            *other = Other { seq, moved: now };
        }
        now.saturating_sub(other.moved) < TAKE_OVER
    }

    /// Whether another writer of `key` is known.
    pub(super) fn has_other(&self, key: &str) -> bool {
        self.lock().others.contains_key(key)
    }

    /// The server acknowledged an edit of ours: the box is ours.
    pub(super) fn acknowledged(&self, key: &str, shown: &Arc<Shown>, now: Duration) {
        let mut inner = self.lock();
        inner.others.remove(key);
        // A rival that is found later gets what the box shows by then.
        for due in &mut inner.due {
            if due.kept.key == key && due.what == Look::Rivals {
                due.shown = Arc::clone(shown);
            }
        }
        if shown.state.is_final() {
            inner.live.remove(key);
        } else {
            let shown = (now, Arc::clone(shown));
            match inner.live.get_mut(key) {
                Some(live) => *live = shown,
                None => drop(inner.live.insert(key.to_owned(), shown)),
            }
        }
    }

    /// Whether we were silent on `key` for so long that another may have taken over;
    /// `None` before our first edit.
    pub(super) fn was_silent(&self, key: &str, now: Duration) -> Option<bool> {
        let last = self.lock().live.get(key)?.0;
        Some(now.saturating_sub(last) >= TAKE_OVER)
    }

    /// Forgets a box that is no longer ours to show.
    pub(super) fn forget(&self, key: &str) {
        let mut inner = self.lock();
        inner.live.remove(key);
        inner.others.remove(key);
        inner.due.retain(|due| due.kept.key != key);
    }

    /// Takes one live box of ours, as long as there is one.
    pub(super) fn take_live(&self) -> Option<(String, Arc<Shown>)> {
        let mut inner = self.lock();
        let key = inner.live.keys().next()?.clone();
        let (key, (_, shown)) = inner.live.remove_entry(&key)?;
        Some((key, shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_that_stands_still_is_dead_after_45_seconds() {
        let seconds = Duration::from_secs;
        let watch = Watch::default();
        assert!(watch.other("k", 5, seconds(100)));
        assert!(watch.other("k", 5, seconds(140)));
        assert!(watch.other("k", 6, seconds(150)), "it moved");
        assert!(watch.other("k", 6, seconds(194)));
        assert!(!watch.other("k", 6, seconds(195)));
        assert!(watch.has_other("k"));
        watch.forget("k");
        assert!(!watch.has_other("k"));
    }
}

//! Waiting for changes: what was named is looked at, and nothing else.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::follower::{EachRow, Follower};
use super::inbox::Interest;
use super::names;
use super::session::{Change, Era, Id};
use super::watch::POLL;

/// A commit is announced before it can be seen: a store is looked at again so long after.
const LOOKS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(4),
    Duration::from_millis(9),
    Duration::from_millis(19),
];
/// The longest time between two tries of what could not be read.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// Looks at a store that are still due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looks {
    since: Instant,
    next: usize,
}

impl Looks {
    /// Another try after so many failures: soon at first, then ever more seldom.
    pub(super) fn after(failures: u32) -> Self {
        let pause = match failures {
            0 | 1 => Duration::from_millis(20),
            2.. => POLL * (1 << (failures - 2).min(6)),
        };
        Self {
            since: Instant::now() + pause.min(LONGEST_RETRY),
            next: LOOKS.len() - 1,
        }
    }
}

/// A session that could not be read, and when it is tried again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    at: Instant,
    pause: Duration,
}

impl Follower {
    /// Blocks until something may have changed, a waker was used, or it is `until`.
    ///
    /// Gives what changed, in order; nothing where the time is up or a waker was
    /// used. Changed index rows wait in memory for [`rows`](Self::rows): take them
    /// after reading what has grown, so that a verdict follows what it is about.
    pub fn wait(&mut self, until: Option<Instant>) -> Vec<Change> {
        if self.watches.is_none() {
            self.poll_instead();
        }
        // The rows of a wait are kept for whoever asks.
        let mut pending = std::mem::take(&mut self.pending);
        let mut changes = Vec::new();
        let mut keep = Self::keep_rows(&mut pending);
        loop {
            let mail = {
                let due = [until, self.next_due()].into_iter().flatten().min();
                self.inbox.clone().take(due)
            };
            if let Some(error) = mail.error {
                self.note(
                    std::path::Path::new("/proc/sys/fs/inotify"),
                    error.to_string(),
                );
            }
            let mut everything = mail.overflow;
            if mail.overflow {
                self.counters.overflows += 1;
            }
            if !mail.lost.is_empty() {
                self.disarm(&mail.lost);
                everything = true;
            }
            everything |= self.look_at(&mail.paths, &mut keep, &mut changes);
            everything |= self.poll_is_due();
            if everything {
                self.look_at_everything(&mut keep, &mut changes);
            }
            self.look_when_due(&mut keep, &mut changes);
            if mail.woken
                || !changes.is_empty()
                || until.is_some_and(|until| Instant::now() >= until)
            {
                break;
            }
        }
        drop(keep);
        self.pending = pending;
        Self::tidy(&mut changes);
        changes
    }

    /// Looks at what events named; gives whether directories came or went.
    fn look_at(
        &mut self,
        paths: &HashSet<PathBuf>,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) -> bool {
        if paths.is_empty() {
            return false;
        }
        let interest: HashMap<PathBuf, Interest> = {
            let mail = self.inbox.lock();
            paths
                .iter()
                .filter_map(|path| path.parent())
                .filter_map(|folder| Some((folder.to_owned(), mail.interest.get(folder)?.clone())))
                .collect()
        };
        let mut everything = false;
        let mut sorted: Vec<&PathBuf> = paths.iter().collect();
        sorted.sort_unstable();
        for path in sorted {
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                continue;
            };
            let Some(it) = interest.get(folder) else {
                // The directory itself: its rights changed.
                everything = true;
                continue;
            };
            everything |= it.all || it.steps.contains(name);
            for &place in &it.sessions {
                if self.places[place].era != Era::Files {
                    continue;
                }
                if name == names::INDEX {
                    self.look_index(place, true, rows, changes);
                } else if names::is_transcript(name) {
                    self.look_file(place, name, changes);
                }
            }
            for place in it.stores_of(name) {
                self.places[place].looks = Some(Looks {
                    since: Instant::now(),
                    next: 0,
                });
            }
        }
        everything
    }

    /// Looks at all directories, again as long as new ones are found: what happened before a watch was armed is seen.
    fn look_at_everything(&mut self, rows: &mut EachRow<'_>, changes: &mut Vec<Change>) {
        const MOST_ROUNDS: u32 = 16;
        self.counters.scans += 1;
        for _ in 0..MOST_ROUNDS {
            self.find_places();
            let new = self.arm();
            for place in 0..self.places.len() {
                self.look(place, rows, changes);
            }
            if !new {
                break;
            }
        }
    }

    fn look_when_due(&mut self, rows: &mut EachRow<'_>, changes: &mut Vec<Change>) {
        let now = Instant::now();
        for place in 0..self.places.len() {
            if let Some(looks) = self.places[place].looks
                && looks.since + LOOKS[looks.next] <= now
            {
                // Late looks are one look.
                let next = LOOKS.iter().position(|pause| looks.since + *pause > now);
                self.places[place].looks = next.map(|next| Looks { next, ..looks });
                let era = self.places[place].era;
                self.look_store(place, rows, changes);
                if self.places[place].era != era {
                    self.look(place, rows, changes);
                }
            }
            let index = &self.places[place].index;
            if index.waiting && index.not_before.is_none_or(|time| time <= now) {
                self.look_index(place, true, rows, changes);
            }
        }
        let due = self.retries.iter().filter(|(_, retry)| retry.at <= now);
        let due: Vec<Id> = due.map(|(id, _)| *id).collect();
        for id in due {
            if let Some(retry) = self.retries.get_mut(&id) {
                retry.at = now + retry.pause;
                changes.push(Change::Grown(id));
            }
        }
    }

    /// Whether it is time to look at everything; sets the next time.
    fn poll_is_due(&mut self) -> bool {
        let now = Instant::now();
        let linked = self.linked;
        let Some(watches) = &mut self.watches else {
            return false;
        };
        if linked && watches.next_poll.is_none() {
            watches.next_poll = Some(now + POLL);
        }
        let due = watches.next_poll.is_some_and(|time| time <= now);
        if due {
            watches.next_poll = Some(now + POLL);
        }
        due
    }

    /// The next time at which something is due of itself; `None` means sleep.
    fn next_due(&self) -> Option<Instant> {
        let places = self.places.iter().flat_map(|place| {
            let look = place.looks.map(|looks| looks.since + LOOKS[looks.next]);
            let index = if place.index.waiting {
                place.index.not_before
            } else {
                None
            };
            [look, index]
        });
        let poll = self.watches.as_ref().and_then(|watches| watches.next_poll);
        let retries = self.retries.values().map(|retry| Some(retry.at));
        places.chain([poll]).chain(retries).flatten().min()
    }

    /// Sets the next try of a session that could not be read, or forgets about it.
    pub(super) fn retry(&mut self, id: Id, failed: bool) {
        if failed {
            let now = Instant::now();
            let pause = match self.retries.get(&id) {
                Some(retry) => (retry.pause * 2).min(LONGEST_RETRY),
                None => POLL,
            };
            self.retries.insert(
                id,
                Retry {
                    at: now + pause,
                    pause,
                },
            );
        } else if !self.retries.is_empty() {
            self.retries.remove(&id);
        }
    }
}

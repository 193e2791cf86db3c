//! Waiting for changes: what was named is looked at, and nothing else.

use std::path::Path;
use std::time::{Duration, Instant};

use super::follower::{EachRow, Follower};
use super::names;
use super::session::{Change, Era, Id};
use super::wake::{Mail, Named};
use super::watch::POLL;

pub(super) use super::looks::Looks;

/// The longest time between two tries of what could not be read.
pub(super) const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// What is due of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Due {
    /// Another look at a place.
    Place(usize),
    /// Another try to read a session.
    Retry(Id),
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
            let due = [until, self.next_due()].into_iter().flatten().min();
            let mail = self.sleep(due);
            let mut everything = self.take_in(&mail, &mut keep, &mut changes);
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
        self.of_streams(&mut changes);
        Self::tidy(&mut changes);
        changes
    }

    fn sleep(&mut self, until: Option<Instant>) -> Mail {
        match self.bed() {
            Ok(bed) => bed.sleep(until),
            // No descriptor is left; there may be one again.
            Err(_) => {
                let left = until.map(|until| until.saturating_duration_since(Instant::now()));
                std::thread::sleep(left.unwrap_or(POLL).min(POLL));
                Mail::default()
            }
        }
    }

    /// Takes in what was told; gives whether a look at everything is needed.
    fn take_in(&mut self, mail: &Mail, rows: &mut EachRow<'_>, changes: &mut Vec<Change>) -> bool {
        // The rights of a directory changed, or something was moved away with all that is in it.
        let mut everything = mail.overflow || !mail.altered.is_empty();
        self.counters.overflows += u64::from(mail.overflow);
        everything |= self.disarm(&mail.lost);
        everything |= self.look_at(&mail.names, rows, changes);
        if let Some(error) = &mail.error {
            let text = format!("cannot watch any more, looking once a second instead: {error}");
            self.note(Path::new("/proc/sys/fs/inotify"), text);
            self.poll_instead();
            everything = true;
        }
        everything
    }

    /// Looks at what events named; gives whether directories came or went.
    fn look_at(
        &mut self,
        names: &[Named],
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) -> bool {
        let Some(watches) = &mut self.watches else {
            return false;
        };
        // Nothing arms watches meanwhile.
        let interest = std::mem::take(&mut watches.interest);
        let mut everything = false;
        let start = changes.len();
        for named in names {
            let Some(it) = interest.get(&named.folder) else {
                continue;
            };
            everything |= it.leads_on(&named.name);
            for &place in &it.sessions {
                self.look_at_name(place, named, rows, changes);
            }
            for drawer in &it.drawers {
                self.look_at_drawer(drawer, &named.name, changes);
            }
            for place in it.stores_of(&named.name) {
                self.places[place].looks = Some(Looks::from(Instant::now()));
                self.plan(place);
            }
        }
        if let Some(watches) = &mut self.watches {
            watches.interest = interest;
        }
        self.watch_new(changes.split_at(start).1);
        everything
    }

    /// Looks at one name of a sessions directory.
    fn look_at_name(
        &mut self,
        place: usize,
        named: &Named,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        let name = &*named.name;
        if self.places[place].era != Era::Files {
            return;
        }
        let home = &self.places[place].home;
        if home.files.is_none() && name == names::INDEX {
            self.look_index(place, true, rows, changes);
            self.plan(place);
        } else if home.holds(name) {
            match named
                .only_written
                .then(|| self.grown(place, name))
                .flatten()
            {
                Some(id) => changes.push(Change::Grown(id)),
                None => self.look_file(place, name, changes),
            }
        }
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
        if self.agenda.next().is_none() {
            return;
        }
        let now = Instant::now();
        for due in self.agenda.take(now) {
            match due {
                Due::Place(place) => self.look_again(place, now, rows, changes),
                Due::Retry(id) => {
                    let pause = self.retries.get(&id);
                    self.agenda.set(due, pause.map(|pause| now + *pause));
                    changes.push(Change::Grown(id));
                }
            }
        }
    }

    fn look_again(
        &mut self,
        place: usize,
        now: Instant,
        rows: &mut EachRow<'_>,
        changes: &mut Vec<Change>,
    ) {
        if let Some(looks) = self.places[place].looks
            && looks.due() <= now
        {
            self.places[place].looks = looks.behind(now);
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
        self.plan(place);
    }

    /// Writes down when a place is to be looked at again.
    pub(super) fn plan(&mut self, place: usize) {
        self.agenda.set(Due::Place(place), self.places[place].due());
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
        let poll = self.watches.as_ref().and_then(|watches| watches.next_poll);
        self.agenda.next().into_iter().chain(poll).min()
    }

    /// Sets the next try of a session that could not be read, or forgets about it.
    pub(super) fn retry(&mut self, id: Id, failed: bool) {
        if failed {
            let pause = match self.retries.get(&id) {
                Some(pause) => (*pause * 2).min(LONGEST_RETRY),
                None => POLL,
            };
            self.retries.insert(id, pause);
            self.agenda
                .set(Due::Retry(id), Some(Instant::now() + pause));
        } else if !self.retries.is_empty() && self.retries.remove(&id).is_some() {
            self.agenda.set(Due::Retry(id), None);
        }
    }
}

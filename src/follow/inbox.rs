//! What the system's watches said since anybody asked, and the bell that wakes the follower.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notify::event::{EventKind, ModifyKind, RenameMode};

use super::names;

/// Above this many names a look at everything is cheaper than a look at each.
const MOST_NAMES: usize = 4096;

/// Shared by the follower, its watcher's thread and whoever holds a [`Waker`].
#[derive(Default)]
pub(super) struct Inbox {
    mail: Mutex<Mail>,
    bell: Condvar,
}

/// What is worth a look.
#[derive(Default)]
pub(super) struct Mail {
    /// Watched directories, and what in them matters.
    pub(super) interest: HashMap<PathBuf, Interest>,
    /// Names that something happened to.
    pub(super) paths: HashSet<PathBuf>,
    /// Watched directories that were moved or removed: their watch is worth nothing now.
    pub(super) lost: HashSet<PathBuf>,
    /// Events were dropped.
    pub(super) overflow: bool,
    /// Somebody used a waker.
    pub(super) woken: bool,
    /// The watcher's own trouble.
    pub(super) error: Option<notify::Error>,
}

/// What in a directory matters, and to which places.
#[derive(Clone, Debug, Default)]
pub(super) struct Interest {
    /// Its transcripts and its index.
    pub(super) sessions: Vec<usize>,
    /// Stores in it, by file name.
    pub(super) stores: Vec<(OsString, usize)>,
    /// Names on the way to something that is watched or missing.
    pub(super) steps: HashSet<OsString>,
    /// Every new name: agents.
    pub(super) all: bool,
}

impl Interest {
    fn takes(&self, name: &OsStr) -> bool {
        self.all
            || !self.sessions.is_empty() && (name == names::INDEX || names::is_transcript(name))
            || self.stores_of(name).next().is_some()
            || self.steps.contains(name)
    }

    /// The places whose store, or the log of it, has that name.
    pub(super) fn stores_of(&self, name: &OsStr) -> impl Iterator<Item = usize> {
        let name = name.as_encoded_bytes();
        let name = name.strip_suffix(b"-wal").unwrap_or(name).to_owned();
        self.stores
            .iter()
            .filter(move |(store, _)| store.as_encoded_bytes() == name)
            .map(|(_, place)| *place)
    }
}

impl Mail {
    fn has_news(&self) -> bool {
        !self.paths.is_empty()
            || !self.lost.is_empty()
            || self.overflow
            || self.woken
            || self.error.is_some()
    }

    /// Whether a name is worth waking up for.
    fn takes(&self, path: &Path) -> bool {
        if self.interest.contains_key(path) {
            return true;
        }
        match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => {
                self.interest.get(folder).is_some_and(|it| it.takes(name))
            }
            _ => false,
        }
    }
}

impl Inbox {
    /// The mail; a panic elsewhere while it was held leaves it usable.
    pub(super) fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in one event, on the watcher's thread.
    pub(super) fn deliver(&self, event: notify::Result<notify::Event>) {
        let mut mail = self.lock();
        match event {
            Err(error) => mail.error = Some(error),
            Ok(event) if event.need_rescan() => mail.overflow = true,
            // Our own reading opens and closes files: it must not wake us.
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            // The same as the two events before it.
            Ok(event) if event.kind == EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
                return;
            }
            Ok(event) => {
                let moved = matches!(
                    event.kind,
                    EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From))
                );
                for path in event.paths {
                    if moved && mail.interest.contains_key(&path) {
                        mail.lost.insert(path);
                    } else if mail.takes(&path) {
                        mail.paths.insert(path);
                    }
                }
                if mail.paths.len() > MOST_NAMES {
                    mail.paths = HashSet::new();
                    mail.overflow = true;
                }
            }
        }
        if mail.has_news() {
            self.bell.notify_one();
        }
    }

    /// Waits for mail until a time, and takes it.
    pub(super) fn take(&self, until: Option<Instant>) -> Mail {
        let mut mail = self.lock();
        while !mail.has_news() {
            mail = match until {
                None => self.bell.wait(mail).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.bell
                        .wait_timeout(mail, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        }
        Mail {
            interest: HashMap::new(),
            paths: std::mem::take(&mut mail.paths),
            lost: std::mem::take(&mut mail.lost),
            overflow: std::mem::take(&mut mail.overflow),
            woken: std::mem::take(&mut mail.woken),
            error: mail.error.take(),
        }
    }
}

/// Wakes a follower that waits, from any thread.
#[derive(Clone)]
pub struct Waker(pub(super) Arc<Inbox>);

impl Waker {
    /// Makes the present or the next [`wait`](super::Follower::wait) return.
    pub fn wake(&self) {
        self.0.lock().woken = true;
        self.0.bell.notify_one();
    }
}

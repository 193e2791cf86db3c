//! Systems other than Linux: the crate `notify`, whose thread fills a mailbox.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use notify::event::{EventKind, ModifyKind, RenameMode};
use notify::{Config, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::{Folder, MOST_NAMES, Mail, Named, Refused};

/// What a follower sleeps on.
pub(in crate::follow) struct Bed {
    inbox: Arc<Inbox>,
    /// `None` while nothing is told.
    told: Option<RecommendedWatcher>,
    /// The number of the next directory.
    next: Folder,
}

/// Shared with the watcher's thread and with wakers.
#[derive(Default)]
struct Inbox {
    post: Mutex<Post>,
    bell: Condvar,
}

#[derive(Default)]
struct Post {
    folders: HashMap<PathBuf, Folder>,
    mail: Mail,
}

impl Bed {
    /// A bed that only a waker disturbs.
    pub(in crate::follow) fn new() -> io::Result<Self> {
        Ok(Self {
            inbox: Arc::default(),
            told: None,
            next: 0,
        })
    }

    /// Has the system tell of changes from now on.
    pub(in crate::follow) fn listen(&mut self) -> Result<(), String> {
        let inbox = Arc::clone(&self.inbox);
        let told = RecommendedWatcher::new(move |event| inbox.deliver(event), Config::default());
        self.told = Some(told.map_err(|error| error.to_string())?);
        Ok(())
    }

    /// Forgets all watches.
    pub(in crate::follow) fn stop_listening(&mut self) {
        self.told = None;
        self.inbox.lock().folders.clear();
    }

    /// Watches a directory; growth is told of in any case.
    pub(in crate::follow) fn watch(
        &mut self,
        path: &Path,
        _growth: bool,
    ) -> Result<Folder, Refused> {
        let Some(told) = &mut self.told else {
            return Err(Refused::Other("nothing is watched".to_owned()));
        };
        let folder = self.next;
        self.next += 1;
        // Known before the first event comes.
        self.inbox.lock().folders.insert(path.to_owned(), folder);
        let watched = told.watch(path, RecursiveMode::NonRecursive);
        watched.map(|()| folder).map_err(|error| {
            self.inbox.lock().folders.remove(path);
            match error.kind {
                ErrorKind::MaxFilesWatch => Refused::Limit,
                ErrorKind::PathNotFound => Refused::Missing,
                _ => Refused::Other(error.to_string()),
            }
        })
    }

    /// Watches a directory no more. The system may have dropped it itself.
    pub(in crate::follow) fn unwatch(&mut self, folder: Folder) {
        let path = {
            let mut post = self.inbox.lock();
            let found = post.folders.iter().find(|(_, number)| **number == folder);
            let path = found.map(|(path, _)| path.clone());
            path.inspect(|path| {
                post.folders.remove(path);
            })
        };
        // The watcher's thread may wait for the mailbox: it is not held here.
        if let (Some(path), Some(told)) = (path, &mut self.told) {
            let _ = told.unwatch(&path);
        }
    }

    /// Wakes the sleeper from another thread.
    pub(in crate::follow) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.inbox))
    }

    /// Sleeps until there is mail or it is `until`.
    pub(in crate::follow) fn sleep(&mut self, until: Option<Instant>) -> Mail {
        let mut post = self.inbox.lock();
        while post.mail.is_empty() {
            let bell = &self.inbox.bell;
            post = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => bell.wait(post).unwrap_or_else(PoisonError::into_inner),
                Some(left) if left.is_zero() => break,
                Some(left) => {
                    let woken = bell.wait_timeout(post, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let mut mail = std::mem::take(&mut post.mail);
        mail.tidy();
        mail
    }
}

impl Inbox {
    /// The mailbox; a panic elsewhere while it was held leaves it usable.
    fn lock(&self) -> MutexGuard<'_, Post> {
        self.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in one event, on the watcher's thread.
    fn deliver(&self, event: notify::Result<notify::Event>) {
        let mut post = self.lock();
        let Post { folders, mail } = &mut *post;
        match event {
            Err(error) => mail.error = Some(error.to_string()),
            Ok(event) if event.need_rescan() => mail.overflow = true,
            Ok(event) => take(&event, folders, mail),
        }
        if mail.names.len() > MOST_NAMES {
            mail.tidy();
        }
        if !mail.is_empty() {
            self.bell.notify_one();
        }
    }
}

fn take(event: &notify::Event, folders: &HashMap<PathBuf, Folder>, mail: &mut Mail) {
    let gone = match event.kind {
        // Our own reading opens and closes files: it must not wake us.
        EventKind::Access(_) => return,
        // The same as the two events before it.
        EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => return,
        EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From)) => true,
        _ => false,
    };
    for path in &event.paths {
        let itself = folders.get(path);
        if let Some(&folder) = itself {
            let list = if gone {
                &mut mail.lost
            } else {
                &mut mail.altered
            };
            list.push(folder);
        }
        if let (Some(above), Some(name)) = (path.parent(), path.file_name())
            && let Some(&folder) = folders.get(above)
        {
            mail.names.push(Named {
                folder,
                name: name.to_owned(),
                only_written: matches!(event.kind, EventKind::Modify(ModifyKind::Data(_))),
            });
        }
    }
}

/// Wakes a follower that waits, from any thread.
#[derive(Clone)]
pub struct Waker(Arc<Inbox>);

impl Waker {
    /// Makes the present or the next [`wait`](crate::follow::Follower::wait) return.
    pub fn wake(&self) {
        self.0.lock().mail.woken = true;
        self.0.bell.notify_one();
    }
}

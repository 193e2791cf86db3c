//! Watches: one per directory, never one per file, and polling where there are none.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::time::{Duration, Instant};

use notify::{Config, ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::os::unix::fs::MetadataExt;

use super::follower::Follower;
use super::inbox::{Inbox, Interest, Waker};
use super::root::Root;

/// How often everything is looked at where nothing can be watched.
pub(super) const POLL: Duration = Duration::from_secs(1);

/// How a follower learns of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The system tells; nothing happens in between.
    Watching,
    /// Everything is looked at once a second.
    Polling,
}

/// The watches of a follower.
pub(super) struct Watches {
    /// `None` while polling.
    watcher: Option<RecommendedWatcher>,
    /// Device and inode of what is watched under each path.
    armed: HashMap<PathBuf, (u64, u64)>,
    pub(super) next_poll: Option<Instant>,
}

impl Follower {
    /// Arms the watches; scan after it, so that nothing falls between.
    ///
    /// Where the system's limits are reached, or a file system tells nothing,
    /// the follower polls, and a note says why.
    pub fn watch(&mut self) -> Mode {
        if self.options.poll {
            return self.poll_instead();
        }
        let inbox: Arc<Inbox> = Arc::clone(&self.inbox);
        match RecommendedWatcher::new(move |event| inbox.deliver(event), Config::default()) {
            Ok(watcher) => {
                self.watches = Some(Watches {
                    watcher: Some(watcher),
                    armed: HashMap::new(),
                    next_poll: None,
                });
                self.find_places();
                self.arm();
                self.mode()
            }
            Err(error) => {
                let text = format!(
                    "cannot watch, looking once a second instead: {error} \
                     (the limit is sysctl fs.inotify.max_user_instances)"
                );
                self.note(Path::new("/proc/sys/fs/inotify"), text);
                self.poll_instead()
            }
        }
    }

    /// How changes are learned of now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match &self.watches {
            Some(Watches {
                watcher: Some(_), ..
            }) => Mode::Watching,
            _ => Mode::Polling,
        }
    }

    /// Wakes [`wait`](Self::wait) from another thread.
    #[must_use]
    pub fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.inbox))
    }

    pub(super) fn poll_instead(&mut self) -> Mode {
        self.inbox.lock().interest = HashMap::new();
        self.watches = Some(Watches {
            watcher: None,
            armed: HashMap::new(),
            next_poll: Some(Instant::now() + POLL),
        });
        Mode::Polling
    }

    /// Brings the watches in step with what is there. Gives whether any is new.
    pub(super) fn arm(&mut self) -> bool {
        let wanted = self.wanted();
        let Some(watches) = &mut self.watches else {
            return false;
        };
        let Some(watcher) = &mut watches.watcher else {
            return false;
        };
        // Known before the first event comes.
        self.inbox.lock().interest.clone_from(&wanted);
        let mut failure = None;
        let mut notes = Vec::new();
        let mut new = false;
        watches.armed.retain(|path, _| {
            let keep = wanted.contains_key(path);
            if !keep {
                let _ = watcher.unwatch(path);
            }
            keep
        });
        for path in wanted.keys() {
            let Ok(meta) = std::fs::metadata(path) else {
                continue;
            };
            let identity = (meta.dev(), meta.ino());
            if watches.armed.get(path) == Some(&identity) {
                continue;
            }
            if let Some(name) = tells_nothing(path) {
                failure = Some((
                    path.clone(),
                    format!("on {name}, which does not tell of changes: looking once a second"),
                ));
                break;
            }
            let _ = watcher.unwatch(path);
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    watches.armed.insert(path.clone(), identity);
                    new = true;
                }
                Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => {
                    let text = "cannot be watched, looking once a second instead: \
                                the limit of sysctl fs.inotify.max_user_watches is reached";
                    failure = Some((path.clone(), text.to_owned()));
                    break;
                }
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => notes.push((path.clone(), format!("cannot be watched: {error}"))),
            }
        }
        for (path, text) in notes {
            self.note(&path, text);
        }
        if let Some((path, text)) = failure {
            self.note(&path, text);
            self.poll_instead();
        }
        new
    }

    /// Forgets watches that the system has dropped, or that moved away with their directory.
    pub(super) fn disarm(&mut self, lost: &HashSet<PathBuf>) {
        if let Some(Watches {
            watcher: Some(watcher),
            armed,
            ..
        }) = &mut self.watches
        {
            for path in lost {
                let _ = watcher.unwatch(path);
                armed.remove(path);
            }
        }
    }

    /// The directories to watch, all of which exist, and what in them matters.
    fn wanted(&self) -> HashMap<PathBuf, Interest> {
        let mut wanted = HashMap::new();
        for root in &self.roots {
            if let Ok(path) = absolute(root.path()) {
                // The root itself may be moved away and made anew.
                step(&mut wanted, &path);
            }
            match root {
                Root::State(path) => {
                    step(&mut wanted, &path.join("agents"));
                    if let Some(it) = reach(&mut wanted, &path.join("agents")) {
                        it.all = true;
                    }
                }
                Root::Agents(path) => {
                    if let Some(it) = reach(&mut wanted, path) {
                        it.all = true;
                    }
                }
                Root::Agent(_) | Root::Sessions(_) | Root::File(_) | Root::Store(_) => {}
            }
        }
        for (at, place) in self.places.iter().enumerate() {
            if let Some(it) = place
                .home
                .sessions
                .as_ref()
                .and_then(|path| reach(&mut wanted, path))
            {
                it.sessions.push(at);
            }
            if let Some(store) = &place.home.store
                && let (Some(folder), Some(name)) = (store.parent(), store.file_name())
                && let Some(it) = reach(&mut wanted, folder)
            {
                it.stores.push((OsString::from(name), at));
            }
        }
        wanted
    }
}

/// Watches the directory at `path` if it is there, else the nearest one above it for the next step down.
fn reach<'a>(wanted: &'a mut HashMap<PathBuf, Interest>, path: &Path) -> Option<&'a mut Interest> {
    let path = match path.as_os_str().is_empty() {
        true => absolute(".").ok()?,
        false => absolute(path).ok()?,
    };
    if path.is_dir() {
        return Some(wanted.entry(path).or_default());
    }
    step(wanted, &path);
    None
}

/// Watches for `path` to come, or to go, from the nearest directory above it.
fn step(wanted: &mut HashMap<PathBuf, Interest>, path: &Path) {
    let Ok(mut path) = absolute(path) else {
        return;
    };
    while let (Some(folder), Some(name)) = (path.parent().map(Path::to_owned), path.file_name()) {
        if folder.is_dir() {
            wanted
                .entry(folder)
                .or_default()
                .steps
                .insert(name.to_owned());
            return;
        }
        path = folder;
    }
}

/// The name of a file system that changes without inotify knowing.
fn tells_nothing(path: &Path) -> Option<&'static str> {
    // The numbers of linux/magic.h and of the file systems' own headers.
    let kinds = [
        (0x6969, "NFS"),
        (0x517b, "SMB"),
        (0xff53_4d42, "CIFS"),
        (0xfe53_4d42, "SMB2"),
        (0x0102_1997, "9p"),
        (0x6573_5546, "FUSE"),
        (0x00c3_6400, "Ceph"),
        (0x5346_414f, "AFS"),
    ];
    let kind = rustix::fs::statfs(path).ok()?.f_type as u64 & 0xffff_ffff;
    kinds
        .iter()
        .find(|(number, _)| *number == kind)
        .map(|(_, name)| *name)
}

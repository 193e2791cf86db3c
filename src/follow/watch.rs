//! Watches: one per directory, never one per file, and polling where there are none.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, Instant};

use super::follower::Follower;
use super::interest::{Interest, Wanted};
use super::wake::{Bed, Folder, Refused, Waker};

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
    mode: Mode,
    /// What is watched under each path.
    armed: HashMap<PathBuf, Armed>,
    /// What matters in each watched directory.
    pub(super) interest: HashMap<Folder, Interest>,
    pub(super) next_poll: Option<Instant>,
}

/// A watched directory.
struct Armed {
    folder: Folder,
    /// Its device and inode.
    identity: (u64, u64),
    /// What is written to its files is told as well.
    growth: bool,
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
        let bed = self.bed().map_err(|error| error.to_string());
        match bed.and_then(Bed::listen) {
            Ok(()) => {
                self.watches = Some(Watches::new(Mode::Watching));
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
        let watches = self.watches.as_ref();
        watches.map_or(Mode::Polling, |watches| watches.mode)
    }

    /// Wakes [`wait`](Self::wait) from another thread.
    ///
    /// # Errors
    ///
    /// What the system says where there is no descriptor left for it.
    pub fn waker(&mut self) -> io::Result<Waker> {
        Ok(self.bed()?.waker())
    }

    /// What we sleep on, made when it is first needed.
    pub(super) fn bed(&mut self) -> io::Result<&mut Bed> {
        match &mut self.bed {
            Some(bed) => Ok(bed),
            none => Ok(none.insert(Bed::new()?)),
        }
    }

    pub(super) fn poll_instead(&mut self) -> Mode {
        if let Some(bed) = &mut self.bed {
            bed.stop_listening();
        }
        self.watches = Some(Watches::new(Mode::Polling));
        Mode::Polling
    }

    /// Brings the watches in step with what is there. Gives whether any is new.
    pub(super) fn arm(&mut self) -> bool {
        let wanted = self.wanted();
        if let (Some(watches), Some(bed)) = (&mut self.watches, &mut self.bed)
            && watches.mode == Mode::Watching
        {
            watches.forget(bed, |path, _| !wanted.contains_key(path));
            watches.interest.clear();
        }
        self.take_up(wanted)
    }

    /// Watches `folders` as well, where they are there and are not watched yet.
    pub(super) fn watch_also(&mut self, folders: Vec<PathBuf>, interest: &Interest) {
        let Some(watches) = &self.watches else {
            return;
        };
        let folders = folders.iter().filter_map(|path| absolute(path).ok());
        let new = folders.filter(|path| !watches.armed.contains_key(path));
        let wanted = new.map(|path| (path, interest.clone())).collect();
        self.take_up(wanted);
    }

    /// Watches `folders` no more.
    pub(super) fn unwatch(&mut self, folders: &[PathBuf]) {
        let gone: Vec<PathBuf> = folders.iter().filter_map(|it| absolute(it).ok()).collect();
        if let (Some(watches), Some(bed)) = (&mut self.watches, &mut self.bed)
            && !gone.is_empty()
        {
            watches.forget(bed, |path, _| gone.iter().any(|it| it == path));
        }
    }

    /// Watches what is wanted; gives whether any is new.
    fn take_up(&mut self, wanted: Wanted) -> bool {
        let (Some(watches), Some(bed)) = (&mut self.watches, &mut self.bed) else {
            return false;
        };
        if watches.mode == Mode::Polling {
            return false;
        }
        let mut failure = None;
        let mut notes = Vec::new();
        let mut new = false;
        for (path, interest) in wanted {
            let Ok(meta) = std::fs::metadata(&path) else {
                continue;
            };
            let identity = (meta.dev(), meta.ino());
            let armed = watches.armed.get(&path);
            let growth = interest.growth();
            let known = armed.filter(|it| it.identity == identity && it.growth >= growth);
            if let Some(Armed { folder, .. }) = known {
                watches.take_interest(*folder, interest);
                continue;
            }
            if let Some(name) = tells_nothing(&path) {
                let text =
                    format!("on {name}, which does not tell of changes: looking once a second");
                failure = Some((path, text));
                break;
            }
            watches.forget(bed, |old, _| old == path);
            match bed.watch(&path, growth) {
                Ok(folder) => {
                    let armed = Armed {
                        folder,
                        identity,
                        growth,
                    };
                    watches.armed.insert(path, armed);
                    watches.take_interest(folder, interest);
                    new = true;
                }
                Err(Refused::Limit) => {
                    let text = "cannot be watched, looking once a second instead: \
                                the limit of sysctl fs.inotify.max_user_watches is reached";
                    failure = Some((path, text.to_owned()));
                    break;
                }
                Err(Refused::Missing) => {}
                Err(Refused::Other(error)) => {
                    notes.push((path, format!("cannot be watched: {error}")));
                }
            }
        }
        for (path, text) in notes {
            self.note(&path, text);
        }
        if let Some((path, text)) = failure {
            tracing::warn!(
                class = "watch_limit",
                "changes are looked for once a second"
            );
            self.note(&path, text);
            self.poll_instead();
        }
        new
    }

    /// Forgets watches that the system has dropped, or that moved away with their directory; gives whether there were any.
    pub(super) fn disarm(&mut self, lost: &[Folder]) -> bool {
        match (&mut self.watches, &mut self.bed) {
            (Some(watches), Some(bed)) if !lost.is_empty() => {
                watches.forget(bed, |_, folder| lost.contains(&folder))
            }
            _ => false,
        }
    }
}

impl Watches {
    fn new(mode: Mode) -> Self {
        let polling = mode == Mode::Polling;
        Self {
            mode,
            armed: HashMap::new(),
            interest: HashMap::new(),
            next_poll: polling.then(|| Instant::now() + POLL),
        }
    }

    /// Lets go of some watches; gives whether there were any.
    fn forget(&mut self, bed: &mut Bed, goes: impl Fn(&Path, Folder) -> bool) -> bool {
        let gone: Vec<_> = self
            .armed
            .extract_if(|path, armed| goes(path, armed.folder))
            .collect();
        for (_, Armed { folder, .. }) in &gone {
            // Another path may lead to the same directory.
            if !self.armed.values().any(|armed| armed.folder == *folder) {
                bed.unwatch(*folder);
                self.interest.remove(folder);
            }
        }
        !gone.is_empty()
    }

    fn take_interest(&mut self, folder: Folder, interest: Interest) {
        self.interest.entry(folder).or_default().join(interest);
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

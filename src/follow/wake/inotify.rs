//! Linux: one `poll` over inotify and an event counter.

use std::ffi::OsStr;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::fs::inotify::{self, CreateFlags, Event, ReadFlags, Reader, WatchFlags};
use rustix::io::Errno;

use super::{Folder, MOST_NAMES, Mail, Named, Refused};

/// What is told of a directory. Opening, reading and closing are not: our own would wake us.
const TOLD: WatchFlags = WatchFlags::ATTRIB
    .union(WatchFlags::CREATE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE_SELF)
    .union(WatchFlags::MOVE_SELF)
    // Another path to the same directory may want more of it.
    .union(WatchFlags::MASK_ADD)
    .union(WatchFlags::ONLYDIR);

/// The directory itself went, or its watch did.
const LOST: ReadFlags = ReadFlags::DELETE_SELF
    .union(ReadFlags::MOVE_SELF)
    .union(ReadFlags::UNMOUNT)
    .union(ReadFlags::IGNORED);

/// Room for some hundred events: what is read at once.
const ROOM: usize = 32 * 1024;
/// So many events may mean that there were more than there was room for.
const MANY: usize = 100;
/// More than that are left for the next time.
const MOST: usize = 4 * MOST_NAMES;

/// What a follower sleeps on.
pub(in crate::follow) struct Bed {
    bell: Arc<OwnedFd>,
    /// `None` while nothing is told.
    told: Option<OwnedFd>,
    room: Vec<MaybeUninit<u8>>,
}

impl Bed {
    /// A bed that only a waker disturbs.
    pub(in crate::follow) fn new() -> io::Result<Self> {
        let bell = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            bell: Arc::new(bell),
            told: None,
            room: Vec::new(),
        })
    }

    /// Has the system tell of changes from now on.
    pub(in crate::follow) fn listen(&mut self) -> Result<(), String> {
        let told = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK);
        self.told = Some(told.map_err(|error| error.to_string())?);
        self.room = vec![MaybeUninit::uninit(); ROOM];
        Ok(())
    }

    /// Forgets all watches.
    pub(in crate::follow) fn stop_listening(&mut self) {
        self.told = None;
        self.room = Vec::new();
    }

    /// Watches a directory, with `growth` also for what is written to its files.
    pub(in crate::follow) fn watch(
        &mut self,
        path: &Path,
        growth: bool,
    ) -> Result<Folder, Refused> {
        let Some(told) = &self.told else {
            return Err(Refused::Other("nothing is watched".to_owned()));
        };
        let mut what = TOLD;
        what.set(WatchFlags::MODIFY, growth);
        match inotify::add_watch(told, path, what) {
            Ok(folder) => Ok(folder.cast_unsigned()),
            Err(Errno::NOSPC) => Err(Refused::Limit),
            Err(Errno::NOENT | Errno::NOTDIR) => Err(Refused::Missing),
            Err(error) => Err(Refused::Other(error.to_string())),
        }
    }

    /// Watches a directory no more. The system may have dropped it itself.
    pub(in crate::follow) fn unwatch(&mut self, folder: Folder) {
        if let Some(told) = &self.told {
            let _ = inotify::remove_watch(told, folder.cast_signed());
        }
    }

    /// Wakes the sleeper from another thread.
    pub(in crate::follow) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.bell))
    }

    /// Sleeps until there is mail or it is `until`.
    pub(in crate::follow) fn sleep(&mut self, until: Option<Instant>) -> Mail {
        let mut mail = Mail::default();
        loop {
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            let mut fds = [
                PollFd::new(&*self.bell, PollFlags::IN),
                PollFd::new(self.told.as_ref().unwrap_or(&self.bell), PollFlags::IN),
            ];
            match poll(&mut fds, left.as_ref()) {
                Ok(0) => return mail,
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(error) => {
                    mail.error = Some(error.to_string());
                    return mail;
                }
            }
            let [bell, told] = fds.map(|fd| !fd.revents().is_empty());
            if bell {
                // Reading sets the counter back to zero.
                mail.woken = rustix::io::read(&*self.bell, &mut [0; 8]).is_ok();
            }
            if told {
                self.collect(&mut mail);
            }
            if !mail.is_empty() {
                mail.tidy();
                return mail;
            }
        }
    }

    /// Takes in what the system has told so far.
    fn collect(&mut self, mail: &mut Mail) {
        let Some(told) = &self.told else {
            return;
        };
        let mut events = Reader::new(told, &mut self.room);
        let mut read = 0;
        loop {
            match events.next() {
                Ok(event) => take(&event, mail),
                Err(Errno::INTR) => continue,
                Err(Errno::AGAIN) => return,
                Err(error) => {
                    mail.error = Some(error.to_string());
                    return;
                }
            }
            read += 1;
            // Where few came there are no more: that spares asking.
            if events.is_buffer_empty() && !(MANY..MOST).contains(&read) {
                return;
            }
        }
    }
}

fn take(event: &Event<'_>, mail: &mut Mail) {
    let kind = event.events();
    if kind.contains(ReadFlags::QUEUE_OVERFLOW) {
        mail.overflow = true;
        return;
    }
    let folder = event.wd().cast_unsigned();
    if kind.intersects(LOST) {
        mail.lost.push(folder);
    } else if let Some(name) = event.file_name() {
        mail.names.push(Named {
            folder,
            name: OsStr::from_bytes(name.to_bytes()).to_owned(),
            only_written: kind == ReadFlags::MODIFY,
        });
    } else {
        mail.altered.push(folder);
    }
}

/// Wakes a follower that waits, from any thread.
#[derive(Clone, Debug)]
pub struct Waker(Arc<OwnedFd>);

impl Waker {
    /// Makes the present or the next [`wait`](crate::follow::Follower::wait) return.
    pub fn wake(&self) {
        // Refused only where it has been rung 2^64 times unheard.
        let _ = rustix::io::write(&*self.0, &1_u64.to_ne_bytes());
    }
}

//! Tells when a hook was appended to the spool, without looking again and again.

use std::io;

use super::dir::StateDir;
use super::spool::FOLDER;

/// Calls `changed`, from a thread of its own, whenever the spool may hold more; until the process ends.
///
/// # Errors
///
/// There is no spool to be had, or nothing can be told of it.
pub fn watch_spool(state: &StateDir, changed: impl Fn() + Send + 'static) -> io::Result<()> {
    let folder = state.folder(FOLDER).map_err(io::Error::other)?;
    let mut told = told::Told::of(&folder)?;
    std::thread::Builder::new()
        .name("spool".into())
        .spawn(move || {
            while told.next() {
                changed();
            }
        })
        .map(drop)
}

#[cfg(target_os = "linux")]
mod told {
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
    use rustix::io::Errno;

    /// What the system tells of the directory.
    pub(super) struct Told {
        told: OwnedFd,
    }

    impl Told {
        pub(super) fn of(folder: &Path) -> io::Result<Self> {
            let told = inotify::init(CreateFlags::CLOEXEC)?;
            let what = WatchFlags::MODIFY | WatchFlags::CREATE | WatchFlags::ONLYDIR;
            inotify::add_watch(&told, folder, what)?;
            Ok(Self { told })
        }

        /// Waits for the next change; false once there will be none.
        pub(super) fn next(&mut self) -> bool {
            let mut room = [MaybeUninit::uninit(); 4_096];
            let mut reader = Reader::new(&self.told, &mut room);
            loop {
                match reader.next().map(drop) {
                    Err(Errno::INTR) => {}
                    Err(_) => return false,
                    // What was told at once is one change.
                    Ok(()) if reader.is_buffer_empty() => return true,
                    Ok(()) => {}
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod told {
    use std::io;
    use std::path::{Path, PathBuf};
    use std::time::Duration;

    /// What looking tells of the directory.
    pub(super) struct Told {
        file: PathBuf,
        seen: Option<u64>,
    }

    impl Told {
        pub(super) fn of(folder: &Path) -> io::Result<Self> {
            let file = folder.join(crate::store::spool::FILE);
            Ok(Self { file, seen: None })
        }

        pub(super) fn next(&mut self) -> bool {
            loop {
                std::thread::sleep(Duration::from_millis(500));
                let now = std::fs::symlink_metadata(&self.file).ok();
                let now = now.map(|meta| meta.len());
                if std::mem::replace(&mut self.seen, now) != now {
                    return true;
                }
            }
        }
    }
}

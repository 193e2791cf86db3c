//! Opening and looking at files that others write: never a link, a pipe or a device.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;
use rustix::io::Errno;

/// What the system says of a file. Two equal ones mean, most likely, that nothing was written between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) dev: u64,
    pub(super) ino: u64,
    pub(super) size: u64,
    /// Nanoseconds since 1970; anybody may set it.
    pub(super) mtime_ns: i64,
    /// Nanoseconds since 1970; only the system sets it.
    pub(super) ctime_ns: i64,
}

impl Stat {
    pub(super) fn of(meta: &Metadata) -> Self {
        let ns =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            dev: meta.dev(),
            ino: meta.ino(),
            size: meta.size(),
            mtime_ns: ns(meta.mtime(), meta.mtime_nsec()),
            ctime_ns: ns(meta.ctime(), meta.ctime_nsec()),
        }
    }

    pub(super) fn modified(&self) -> SystemTime {
        let since = Duration::from_nanos(self.mtime_ns.unsigned_abs());
        let time = if self.mtime_ns < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(since)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(since)
        };
        time.unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// What opening a name gave.
pub(super) enum Opened {
    File(File, Stat),
    Missing,
    /// What it is instead.
    Other(&'static str),
}

/// Our reading is no news to a file: the system has no time of access to write down. Only its owner may ask for that.
#[cfg(target_os = "linux")]
const UNNOTED: OFlags = OFlags::NOATIME;
#[cfg(not(target_os = "linux"))]
const UNNOTED: OFlags = OFlags::empty();

/// Opens `path` for reading; never blocks, and follows a symbolic link only with `links`.
pub(super) fn open(path: &Path, links: bool) -> io::Result<Opened> {
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if !links {
        flags |= OFlags::NOFOLLOW;
    }
    let opened = unnoted(flags, |flags| {
        OpenOptions::new()
            .read(true)
            .custom_flags(flags.bits().cast_signed())
            .open(path)
    });
    let file = match opened {
        Ok(file) => file,
        Err(error) if is_missing(&error) => return Ok(Opened::Missing),
        Err(error) => {
            return match Errno::from_io_error(&error) {
                Some(Errno::LOOP) => Ok(Opened::Other("a symbolic link")),
                // Opening a socket or a device without a driver.
                Some(Errno::NXIO | Errno::NODEV) => Ok(Opened::Other("no regular file")),
                _ => Err(error),
            };
        }
    };
    let meta = file.metadata()?;
    if meta.is_file() {
        Ok(Opened::File(file, Stat::of(&meta)))
    } else if meta.is_dir() {
        Ok(Opened::Other("a directory"))
    } else {
        Ok(Opened::Other("no regular file"))
    }
}

/// Opens with `flags` and [`UNNOTED`], and with `flags` alone where that is refused.
fn unnoted<T>(flags: OFlags, open: impl Fn(OFlags) -> io::Result<T>) -> io::Result<T> {
    open(flags | UNNOTED).or_else(|error| match Errno::from_io_error(&error) {
        Some(Errno::PERM) => open(flags),
        _ => Err(error),
    })
}

/// Whether nothing is there: no such name, or something on the way is no directory.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Fills `buffer` from `offset` as far as the file goes, across interruptions and short reads.
pub(super) fn fill(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut have = 0;
    while have < buffer.len() {
        match file.read_at(&mut buffer[have..], offset + have as u64) {
            Ok(0) => break,
            Ok(count) => have += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[cfg(target_os = "linux")]
    #[test]
    fn reading_leaves_the_time_of_access_as_it_was() {
        let dir = tempfile::tempdir().expect("made");
        let path = dir.path().join("s.jsonl");
        fs::write(&path, "{}\n").expect("written");
        // Older than the file: the next read would be written down.
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let times = fs::FileTimes::new().set_accessed(then);
        let file = File::options().write(true).open(&path);
        let set = file.and_then(|file| file.set_times(times));
        set.expect("set");
        let Opened::File(file, _) = open(&path, false).expect("opens") else {
            unreachable!("it is a file")
        };
        assert_eq!(fill(&file, &mut [0; 8], 0).expect("reads"), 3);
        drop(file);
        let accessed = fs::metadata(&path).and_then(|meta| meta.accessed());
        assert_eq!(accessed.expect("known"), then);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_of_somebody_else_is_opened_without_asking_that() {
        let opener = |refusal: Errno| {
            move |flags: OFlags| match flags.contains(UNNOTED) {
                true => Err(io::Error::from(refusal)),
                false => Ok(flags),
            }
        };
        let opened = unnoted(OFlags::NOCTTY, opener(Errno::PERM));
        assert_eq!(opened.expect("opens"), OFlags::NOCTTY);
        let refused = unnoted(OFlags::NOCTTY, opener(Errno::ACCESS)).expect_err("no right to it");
        assert_eq!(Errno::from_io_error(&refused), Some(Errno::ACCESS));
    }
}

//! Where the lines of a log go.
//!
//! Everything that is logged is a message of ours with classes and numbers; this
//! room sees to it that it is one line, that repeats are few, and that a log which
//! cannot be written stops no work.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::level::Level;
use super::limit::Limit;
use super::line::{Format, Said};
use crate::wire::time::Time;

/// The same message is said so many times...
const MOST: u32 = 10;
/// ... in so long.
const SPAN: Duration = Duration::from_secs(60);

/// Where lines go.
pub enum Target {
    /// Standard error.
    Error,
    /// A file, which is opened again when we are told so.
    File(PathBuf),
    /// Somebody who says them where they do not tear a board.
    Teller(Box<dyn Fn(&str) + Send>),
    /// Nowhere.
    Nowhere,
}

/// A log that lines go to; clones are handles on the same one.
#[derive(Clone)]
pub struct Log {
    level: Arc<AtomicU8>,
    desk: Arc<Mutex<Desk>>,
}

struct Desk {
    format: Format,
    target: Target,
    file: Option<File>,
    limit: Limit,
    start: Instant,
}

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Log").finish_non_exhaustive()
    }
}

impl Log {
    /// A log to `target`; a file is opened at once.
    ///
    /// # Errors
    ///
    /// The file cannot be opened, or is not ours alone.
    pub fn new(level: Level, format: Format, target: Target) -> io::Result<Self> {
        let mut desk = Desk {
            format,
            target,
            file: None,
            limit: Limit::new(MOST, SPAN),
            start: Instant::now(),
        };
        desk.open()?;
        Ok(Self {
            level: Arc::new(AtomicU8::new(level.number())),
            desk: Arc::new(Mutex::new(desk)),
        })
    }

    /// Takes everything that this process logs from now on. The first one stays.
    pub fn install(&self) {
        let lines = Lines(self.clone());
        let all = tracing_subscriber::registry().with(lines);
        // Only a second log of the same process is refused.
        let _ = tracing::subscriber::set_global_default(all);
    }

    /// The least important line that is logged.
    #[must_use]
    pub fn level(&self) -> Level {
        Level::from_number(self.level.load(Ordering::Relaxed))
    }

    /// Logs more or less from now on.
    pub fn set_level(&self, level: Level) {
        self.level.store(level.number(), Ordering::Relaxed);
    }

    /// Opens the file again: somebody moved it away. The old one stays where that fails.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn reopen(&self) -> io::Result<()> {
        self.desk().open()
    }

    /// Says what was left out so far: we stop.
    pub fn close(&self) {
        let mut desk = self.desk();
        for left in desk.limit.rest() {
            desk.write(Level::Info, &Said::left_out(&left.key, left.times));
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, level: Level, said: &Said) {
        let mut desk = self.desk();
        let now = desk.start.elapsed();
        for left in desk.limit.over(now) {
            desk.write(Level::Info, &Said::left_out(&left.key, left.times));
        }
        if desk.limit.admit(&said.key(), now) {
            desk.write(level, said);
        }
    }
}

impl Desk {
    fn open(&mut self) -> io::Result<()> {
        if let Target::File(path) = &self.target {
            self.file = Some(open(path)?);
        }
        Ok(())
    }

    fn write(&mut self, level: Level, said: &Said) {
        let time = Time(jiff::Timestamp::now().as_millisecond());
        let line = said.line(time, level, self.format);
        // A log that is full or closed must not stop the work.
        let _ = match (&self.target, &mut self.file) {
            (Target::Error, _) => io::stderr().write_all(line.as_bytes()),
            (Target::File(_), Some(file)) => file.write_all(line.as_bytes()),
            (Target::Teller(tell), _) => {
                tell(line.trim_end());
                Ok(())
            }
            (Target::File(_), None) | (Target::Nowhere, _) => Ok(()),
        };
    }
}

/// Opens a log file to append to: no link, no device, nobody else's; mode 0600 where it is made.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(|error| match rustix::io::Errno::from_io_error(&error) {
            Some(rustix::io::Errno::LOOP) => io::Error::other("it is a symbolic link"),
            _ => error,
        })?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    Ok(file)
}

/// The end of `tracing` that lines come out of.
struct Lines(Log);

impl Lines {
    /// Only what we say ourselves, in our own words.
    fn takes(&self, metadata: &Metadata<'_>) -> bool {
        let ours = env!("CARGO_CRATE_NAME");
        metadata.is_event()
            && metadata.target().starts_with(ours)
            && Level::of(*metadata.level()) <= self.0.level()
    }
}

impl<S: Subscriber> Layer<S> for Lines {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // The level may change while we run.
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.takes(metadata)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut said = Said::default();
        event.record(&mut said);
        self.0.say(Level::of(*event.metadata().level()), &said);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// Runs `work` with everything that it logs on its way to `log`.
    fn logged(log: &Log, work: impl FnOnce()) {
        let all = tracing_subscriber::registry().with(Lines(log.clone()));
        tracing::subscriber::with_default(all, work);
    }

    fn to_file(path: &Path) -> io::Result<Log> {
        Log::new(Level::Info, Format::Text, Target::File(path.to_owned()))
    }

    #[test]
    fn a_file_is_ours_alone_appended_to_and_opened_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let log = to_file(&path).expect("opened");
        let mode = path.metadata().expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        logged(&log, || tracing::info!("one"));
        std::fs::rename(&path, dir.path().join("log.1")).expect("moved");
        logged(&log, || tracing::info!("two"));
        log.reopen().expect("opened again");
        logged(&log, || tracing::info!("three"));
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).expect("there");
        let words = |name: &str| -> Vec<String> {
            let last = |line: &str| line.rsplit(' ').next().map(str::to_owned);
            read(name).lines().filter_map(last).collect()
        };
        assert_eq!(words("log.1"), ["one", "two"]);
        assert_eq!(words("log"), ["three"]);
        drop(to_file(&path).expect("opened"));
        assert_eq!(words("log"), ["three"], "nothing is cut");
    }

    #[test]
    fn a_link_or_a_directory_is_no_log_and_the_old_one_stays() {
        let dir = tempfile::tempdir().expect("a directory");
        let (path, target) = (dir.path().join("log"), dir.path().join("target"));
        let log = to_file(&path).expect("opened");
        std::fs::rename(&path, dir.path().join("log.1")).expect("moved");
        symlink(&target, &path).expect("linked");
        let error = log.reopen().expect_err("a link").to_string();
        assert_eq!(error, "it is a symbolic link");
        assert!(to_file(&path).is_err() && !target.exists());
        logged(&log, || tracing::info!("still here"));
        let old = std::fs::read_to_string(dir.path().join("log.1")).expect("there");
        assert!(old.contains("still here"), "{old}");
        assert!(to_file(dir.path()).is_err(), "a directory");
    }

    #[test]
    fn the_level_may_change_and_other_crates_are_not_heard() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let log = to_file(&path).expect("opened");
        let work = || {
            tracing::debug!("quiet");
            tracing::info!(target: "ureq", "https://chat.example.org/?token=canary");
            tracing::info!("loud");
        };
        logged(&log, work);
        log.set_level(Level::Debug);
        logged(&log, work);
        log.set_level(Level::Off);
        logged(&log, work);
        let text = std::fs::read_to_string(&path).expect("there");
        let count = |word: &str| text.matches(word).count();
        assert_eq!((count("quiet"), count("loud"), count("canary")), (1, 2, 0));
    }

    #[test]
    fn repeats_are_few_and_counted_at_the_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("log");
        let log = to_file(&path).expect("opened");
        logged(&log, || {
            for number in 0..100_u64 {
                tracing::warn!(number, class = "unreachable", "a sink failed");
            }
        });
        log.close();
        let text = std::fs::read_to_string(&path).expect("there");
        assert_eq!(text.lines().count(), 11, "{text}");
        let last = text.lines().last().expect("a line");
        assert!(
            last.ends_with("left out what=\"a sink failed class=unreachable\" times=90"),
            "{last}"
        );
    }
}

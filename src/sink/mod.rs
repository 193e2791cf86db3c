//! Places that show boxes.
//!
//! A [`Sink`] brings the box of a frame to that frame, and says what it did.
//! It keeps no pace and repeats nothing: that is the work of the outbox before
//! it, which a shell room joins to it ([`Done`] becomes the outbox's answer).
//! A sink may block, as one that talks to a server does; the shell then gives
//! it a thread of its own.

use std::time::Duration;

use crate::wire::event::VERSION;
use crate::wire::frame::Frame;
use crate::wire::kept::Kept;
use crate::wire::receipt::{Did, Receipt};
use crate::wire::time::Time;

pub mod mattermost;
pub mod stdout;
pub mod terminal;

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Time since a start that the caller chose, the same for all calls.
    pub now: Duration,
    /// The time of day.
    pub wall: Time,
}

/// The text that a sink reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// `text.markdown`.
    Markdown,
    /// `text.mrkdwn`.
    Mrkdwn,
    /// `text.plain`.
    Plain,
    /// No text: it draws from the view.
    View,
}

/// What a sink wants and can do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caps {
    /// The text it reads.
    pub markup: Markup,
    /// The longest text that it takes, in characters.
    pub max_chars: Option<usize>,
    /// Whether an outbox must stand before it. Without one it takes every
    /// frame as it comes.
    pub paced: bool,
    /// Requests a second that its server bears; 0 is no limit.
    pub rate_per_second: f64,
    /// How many of its threads may put frames at once, each of another box.
    pub threads: usize,
}

/// What came of a frame, as far as pace and repetition are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The box shows it.
    Applied,
    /// The box showed it already.
    Unchanged,
    /// The server asks for a pause of this length.
    Later(Duration),
    /// This box has to wait so long; others are not affected.
    Wait(Duration),
    /// What has to be remembered first cannot be: the same again after so long. It is no
    /// failure of the server.
    Unkept(Duration),
    /// Another writer moves this box: nothing for so long but the run's end.
    StandBy(Duration),
    /// The server did not do it, or nobody knows whether it did. Try again.
    Failed,
    /// It could not be written, as on a full disk: once more would tear what was written of it.
    /// The next frame may fare better.
    Lost,
    /// It will not be done for this box; others are not affected.
    Refused,
    /// It can never be done for this box.
    Never,
    /// Somebody deleted the box.
    Gone,
    /// The reader went away: the quiet end of everything.
    Closed,
}

/// What a sink did with a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Put {
    /// For the outbox.
    pub done: Done,
    /// For the world.
    pub receipt: Receipt,
    /// What it cost the server.
    pub bill: Bill,
}

/// What a frame cost the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bill {
    /// Requests that were sent; a frame may need none.
    pub requests: u32,
    /// New posts of which no answer told whether they were made.
    pub unclear: u32,
    /// The server has little to spare: nothing more for so long.
    pub ease: Duration,
    /// The server does not take the token: [`Done::Later`] is for this one alone.
    pub barred: bool,
}

/// What a sink remembers of its boxes beyond the process.
///
/// One process, one ledger; its methods are called from several threads.
pub trait Ledger: std::fmt::Debug + Send + Sync {
    /// What is remembered of the box of that key.
    fn get(&self, key: &str) -> Option<Kept>;

    /// Remembers it durably before it returns: an intent, a post's id, the end.
    ///
    /// # Errors
    ///
    /// A sentence that says why it could not; nothing may then be created.
    fn commit(&self, kept: &Kept) -> Result<(), String>;

    /// Remembers it soon: what an edit changed, which another edit repairs if it is lost.
    fn note(&self, kept: &Kept);

    /// Writes what was noted a while ago. Gives how long it can wait for the next call; `None`
    /// is until the next note.
    fn settle(&self) -> Option<Duration> {
        None
    }

    /// Finds out by a small write whether [`commit`](Self::commit) would succeed now.
    ///
    /// # Errors
    ///
    /// A sentence that says why not.
    fn probe(&self) -> Result<(), String> {
        Ok(())
    }

    /// Whether what was to be remembered could not be written when that was tried last; it is
    /// found all the same, and written by [`settle`](Self::settle) once it can be.
    fn is_behind(&self) -> bool {
        false
    }

    /// Whether it began empty: boxes of an earlier time may be on the server all the same.
    fn is_new(&self) -> bool;
}

/// Why a sink is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The input ended: nothing more will come of the runs that are open.
    Ended,
    /// We stop, and may come back; the runs go on.
    Paused,
}

/// A place that shows boxes.
pub trait Sink: Send {
    /// Its name in receipts and settings.
    fn name(&self) -> &'static str;

    /// What it wants and can do.
    fn caps(&self) -> Caps;

    /// Brings the box of `frame` to it. May block as long as the sink's own
    /// deadlines allow.
    fn put(&mut self, frame: &Frame, at: Moment) -> Put;

    /// Lets it do what time alone asks for, as redrawing a clock. Gives how
    /// long it can wait for the next call; `None` is until the next frame.
    ///
    /// To be called after every [`Sink::put`] too: that may have brought the
    /// next call nearer. Of several handles on one place any may be asked, and
    /// the last answer counts.
    fn tick(&mut self, at: Moment) -> Option<Duration> {
        let _ = at;
        None
    }

    /// Tells a person something beside the boxes. Gives `false` where it cannot,
    /// and the caller says it on standard error.
    fn remark(&mut self, text: &str, at: Moment) -> bool {
        let _ = (text, at);
        false
    }

    /// A further handle on the same place, for another thread: where
    /// [`Caps::threads`] is above one.
    fn another(&self) -> Option<Box<dyn Sink>> {
        None
    }

    /// Our own end: nothing may be left that looks alive. No call follows.
    ///
    /// # Errors
    ///
    /// What writing gave, where the last words are written; a reader that went away is none.
    fn close(&mut self, why: Close, at: Moment) -> std::io::Result<()> {
        let _ = (why, at);
        Ok(())
    }
}

/// The receipt of `frame` by `sink`.
#[must_use]
pub fn receipt(sink: &str, frame: &Frame, did: Did, error: Option<String>) -> Receipt {
    Receipt {
        v: VERSION,
        kind: "receipt".into(),
        key: frame.key.clone(),
        rev: frame.rev,
        sink: sink.into(),
        post: None,
        did,
        error,
        src: frame.src.clone(),
    }
}

/// What became of a write: done, or the reader is gone, or an error with its words.
fn written(sink: &str, frame: &Frame, did: Did, result: std::io::Result<()>) -> Put {
    let (done, did, error) = match result {
        Ok(()) if did == Did::Unchanged || did == Did::Skipped => (Done::Unchanged, did, None),
        Ok(()) => (Done::Applied, did, None),
        Err(error) if is_end(&error) => (Done::Closed, Did::Failed, Some(error.to_string())),
        Err(error) => (Done::Lost, Did::Failed, Some(error.to_string())),
    };
    Put {
        done,
        receipt: receipt(sink, frame, did, error),
        bill: Bill::default(),
    }
}

/// Whether an error says that the reader went away: a closed pipe, or a
/// terminal that was hung up (EIO).
fn is_end(error: &std::io::Error) -> bool {
    const EIO: i32 = 5;
    error.kind() == std::io::ErrorKind::BrokenPipe || error.raw_os_error() == Some(EIO)
}

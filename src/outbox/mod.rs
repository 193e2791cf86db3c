//! Which frame goes out when.
//!
//! An [`Outbox`] stands before one server. Frames come in as fast as they
//! come; of each box only the newest waits, and what goes out is paced per box
//! ([`throttle`]), per server ([`budget`]) and by the server's health
//! ([`breaker`], [`backoff`]).
//!
//! Nothing here has a clock: `now` is the time since any fixed start, so a test
//! is arithmetic. Memory is bounded by the keys that have something pending and
//! by [`Settings::remember`].

use std::sync::Arc;
use std::time::Duration;

use crate::wire::frame::Frame;

pub mod admission;
#[cfg(test)]
mod answers;
pub mod backoff;
pub mod breaker;
pub mod budget;
mod desk;
mod ends;
mod heard;
mod lane;
mod mark;
#[cfg(test)]
mod multitude;
pub mod outlook;
#[cfg(test)]
mod places;
#[cfg(test)]
mod properties;
mod queue;
#[cfg(test)]
mod tests;
pub mod throttle;
mod waiting;

pub use desk::Outbox;

/// The time since a start that the caller chose, the same for all calls.
pub type Now = Duration;

/// How fast frames may go out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Boxes that are live at once, the others wait: see [`admission`]; 0 is no limit.
    pub live: usize,
    /// Least time from one edit of a box to its next.
    pub min_gap: Duration,
    /// A slow server is asked less: the gap is also this many times its last
    /// latency. Not for frames that people wait for, see [`Rank::urgent`].
    pub latency_factor: u32,
    /// Requests a second to the server, over all boxes; 0 is no limit.
    pub rate_per_second: f64,
    /// Failures in a row that open the breaker; 0 never opens it.
    pub breaker_threshold: u32,
    /// How long the open breaker lets nothing through.
    pub breaker_cooldown: Duration,
    /// How long the one probe after that may take before it counts as failed.
    pub probe_timeout: Duration,
    /// Refusals of one box in a row after which its frame is given up.
    pub refusals: u32,
    /// Boxes with nothing pending of which rev and text are still remembered.
    pub remember: usize,
    /// The same of those whose run is over: about as many as runs that are over are kept, since
    /// nothing is told of the others any more.
    pub remember_over: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            live: 200,
            min_gap: Duration::from_millis(500),
            latency_factor: 10,
            rate_per_second: 10.0,
            breaker_threshold: 5,
            breaker_cooldown: Duration::from_secs(30),
            probe_timeout: Duration::from_secs(30),
            refusals: 5,
            remember: 4_096,
            remember_over: 1_024,
        }
    }
}

/// What to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Bring the frame's box to it, then call [`Outbox::settle`].
    Send(Arc<Frame>),
    /// Nothing before this moment, unless a frame or an answer comes.
    WaitUntil(Now),
    /// Nothing, unless a frame or an answer comes.
    Idle,
}

/// What became of a frame that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The box shows it.
    Applied,
    /// The box showed it already.
    Unchanged,
    /// The server asks for a pause of this length (429, `Retry-After`).
    Later(Duration),
    /// The server does not know us: nothing for so long, or until it may ([`Outbox::admitted`]).
    Barred(Duration),
    /// This box has to wait so long; others are not affected.
    Wait(Duration),
    /// Another writer moves this box: nothing for so long but the run's end.
    StandBy(Duration),
    /// The server did not do it: an outage, a timeout, a 5xx. Tried again, and
    /// counted by the breaker.
    Failed,
    /// It was not done and is not tried again; the next frame of the box is, in its time. It says
    /// nothing of the server.
    Lost,
    /// The server will not do it for this box; others are not affected.
    Refused,
    /// Somebody deleted the box, or nothing can ever be done for it: it is left alone from now on.
    Gone,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Requests flow.
    Well,
    /// It failed again and again; nothing is sent for a while.
    Ill,
    /// One request finds out whether it is well again.
    Probing,
}

/// What goes first when many wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The last state of a run.
    Final,
    /// A run that waits for a person.
    Blocked,
    /// A box that shows nothing yet.
    First,
    /// All else.
    Progress,
}

impl Rank {
    /// Whether somebody waits for it: such a frame keeps the least gap only,
    /// not the longer one of a slow server; [`throttle`] lets an end wait less still.
    #[must_use]
    pub fn urgent(self) -> bool {
        self <= Self::Blocked
    }
}

/// What the outbox did so far, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames offered.
    pub offered: u64,
    /// Frames handed out to be sent, repeats included.
    pub sent: u64,
    /// Frames that a newer one of their key replaced before they were sent.
    pub coalesced: u64,
    /// Frames not sent because the box shows the same text.
    pub unchanged: u64,
    /// Frames not sent because a newer one of their key had been offered.
    pub stale: u64,
    /// Frames given up: lost, or the box was refused too often, or is gone.
    pub given_up: u64,
    /// Answers [`Answer::Later`] and [`Answer::Barred`].
    pub later: u64,
    /// Answers [`Answer::Failed`].
    pub failed: u64,
    /// The longest time from a box having something new to its being sent.
    pub worst_wait: Duration,
    /// Boxes that are remembered.
    pub boxes: usize,
}

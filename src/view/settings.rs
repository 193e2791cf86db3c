//! After how long something is concluded.

use std::time::Duration;

use crate::wire::event::{Cause, Name};

/// The times and counts by which events are judged.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The gate: no box before a run has worked this long or used a tool.
    pub after: Duration,
    /// Nothing pending, last record from the assistant: quiet this long is the end.
    pub idle: Duration,
    /// Last record a tool result: after this long the box says so.
    pub stuck: Duration,
    /// A run that waits for its model this long is interrupted; a blocked run
    /// that ended this long ago takes its end.
    pub max_duration: Duration,
    /// After this long without a visible step or text the box says so.
    pub quiet: Duration,
    /// Whether boxes show commentary: only then it is output that ends `no output for …`.
    pub commentary: bool,
    /// The ACP kinds of progress that are shown beside it.
    pub status_tags: Vec<Name>,
    /// How long a run is held open, by ticks, for a sub-agent's result to be announced.
    pub announce: Duration,
    /// How long a child waits for a parent that was named but never seen, by
    /// ticks, before it gets a box of its own.
    pub orphan: Duration,
    /// Causes that get a box besides `user`.
    pub include: Vec<Cause>,
    /// How long a run that is over is kept, by ticks.
    pub keep: Duration,
    /// How many runs that are over are kept at most, and four times as many as sessions without a run.
    pub keep_runs: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            after: Duration::from_millis(1_500),
            idle: Duration::from_secs(60),
            stuck: Duration::from_secs(30),
            max_duration: Duration::from_secs(1_800),
            quiet: Duration::from_secs(60),
            commentary: true,
            status_tags: Vec::new(),
            announce: Duration::from_secs(10),
            orphan: Duration::from_secs(10),
            include: Vec::new(),
            keep: Duration::from_secs(3_600),
            keep_runs: 1_000,
        }
    }
}

/// `span` in milliseconds, as [`Time`](crate::wire::time::Time) counts them.
pub(super) fn ms(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

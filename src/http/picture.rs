//! What is known at a moment, and how well we are. Pure.

use std::time::Duration;

use super::histogram::Histogram;

/// The loop that has not moved for so long, though something waits, is stuck.
const STUCK: Duration = Duration::from_secs(30);
/// Boxes that wait while nothing was brought up to date for so long are late.
const LATE: Duration = Duration::from_secs(60);
/// What was read and waits for so long makes its source lag.
const LAGS: Duration = Duration::from_secs(10);

/// The state of the way to a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breaker {
    /// Requests flow.
    #[default]
    Closed,
    /// One request is under way, to see whether it works again.
    HalfOpen,
    /// Nothing is sent for a while.
    Open,
}

impl Breaker {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Closed, Self::Open, Self::HalfOpen];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

/// A family of transcripts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// As events name it: a constant of ours.
    pub name: String,
    /// How long what was read last has been waiting to be taken in.
    pub lag: Duration,
    /// Transcripts that cannot be read now.
    pub unreadable: u64,
    /// Events so far.
    pub events: u64,
    /// Records that nobody knows, by type.
    pub unknown: Vec<(String, u64)>,
}

/// The newest failure of a place that shows boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub class: &'static str,
    /// How long ago.
    pub age: Duration,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Boxes brought to a frame.
    pub sent: u64,
    /// Frames that were not brought to their box at that try.
    pub failed: u64,
    /// Transcripts that began anew, or were written over.
    pub resets: u64,
    /// Lines above the cap.
    pub oversize: u64,
    /// Lines that are no records.
    pub broken: u64,
    /// Times at which the system had more to tell of files than it could hold: all was looked at again.
    pub overflows: u64,
    /// Secrets that were taken out.
    pub redactions: u64,
    /// New posts of which no answer told whether they were made.
    pub ambiguous: u64,
    /// Frames that a newer one of their run replaced.
    pub coalesced: u64,
}

/// What is known at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Since the start.
    pub uptime: Duration,
    /// Sessions with a run that shows and is not over.
    pub active_sessions: u64,
    /// Runs that wait until another one's box is over.
    pub waiting_sessions: u64,
    /// Boxes with a frame that waits or is under way.
    pub queue_depth: u64,
    /// The worst of all servers.
    pub breaker: Breaker,
    /// The newest failure, if any.
    pub last_error: Option<Fault>,
    /// What is read.
    pub sources: Vec<Source>,
    /// All there was has been read, and changes wake us.
    pub armed: bool,
    /// What has to outlive us is on the disk.
    pub durable: bool,
    /// A server does not take our token.
    pub barred: bool,
    /// Boxes that their channels do not take now.
    pub shut_out: u64,
    /// How long the loop has not moved though something waits for it.
    pub stuck: Duration,
    /// How long no box was brought up to date though some wait.
    pub late: Duration,
    /// Counts.
    pub counts: Counts,
    /// From the record to the box that shows it.
    pub lag: Histogram,
}

/// How well we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All is shown.
    Healthy,
    /// We work, and what is shown may be late or may not outlive us.
    Degraded,
    /// We do not work.
    Unhealthy,
}

/// Why we are not healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The loop stands still.
    LoopStuck,
    /// A server failed again and again.
    BreakerOpen,
    /// A server is being tried again.
    BreakerHalfOpen,
    /// What was read waits.
    SourceLagging,
    /// Something cannot be read.
    SourceUnreadable,
    /// Boxes wait for a server.
    UpdatesDelayed,
    /// State cannot be kept.
    StateNotDurable,
    /// A server does not take our token.
    TokenRefused,
    /// Boxes wait for a channel that does not take them: it is archived, or we may not write there.
    BoxesShutOut,
}

impl Status {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl Reason {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LoopStuck => "loop_stuck",
            Self::BreakerOpen => "breaker_open",
            Self::BreakerHalfOpen => "breaker_half_open",
            Self::SourceLagging => "source_lagging",
            Self::SourceUnreadable => "source_unreadable",
            Self::UpdatesDelayed => "updates_delayed",
            Self::StateNotDurable => "state_not_durable",
            Self::TokenRefused => "token_refused",
            Self::BoxesShutOut => "boxes_shut_out",
        }
    }
}

impl Picture {
    /// Why we are not healthy; nothing where we are.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let sources = |is: fn(&Source) -> bool| self.sources.iter().any(is);
        let all = [
            (self.stuck >= STUCK, Reason::LoopStuck),
            (self.breaker == Breaker::Open, Reason::BreakerOpen),
            (self.breaker == Breaker::HalfOpen, Reason::BreakerHalfOpen),
            (sources(|source| source.lag >= LAGS), Reason::SourceLagging),
            (
                sources(|source| source.unreadable > 0),
                Reason::SourceUnreadable,
            ),
            (self.late >= LATE, Reason::UpdatesDelayed),
            (!self.durable, Reason::StateNotDurable),
            (self.barred, Reason::TokenRefused),
            (self.shut_out > 0, Reason::BoxesShutOut),
        ];
        let holds = all.into_iter().filter(|(holds, _)| *holds);
        holds.map(|(_, reason)| reason).collect()
    }

    /// How well we are.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.reasons().first() {
            None => Status::Healthy,
            Some(Reason::LoopStuck) => Status::Unhealthy,
            Some(
                Reason::BreakerOpen
                | Reason::BreakerHalfOpen
                | Reason::SourceLagging
                | Reason::SourceUnreadable
                | Reason::UpdatesDelayed
                | Reason::StateNotDurable
                | Reason::TokenRefused
                | Reason::BoxesShutOut,
            ) => Status::Degraded,
        }
    }

    /// Whether all is set up: sources are armed, state is kept, and servers know us.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.armed && self.durable && !self.barred
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A service that is well.
    pub(in crate::http) fn well() -> Picture {
        Picture {
            uptime: Duration::from_millis(61_500),
            armed: true,
            durable: true,
            sources: vec![Source {
                name: "openclaw".into(),
                ..Source::default()
            }],
            ..Picture::default()
        }
    }

    #[test]
    fn the_status_is_that_of_the_worst_reason() {
        type Change = fn(&mut Picture);
        let cases: [(Change, &str, &[&str]); 12] = [
            (|_| {}, "healthy", &[]),
            (
                |it| it.breaker = Breaker::Open,
                "degraded",
                &["breaker_open"],
            ),
            (
                |it| it.breaker = Breaker::HalfOpen,
                "degraded",
                &["breaker_half_open"],
            ),
            (
                |it| it.sources[0].lag = LAGS,
                "degraded",
                &["source_lagging"],
            ),
            (
                |it| it.sources[0].unreadable = 1,
                "degraded",
                &["source_unreadable"],
            ),
            (|it| it.late = LATE, "degraded", &["updates_delayed"]),
            (|it| it.durable = false, "degraded", &["state_not_durable"]),
            (|it| it.barred = true, "degraded", &["token_refused"]),
            (|it| it.shut_out = 1, "degraded", &["boxes_shut_out"]),
            (|it| it.stuck = STUCK, "unhealthy", &["loop_stuck"]),
            (
                |it| (it.stuck, it.late) = (STUCK, LATE),
                "unhealthy",
                &["loop_stuck", "updates_delayed"],
            ),
            (
                |it| it.stuck = STUCK - Duration::from_millis(1),
                "healthy",
                &[],
            ),
        ];
        for (number, (change, status, reasons)) in cases.into_iter().enumerate() {
            let mut picture = well();
            change(&mut picture);
            let names: Vec<_> = picture.reasons().into_iter().map(Reason::name).collect();
            assert_eq!(picture.status().name(), status, "case {number}");
            assert_eq!(names, reasons, "case {number}");
        }
    }

    #[test]
    fn we_are_ready_once_sources_are_armed_state_is_kept_and_servers_know_us() {
        assert!(well().is_ready());
        let lacks: [fn(&mut Picture); 3] = [
            |it| it.armed = false,
            |it| it.durable = false,
            |it| it.barred = true,
        ];
        for (number, lack) in lacks.into_iter().enumerate() {
            let mut picture = well();
            lack(&mut picture);
            assert!(!picture.is_ready(), "case {number}");
        }
    }
}

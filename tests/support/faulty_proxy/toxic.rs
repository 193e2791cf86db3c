//! What happens to a request on its way, or to its answer.

use std::time::Duration;

use crate::fake_mattermost::Moment;

/// A fault of the way between client and server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toxic {
    /// The request, or its answer, takes so much longer.
    Latency { by: Duration, moment: Moment },
    /// The request is swallowed: nobody hears of it, and nothing comes back while the client waits.
    BlackHole,
    /// The server hears nothing; the connection ends in an orderly way.
    CloseBefore,
    /// The server hears nothing; the connection is reset.
    ResetBefore,
    /// The server answers; the connection is reset and the answer gone.
    ResetAfter,
    /// The answer comes in pieces of so many bytes, from its first byte on.
    Slow { bytes: usize, every: Duration },
    /// After so many bytes of the answer's body the connection ends, or is reset.
    Cut { bytes: usize, reset: bool },
    /// The server hears nothing; a page of the proxy's own comes back.
    Html { status: u16 },
    /// The request, or its answer, waits until a test releases it, whether or not the client does.
    Hold { moment: Moment },
}

impl Toxic {
    /// Its name in what passed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::BlackHole => "black_hole",
            Self::CloseBefore => "close_before",
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::Slow { .. } => "slow",
            Self::Cut { .. } => "cut",
            Self::Html { .. } => "html",
            Self::Hold { .. } => "hold",
        }
    }
}

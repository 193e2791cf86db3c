//! What must outlive the process about one box.

use serde::Serialize;

use super::about::About;
use super::frame::State;
use super::time::Time;
use crate::open_enum;

open_enum! {
    /// How far the box is.
    pub enum Phase {
        /// A post is about to be made, or was made and nobody knows its id.
        Intended = "intended",
        /// The post is known.
        Live = "live",
        /// Somebody deleted it: it is left alone.
        Gone = "gone",
    }
}

/// What is remembered of a box: enough to find its post again and never make a second one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// The box's key, 26 characters of base32: see [`box_key`](super::frame::box_key).
    pub key: String,
    /// The key of its frames, or the name that a user gave it.
    pub frame: String,
    /// The sink that shows it.
    pub sink: String,
    /// The server, as a person knows it; without user, password or query.
    pub server: String,
    /// The channel's id.
    pub channel: String,
    /// The post that its thread hangs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// The post's id, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// When its creation began, on the server's clock; older posts cannot be it.
    pub since: Time,
    /// Counts the edits, over all who ever wrote it.
    pub seq: u64,
    /// Which of several posts this is: a box that may no longer be edited goes on in another.
    pub part: u32,
    /// A hash of what the server acknowledged last, in hexadecimal; empty before the first.
    pub hash: String,
    /// The `rev` of the frame that it shows.
    pub rev: u64,
    /// The state that it shows.
    pub state: State,
    /// When this was last true, on our clock.
    pub at: Time,
    /// The last answer that was not plainly good, as a class: `403 no permission`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What it tells of itself.
    #[serde(flatten)]
    pub about: About,
}

impl Kept {
    /// When something came of its run: the newest record, else the last update.
    #[must_use]
    pub fn heard(&self) -> Time {
        self.about.last.unwrap_or(self.at)
    }

    /// Whether something may still come of it.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !self.state.is_final() && self.phase != Phase::Gone
    }
}

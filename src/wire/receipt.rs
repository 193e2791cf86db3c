//! Receipts: what a sink did with a frame.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::open_enum;

open_enum! {
    /// What a sink did with one frame.
    pub enum Did {
        /// A box was made.
        Created = "created",
        /// The box now shows the frame.
        Updated = "updated",
        /// The box already showed it.
        Unchanged = "unchanged",
        /// A box of the same key was found and taken over.
        Adopted = "adopted",
        /// A newer frame, a filter or a missing route made it needless.
        Skipped = "skipped",
        /// The box was deleted by somebody; it is left alone.
        Gone = "gone",
        /// It was given up; `error` says why.
        Failed = "failed",
    }
}

/// What `post` did with one frame, as it travels on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// Wire version, 1 today. In a line with a higher one other fields may mean something else.
    pub v: u32,
    /// Always `receipt`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The frame's key, 26 characters of base32; of `post --key`, the name that was given.
    pub key: String,
    /// Records folded into the frame; grows with the run.
    pub rev: u64,
    /// The sink that answers: `mattermost`, `terminal`, `stdout`, later others.
    pub sink: String,
    /// The box as its sink names it: a post id; absent where the sink has none.
    #[serde(default, rename = "box", skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// What was done.
    pub did: Did,
    /// Why not, in a sentence; only with `failed`, `gone` and `skipped`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where the newest record folded into the frame was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub src: Vec<super::event::Src>,
}

/// The JSON Schema of one receipt line.
#[must_use]
pub fn schema() -> serde_json::Value {
    super::frame::titled(
        schemars::schema_for!(Receipt),
        "live-status receipt, version 1",
    )
}

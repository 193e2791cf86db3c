//! Calls of tools, background jobs and what was said between them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Name, Outcome};
use crate::open_enum;

open_enum! {
    /// Which part of a turn a text is.
    pub enum Phase {
        /// Said on the way.
        Commentary = "commentary",
        /// The answer.
        Final = "final",
        /// The source does not say.
        Unknown = "unknown",
    }
}

open_enum! {
    /// How a text relates to an earlier one of the same id.
    pub enum TextMode {
        /// It stands alone.
        Whole = "whole",
        /// It goes on with it.
        Delta = "delta",
        /// It takes its place.
        Replace = "replace",
    }
}

/// `text`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// Which text; deltas and replacements name it again.
    pub id: Name,
    /// Which part of the turn.
    pub phase: Phase,
    /// How it relates to an earlier one of the same id.
    pub mode: TextMode,
    /// The text, clipped and redacted.
    pub text: String,
}

/// `progress`: what the runtime of an agent says of its own state, over ACP.
///
/// It is no word of the assistant, and shown only where its tag is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// What it is about: the ACP `sessionUpdate` kind, as `plan` or `usage_update`.
    pub tag: Name,
    /// The text, clipped and redacted.
    pub text: String,
}

/// `tool.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolStart {
    /// The call's id.
    pub call: Name,
    /// The tool's name, unwrapped where the source wraps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A title the source gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A kind the source gives: `read`, `edit`, `execute`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it was called with: any JSON, its strings clipped and redacted.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub input: Value,
    /// The call inside which this one was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_call: Option<Name>,
}

/// `tool.update`: only what changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolUpdate {
    /// The call's id.
    pub call: Name,
    /// The tool's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The input.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub input: Value,
}

/// A file that a call changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FileChange {
    /// Its path as the source names it.
    pub path: String,
    /// Lines added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<u64>,
    /// Lines removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<u64>,
}

/// `tool.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolEnd {
    /// The call's id; a result whose call was never seen is kept as such.
    pub call: Name,
    /// How it ended.
    pub outcome: Outcome,
    /// The process's exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i64>,
    /// The background job it became; `job.end` names it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Name>,
    /// What went wrong, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took by the source's own measure, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Size of the result in bytes; the result itself is never passed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Files it changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileChange>,
}

/// `job.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobEnd {
    /// The job, as `tool.end` named it.
    pub job: Name,
    /// How it ended.
    pub outcome: Outcome,
}

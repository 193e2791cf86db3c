//! Plans, usage, and what else is true of a run for a while.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;
use crate::open_enum;
use crate::wire::time::Time;

open_enum! {
    /// How far one item of a plan is.
    pub enum ItemState {
        /// Not begun.
        Pending = "pending",
        /// Under way.
        Active = "active",
        /// Done.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

/// One item of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanItem {
    /// Its id within the plan.
    pub id: String,
    /// What is to be done, clipped and redacted.
    pub text: String,
    /// How far it is.
    pub state: ItemState,
}

/// `plan`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// Items done.
    pub done: u64,
    /// Items in all.
    pub total: u64,
    /// The item under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// The items.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<PlanItem>,
}

open_enum! {
    /// What a usage record counts.
    pub enum Scope {
        /// One call of the model; they add up, each id once.
        Call = "call",
        /// Everything so far; the newest counts.
        Total = "total",
    }
}

/// How full the model's context is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Context {
    /// Tokens in it.
    pub used: u64,
    /// Tokens it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// `usage`: tokens, and cost in US dollars where the source prices it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// The message it belongs to. It is told again when it turns out to count more: of the events
    /// with the same id the one with the largest total counts, and no other.
    pub id: Name,
    /// What it counts.
    pub scope: Scope,
    /// Tokens in, without cached ones.
    #[serde(default)]
    pub input: u64,
    /// Tokens out.
    #[serde(default)]
    pub output: u64,
    /// Tokens read from the cache.
    #[serde(default)]
    pub cache_read: u64,
    /// Tokens written to the cache.
    #[serde(default)]
    pub cache_write: u64,
    /// All of them.
    #[serde(default)]
    pub total: u64,
    /// US dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// How full the context is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
}

open_enum! {
    /// The normalised agent status.
    pub enum AgentState {
        /// It works.
        Working = "working",
        /// A person is asked.
        Blocked = "blocked",
        /// It is done and waits for the next request.
        Idle = "idle",
        /// It failed.
        Error = "error",
    }
}

/// `status`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// The status.
    pub state: AgentState,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `compact`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compact {
    /// Tokens before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
}

/// `model`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// The model's id.
    pub model: String,
    /// Who serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// `error`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Error {
    /// What went wrong, clipped and redacted.
    pub message: String,
    /// The agent will try again.
    #[serde(default)]
    pub retrying: bool,
}

/// `rewind`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rewind {
    /// What was noticed: `truncated`, `replaced`, `rewritten`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `reset`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reset {
    /// Why: `new`, `reset`, `idle`, `daily`, `cron-stale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// `live`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Live {}

/// `tick`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tick {
    /// The time by this machine's clock.
    pub now: Time,
}

/// `meta`: a record this version does not know; `raw` names its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Meta {}

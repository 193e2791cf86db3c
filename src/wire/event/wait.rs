//! Waiting for people, and for sub-agents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Link, Name, Outcome, SessionKind};
use crate::open_enum;

open_enum! {
    /// What a blocked run waits for.
    pub enum BlockedOn {
        /// Leave to do something.
        Permission = "permission",
        /// An answer.
        Question = "question",
        /// A plan's approval.
        Plan = "plan",
        /// Quota or a rate limit.
        Quota = "quota",
    }
}

/// `blocked`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Blocked {
    /// Which wait; `unblocked` names it again.
    pub id: Name,
    /// What it waits for.
    pub on: BlockedOn,
    /// The call that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// What is asked, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// `unblocked`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Unblocked {
    /// Which wait.
    pub id: Name,
    /// What was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

/// `agent.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentStart {
    /// The child.
    pub child: Link,
    /// The call that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// Its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What kind of session it is.
    pub kind: SessionKind,
    /// Its result will be announced to the parent, in a turn that goes on with this run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub announces: bool,
    /// Distance from the first ancestor: 1 for a child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// No record proves it; it was concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// `agent.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgentEnd {
    /// The child.
    pub child: Link,
    /// How it ended.
    pub outcome: Outcome,
}

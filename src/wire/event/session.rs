//! Sessions and runs: who, why, where to, and how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Name;
use crate::open_enum;
use crate::wire::time::Time;

open_enum! {
    /// What kind of session it is.
    pub enum SessionKind {
        /// A person talks to it.
        Main = "main",
        /// Another session started it.
        Subagent = "subagent",
        /// A schedule started it.
        Cron = "cron",
        /// A hook started it.
        Hook = "hook",
        /// Another agent behind the Agent Client Protocol.
        Acp = "acp",
        /// A periodic check-in.
        Heartbeat = "heartbeat",
    }
}

/// Another session, run or call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    /// The family of transcripts it belongs to.
    pub source: Name,
    /// Its session's UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Name>,
    /// Its session's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Name>,
    /// Its run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Name>,
    /// The call that started the child.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Name>,
    /// No record proves the link; it was concluded.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

/// `session.start`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SessionStart {
    /// Working directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// The name a person gave or sees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The model it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What kind of session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SessionKind>,
    /// The session that started this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Link>,
}

open_enum! {
    /// Who or what caused a run.
    pub enum Cause {
        /// A person asked.
        User = "user",
        /// Another agent gave the task, or its result is announced.
        Subagent = "subagent",
        /// A schedule.
        Cron = "cron",
        /// A hook.
        Hook = "hook",
        /// A periodic check-in.
        Heartbeat = "heartbeat",
        /// The agent's own system: a restart, a notice, a message from another session.
        System = "system",
    }
}

/// A person as the chat server names them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// The id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// `run.start`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunStart {
    /// What was asked, cleaned of envelopes, clipped and redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// Who or what caused it.
    pub cause: Cause,
    /// Where its box belongs, where that is known already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Box<Route>>,
    /// The run that set off this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Link>,
    /// The run that this turn goes on with, in the same box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<Name>,
}

open_enum! {
    /// How a run, a call, a job or a sub-agent ended.
    pub enum Outcome {
        /// It did what it should.
        Ok = "ok",
        /// It failed.
        Error = "error",
        /// It was stopped before its end.
        Interrupted = "interrupted",
        /// It took too long.
        Timeout = "timeout",
        /// A person or a policy said no (calls).
        Denied = "denied",
        /// It was not tried (calls).
        Skipped = "skipped",
        /// A newer message took its place (calls).
        Cancelled = "cancelled",
        /// It goes on in the background (calls).
        Background = "background",
        /// The source does not say.
        Unknown = "unknown",
    }
}

/// `run.end`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunEnd {
    /// How: ok, error, interrupted, timeout or unknown.
    pub outcome: Outcome,
    /// When, where that is not the record's own time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// How long it took by the source's own measure, in milliseconds; where the run went on, its
    /// newest part alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Why: `silent` where the whole answer was a silent token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Concluded from records; the source did not say so itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inferred: bool,
}

impl RunEnd {
    /// The reason of a run whose transcript was deleted.
    pub const GONE: &'static str = "the transcript is gone";
}

open_enum! {
    /// What told a route.
    pub enum RouteFrom {
        /// The request itself.
        Record = "record",
        /// The session's name.
        Key = "key",
        /// The session's row.
        Row = "row",
    }
}

/// `route`: where a run's box belongs. Also a field of `run.start` and of frames.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Route {
    /// The kind of place: `mattermost`, `slack`, `telegram`, …
    pub sink: String,
    /// The account of the agent's own connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The team or workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The channel's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The person's id, for a direct message whose channel is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The message that the thread hangs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// The message that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What told it.
    pub from: RouteFrom,
}

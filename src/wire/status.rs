//! What `status` writes: an agent's status in one word, whenever it changes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::event::{AgentState, Name, VERSION};
use super::time::Time;

/// One change of one agent's status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StatusUpdate {
    /// Wire version, 1. In a line with a higher one other fields may mean something else.
    pub v: u32,
    /// Always `agent_status_updated`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The session: its UUID where it has one, else the version 5 UUID of its id in the
    /// namespace of object identifiers.
    pub chat_id: Uuid,
    /// The agent's id, else the family of its transcripts.
    pub agent: Name,
    /// `working`, `blocked`, `idle` or `error`.
    pub status: AgentState,
    /// Why: what a blocked agent waits for, what went wrong, that it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When, by the records that tell of it, else by the newest one before them; never before the
    /// status that it follows. Absent where no record has a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// The family of transcripts: `openclaw`, `claude`, …
    pub source: Name,
    /// The session as its source names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Name>,
    /// The session's id, of which `chat_id` is made.
    pub sid: Name,
}

impl StatusUpdate {
    /// What `type` says.
    pub const KIND: &'static str = "agent_status_updated";

    /// The fields that are the same for every update of a session.
    #[must_use]
    pub fn new(source: Name, sid: Name, status: AgentState) -> Self {
        Self {
            v: VERSION,
            kind: Self::KIND.to_owned(),
            chat_id: chat_id(&sid),
            agent: source.clone(),
            status,
            reason: None,
            at: None,
            source,
            session: None,
            sid,
        }
    }
}

/// The UUID that a session goes by: its own id where that is one, else one made of it, always the same.
#[must_use]
pub fn chat_id(sid: &str) -> Uuid {
    // Only as people write them: braces, `urn:` and bare hexadecimal are names like any other.
    match Uuid::try_parse(sid) {
        Ok(uuid) if sid.len() == uuid::fmt::Hyphenated::LENGTH => uuid,
        _ => Uuid::new_v5(&Uuid::NAMESPACE_OID, sid.as_bytes()),
    }
}

/// The JSON Schema of one line of `status`.
#[must_use]
pub fn schema() -> serde_json::Value {
    super::frame::titled(
        schemars::schema_for!(StatusUpdate),
        "live-status agent status, version 1",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_by_its_uuid_or_by_one_made_of_its_name() {
        let cases = [
            (
                "0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11",
                "0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11",
            ),
            (
                "0B4EF2F8-2C1E-4C2E-9D7A-5B7E3A1C0D11",
                "0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11",
            ),
            // Known answer: uuid5(NAMESPACE_OID, "agent:main:main").
            ("agent:main:main", "5ab2c1e4-d92b-52de-8b03-05a4745c0bfe"),
        ];
        for (sid, want) in cases {
            assert_eq!(chat_id(sid).to_string(), want, "{sid}");
        }
        assert_ne!(
            chat_id("{0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11}"),
            chat_id("0b4ef2f8-2c1e-4c2e-9d7a-5b7e3a1c0d11")
        );
        assert_ne!(chat_id(""), chat_id("x"));
    }
}

//! The fields that matter, out of a payload of any size, whole or broken.
//!
//! A payload may hold a file of megabytes, and what a person asked. Only short fields at known places are taken,
//! none of them a text that somebody wrote; where a payload breaks off, what came before counts.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

/// What a hook says, cut down to short fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(BTreeMap<String, String>);

/// The longest value that is kept, in bytes; an id or a path is not longer.
const LONGEST: usize = 512;

/// Where fields are found: the path, and the name it is kept under. Earlier places win.
const PLACES: &[(&str, &str)] = &[
    ("hook_event_name", "event"),
    ("hookEventName", "event"),
    ("eventType", "event"),
    ("event_name", "event"),
    ("event", "event"),
    ("event.type", "event"),
    ("msg.type", "event"),
    ("payload.type", "event"),
    ("type", "event"),
    ("action", "action"),
    ("eventType", "only_name"),
    ("agent", "agent"),
    ("session_id", "session"),
    ("sessionId", "session"),
    ("sessionID", "session"),
    ("chat_id", "session"),
    ("thread-id", "session"),
    ("thread_id", "session"),
    ("threadId", "session"),
    ("conversation_id", "session"),
    ("resourceId", "session"),
    ("sessionKey", "session"),
    ("event.properties.sessionID", "session"),
    ("event.properties.info.id", "session"),
    ("properties.sessionID", "session"),
    ("properties.info.id", "session"),
    ("agent_id", "child"),
    ("agentId", "child"),
    ("parentID", "child"),
    ("event.properties.info.parentID", "child"),
    ("properties.info.parentID", "child"),
    ("tool_name", "tool"),
    ("toolName", "tool"),
    ("notification_type", "notification"),
    ("notificationType", "notification"),
    ("status", "status"),
    ("event.properties.status.type", "status"),
    ("properties.status.type", "status"),
    ("error", "error"),
    ("error.name", "error"),
    ("error.type", "error"),
    ("error.code", "error"),
    ("error.message", "error_text"),
    ("msg.error", "error"),
    ("msg.error.message", "error_text"),
    ("payload.error", "error"),
    ("payload.error.message", "error_text"),
    ("event.properties.error.name", "error"),
    ("properties.error.name", "error"),
    ("recoverable", "recoverable"),
    ("is_interrupt", "interrupt"),
    ("background_tasks", "background"),
    ("cursor_version", "cursor"),
    ("hookEventName", "grok"),
];

impl Payload {
    /// Takes the fields out of `bytes`; what comes before a break counts.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut found = Found::default();
        let _broken = scan(bytes, &mut found);
        Self(
            found
                .0
                .into_iter()
                .map(|(name, (_, value))| (name.to_owned(), value))
                .collect(),
        )
    }

    /// The field kept under `name`, if there is one and it is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The event's name.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        self.get("event")
    }

    /// Names the event where the payload itself does not.
    pub fn name(&mut self, event: &str) {
        self.0.insert("event".into(), event.to_owned());
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether `bytes` are one whole JSON object: nothing more is to be waited for.
#[must_use]
pub fn is_whole(bytes: &[u8]) -> bool {
    bytes.trim_ascii_end().ends_with(b"}") && scan(bytes, &mut Found::default()).is_ok()
}

/// Reads the object; an error tells that it broke off.
fn scan(bytes: &[u8], found: &mut Found) -> Result<(), serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    Walk { path: "", found }.deserialize(&mut reader)?;
    reader.end()
}

/// What was found: by the name it is kept under, with the rank of its place.
#[derive(Default)]
struct Found(BTreeMap<&'static str, (usize, String)>);

impl Found {
    fn take(&mut self, path: &str, value: &str) {
        if value.len() > LONGEST {
            return;
        }
        for (rank, (place, name)) in PLACES.iter().enumerate() {
            let better = |known: &(usize, String)| rank < known.0;
            if *place == path && self.0.get(name).is_none_or(better) {
                // An error's text is what somebody wrote: that there is one is enough.
                let value = match *name {
                    "error" if !is_word(value) => "error",
                    "error_text" => "error",
                    _ => value,
                };
                self.0.insert(name, (rank, value.to_owned()));
            }
        }
    }
}

/// A name as programs give them, not a sentence.
fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// Walks one value at `path`.
struct Walk<'f> {
    path: &'f str,
    found: &'f mut Found,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        let exactly = PLACES.iter().any(|(place, _)| *place == self.path);
        if self.path.is_empty() || exactly || leads_on(self.path) {
            reader.deserialize_any(self)
        } else {
            IgnoredAny::deserialize(reader).map(drop)
        }
    }
}

/// Whether a place lies below `path`.
fn leads_on(path: &str) -> bool {
    let below = |place: &str| {
        place
            .strip_prefix(path)
            .is_some_and(|rest| rest.starts_with('.'))
    };
    PLACES.iter().any(|(place, _)| below(place))
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a payload")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let path = match self.path {
                "" => key,
                path => format!("{path}.{key}"),
            };
            map.next_value_seed(Walk {
                path: &path,
                found: self.found,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut count = 0_u64;
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        self.found.take(self.path, &count.to_string());
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.found.take(self.path, text);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.found
            .take(self.path, if value { "true" } else { "false" });
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.found.take(self.path, &value.to_string());
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.found.take(self.path, &value.to_string());
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_fields_at_known_places_are_taken_and_nothing_else() {
        let payload = Payload::read(
            br#"{"session_id":"s","hook_event_name":"PostToolUse","tool_name":"Bash","prompt":"my secret",
                "tool_input":{"command":"rm","session_id":"another"},"background_tasks":[{},{}],
                "error":{"name":"Overloaded","message":"long text"},"cwd":"/home/me"}"#,
        );
        let line = serde_json::to_string(&payload).expect("writes");
        assert_eq!(
            line,
            r#"{"background":"2","error":"Overloaded","error_text":"error","event":"PostToolUse","session":"s","tool":"Bash"}"#
        );
    }

    #[test]
    fn what_comes_before_a_break_counts() {
        let whole =
            br#"{"session_id":"s","hook_event_name":"Stop","tool_response":{"text":"aaaaaaa"}}"#;
        for cut in 0..whole.len() {
            let payload = Payload::read(&whole[..cut]);
            assert!(!is_whole(&whole[..cut]), "{cut}");
            if cut > 43 {
                assert_eq!(payload.get("session"), Some("s"), "{cut}");
                assert_eq!(payload.event(), Some("Stop"), "{cut}");
            }
        }
        assert!(is_whole(whole));
        assert!(is_whole(b"{} \n"));
        for odd in [
            &b""[..],
            b"[]",
            b"7",
            b"\xff\xfe",
            b"{\"a\":}",
            b"{}{}",
            b"null",
        ] {
            assert!(Payload::read(odd).is_empty(), "{odd:?}");
        }
    }

    #[test]
    fn hostile_payloads_are_walked_in_bounded_depth_and_size() {
        let deep = format!("{{\"session_id\":\"s\",\"x\":{}", "[".repeat(1_000_000));
        assert_eq!(Payload::read(deep.as_bytes()).get("session"), Some("s"));
        let deep = format!(
            "{{\"session_id\":\"s\",\"event\":{}",
            "{\"properties\":".repeat(100_000)
        );
        assert_eq!(Payload::read(deep.as_bytes()).get("session"), Some("s"));
        let long = format!(
            "{{\"session_id\":\"{}\",\"type\":\"x\"}}",
            "s".repeat(LONGEST + 1)
        );
        let payload = Payload::read(long.as_bytes());
        assert_eq!((payload.get("session"), payload.event()), (None, Some("x")));
        // A half character in a text that is not wanted is no break.
        let lone = br#"{"prompt":"\ud800","session_id":"s"}"#;
        assert_eq!(Payload::read(lone).get("session"), Some("s"));
        let bytes = b"{\"prompt\":\"\xff\",\"session_id\":\"s\"}";
        assert_eq!(Payload::read(bytes).get("session"), Some("s"));
    }

    #[test]
    fn an_earlier_place_wins_in_any_order() {
        for text in [
            r#"{"type":"event","hook_event_name":"Stop"}"#,
            r#"{"hook_event_name":"Stop","type":"event"}"#,
        ] {
            assert_eq!(Payload::read(text.as_bytes()).event(), Some("Stop"));
        }
    }
}

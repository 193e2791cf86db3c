//! A line of the spool: what a hook said, when, cut down to what one write keeps whole.

use serde::{Deserialize, Serialize};

use super::meaning::by_payload;
use super::payload::Payload;
use crate::wire::event::{Body, Event, Name, Src, SrcKind, Status};
use crate::wire::time::Time;

/// The longest line, in bytes, newline included: one write of that size is never torn by another.
pub const MAX_LINE: usize = 4_096;

/// The longest name of an agent.
const MAX_AGENT: usize = 32;

/// A line of the spool.
#[derive(Debug, Serialize, Deserialize)]
struct Line<'a> {
    v: u32,
    /// Nanoseconds since 1970: hooks that run at once are put in order by it.
    at: u64,
    #[serde(borrow)]
    agent: std::borrow::Cow<'a, str>,
    hook: Payload,
}

/// A hook that was read from the spool.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Its place in time: later hooks have higher numbers.
    pub order: u64,
    /// What it means, as an event of kind `hook`.
    pub event: Event,
}

/// The line that a hook of `agent` at `at_ns` leaves, newline included; nothing where it says nothing that
/// could be told apart: no session, or no event.
#[must_use]
pub fn line(agent: &str, payload: &Payload, at_ns: u64) -> Option<Vec<u8>> {
    let agent = named(agent, payload);
    payload.get("session")?;
    by_payload(&agent, payload)?;
    let mut text = serde_json::to_vec(&Line {
        v: 1,
        at: at_ns,
        agent: agent.into(),
        hook: payload.clone(),
    })
    .ok()?;
    text.push(b'\n');
    (text.len() <= MAX_LINE).then_some(text)
}

/// The agent that really calls: some also run the hooks of others.
fn named(agent: &str, payload: &Payload) -> String {
    let told = payload
        .get("agent")
        .filter(|_| payload.get("only_name").is_some());
    let agent = match told {
        Some(told) => told,
        None if payload.get("cursor").is_some() => "cursor",
        None if payload.get("grok").is_some() => "grok",
        None => agent,
    };
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let name: String = agent.chars().filter(plain).take(MAX_AGENT).collect();
    name.to_ascii_lowercase()
}

impl Heard {
    /// What a line of the spool says; nothing for a broken line, one of a later version, and one that means
    /// nothing.
    ///
    /// A write that a full disk cut short leaves half a line, and the next one stands behind it.
    #[must_use]
    pub fn read(line: &[u8], src: Src) -> Option<Self> {
        let whole = serde_json::from_slice(line).ok();
        let line: Line<'_> = whole.or_else(|| serde_json::from_slice(last_of(line)?).ok())?;
        if line.v != 1 {
            return None;
        }
        let meaning = by_payload(&line.agent, &line.hook)?;
        let at_ms = i64::try_from(line.at / 1_000_000).ok()?;
        let event = Event {
            ts: Time::from_ms(at_ms),
            source: Name::from(&*line.agent),
            session: None,
            sid: Some(line.hook.get("session")?.into()),
            agent: None,
            run: None,
            body: Body::Status(Status {
                state: meaning.bucket.into(),
                reason: meaning.reason,
            }),
            src: Src {
                kind: SrcKind::Hook,
                ..src
            },
            replay: false,
            raw: line.hook.event().map(|event| event.to_owned().into()),
            label: None,
        };
        Some(Self {
            order: line.at,
            event,
        })
    }
}

/// What begins with the last begin of a line in `bytes`.
fn last_of(bytes: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::rfind(bytes, b"{\"v\":1,\"at\":")?;
    bytes.get(at..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(agent: &str, text: &str) -> Option<Heard> {
        let line = line(
            agent,
            &Payload::read(text.as_bytes()),
            1_790_346_600_123_456_789,
        )?;
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        Heard::read(&line, Src::clock())
    }

    #[test]
    fn a_hook_becomes_an_event_of_its_session() {
        let text = r#"{"session_id":"s","hook_event_name":"PermissionRequest","tool_name":"Bash"}"#;
        let heard = through("claude", text).expect("a line");
        assert_eq!(heard.order, 1_790_346_600_123_456_789);
        assert_eq!(
            heard.event.to_line(),
            r#"{"v":1,"type":"status","ts":"2026-09-25T14:30:00.123Z","source":"claude","sid":"s","state":"blocked","reason":"permission","src":{"kind":"hook","n":0},"raw":"PermissionRequest"}"#
        );
    }

    #[test]
    fn the_agent_that_really_calls_is_named() {
        let cases = [
            (
                "claude",
                r#"{"session_id":"s","hook_event_name":"Stop"}"#,
                "claude",
            ),
            (
                "claude",
                r#"{"session_id":"s","hook_event_name":"Stop","cursor_version":"1.7"}"#,
                "cursor",
            ),
            (
                "claude",
                r#"{"sessionId":"s","hookEventName":"stop"}"#,
                "grok",
            ),
            (
                "x",
                r#"{"chat_id":"s","agent":"Codex","eventType":"Stop"}"#,
                "codex",
            ),
            (
                "../../Etc",
                r#"{"session_id":"s","hook_event_name":"Stop"}"#,
                "etc",
            ),
        ];
        for (agent, text, want) in cases {
            let heard = through(agent, text).expect(text);
            assert_eq!(&*heard.event.source, want, "{text}");
        }
    }

    #[test]
    fn a_line_behind_half_a_line_is_read() {
        let text = br#"{"session_id":"s","hook_event_name":"Stop"}"#;
        let whole = line("claude", &Payload::read(text), 7).expect("a line");
        for cut in 0..whole.len() {
            let glued = [&whole[..cut], &whole].concat();
            let heard = Heard::read(&glued, Src::clock());
            assert_eq!(heard.map(|heard| heard.order), Some(7), "{cut}");
        }
    }

    #[test]
    fn what_could_not_be_told_apart_leaves_no_line() {
        for text in [
            "",
            "{}",
            r#"{"hook_event_name":"Stop"}"#,
            r#"{"session_id":"","hook_event_name":"Stop"}"#,
            r#"{"session_id":"s","hook_event_name":"SessionStart"}"#,
            r#"{"session_id":"s","agent_id":"a","hook_event_name":"Stop"}"#,
        ] {
            assert_eq!(through("claude", text), None, "{text}");
        }
    }

    #[test]
    fn a_line_fits_one_write_whatever_it_holds() {
        let escapes = "\\u0001".repeat(500);
        let text = format!(
            r#"{{"session_id":"{escapes}","hook_event_name":"Stop","tool_name":"{escapes}","status":"{escapes}","notification_type":"{escapes}"}}"#
        );
        let payload = Payload::read(text.as_bytes());
        let line = line("claude", &payload, u64::MAX);
        assert!(line.is_none_or(|line| line.len() <= MAX_LINE));
        for broken in ["", "{", "[]", r#"{"v":2,"at":1,"agent":"a","hook":{}}"#] {
            assert_eq!(
                Heard::read(broken.as_bytes(), Src::clock()),
                None,
                "{broken}"
            );
        }
    }
}

//! What the user asked: a request cleaned of the envelopes put around it.
//!
//! From 2026.5 the text of a user message is clean. Before, the Gateway put
//! what it knew of the message into the text itself, in three fashions; and in
//! every era some user messages are no requests at all.

use super::envelope::{
    after_last, chat_envelope, drop_internal, drop_message_id, holds, metadata_block, system_line,
    weekday_stamp,
};
use crate::wire::event::{Cause, Outcome};

/// A user message, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Cleaned {
    /// What was asked, without envelopes.
    pub(super) text: String,
    /// Who asked, where an envelope says so.
    pub(super) sender: Option<String>,
    /// The chat message's id.
    pub(super) message: Option<String>,
    /// The message it replies to, where an envelope says so.
    pub(super) reply_to: Option<String>,
    /// The chat channel's id.
    pub(super) channel: Option<String>,
    /// The kind of chat server, where an envelope says so.
    pub(super) sink: Option<String>,
    /// What the text says it is, where that is no request of a person.
    pub(super) cause: Option<Cause>,
    /// A sub-agent's result is announced: how it ended.
    pub(super) announced: Option<Outcome>,
    /// The announced sub-agent's session key.
    pub(super) announced_key: Option<String>,
}

/// Takes the envelopes off.
pub(super) fn clean(text: &str) -> Cleaned {
    let mut found = Cleaned::default();
    let mut rest = text.trim();
    if let Some(announced) = announcement(rest) {
        found.announced = Some(announced);
        found.announced_key = line_value(rest, "session_key:");
        found.cause = Some(Cause::Subagent);
        return found;
    }
    rest = after_last(rest, "[Current message - respond to this]").unwrap_or(rest);
    rest = drop_internal(rest);
    loop {
        let before = rest;
        rest = metadata_block(rest, &mut found);
        rest = system_line(rest, &mut found);
        rest = chat_envelope(rest, &mut found);
        rest = weekday_stamp(rest);
        rest = rest.trim_start();
        if rest == before {
            break;
        }
    }
    if let Some(task) = subagent_task(rest) {
        found.cause = Some(Cause::Subagent);
        rest = task;
    } else if rest.starts_with("[cron:") {
        found.cause = Some(Cause::Cron);
        rest = rest
            .split_once(']')
            .map_or(rest, |(_, tail)| tail.trim_start());
    } else if rest.starts_with("[Inter-session message]") {
        found.cause = Some(Cause::System);
        rest = rest["[Inter-session message]".len()..].trim_start();
    } else if holds(rest, "HEARTBEAT_OK") {
        found.cause = Some(Cause::Heartbeat);
    } else if rest.starts_with("[Queued messages while agent was busy]") {
        found.text = queued(rest);
        return found;
    }
    let rest = drop_message_id(rest, &mut found);
    found.text = rest.trim().to_owned();
    if found.text.is_empty()
        && found.cause.is_none()
        && !text.trim().is_empty()
        && text.trim_start().starts_with("System:")
    {
        found.cause = Some(Cause::System);
    }
    found
}

/// A sub-agent's result, told as a user message.
fn announcement(text: &str) -> Option<Outcome> {
    if holds(text, "[Internal task completion event]") {
        return Some(match line_value(text, "status:").as_deref() {
            Some(status)
                if status.starts_with("completed")
                    || status.starts_with("ok")
                    || status.starts_with("done") =>
            {
                Outcome::Ok
            }
            Some(status) if status.contains("timed out") || status.starts_with("timeout") => {
                Outcome::Timeout
            }
            Some(status) if status.starts_with("fail") || status.starts_with("error") => {
                Outcome::Error
            }
            Some(_) | None => Outcome::Unknown,
        });
    }
    let tail = text
        .strip_prefix("A background task ")
        .or_else(|| text.strip_prefix("A subagent task "))?;
    let (_, tail) = tail.split_once(" just ")?;
    Some(match tail {
        tail if tail.starts_with("completed") => Outcome::Ok,
        tail if tail.starts_with("timed out") => Outcome::Timeout,
        tail if tail.starts_with("failed") => Outcome::Error,
        _ => Outcome::Unknown,
    })
}

/// The value behind `name` at the start of a line.
fn line_value(text: &str, name: &str) -> Option<String> {
    text.lines()
        .find_map(|line| Some(line.trim().strip_prefix(name)?.trim().to_owned()))
}

/// The task inside `[Subagent Context]…[Subagent Task]…Begin. Execute…`.
fn subagent_task(text: &str) -> Option<&str> {
    if !text.starts_with("[Subagent Context]") && !text.starts_with("[Subagent Task]") {
        return None;
    }
    // The context may name the task's marker in its own text: only one that stands on its own line counts.
    let task = text
        .find("\n[Subagent Task]")
        .map(|at| &text[at + "\n[Subagent Task]".len()..])
        .or_else(|| text.strip_prefix("[Subagent Task]"))
        .unwrap_or(text);
    let task = task.trim_start_matches(':').trim();
    Some(
        task.rfind("\n\nBegin. Execute")
            .map_or(task, |at| task[..at].trim_end()),
    )
}

/// The messages under `[Queued messages while agent was busy]`, one a line.
fn queued(text: &str) -> String {
    let kept = text.lines().skip(1).filter(|line| {
        let line = line.trim();
        !(line.is_empty()
            || line == "---"
            || line.starts_with("Queued #")
            || line.starts_with("[Queue overflow]"))
    });
    kept.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes_come_off() {
        let cases = [
            ("plain text", "plain text"),
            (
                "Conversation info (untrusted metadata):\n```json\n{\"message_id\":\"m1\",\"sender\":\"Ann\"}\n```\n\nSender (untrusted metadata):\n```json\n{\"name\":\"Ann\"}\n```\n\n[Sun 2026-03-08 22:03 GMT+9] fix it",
                "fix it",
            ),
            (
                "Conversation info: ⟦openclaw:ctx⟧\n```json\n{}\n```\nfix it",
                "fix it",
            ),
            (
                "[Mattermost town-square id:c1 +2m 2026-01-29 10:11 UTC] ann: fix it\n[mattermost message id: p1 channel: c1]",
                "fix it",
            ),
            ("System: [2026-03-08 22:03] Node: up\n\nfix it", "fix it"),
            (
                "[Chat messages since your last reply - for context]\nbob: x\n\n[Current message - respond to this]\nfix it",
                "fix it",
            ),
            (
                "[Queued messages while agent was busy]\n\n---\nQueued #1\nfirst\n\n---\nQueued #2\nsecond",
                "first\nsecond",
            ),
            ("[cron:j1 nightly] count lines", "count lines"),
            (
                "[Subagent Context] Complete the current [Subagent Task]; more.\n\n[Subagent Task]\n\necho child\n\nBegin. Execute the assigned task to completion.",
                "echo child",
            ),
            ("[Sunday plans] stay", "[Sunday plans] stay"),
            ("[not closed", "[not closed"),
        ];
        for (text, want) in cases {
            assert_eq!(clean(text).text, want, "{text}");
        }
    }

    #[test]
    fn an_envelope_tells_who_and_where() {
        let found = clean(
            "[Mattermost town-square id:c1 +2m 2026-01-29 10:11 UTC] ann: fix it\n[mattermost message id: p1 channel: c1]",
        );
        assert_eq!(found.sender.as_deref(), Some("ann"));
        assert_eq!(found.channel.as_deref(), Some("c1"));
        assert_eq!(found.message.as_deref(), Some("p1"));
        assert_eq!(found.sink.as_deref(), Some("mattermost"));
        let found = clean(
            "Conversation info (untrusted metadata):\n```json\n{\"message_id\":\"m1\",\"reply_to_id\":\"r1\"}\n```\nx",
        );
        assert_eq!(
            (found.message.as_deref(), found.reply_to.as_deref()),
            (Some("m1"), Some("r1"))
        );
    }

    #[test]
    fn what_is_no_request_says_so() {
        let cases = [
            (
                "A background task \"x\" just completed successfully: y\n\nFindings:\nz",
                Some(Cause::Subagent),
                Some(Outcome::Ok),
            ),
            (
                "A background task \"x\" just timed out",
                Some(Cause::Subagent),
                Some(Outcome::Timeout),
            ),
            (
                "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\n[Internal task completion event]\nsource: subagent\nsession_key: agent:a:subagent:1\nstatus: failed: boom\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>",
                Some(Cause::Subagent),
                Some(Outcome::Error),
            ),
            ("[cron:j1 nightly] count", Some(Cause::Cron), None),
            (
                "Read HEARTBEAT.md. If nothing needs attention, reply HEARTBEAT_OK.",
                Some(Cause::Heartbeat),
                None,
            ),
            (
                "System: [2026-03-08] Exec finished",
                Some(Cause::System),
                None,
            ),
            ("hello", None, None),
        ];
        for (text, cause, announced) in cases {
            let found = clean(text);
            assert_eq!((found.cause, found.announced), (cause, announced), "{text}");
        }
    }
}

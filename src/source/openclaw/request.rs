//! What the user asked: a request cleaned of the envelopes put around it.
//!
//! From 2026.5 the text of a user message is clean. Before, the Gateway put
//! what it knew of the message into the text itself, in three fashions; and in
//! every era some user messages are no requests at all.

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
    } else if rest.contains("HEARTBEAT_OK") {
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
    if text.contains("[Internal task completion event]") {
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

fn after_last<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    text.rfind(marker)
        .map(|at| text[at + marker.len()..].trim_start())
}

/// `<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>…<<<END_…>>>` in front of the text.
fn drop_internal(text: &str) -> &str {
    let Some(tail) = text.strip_prefix("<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>") else {
        return text;
    };
    tail.find("<<<END_")
        .and_then(|at| {
            tail[at..]
                .find(">>>")
                .map(|end| tail[at + end + 3..].trim_start())
        })
        .unwrap_or(text)
}

/// A header line such as `Sender (untrusted metadata):` and the fence behind it (2026.2 to 4).
///
/// Source: `oc:src/auto-reply/reply/strip-inbound-meta.ts`.
fn metadata_block<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
    let (header, tail) = text.split_once('\n').unwrap_or((text, ""));
    let header = header.trim_end();
    let marks = [
        "(untrusted metadata):",
        "(untrusted, for context):",
        "⟦openclaw:ctx⟧",
    ];
    if !marks.iter().any(|mark| header.ends_with(mark)) {
        return text;
    }
    let Some(fenced) = tail.trim_start().strip_prefix("```") else {
        return tail;
    };
    let fenced = fenced.split_once('\n').map_or("", |(_, body)| body);
    let Some(end) = fenced.find("\n```") else {
        return tail;
    };
    let fields: serde_json::Value = serde_json::from_str(&fenced[..end]).unwrap_or_default();
    let field = |name: &str| match &fields[name] {
        serde_json::Value::String(text) if !text.is_empty() => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    found.message = found.message.take().or_else(|| field("message_id"));
    found.reply_to = found.reply_to.take().or_else(|| field("reply_to_id"));
    found.sender = found
        .sender
        .take()
        .or_else(|| field("sender"))
        .or_else(|| field("name"));
    fenced[end + 4..].trim_start_matches('`').trim_start()
}

/// A `System: [time] …` line in front of the text: an event, not the request.
fn system_line<'a>(text: &'a str, _found: &mut Cleaned) -> &'a str {
    if text.starts_with("System: [") {
        text.split_once('\n').map_or("", |(_, tail)| tail)
    } else {
        text
    }
}

/// `[Mattermost <channel> id:<id> +2m 2026-01-29 10:11 UTC] <sender>: <text>` (January 2026).
///
/// Source: `cb:src/auto-reply/envelope.ts`.
fn chat_envelope<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
    const SERVERS: [&str; 12] = [
        "Mattermost",
        "Slack",
        "Telegram",
        "Discord",
        "WhatsApp",
        "Signal",
        "iMessage",
        "Matrix",
        "WebChat",
        "Google Chat",
        "MS Teams",
        "BlueBubbles",
    ];
    let Some(inner) = text.strip_prefix('[') else {
        return text;
    };
    let Some(server) = SERVERS.iter().find(|server| {
        inner
            .strip_prefix(**server)
            .is_some_and(|tail| tail.starts_with([' ', ']']))
    }) else {
        return text;
    };
    let Some((envelope, tail)) = inner.split_once(']') else {
        return text;
    };
    found.sink = Some(server.to_lowercase().replace(' ', ""));
    found.channel = envelope
        .split(' ')
        .find_map(|word| word.strip_prefix("id:"))
        .map(str::to_owned);
    let tail = tail.trim_start();
    match tail.split_once(": ") {
        Some((sender, rest)) if sender.len() <= 80 && !sender.contains('\n') => {
            found.sender = Some(sender.to_owned());
            rest
        }
        _ => tail,
    }
}

/// `[Sun 2026-03-08 22:03 GMT+9] ` in front of the text.
fn weekday_stamp(text: &str) -> &str {
    let Some((stamp, tail)) = text
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
    else {
        return text;
    };
    let mut words = stamp.split(' ');
    let day = words
        .next()
        .is_some_and(|day| matches!(day, "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun"));
    let date = words
        .next()
        .is_some_and(|date| date.len() == 10 && date.as_bytes()[4] == b'-');
    if day && date { tail.trim_start() } else { text }
}

/// `[mattermost message id: <id> channel: <id>]` behind the text (January 2026).
fn drop_message_id<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
    let Some(at) = text.rfind("message id: ") else {
        return text;
    };
    let Some(start) = text[..at].rfind('[') else {
        return text;
    };
    let Some(end) = text[at..].find(']') else {
        return text;
    };
    if !text[at + end + 1..].trim().is_empty() {
        return text;
    }
    let mut words = text[at + "message id: ".len()..at + end].split(' ');
    found.message = words.next().map(str::to_owned);
    if words.next() == Some("channel:") {
        found.channel = found
            .channel
            .take()
            .or_else(|| words.next().map(str::to_owned));
    }
    if let Some(server) = text[start + 1..at]
        .trim()
        .split(' ')
        .next()
        .filter(|word| !word.is_empty())
    {
        found.sink = found.sink.take().or_else(|| Some(server.to_lowercase()));
    }
    &text[..start]
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

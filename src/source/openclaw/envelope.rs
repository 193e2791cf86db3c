//! Envelopes that the Gateway put around a message's text, taken off one by one.

use memchr::{memchr, memmem};

use super::request::Cleaned;

/// Whether `text`, which may be long, holds `marker`.
pub(super) fn holds(text: &str, marker: &str) -> bool {
    may_hold(text, marker) && memmem::find(text.as_bytes(), marker.as_bytes()).is_some()
}

/// What follows the last `marker` in `text`.
pub(super) fn after_last<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    if !may_hold(text, marker) {
        return None;
    }
    memmem::rfind(text.as_bytes(), marker.as_bytes())
        .map(|at| text[at + marker.len()..].trim_start())
}

/// Whether the first byte of `marker` is in `text`: mostly a bracket, and most texts have none.
fn may_hold(text: &str, marker: &str) -> bool {
    let mut first = marker.bytes();
    first
        .next()
        .is_none_or(|first| memchr(first, text.as_bytes()).is_some())
}

/// `<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>…<<<END_…>>>` in front of the text.
pub(super) fn drop_internal(text: &str) -> &str {
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
pub(super) fn metadata_block<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
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
pub(super) fn system_line<'a>(text: &'a str, _found: &mut Cleaned) -> &'a str {
    if text.starts_with("System: [") {
        text.split_once('\n').map_or("", |(_, tail)| tail)
    } else {
        text
    }
}

/// `[Mattermost <channel> id:<id> +2m 2026-01-29 10:11 UTC] <sender>: <text>` (January 2026).
///
/// Source: `cb:src/auto-reply/envelope.ts`.
pub(super) fn chat_envelope<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
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
pub(super) fn weekday_stamp(text: &str) -> &str {
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
pub(super) fn drop_message_id<'a>(text: &'a str, found: &mut Cleaned) -> &'a str {
    // It closes the text: few are searched for it.
    if !text.trim_end().ends_with(']') {
        return text;
    }
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

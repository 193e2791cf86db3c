//! Lines: messages themselves, or what a log puts around one.

use super::record::Message;
use crate::source::about::Fit;
use crate::source::lenient::{self, lossy};
use crate::wire::time::Time;

/// The message within a frame.
pub(super) fn inner<'a>(line: &Message<'a>) -> Option<Message<'a>> {
    let places = [line.message, line.msg, line.payload, line.data, line.frame];
    let mut inside = places.into_iter().filter(|raw| raw.0.starts_with('{'));
    inside.find_map(|raw| {
        let message: Message<'a> = raw.object();
        message.version.is_some().then_some(message)
    })
}

/// The time of a line: a text, or Unix milliseconds or seconds.
pub(super) fn time_of(line: &Message<'_>) -> Option<Time> {
    const SECONDS_BELOW: i64 = 100_000_000_000;
    let all = [line.timestamp, line.ts, line.time];
    all.into_iter().find_map(|raw| match raw.text() {
        Some(text) => Time::parse(&text),
        None => match raw.int()? {
            at if at < SECONDS_BELOW => Time::from_ms(at.checked_mul(1_000)?),
            at => Time::from_ms(at),
        },
    })
}

/// Methods by which the agent asks the editor for what no person answers.
pub(super) fn is_served(method: &str) -> bool {
    method.starts_with("fs/") || method.starts_with("terminal/")
}

/// Other methods that change nothing that is shown.
pub(super) fn is_known(method: &str) -> bool {
    let groups = ["auth", "$/", "_", "mcp/", "logout"];
    groups.iter().any(|start| method.starts_with(start))
        || matches!(
            method,
            "session/cancel"
                | "session/set_mode"
                | "session/set_config_option"
                | "session/list"
                | "session/close"
                | "session/delete"
                | "elicitation/complete"
        )
}

/// Whether a line is one of the protocol.
pub(super) fn fit(text: &str) -> Fit {
    let Some(line) = lenient::read::<Message<'_>>(text) else {
        return Fit::No;
    };
    let framed = inner(&line);
    let message = framed.as_ref().unwrap_or(&line);
    match message.method.text() {
        _ if !message.version.is_some() => Fit::No,
        Some(method) if method.starts_with("session/") => Fit::Surely,
        Some(_) | None => Fit::Perhaps,
    }
}

/// Whether a line is a request, at a glance.
pub(super) fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Message<'_>>(&text).is_some_and(|line| {
        let method = inner(&line).map_or(line.method, |message| message.method);
        method.0 == "\"session/prompt\""
    })
}

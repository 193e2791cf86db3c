//! Whether a line is one of Codex's, and whether it asks for something.

use super::record::{Entry, Payload};
use super::turn;
use crate::source::about::Fit;
use crate::source::lenient::{self, lossy};

/// Types of lines in `codex exec --json`: `codex-rs/exec/src/exec_events.rs`.
pub(super) fn is_streamed(kind: &str) -> bool {
    kind == "error" || kind.starts_with("thread.") || kind.starts_with("turn.") || is_item(kind)
}

fn is_item(kind: &str) -> bool {
    kind.starts_with("item.")
}

/// Types of what the model is sent and sends, which old rollouts write without a payload.
pub(super) fn is_response(kind: &str) -> bool {
    matches!(
        kind,
        "message" | "reasoning" | "function_call" | "function_call_output" | "local_shell_call"
    )
}

/// How well a line fits.
pub(super) fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let kind = entry.kind.text().unwrap_or_default();
    match (&*kind, &entry.payload.0) {
        ("session_meta" | "response_item" | "event_msg" | "turn_context", Some(_)) => Fit::Surely,
        ("compacted" | "world_state", Some(_)) => Fit::Surely,
        (_, Some(_)) => Fit::No,
        ("thread.started", _) if entry.thread.is_some() => Fit::Surely,
        (kind, _) if is_item(kind) && entry.item.field("type").is_some() => Fit::Surely,
        ("turn.started" | "turn.completed" | "turn.failed", _) => Fit::Perhaps,
        ("", _) if entry.record_type.is_some() => Fit::Perhaps,
        ("", _) if entry.id.is_some() && entry.instructions.0.len() + entry.git.0.len() > 0 => {
            Fit::Perhaps
        }
        (kind, _) if is_response(kind) => bare(text),
        _ => Fit::No,
    }
}

/// How well a line without a payload fits: only its blocks are Codex's own.
fn bare(text: &str) -> Fit {
    let item: Payload<'_> = lenient::read(text).unwrap_or_default();
    let blocks = item.content.items();
    let own = |kind: &str| matches!(kind, "\"input_text\"" | "\"output_text\"");
    let blocks = blocks.first().is_some_and(|it| own(it.field("type").0));
    match item.call.is_some() || blocks {
        true => Fit::Perhaps,
        false => Fit::No,
    }
}

/// Whether a line is a request, at a glance.
pub(super) fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
        return false;
    };
    let Some(payload) = &entry.payload.0 else {
        return entry.kind.0 == "\"turn.started\"";
    };
    match payload.kind.0 {
        "\"user_message\"" => true,
        "\"message\"" => payload.role.0 == "\"user\"" && turn::asked_in(payload.content).is_some(),
        "\"item_completed\"" => {
            let item = payload.item.0.as_ref();
            item.is_some_and(|item| item.kind.0 == "\"UserMessage\"")
        }
        _ => false,
    }
}

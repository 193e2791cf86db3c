//! What the assistant says: silent tokens, and what is no work at all.

use std::borrow::Cow;

use crate::source::lenient::Raw;

/// The text without a leading `[[reply_to_current]]` or `[[reply_to:<id>]]`.
pub(super) fn strip_reply(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(tail) = text.trim_start().strip_prefix("[[reply_to") else {
        return text;
    };
    match tail.split_once("]]") {
        Some((_, rest)) => Cow::Owned(rest.trim_start().to_owned()),
        None => text,
    }
}

/// Whether the whole answer is a token that asks for silence.
///
/// `NO_REPLY` and `ANNOUNCE_SKIP` stand alone, in any case and with punctuation
/// around them; `HEARTBEAT_OK` stands at either end.
pub(super) fn is_silent(text: &str) -> bool {
    let edge = |c: char| !c.is_alphanumeric() && c != '_';
    let core = text.trim_matches(edge);
    core.eq_ignore_ascii_case("NO_REPLY")
        || core.eq_ignore_ascii_case("ANNOUNCE_SKIP")
        || core.starts_with("HEARTBEAT_OK")
        || core.ends_with("HEARTBEAT_OK")
}

/// Whether the assistant message is a copy of something sent, or a notice: never work.
pub(super) fn is_transcript_only(provider: Raw<'_>, model: Raw<'_>) -> bool {
    matches!(provider.0, "\"openclaw\"" | "\"clawdbot\"" | "\"moltbot\"")
        && matches!(model.0, "\"delivery-mirror\"" | "\"gateway-injected\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_asked_for_by_the_whole_text() {
        for (text, want) in [
            ("NO_REPLY", true),
            ("**no_reply.**", true),
            ("NO_REPLY because", false),
            ("All fine. HEARTBEAT_OK", true),
            ("HEARTBEAT_OK", true),
            ("announce_skip", true),
            ("Done", false),
            ("", false),
        ] {
            assert_eq!(is_silent(text), want, "{text}");
        }
        assert_eq!(strip_reply("[[reply_to:m1]] hi".into()), "hi");
        assert_eq!(strip_reply("hi".into()), "hi");
    }
}

//! What the assistant says: phases, silent tokens, and what is no work at all.

use std::borrow::Cow;

use crate::source::lenient::Raw;
use crate::wire::event::Phase;

/// Where a text's phase stands: JSON in `textSignature`, `{"v":1,"id":…,"phase":…}`.
///
/// A bare string there is an old id without a phase.
/// Source: `pi:packages/ai/src/types.ts`, `TextSignatureV1`.
pub(super) fn phase(signature: Raw<'_>) -> Option<Phase> {
    let text = signature.text()?;
    named(Raw(text.trim()).field("phase"))
}

/// A phase by its name in OpenClaw.
pub(super) fn named(name: Raw<'_>) -> Option<Phase> {
    match &*name.word()? {
        "commentary" => Some(Phase::Commentary),
        "final_answer" | "final" => Some(Phase::Final),
        other => Some(Phase::Other(other.into())),
    }
}

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
    fn a_phase_is_read_from_the_signature() {
        let cases = [
            (
                r#""{\"v\":1,\"id\":\"a\",\"phase\":\"commentary\"}""#,
                Some(Phase::Commentary),
            ),
            (
                r#""{\"v\":1,\"id\":\"a\",\"phase\":\"final_answer\"}""#,
                Some(Phase::Final),
            ),
            (r#""{\"v\":1,\"id\":\"a\"}""#, None),
            (r#""msg_9""#, None),
            ("", None),
            ("7", None),
        ];
        for (raw, want) in cases {
            assert_eq!(phase(Raw(raw)), want, "{raw}");
        }
    }

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

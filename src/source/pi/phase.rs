//! Whether a text is said on the way or is the answer.

use crate::source::lenient::Raw;
use crate::wire::event::Phase;

/// Where a text's phase stands: JSON in `textSignature`, `{"v":1,"id":…,"phase":…}`.
///
/// A bare string there is an old id without a phase.
/// Source: `pi:packages/ai/src/types.ts`, `TextSignatureV1`.
pub(in crate::source) fn phase(signature: Raw<'_>) -> Option<Phase> {
    let text = signature.text()?;
    named(Raw(text.trim()).field("phase"))
}

/// A phase by its name in OpenClaw.
pub(in crate::source) fn named(name: Raw<'_>) -> Option<Phase> {
    match &*name.word()? {
        "commentary" => Some(Phase::Commentary),
        "final_answer" | "final" => Some(Phase::Final),
        other => Some(Phase::Other(other.into())),
    }
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
}

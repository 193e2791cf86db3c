//! The last thing that happens to an event before it leaves: secrets go, long texts are cut.

use crate::safe::clip::{clip, clip_bytes, reach};
use crate::safe::redact::Redactor;
use crate::wire::event::{Event, Field};

/// Graphemes that are kept of a text, by what it is.
fn limit(field: Field) -> usize {
    match field {
        Field::Request => 500,
        Field::Text => 2_000,
        Field::Input | Field::Short => 200,
    }
}

/// How much longer than its limit a text is when secrets are looked for, in bytes.
///
/// Cut first, half a secret would no longer look like one.
const MARGIN_BYTES: usize = 4 << 10;

/// What is kept of the name of a record's type.
const RAW_BYTES: usize = 200;

/// Takes secrets out of `event` and cuts its texts; `full` leaves their length alone.
pub(super) fn clean(event: &mut Event, redactor: &Redactor, full: bool) {
    if let Some(std::borrow::Cow::Owned(raw)) = &mut event.raw {
        // A type that nobody knows is named in the writer's words.
        *raw = redactor
            .redact(clip_bytes(raw, RAW_BYTES + MARGIN_BYTES))
            .into_owned();
        raw.truncate(clip_bytes(raw, RAW_BYTES).len());
    }
    event.body.each_text(&mut |field, text| {
        let limit = limit(field);
        if !full && text.len() > limit * 4 + MARGIN_BYTES {
            let kept = clip_bytes(text, limit * 4 + MARGIN_BYTES).len();
            text.truncate(kept);
        }
        let shown = if full { text.len() } else { reach(text, limit) };
        if let std::borrow::Cow::Owned(clean) = redactor.redact_head(text, shown) {
            *text = clean;
        }
        if !full
            && text.len() > limit
            && let std::borrow::Cow::Owned(short) = clip(text, limit)
        {
            *text = short;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::event::{Src, ToolStart};

    #[test]
    fn what_is_long_is_cut_after_secrets_are_gone() {
        // Made up here, so that nothing in the sources looks like a live token.
        let letters = "aZ3kQ9wLm2XcV7bN1sDf5GhJ8pRtYu4iOe6K";
        let secret = format!("{}_{letters}", "ghp");
        let text = format!("{}{secret}", "x ".repeat(90));
        let mut event = Event {
            ts: None,
            source: "openclaw".into(),
            session: None,
            sid: None,
            agent: None,
            run: None,
            body: ToolStart {
                call: "c".into(),
                name: None,
                title: None,
                kind: None,
                input: serde_json::json!({ "command": text, "list": [text] }),
                parent_call: None,
            }
            .into(),
            src: Src::clock(),
            replay: false,
            raw: None,
            label: None,
        };
        clean(&mut event, &Redactor::new(&[]), false);
        let line = event.to_line();
        assert!(!line.contains("ghp_"), "{line}");
        assert!(line.len() < 700, "{line}");
    }
}

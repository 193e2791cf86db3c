//! The content of messages: blocks, texts, sizes.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::record::Block;
use crate::source::lenient::{Raw, read};
use crate::source::out::{Out, Remark};
use crate::wire::event::Name;

/// Texts are decoded up to this many bytes, more than is shown: what is cut
/// before redaction could hide half of a secret from it.
pub(super) const TEXT_BYTES: usize = 12 << 10;
/// The same for each string of a tool's input.
pub(super) const INPUT_BYTES: usize = 6 << 10;

pub(super) fn is_call(kind: Raw<'_>) -> bool {
    kind.text().is_some_and(|kind| is_call_name(&kind))
}

pub(super) fn is_call_name(kind: &str) -> bool {
    matches!(kind, "toolCall" | "toolUse" | "functionCall" | "tool_use")
}

/// The blocks of a message; a plain string is one text.
pub(super) fn blocks<'a>(content: Raw<'a>, out: &mut Out<'_>) -> Vec<Block<'a>> {
    if content.0.starts_with('"') {
        let mut block = Block::default();
        block.kind = Raw("\"text\"");
        block.text = content;
        return vec![block];
    }
    if !content.0.starts_with('[') {
        return Vec::new();
    }
    let blocks: Vec<Block<'a>> = read(content.0).unwrap_or_else(|| {
        content
            .items()
            .into_iter()
            .map(|item| item.object())
            .collect()
    });
    for block in &blocks {
        out.odd("a content block", &block.odd);
        let kind = block.kind.text().unwrap_or_default();
        if !is_call_name(&kind)
            && !matches!(
                &*kind,
                "text" | "output_text" | "input_text" | "thinking" | "image" | "redacted_thinking"
            )
        {
            out.remark(Remark::Block(kind.into_owned()));
        }
    }
    blocks
}

/// The texts of a user message, joined by newlines.
pub(super) fn content_text(content: Raw<'_>) -> Cow<'_, str> {
    if let Some(text) = content.text() {
        return text;
    }
    let mut joined = String::new();
    for item in content.items() {
        let kind = item.field("type").text().unwrap_or_default();
        if matches!(&*kind, "text" | "input_text" | "output_text")
            && let Some(text) = item.field("text").text()
        {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(&text);
        }
    }
    Cow::Owned(joined)
}

/// Size of a result as it stands in the record, the frame around a single text not counted.
pub(super) fn content_size(content: Raw<'_>) -> u64 {
    let inner = content
        .0
        .strip_prefix("[{\"type\":\"text\",\"text\":\"")
        .and_then(|body| body.strip_suffix("\"}]"));
    inner.map_or_else(|| content.size(), |body| body.len() as u64)
}

/// A name for a record that has no id of its own.
pub(super) fn line_id(line: &[u8]) -> Name {
    let mut hash = Sha256::new();
    hash.update(line);
    short(hash)
}

/// The first 16 hexadecimal digits.
pub(super) fn short(hash: Sha256) -> Name {
    hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}

/// Enough of a content to tell it from others of the same role and millisecond.
pub(super) fn digest(content: &str) -> (usize, &[u8]) {
    (content.len(), &content.as_bytes()[..content.len().min(256)])
}

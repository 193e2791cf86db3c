//! The content of messages: blocks, texts, sizes.

use std::borrow::Cow;

use super::record::Block;
use crate::source::lenient::{Raw, Scan, Scanner};
use crate::source::out::{Out, Remark};

pub(in crate::source) fn is_call(kind: Raw<'_>) -> bool {
    kind.text().is_some_and(|kind| is_call_name(&kind))
}

pub(in crate::source) fn is_call_name(kind: &str) -> bool {
    matches!(kind, "toolCall" | "toolUse" | "functionCall" | "tool_use")
}

/// The content of a message: its blocks, and how they are written.
#[derive(Clone, Debug, Default)]
pub struct Content<'a> {
    /// As it is written.
    pub raw: Raw<'a>,
    /// The blocks; a plain string is one text.
    pub blocks: Vec<Block<'a>>,
}

impl<'a> Scan<'a> for Content<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        let first = scanner.peek()?;
        let blocks = &mut self.blocks;
        self.raw = Raw(scanner.written(|scanner| {
            if first != b'[' {
                return scanner.skip();
            }
            scanner.items(|scanner| {
                // Read where it stays; an empty one stands for what is no object.
                blocks.push(Block::default());
                match scanner.peek()? {
                    b'{' => blocks.last_mut()?.scan(scanner),
                    _ => scanner.skip(),
                }
            })
        })?);
        if first == b'"' {
            let mut block = Block::default();
            block.kind = Raw("\"text\"");
            block.text = self.raw;
            self.blocks.push(block);
        }
        Some(())
    }
}

impl Content<'_> {
    /// Notes what is unknown about the blocks.
    pub(in crate::source) fn remark(&self, out: &mut Out<'_>) {
        for block in &self.blocks {
            out.odd("a content block", &block.odd);
            let kind = block.kind.text().unwrap_or_default();
            if !is_call_name(&kind)
                && !matches!(
                    &*kind,
                    "text"
                        | "output_text"
                        | "input_text"
                        | "thinking"
                        | "image"
                        | "redacted_thinking"
                )
            {
                out.remark(Remark::Block(kind.into_owned()));
            }
        }
    }

    /// The texts of a user message, joined by newlines.
    pub(in crate::source) fn text(&self) -> Cow<'_, str> {
        let texts = self.blocks.iter().filter_map(|block| {
            let kind = block.kind.text().unwrap_or_default();
            let is_text = matches!(&*kind, "text" | "input_text" | "output_text");
            is_text.then(|| block.text.text())?
        });
        texts
            .reduce(|mut joined, text| {
                let all = joined.to_mut();
                if !all.is_empty() {
                    all.push('\n');
                }
                all.push_str(&text);
                joined
            })
            .unwrap_or_default()
    }
}

/// Size of a result as it stands in the record, the frame around a single text not counted.
pub(in crate::source) fn content_size(content: Raw<'_>) -> u64 {
    let inner = content
        .0
        .strip_prefix("[{\"type\":\"text\",\"text\":\"")
        .and_then(|body| body.strip_suffix("\"}]"));
    inner.map_or_else(|| content.size(), |body| body.len() as u64)
}

/// Enough of a content to tell it from others of the same role and millisecond.
pub(in crate::source) fn digest(content: &str) -> (usize, &[u8]) {
    (content.len(), &content.as_bytes()[..content.len().min(256)])
}

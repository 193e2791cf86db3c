//! The records of a Claude Code transcript, as far as they are read.
//!
//! Keys come and go with every release, so none is unknown here: what is not
//! named is left alone, and only types and blocks that nobody knows are noted.

use crate::source::lenient::{Maybe, Raw, Scan, Scanner, lenient};

lenient! {
    /// One line of a transcript.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "subtype" => subtype: Raw<'a>,
        "uuid" => uuid: Raw<'a>,
        "parentUuid" => parent: Raw<'a>,
        "sessionId" => session: Raw<'a>,
        "forkedFrom" => forked: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "agentId" => agent: Raw<'a>,
        "isSidechain" => sidechain: Raw<'a>,
        "isMeta" => meta: Raw<'a>,
        "isCompactSummary" => compact_summary: Raw<'a>,
        "isApiErrorMessage" => api_error: Raw<'a>,
        "message" => message: Maybe<Message<'a>>,
        "toolUseResult" => result: Raw<'a>,
        "origin" => origin: Raw<'a>,
        "error" => error: Raw<'a>,
        "compactMetadata" => compact: Raw<'a>,
        "data" => data: Raw<'a>,
        "parentToolUseID" => parent_call: Raw<'a>,
        "attachment" => attachment: Raw<'a>,
        "summary" => summary: Raw<'a>,
        "leafUuid" => leaf: Raw<'a>,
        "aiTitle" => ai_title: Raw<'a>,
        "customTitle" => custom_title: Raw<'a>,
        "operation" => operation: Raw<'a>,
        "content" => content: Raw<'a>,
        "session_id" => stream_session: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// The message of a `user` or `assistant` line.
    pub struct Message<'a> {
        "id" => id: Raw<'a>,
        "role" => role: Raw<'a>,
        "content" => content: Content<'a>,
        "model" => model: Raw<'a>,
        "stop_reason" => stop: Raw<'a>,
        "usage" => usage: Maybe<Usage<'a>>,
    }
    known { _ }
}

lenient! {
    /// A block of content.
    pub struct Block<'a> {
        "type" => kind: Raw<'a>,
        "text" => text: Raw<'a>,
        "id" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "input" => input: Raw<'a>,
        "tool_use_id" => call: Raw<'a>,
        "content" => content: Raw<'a>,
        "is_error" => is_error: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What an answer of the model cost.
    pub struct Usage<'a> {
        "input_tokens" => input: Raw<'a>,
        "output_tokens" => output: Raw<'a>,
        "cache_read_input_tokens" => cache_read: Raw<'a>,
        "cache_creation_input_tokens" => cache_write: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// `toolUseResult`, where it is an object: every field belongs to some tool.
    pub struct Result<'a> {
        "interrupted" => interrupted: Raw<'a>,
        "backgroundTaskId" => background: Raw<'a>,
        "durationMs" => ms: Raw<'a>,
        "totalDurationMs" => total_ms: Raw<'a>,
        "type" => kind: Raw<'a>,
        "filePath" => path: Raw<'a>,
        "structuredPatch" => patch: Raw<'a>,
        "content" => content: Raw<'a>,
        "status" => status: Raw<'a>,
        "isAsync" => is_async: Raw<'a>,
        "agentId" => agent: Raw<'a>,
        "answers" => answers: Raw<'a>,
        "task" => task: Raw<'a>,
        "task_id" => task_id: Raw<'a>,
        "shell_id" => shell_id: Raw<'a>,
        "shellId" => shell: Raw<'a>,
        "exitCode" => exit_code: Raw<'a>,
    }
    known { _ }
}

/// The content of a message: its blocks; a plain string is one text.
#[derive(Clone, Debug, Default)]
pub struct Content<'a> {
    /// The blocks.
    pub blocks: Vec<Block<'a>>,
    /// It was a plain string.
    pub plain: bool,
    /// It was there at all.
    pub there: bool,
}

impl<'a> Scan<'a> for Content<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        self.there = true;
        match scanner.peek()? {
            b'[' => {
                let blocks = &mut self.blocks;
                scanner.items(|scanner| {
                    let mut block = Maybe::<Block<'a>>::default();
                    block.scan(scanner)?;
                    blocks.push(block.0.unwrap_or_default());
                    Some(())
                })
            }
            b'"' => {
                self.plain = true;
                let block = Block {
                    kind: Raw("\"text\""),
                    text: Raw(scanner.raw()?),
                    ..Block::default()
                };
                self.blocks.push(block);
                Some(())
            }
            _ => {
                self.there = false;
                scanner.skip()
            }
        }
    }
}

impl Content<'_> {
    /// The texts of a message, joined by newlines.
    pub(in crate::source) fn text(&self) -> String {
        let texts = self
            .blocks
            .iter()
            .filter(|block| block.kind.0 == "\"text\"");
        let texts: Vec<_> = texts.filter_map(|block| block.text.text()).collect();
        texts.join("\n")
    }
}

//! The records of a Gemini CLI transcript, as far as they are read.

use std::borrow::Cow;

use crate::source::genai::text_of;
use crate::source::lenient::{Many, Maybe, Raw, lenient};

lenient! {
    /// A line of a transcript, or all of an older one: its head, a message, or a patch of either.
    pub struct Record<'a> {
        "sessionId" => session: Raw<'a>,
        "projectHash" => project: Raw<'a>,
        "kind" => kind: Raw<'a>,
        "summary" => summary: Raw<'a>,
        "directories" => directories: Raw<'a>,
        "messages" => messages: Many<Record<'a>>,
        "history" => history: Many<Record<'a>>,
        "$set" => set: Raw<'a>,
        "$rewindTo" => rewind: Raw<'a>,
        "id" => id: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "type" => of: Raw<'a>,
        "role" => role: Raw<'a>,
        "content" => content: Raw<'a>,
        "parts" => parts: Raw<'a>,
        "displayContent" => shown: Raw<'a>,
        "toolCalls" => calls: Many<Call<'a>>,
        "tokens" => tokens: Maybe<Tokens<'a>>,
        "model" => model: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// A call of a tool, with its result once there is one.
    pub struct Call<'a> {
        "id" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "args" => input: Raw<'a>,
        "result" => result: Raw<'a>,
        "status" => status: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "agentId" => agent: Raw<'a>,
        "displayName" => title: Raw<'a>,
        "resultDisplay" => shown: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What an answer of the model cost.
    pub struct Tokens<'a> {
        "input" => input: Raw<'a>,
        "output" => output: Raw<'a>,
        "cached" => cached: Raw<'a>,
        "thoughts" => thoughts: Raw<'a>,
        "tool" => tool: Raw<'a>,
        "total" => total: Raw<'a>,
    }
    known { _ }
}

impl<'a> Record<'a> {
    /// The type of a message; older ones have a role.
    pub(super) fn of(&self) -> Cow<'a, str> {
        self.of
            .word()
            .or_else(|| self.role.word())
            .unwrap_or_default()
    }

    /// What a message says, up to `bytes` bytes.
    pub(super) fn text(&self, bytes: usize) -> String {
        let content = match self.content.is_some() {
            true => self.content,
            false => self.parts,
        };
        text_of(content, bytes)
    }

    /// The messages of a document.
    pub(super) fn messages(&self) -> &[Record<'a>] {
        match self.messages.all.is_empty() {
            true => &self.history.all,
            false => &self.messages.all,
        }
    }
}

//! The records of a Qwen Code transcript, as far as they are read.

use std::borrow::Cow;

use crate::source::lenient::{Many, Maybe, Raw, lenient};

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
        "model" => model: Raw<'a>,
        "contextWindowSize" => window: Raw<'a>,
        "message" => message: Maybe<Message<'a>>,
        "usageMetadata" => usage: Maybe<Tokens<'a>>,
        "toolCallResult" => result: Maybe<Result<'a>>,
        "systemPayload" => payload: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What the model was told, or said.
    pub struct Message<'a> {
        "role" => role: Raw<'a>,
        "parts" => parts: Many<Part<'a>>,
    }
    known { _ }
}

lenient! {
    /// A part of a message.
    pub struct Part<'a> {
        "type" => kind: Raw<'a>,
        "text" => text: Raw<'a>,
        "thought" => thought: Raw<'a>,
        "functionCall" => call: Maybe<Call<'a>>,
        "functionResponse" => response: Maybe<Response<'a>>,
        "inlineData" => data: Raw<'a>,
        "fileData" => file: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// A call of a tool.
    pub struct Call<'a> {
        "id" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "args" => input: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What came back of it.
    pub struct Response<'a> {
        "id" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "response" => response: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What the program shows of it.
    pub struct Result<'a> {
        "callId" => id: Raw<'a>,
        "status" => status: Raw<'a>,
        "resultDisplay" => shown: Raw<'a>,
        "error" => error: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What an answer of the model cost.
    pub struct Tokens<'a> {
        "promptTokenCount" => input: Raw<'a>,
        "candidatesTokenCount" => output: Raw<'a>,
        "cachedContentTokenCount" => cached: Raw<'a>,
        "thoughtsTokenCount" => thoughts: Raw<'a>,
        "toolUsePromptTokenCount" => tool: Raw<'a>,
        "totalTokenCount" => total: Raw<'a>,
    }
    known { _ }
}

impl<'a> Message<'a> {
    /// Takes out the parts of types that nobody knows, and gives those types.
    ///
    /// Parts are known by what is in them and mostly have no type; a text in one that has may be anything.
    pub(super) fn take_unknown(&mut self) -> Vec<Cow<'a, str>> {
        let unknown = self.parts.all.extract_if(.., |part| !part.is_known());
        unknown.filter_map(|part| part.kind.text()).collect()
    }

    /// What a message says, up to `bytes` bytes of each part; the model's thoughts are left out.
    pub(super) fn text(&self, bytes: usize) -> String {
        let spoken = self.parts.all.iter().filter(|part| !part.thought.is_true());
        let texts = spoken.filter_map(|part| part.text.prefix(bytes));
        texts.collect()
    }
}

impl Part<'_> {
    fn is_known(&self) -> bool {
        let told = self.call.0.is_some() || self.response.0.is_some();
        told || self.data.is_some()
            || self.file.is_some()
            || !self.kind.is_some()
            || self.kind.0 == "\"text\""
    }
}

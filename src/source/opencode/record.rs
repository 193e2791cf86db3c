//! The records of OpenCode, as far as they are read: the same objects stand in its store, in
//! what `opencode export` writes, and in the events of its server.
//!
//! Source of the shapes: `anomalyco/opencode:packages/opencode/src/session/message-v2.ts`.

use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// One record of any of them.
    pub struct Entry<'a> {
        "info" => info: Maybe<Info<'a>>,
        "parts" => parts: Raw<'a>,
        "messages" => messages: Raw<'a>,
        "session" => session: Maybe<Info<'a>>,
        "type" => kind: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "sessionID" => session_id: Raw<'a>,
        "part" => part: Maybe<Part<'a>>,
        "error" => error: Raw<'a>,
        "properties" => properties: Raw<'a>,
        "payload" => payload: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What is known of a session or of a message.
    pub struct Info<'a> {
        "id" => id: Raw<'a>,
        "role" => role: Raw<'a>,
        "sessionID" => session: Raw<'a>,
        "parentID" => parent: Raw<'a>,
        "time" => time: Maybe<Span<'a>>,
        "projectID" => project: Raw<'a>,
        "directory" => directory: Raw<'a>,
        "path" => path: Raw<'a>,
        "title" => title: Raw<'a>,
        "modelID" => model: Raw<'a>,
        "providerID" => provider: Raw<'a>,
        "finish" => finish: Raw<'a>,
        "error" => error: Raw<'a>,
        "summary" => summary: Raw<'a>,
        "cost" => cost: Raw<'a>,
        "tokens" => tokens: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// When something began and was over, in milliseconds.
    pub struct Span<'a> {
        "created" => created: Raw<'a>,
        "completed" => completed: Raw<'a>,
        "start" => start: Raw<'a>,
        "end" => end: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// A part of a message.
    pub struct Part<'a> {
        "id" => id: Raw<'a>,
        "type" => kind: Raw<'a>,
        "sessionID" => session: Raw<'a>,
        "messageID" => message: Raw<'a>,
        "text" => text: Raw<'a>,
        "synthetic" => synthetic: Raw<'a>,
        "ignored" => ignored: Raw<'a>,
        "time" => time: Maybe<Span<'a>>,
        "callID" => call: Raw<'a>,
        "tool" => tool: Raw<'a>,
        "state" => state: Maybe<State<'a>>,
        "reason" => reason: Raw<'a>,
        "cost" => cost: Raw<'a>,
        "tokens" => tokens: Raw<'a>,
        "error" => error: Raw<'a>,
        "prompt" => prompt: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// How a call stands.
    pub struct State<'a> {
        "status" => status: Raw<'a>,
        "input" => input: Raw<'a>,
        "output" => output: Raw<'a>,
        "error" => error: Raw<'a>,
        "title" => title: Raw<'a>,
        "metadata" => metadata: Raw<'a>,
        "time" => time: Maybe<Span<'a>>,
    }
    known { _ }
}

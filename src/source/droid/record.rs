//! The records of a Droid session and of what `droid exec` prints, as far as they are read.
//!
//! Keys come and go, so none is unknown here; blocks are Anthropic's, as Claude Code's are.

use crate::source::claude::record::Content;
use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// One line of either.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "subtype" => subtype: Raw<'a>,
        "id" => id: Raw<'a>,
        "parentId" => parent: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "message" => message: Maybe<Message<'a>>,
        "title" => title: Raw<'a>,
        "sessionTitle" => session_title: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "owner" => owner: Raw<'a>,
        "model" => model: Raw<'a>,
        "reasoning_effort" => effort: Raw<'a>,
        "callingSessionId" => calling_session: Raw<'a>,
        "callingToolUseId" => calling_call: Raw<'a>,
        "forkedAtMessageId" => forked_at: Raw<'a>,
        "todos" => todos: Raw<'a>,
        "reason" => reason: Raw<'a>,
        "session_id" => session: Raw<'a>,
        "sessionId" => session_camel: Raw<'a>,
        "role" => role: Raw<'a>,
        "text" => text: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "toolName" => tool: Raw<'a>,
        "parameters" => parameters: Raw<'a>,
        "isError" => is_error: Raw<'a>,
        "value" => value: Raw<'a>,
        "error" => error: Raw<'a>,
        "finalText" => final_text: Raw<'a>,
        "usage" => usage: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// The message of a `message` line.
    pub struct Message<'a> {
        "role" => role: Raw<'a>,
        "content" => content: Content<'a>,
        "visibility" => visibility: Raw<'a>,
        "hookEventName" => hook: Raw<'a>,
        "userMessageSource" => written_by: Raw<'a>,
        "modelId" => model: Raw<'a>,
        "apiProvider" => provider: Raw<'a>,
    }
    known { _ }
}

impl<'a> Entry<'a> {
    /// The session that a streamed record is of.
    pub(super) fn session(&self) -> Raw<'a> {
        match self.session.is_some() {
            true => self.session,
            false => self.session_camel,
        }
    }
}

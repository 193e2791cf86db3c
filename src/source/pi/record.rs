//! The records of a pi session (versions 1 to 4), with what OpenClaw adds to them.
//!
//! Source of the shapes: pi's `session-manager.ts` and OpenClaw's
//! `session-entry-codec.ts`; a store's row is byte for byte the same line.

use super::content::Content;
use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// One line of a transcript.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "id" => id: Raw<'a>,
        "parentId" => parent: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "message" => message: Maybe<Message<'a>>,
        "customType" => custom_type: Raw<'a>,
        "data" => data: Raw<'a>,
        "details" => details: Raw<'a>,
        "content" => content: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "parentSession" => parent_session: Raw<'a>,
        "provider" => provider: Raw<'a>,
        "modelId" => model: Raw<'a>,
        "tokensBefore" => tokens_before: Raw<'a>,
        "reason" => reason: Raw<'a>,
        "name" => name: Raw<'a>,
    }
    known {
        "version" | "thinkingLevel" | "summary" | "firstKeptEntryId" | "fromHook" | "fromId"
            | "display" | "targetId" | "label" | "appendParentId" | "appendMode" | "excludeFromContext"
            | "createdAt" | "agentId" | "sessionKey" | "idempotencyKey" | "branchedFrom"
            | "firstKeptEntryIndex" | "modelApi"
    }
}

lenient! {
    /// The message of a `message` entry.
    pub struct Message<'a> {
        "role" => role: Raw<'a>,
        "content" => content: Content<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "toolName" => tool: Raw<'a>,
        "isError" => is_error: Raw<'a>,
        "details" => details: Maybe<Details<'a>>,
        "usage" => usage: Maybe<Usage<'a>>,
        "stopReason" => stop: Raw<'a>,
        "errorMessage" => error: Raw<'a>,
        "provider" => provider: Raw<'a>,
        "model" => model: Raw<'a>,
        "phase" => phase: Raw<'a>,
        "provenance" => provenance: Raw<'a>,
        "idempotencyKey" => idempotency_key: Raw<'a>,
        "__openclaw" => openclaw: Maybe<Stamp<'a>>,
        "openclawAbort" => abort: Raw<'a>,
        "display" => display: Raw<'a>,
        "customType" => custom_type: Raw<'a>,
        "command" => command: Raw<'a>,
        "output" => output: Raw<'a>,
        "exitCode" => exit_code: Raw<'a>,
        "cancelled" => cancelled: Raw<'a>,
    }
    known {
        "api" | "responseId" | "responseModel" | "errorCode" | "errorType" | "truncated" | "fullOutputPath" | "excludeFromContext"
            | "openclawDisplayContent" | "diagnostics" | "attachments" | "metadata" | "media" | "durationMs"
            | "MediaPath" | "MediaPaths" | "MediaType" | "MediaTypes" | "senderId" | "senderName" | "addedToolNames"
            | "providerReplay" | "openclawSyntheticMissingToolResult" | "toolCalls" | "usageCost" | "prunedAt"
    }
}

lenient! {
    /// `details` of a tool result: every field belongs to some tool.
    pub struct Details<'a> {
        "status" => status: Raw<'a>,
        "exitCode" => exit_code: Raw<'a>,
        "durationMs" => duration_ms: Raw<'a>,
        "timedOut" => timed_out: Raw<'a>,
        "sessionId" => job: Raw<'a>,
        "childSessionKey" => child: Raw<'a>,
        "mode" => mode: Raw<'a>,
        "expectsCompletionMessage" => announces: Raw<'a>,
        "error" => error: Raw<'a>,
        "command" => command: Raw<'a>,
        "openclawSyntheticMissingToolResult" => synthetic: Raw<'a>,
        "parentToolCallId" => parent_call: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "toolName" => tool: Raw<'a>,
        "input" => input: Raw<'a>,
        "result" => result: Raw<'a>,
        "isError" => is_error: Raw<'a>,
        "startedAt" => started_at: Raw<'a>,
        "diff" => diff: Raw<'a>,
        "todos" => todos: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// `usage` of an assistant message.
    pub struct Usage<'a> {
        "input" => input: Raw<'a>,
        "output" => output: Raw<'a>,
        "cacheRead" => cache_read: Raw<'a>,
        "cacheWrite" => cache_write: Raw<'a>,
        "totalTokens" => total: Raw<'a>,
        "cost" => cost: Maybe<Cost<'a>>,
    }
    known { _ }
}

lenient! {
    /// `usage.cost`, in US dollars.
    pub struct Cost<'a> {
        "total" => total: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// `message.__openclaw`, what the Gateway knows of a message (2026.5 and later).
    pub struct Stamp<'a> {
        "runId" => run: Raw<'a>,
        "senderId" => sender_id: Raw<'a>,
        "senderName" => sender_name: Raw<'a>,
        "senderUsername" => sender_username: Raw<'a>,
        "replyToId" => reply_to: Raw<'a>,
        "transport" => transport: Maybe<Transport<'a>>,
    }
    known { _ }
}

lenient! {
    /// `message.__openclaw.transport`: the chat message behind a request (era D2).
    pub struct Transport<'a> {
        "channel" => channel: Raw<'a>,
        "conversationRef" => conversation: Raw<'a>,
        "messageId" => message: Raw<'a>,
        "threadId" => thread: Raw<'a>,
        "accountId" => account: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// One block of a message's content.
    pub struct Block<'a> {
        "type" => kind: Raw<'a>,
        "text" => text: Raw<'a>,
        "textSignature" => signature: Raw<'a>,
        "id" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "arguments" => arguments: Raw<'a>,
        "input" => input: Raw<'a>,
    }
    known {
        "thinking" | "thinkingSignature" | "redacted" | "partialArgs" | "partialJson" | "thoughtSignature"
            | "data" | "mimeType" | "citations" | "cache_control" | "source" | "index" | "omitted" | "bytes"
            | "alt" | "url" | "toolCallId" | "status" | "filename"
    }
}

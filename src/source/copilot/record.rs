//! The events of a Copilot CLI session, as far as they are read.

use crate::source::lenient::{Many, Maybe, Raw, lenient};

lenient! {
    /// One line: an envelope and what happened.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "data" => data: Maybe<Data<'a>>,
        "id" => id: Raw<'a>,
        "parentId" => parent: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "agentId" => agent: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What happened: every field belongs to some types.
    pub struct Data<'a> {
        "sessionId" => session: Raw<'a>,
        "copilotVersion" => version: Raw<'a>,
        "context" => context: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "title" => title: Raw<'a>,
        "newModel" => new_model: Raw<'a>,
        "model" => model: Raw<'a>,
        "content" => content: Raw<'a>,
        "source" => source: Raw<'a>,
        "delivery" => delivery: Raw<'a>,
        "messageId" => message: Raw<'a>,
        "phase" => phase: Raw<'a>,
        "toolRequests" => requests: Many<Request<'a>>,
        "outputTokens" => output: Raw<'a>,
        "parentToolCallId" => parent_call: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "toolName" => tool: Raw<'a>,
        "mcpServerName" => server: Raw<'a>,
        "mcpToolName" => server_tool: Raw<'a>,
        "arguments" => arguments: Raw<'a>,
        "success" => success: Raw<'a>,
        "result" => result: Raw<'a>,
        "error" => error: Raw<'a>,
        "toolTelemetry" => telemetry: Raw<'a>,
        "requestId" => request: Raw<'a>,
        "permissionRequest" => permission: Raw<'a>,
        "question" => question: Raw<'a>,
        "message" => text: Raw<'a>,
        "errorMessage" => error_text: Raw<'a>,
        "errorType" => error_type: Raw<'a>,
        "statusCode" => status: Raw<'a>,
        "reason" => reason: Raw<'a>,
        "summary" => summary: Raw<'a>,
        "hookType" => hook: Raw<'a>,
        "input" => input: Raw<'a>,
        "cancelled" => cancelled: Raw<'a>,
        "kind" => notice: Raw<'a>,
        "agentDisplayName" => agent_title: Raw<'a>,
        "agentName" => agent_name: Raw<'a>,
        "executionMode" => mode: Raw<'a>,
        "shutdownType" => shutdown: Raw<'a>,
        "preCompactionTokens" => tokens_before: Raw<'a>,
        "preTruncationTokensInMessages" => truncated_from: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// A call that an answer of the model asks for.
    pub struct Request<'a> {
        "toolCallId" => id: Raw<'a>,
        "name" => name: Raw<'a>,
        "arguments" => arguments: Raw<'a>,
        "mcpServerName" => server: Raw<'a>,
        "mcpToolName" => server_tool: Raw<'a>,
        "toolTitle" => title: Raw<'a>,
    }
    known { _ }
}

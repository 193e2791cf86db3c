//! Messages of the Agent Client Protocol, as far as they are read:
//! `schema/schema.json` of `agentclientprotocol/agent-client-protocol`.

use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// A message of JSON-RPC, or the frame that a log puts around one.
    pub struct Message<'a> {
        "jsonrpc" => version: Raw<'a>,
        "id" => id: Raw<'a>,
        "method" => method: Raw<'a>,
        "params" => params: Maybe<Params<'a>>,
        "result" => result: Raw<'a>,
        "error" => error: Raw<'a>,
        "type" => kind: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "ts" => ts: Raw<'a>,
        "time" => time: Raw<'a>,
        "message" => message: Raw<'a>,
        "msg" => msg: Raw<'a>,
        "payload" => payload: Raw<'a>,
        "data" => data: Raw<'a>,
        "frame" => frame: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What a method is called with; every field belongs to some method.
    pub struct Params<'a> {
        "sessionId" => session: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "prompt" => prompt: Raw<'a>,
        "update" => update: Maybe<Update<'a>>,
        "toolCall" => call: Maybe<Update<'a>>,
        "options" => options: Raw<'a>,
        "message" => message: Raw<'a>,
        "modelId" => model: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// An update of a session; the fields of a tool call are a part of it.
    pub struct Update<'a> {
        "sessionUpdate" => kind: Raw<'a>,
        "content" => content: Raw<'a>,
        "messageId" => message: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "title" => title: Raw<'a>,
        "name" => name: Raw<'a>,
        "kind" => tool_kind: Raw<'a>,
        "status" => status: Raw<'a>,
        "locations" => locations: Raw<'a>,
        "rawInput" => input: Raw<'a>,
        "rawOutput" => output: Raw<'a>,
        "entries" => entries: Raw<'a>,
        "used" => used: Raw<'a>,
        "size" => size: Raw<'a>,
        "cost" => cost: Raw<'a>,
        "state" => state: Raw<'a>,
        "stopReason" => stop: Raw<'a>,
        "_meta" => meta: Raw<'a>,
    }
    known { _ }
}

//! The lines of a rollout and of `codex exec --json`, as far as they are read.
//!
//! Fields come with every release, so none is unknown here; only types are noted.

use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// One line.
    pub struct Entry<'a> {
        "timestamp" => timestamp: Raw<'a>,
        "type" => kind: Raw<'a>,
        "payload" => payload: Maybe<Payload<'a>>,
        "id" => id: Raw<'a>,
        "instructions" => instructions: Raw<'a>,
        "git" => git: Raw<'a>,
        "record_type" => record_type: Raw<'a>,
        "thread_id" => thread: Raw<'a>,
        "item" => item: Raw<'a>,
        "usage" => usage: Raw<'a>,
        "error" => error: Raw<'a>,
        "message" => message: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// What a line of a rollout says; every field belongs to some type.
    pub struct Payload<'a> {
        "type" => kind: Raw<'a>,
        "id" => id: Raw<'a>,
        "timestamp" => timestamp: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "source" => source: Raw<'a>,
        "thread_source" => thread_source: Raw<'a>,
        "forked_from_id" => forked_from: Raw<'a>,
        "parent_thread_id" => parent: Raw<'a>,
        "turn_id" => turn: Raw<'a>,
        "model" => model: Raw<'a>,
        "thread_name" => thread_name: Raw<'a>,
        "role" => role: Raw<'a>,
        "phase" => phase: Raw<'a>,
        "content" => content: Raw<'a>,
        "message" => message: Raw<'a>,
        "images" => images: Raw<'a>,
        "local_images" => local_images: Raw<'a>,
        "user_facing_hint" => hint: Raw<'a>,
        "reason" => reason: Raw<'a>,
        "error" => error: Raw<'a>,
        "name" => name: Raw<'a>,
        "namespace" => namespace: Raw<'a>,
        "arguments" => arguments: Raw<'a>,
        "input" => input: Raw<'a>,
        "action" => action: Raw<'a>,
        "call_id" => call: Raw<'a>,
        "status" => status: Raw<'a>,
        "output" => output: Raw<'a>,
        "command" => command: Raw<'a>,
        "questions" => questions: Raw<'a>,
        "changes" => changes: Raw<'a>,
        "success" => success: Raw<'a>,
        "exit_code" => exit_code: Raw<'a>,
        "duration" => duration: Raw<'a>,
        "result" => result: Raw<'a>,
        "info" => info: Raw<'a>,
        "rate_limits" => limits: Raw<'a>,
        "item" => item: Maybe<Item<'a>>,
        "event_id" => event: Raw<'a>,
        "kind" => what: Raw<'a>,
        "agent_thread_id" => agent: Raw<'a>,
        "agent_path" => agent_path: Raw<'a>,
        "new_thread_id" => new_thread: Raw<'a>,
        "receiver_thread_id" => receiver: Raw<'a>,
        "agent_statuses" => agent_statuses: Raw<'a>,
        "statuses" => statuses: Raw<'a>,
        "author" => author: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// An item of a turn, as paginated rollouts and `codex exec --json` have them.
    pub struct Item<'a> {
        "type" => kind: Raw<'a>,
        "id" => id: Raw<'a>,
        "text" => text: Raw<'a>,
        "content" => content: Raw<'a>,
        "status" => status: Raw<'a>,
        "command" => command: Raw<'a>,
        "exit_code" => exit_code: Raw<'a>,
        "duration" => duration: Raw<'a>,
        "changes" => changes: Raw<'a>,
        "server" => server: Raw<'a>,
        "tool" => tool: Raw<'a>,
        "arguments" => arguments: Raw<'a>,
        "result" => result: Raw<'a>,
        "error" => error: Raw<'a>,
        "query" => query: Raw<'a>,
        "items" => items: Raw<'a>,
        "message" => message: Raw<'a>,
        "prompt" => prompt: Raw<'a>,
        "kind" => what: Raw<'a>,
        "agent_thread_id" => agent: Raw<'a>,
        "agent_path" => agent_path: Raw<'a>,
        "receiver_thread_ids" => receivers: Raw<'a>,
        "agents_states" => agents_states: Raw<'a>,
    }
    known { _ }
}

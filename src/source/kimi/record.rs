//! The records of a Kimi Code agent, as far as they are read.

use crate::source::lenient::{Maybe, Raw, lenient};

lenient! {
    /// One line: what changed the state of the agent.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "time" => time: Raw<'a>,
        "protocol_version" => protocol: Raw<'a>,
        "event" => event: Maybe<Event<'a>>,
        "input" => input: Raw<'a>,
        "message" => message: Raw<'a>,
        "origin" => origin: Raw<'a>,
        "cwd" => cwd: Raw<'a>,
        "modelAlias" => model: Raw<'a>,
        "environmentDisclosure" => environment: Raw<'a>,
        "turnId" => turn: Raw<'a>,
        "reason" => reason: Raw<'a>,
        "error" => error: Raw<'a>,
        "attempt" => attempt: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "result" => result: Raw<'a>,
        "tokensBefore" => tokens_before: Raw<'a>,
        "key" => key: Raw<'a>,
        "value" => value: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// An event of the loop that calls the model and its tools.
    pub struct Event<'a> {
        "type" => kind: Raw<'a>,
        "uuid" => uuid: Raw<'a>,
        "parentUuid" => parent: Raw<'a>,
        "turnId" => turn: Raw<'a>,
        "step" => step: Raw<'a>,
        "part" => part: Raw<'a>,
        "toolCallId" => call: Raw<'a>,
        "name" => name: Raw<'a>,
        "args" => input: Raw<'a>,
        "result" => result: Raw<'a>,
        "finishReason" => finish: Raw<'a>,
        "usage" => usage: Maybe<Tokens<'a>>,
    }
    known { _ }
}

lenient! {
    /// What a call of the model cost.
    pub struct Tokens<'a> {
        "inputOther" => input: Raw<'a>,
        "output" => output: Raw<'a>,
        "inputCacheRead" => cache_read: Raw<'a>,
        "inputCacheCreation" => cache_write: Raw<'a>,
    }
    known { _ }
}

//! Messages: who speaks, and whether it was heard before.

use super::Session;
use crate::source::out::{Out, Remark};
use crate::source::pi::content::digest;
use crate::source::pi::record::{Entry, Message};
use crate::wire::event::Meta;
use crate::wire::time::Time;

impl Session {
    pub(super) fn message(
        &mut self,
        entry: &Entry<'_>,
        message: &Message<'_>,
        line: &[u8],
        out: &mut Out<'_>,
    ) {
        out.odd("a message", &message.odd);
        self.introduce(out);
        let role = message.role.text().unwrap_or_default();
        let known = match &*role {
            "user" => "message/user",
            "assistant" => "message/assistant",
            "toolResult" => "message/toolResult",
            "bashExecution" => "message/bashExecution",
            "custom" | "hookMessage" => "message/custom",
            other => {
                out.remark(Remark::Role(other.to_owned()));
                self.emit(out, format!("message/{other}"), Meta {});
                return;
            }
        };
        out.raw = Some(known.into());
        // A time that cannot be is none: it would make everything after it look old.
        let stamped = message.timestamp.int().and_then(Time::from_ms);
        let at_ms = stamped.or(out.ts).map(|ts| ts.0);
        if self.is_inherited(out.ts) {
            // Its request is not ours, but ours is then not the transcript's first.
            self.requests += u64::from(&*role == "user");
            return;
        }
        if self.is_repeat(entry, at_ms) {
            return;
        }
        self.seen.at(at_ms);
        let new = match &*role {
            // Results are known by their calls: a rewrite may have cut their text.
            "toolResult" => self.seen.is_new(("result", message.call.0)),
            "user" if message.idempotency_key.is_some() => {
                self.seen.is_new(("request", message.idempotency_key.0))
            }
            role => match at_ms {
                Some(at) => self.seen.is_new((
                    role,
                    at,
                    digest(message.content.raw.0),
                    message.custom_type.0,
                )),
                None => !entry.id.is_some() || self.seen.is_new(("entry", entry.id.0)),
            },
        };
        if !new {
            return;
        }
        self.took(entry, at_ms);
        match &*role {
            "user" => self.user(message, out),
            "assistant" => self.assistant(entry, message, line, out),
            "toolResult" => self.result(message, out),
            "bashExecution" => self.bash(entry, message, line, out),
            _ => self.nested(message, out),
        }
    }
}

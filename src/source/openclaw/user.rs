//! User messages: requests of people, and turns that nobody asked for.

use std::borrow::Cow;

use super::turn::Request;
use super::{Session, request};
use crate::source::ids::{TEXT_BYTES, request_id};
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::pi::record::Message;
use crate::wire::event::{AgentEnd, Cause, Person, Route, RouteFrom};

impl Session {
    pub(super) fn user(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        if message.display.0 == "false" {
            return;
        }
        let text = message.content.text();
        let cleaned = request::clean(&text);
        let provenance = message.provenance.field("kind").text().unwrap_or_default();
        let tool = ["sourceTool", "source", "reason"]
            .into_iter()
            .find_map(|field| message.provenance.field(field).word());
        let tool = tool.unwrap_or_default();
        let told = match (&cleaned.announced, &cleaned.announced_key) {
            (Some(outcome), Some(key)) => Some(AgentEnd {
                child: self.link(key),
                outcome: outcome.clone(),
            }),
            _ => None,
        };
        // A turn that no person asked for, but that goes on with what one asked.
        let goes_on = cleaned.announced.is_some()
            || (&*provenance == "inter_session" && tool.starts_with("subagent_"))
            || (&*provenance == "internal_system"
                && ["restart", "exec_approval", "progress_card"]
                    .iter()
                    .any(|name| tool.contains(name)));
        if goes_on {
            let cause = if &*provenance == "internal_system" {
                Cause::System
            } else {
                Cause::Subagent
            };
            self.settle_waits(out);
            self.go_on(cause, out);
            // Told after the turn began: a run without a turn and without children would look over.
            if let Some(end) = told {
                self.emit(out, "message/user", end);
            }
            return;
        }
        let by_kind = self.cause_by_kind();
        let cause = match (&*provenance, cleaned.cause.clone()) {
            ("internal_system", _) if tool.contains("heartbeat") => Cause::Heartbeat,
            ("internal_system", _) if tool.contains("cron") => Cause::Cron,
            ("inter_session" | "internal_system", _) if by_kind == Cause::User => Cause::System,
            (_, Some(cause)) if by_kind == Cause::User => cause,
            _ => by_kind,
        };
        let stamp = message.openclaw.0.as_ref();
        let id = if let Some(key) = message.idempotency_key.word() {
            key.into()
        } else if self.requests == 0 && !self.settings.successor {
            "first".into()
        } else {
            request_id(&text, message.timestamp.int().or(out.ts.map(|ts| ts.0)))
        };
        self.requests += 1;
        let from_chat = cleaned.sink.is_some()
            || cleaned.message.is_some()
            || stamp.is_some_and(|stamp| stamp.transport.0.is_some() || stamp.sender_id.is_some());
        let transport = stamp.and_then(|stamp| stamp.transport.0.as_ref());
        let own = |raw: Raw<'_>| {
            raw.word()
                .map(Cow::into_owned)
                .or_else(|| raw.int().map(|id| id.to_string()))
        };
        let route = match transport {
            Some(transport) => Some(Route {
                sink: own(transport.channel).unwrap_or_default(),
                account: own(transport.account),
                server: None,
                team: None,
                channel: own(transport.conversation).map(|place| match place.split_once(':') {
                    Some((_, id)) => id.to_owned(),
                    None => place,
                }),
                user: None,
                root: own(transport.thread),
                message: own(transport.message),
                from: RouteFrom::Record,
            }),
            None if cleaned.message.is_some() || cleaned.channel.is_some() => Some(Route {
                sink: cleaned.sink.clone().unwrap_or_default(),
                account: None,
                server: None,
                team: None,
                channel: cleaned.channel.clone(),
                user: None,
                root: None,
                message: cleaned.message.clone(),
                from: RouteFrom::Record,
            }),
            None => None,
        };
        let sender =
            |raw: fn(&crate::source::pi::record::Stamp<'_>) -> Option<String>| stamp.and_then(raw);
        let by = Person {
            id: sender(|stamp| stamp.sender_id.word().map(Cow::into_owned)),
            name: sender(|stamp| {
                stamp
                    .sender_name
                    .word()
                    .or_else(|| stamp.sender_username.word())
                    .map(Cow::into_owned)
            })
            .or(cleaned.sender),
        };
        let by = Some(by).filter(|by| by.id.is_some() || by.name.is_some());
        let text = if self.settings.full {
            cleaned.text
        } else {
            crate::safe::clip::clip_bytes(&cleaned.text, TEXT_BYTES).to_owned()
        };
        self.request(
            Request {
                id,
                text,
                cause,
                by,
                route,
                from_chat,
            },
            out,
        );
    }
}

//! Waits for a person.

use std::borrow::Cow;

use super::Session;
use super::record::Data;
use crate::source::ids::INPUT_BYTES;
use crate::source::out::Out;
use crate::wire::event::{BlockedOn, Name};

impl Session {
    pub(super) fn asks(&mut self, kind: &str, data: &Data<'_>, out: &mut Out<'_>) {
        let Some(id) = data.request.word() else {
            return;
        };
        let id: Name = id.as_ref().into();
        let on = match kind {
            "permission.requested" => BlockedOn::Permission,
            "exit_plan_mode.requested" => BlockedOn::Plan,
            _ => BlockedOn::Question,
        };
        let permission = data.permission;
        let call = [permission.field("toolCallId"), data.call];
        let call: Option<Name> = call
            .iter()
            .find_map(|call| call.word())
            .map(|call| call.as_ref().into());
        let what = [
            permission.field("intention"),
            permission.field("fullCommandText"),
            permission.field("path"),
            permission.field("url"),
            data.question,
            data.text,
            data.summary,
        ];
        let what = what.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
        if let Some(call) = &call {
            self.asked.insert(id.clone(), call.clone());
        }
        let what = what.map(Cow::into_owned).filter(|what| !what.is_empty());
        self.track.ask(id, (on, call), what, out);
    }

    pub(super) fn answered(&mut self, data: &Data<'_>, out: &mut Out<'_>) {
        let Some(id) = data.request.word() else {
            return;
        };
        let decision = data.result.field("kind").word().map(Cow::into_owned);
        let refused = decision
            .as_deref()
            .is_some_and(|kind| kind.starts_with("denied") || kind.starts_with("rejected"));
        if let Some(call) = self.asked.remove(&*id).filter(|_| refused) {
            self.refuse(call);
        }
        self.track.unblock(&id, decision, out);
    }
}

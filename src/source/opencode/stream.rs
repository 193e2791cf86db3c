//! What comes one at a time: the events of `opencode serve`, and the lines of `opencode run
//! --format json`.

use std::borrow::Cow;

use super::record::{Entry, Info, Part};
use super::{Author, Session};
use crate::source::checklist;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{BlockedOn, Name};
use crate::wire::time::Time;

/// Whether the server has an event of that type.
pub(super) fn is_event(kind: &str) -> bool {
    let families = [
        "session.",
        "message.",
        "permission.",
        "question.",
        "todo.",
        "server.",
    ];
    families.iter().any(|family| kind.starts_with(family))
}

impl Session {
    pub(super) fn event(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        if entry.payload.is_some() && !entry.kind.is_some() {
            let inner: Entry<'_> = entry.payload.object();
            if inner.kind.is_some() {
                return self.event(&inner, out);
            }
        }
        if let Some(part) = &entry.part.0 {
            return self.printed(&kind, entry, part, out);
        }
        if &*kind == "error" && entry.error.is_some() {
            self.identify(entry.session_id);
            return self.failed(entry.error, out);
        }
        let told = entry.properties;
        if !self.is_own(told) {
            return;
        }
        let id = || {
            let keys = ["id", "requestID", "permissionID"].into_iter();
            let id = keys.map(|key| told.field(key)).find_map(Raw::word);
            id.map(|id| Name::from(&*id))
        };
        match &*kind {
            "session.created" | "session.updated" => {
                self.session(&told.field("info").object(), out);
            }
            "message.updated" => {
                let info: Info<'_> = told.field("info").object();
                if let Some(author) = self.begin(&info, out) {
                    // Its steps come as parts of their own.
                    self.steps = true;
                    self.finish(&info, author, out);
                }
            }
            "message.part.updated" => self.updated(told, out),
            "session.status" => {
                let status = told.field("status");
                match status.field("type").text().as_deref() {
                    Some("idle") => self.idled(out),
                    Some("retry") => {
                        let attempt = status.field("attempt").0;
                        let id = format!("\"{}-{attempt}\"", self.done_ms);
                        self.retried(Raw(&id), status, out);
                    }
                    _ => {}
                }
            }
            "session.idle" => self.idled(out),
            "session.error" => {
                if self.track.has_run() {
                    out.raw = Some("session.error".into());
                    self.failed(told.field("error"), out);
                }
            }
            "permission.asked" | "permission.updated" | "permission.v2.asked" => {
                let keys = ["title", "permission", "type"].into_iter();
                let what = keys.map(|key| told.field(key));
                let what = what.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
                let call = told.field("tool").field("callID").word();
                let call = call.or_else(|| told.field("callID").word());
                let call = call.map(|call| Name::from(&*call));
                self.asks(id(), (BlockedOn::Permission, call), what, out);
            }
            "question.asked" | "question.v2.asked" => {
                let first = told.field("questions").items().into_iter().next();
                let what = first.and_then(|first| first.field("question").prefix(INPUT_BYTES));
                // The tool that asks says so as well, with all that it asks.
                let calls = self.track.all_pending();
                let asking = calls.filter(|(_, call)| call.name.as_deref() == Some("question"));
                if asking.count() == 0 {
                    self.asks(id(), (BlockedOn::Question, None), what, out);
                }
            }
            "permission.replied"
            | "permission.v2.replied"
            | "question.replied"
            | "question.rejected"
            | "question.v2.replied"
            | "question.v2.rejected" => {
                let keys = ["reply", "response"].into_iter();
                let said = keys.map(|key| told.field(key)).find_map(Raw::word);
                let rejected = kind
                    .ends_with("rejected")
                    .then_some(Cow::Borrowed("rejected"));
                let keys = ["requestID", "permissionID", "id"].into_iter();
                if let Some(id) = keys.map(|key| told.field(key)).find_map(Raw::word) {
                    out.raw = Some(kind.to_string().into());
                    let said = said.or(rejected).map(Cow::into_owned);
                    self.track.unblock(&id, said, out);
                }
            }
            "todo.updated" => {
                out.raw = Some("todo.updated".into());
                let items = checklist::items(told.field("todos"));
                self.track.plan(items, out);
            }
            kind if is_event(kind) || entry.properties.is_some() => {}
            other => self.track.unknown(other, out),
        }
    }

    /// Whether an event is about this session: the server tells of all of them at once.
    fn is_own(&mut self, told: Raw<'_>) -> bool {
        let places = [told, told.field("info"), told.field("part")];
        let named = places
            .iter()
            .find_map(|place| place.field("sessionID").word());
        let named = named.or_else(|| told.field("info").field("id").word());
        let Some(session) = named else {
            return true;
        };
        self.own.get_or_insert_with(|| session.as_ref().into());
        self.own.as_deref() == Some(&*session)
    }

    /// A part came, or came again.
    fn updated(&mut self, told: Raw<'_>, out: &mut Out<'_>) {
        let part: Part<'_> = told.field("part").object();
        let at = told.field("time").int().and_then(Time::from_ms);
        out.ts = at.or(out.ts);
        let author = self.author(part.message);
        // Text grows until it has an end; what a person wrote has none.
        let ended = part.time.0.as_ref().is_some_and(|time| time.end.is_some());
        let grows = part.kind.0 == "\"text\"" && !ended;
        match author {
            Some(Author::Model) if grows => {}
            Some(author) => self.part(&part, author, None, out),
            None => {}
        }
    }

    /// A line of `opencode run --format json`: nobody wrote down what was asked.
    fn printed(&mut self, kind: &str, entry: &Entry<'_>, part: &Part<'_>, out: &mut Out<'_>) {
        self.identify(entry.session_id);
        self.track.introduce(out);
        if !self.track.has_run() {
            let cause = self.track.cause();
            self.track.request(None, "", cause, out);
        }
        if kind == "step_start" {
            self.calls = false;
            return;
        }
        self.part(part, Author::Model, None, out);
        let over = kind == "step_finish" && !matches!(part.reason.0, "\"tool-calls\"" | "");
        if over {
            self.answered(out);
        }
    }

    /// The session says that it does nothing any more.
    fn idled(&mut self, out: &mut Out<'_>) {
        out.raw = Some("session.idle".into());
        self.track.confirm_end(out);
    }

    fn asks(
        &mut self,
        id: Option<Name>,
        on: (BlockedOn, Option<Name>),
        what: Option<Cow<'_, str>>,
        out: &mut Out<'_>,
    ) {
        if let Some(id) = id {
            out.raw = Some("asked".into());
            self.track.ask(id, on, what.map(Cow::into_owned), out);
        }
    }
}

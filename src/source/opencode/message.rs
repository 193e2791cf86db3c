//! Messages: what was asked, with what it was answered, and how an answer ended.

use std::borrow::Cow;

use super::record::{Info, Part};
use super::{Author, Session};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Last;
use crate::source::trouble;
use crate::wire::event::{BlockedOn, Cause, Compact, Context, Error, Name, Outcome, Scope, Usage};
use crate::wire::time::Time;

/// So many messages are remembered by who wrote them.
const MOST_AUTHORS: usize = 64;
/// The id of a wait for the service to be paid or to forgive.
const QUOTA: &str = "quota";

impl Session {
    /// A message came, or came again; `None` where nothing of it is told any more.
    pub(super) fn begin(&mut self, info: &Info<'_>, out: &mut Out<'_>) -> Option<Author> {
        self.identify(info.session);
        let created = info.time.0.as_ref().and_then(|time| time.created.int());
        let at_ms = created.unwrap_or(i64::MAX);
        let is_user = info.role.0 == "\"user\"";
        let author = if at_ms <= self.settled_ms {
            Author::Old
        } else if at_ms < self.inherited_ms {
            if is_user
                && info
                    .id
                    .word()
                    .is_some_and(|id| self.track.is_new("inherited", &id))
            {
                self.track.inherit_request();
            }
            Author::Old
        } else if is_user {
            Author::Person
        } else if info.summary.is_true() {
            Author::Summary
        } else {
            Author::Model
        };
        if let Some(id) = info.id.word() {
            self.authors.retain(|(known, _)| **known != *id);
            self.authors.push((id.as_ref().into(), author));
            let over = self.authors.len().saturating_sub(MOST_AUTHORS);
            self.authors.drain(..over);
        }
        if author == Author::Old {
            return None;
        }
        if self.track.cwd.is_none() {
            let cwd = info.path.field("cwd").word();
            self.track.cwd = cwd.map(Cow::into_owned);
        }
        (self.asks, self.calls, self.steps) = (false, false, false);
        out.ts = created.and_then(Time::from_ms);
        self.track.introduce(out);
        if author == Author::Model {
            out.raw = Some("message/assistant".into());
            let provider = info.provider.word();
            self.track.model_of(info.model.word(), provider, out);
        }
        Some(author)
    }

    /// Who wrote a message whose part came alone.
    pub(super) fn author(&self, message: Raw<'_>) -> Option<Author> {
        let id = message.word()?;
        let mut known = self.authors.iter().rev();
        known
            .find(|(known, _)| **known == *id)
            .map(|(_, author)| *author)
    }

    /// A part of a user message, where it is what a person asked.
    pub(super) fn asked(&mut self, part: &Part<'_>, message: Raw<'_>, out: &mut Out<'_>) {
        out.raw = Some("message/user".into());
        if part.kind.0 == "\"compaction\"" {
            return self.compacted(part, out);
        }
        let Some(text) = request(part) else { return };
        let id = [message, part.message, part.id];
        let Some(id) = id.into_iter().find_map(Raw::word) else {
            return;
        };
        self.asks = true;
        if self.track.is_new("request", &id) {
            let cause = self.track.cause();
            let key = Some(Name::from(&*id));
            self.track.request(key, text.trim(), cause, out);
        }
    }

    /// The conversation was too long, and what came before is but a summary now.
    pub(super) fn compacted(&mut self, part: &Part<'_>, out: &mut Out<'_>) {
        let id = part.id.word().unwrap_or_default();
        if self.track.is_new("compact", &id) {
            self.track.emit(out, Compact { before: None });
        }
    }

    /// What a message says of itself once its parts were read.
    pub(super) fn finish(&mut self, info: &Info<'_>, author: Author, out: &mut Out<'_>) {
        let time = info.time.0.as_ref();
        let completed = time.and_then(|time| time.completed.int());
        let created = time.and_then(|time| time.created.int());
        let is_done = match author {
            Author::Person => self.asks,
            Author::Model => completed.is_some() || info.error.is_some(),
            Author::Summary | Author::Old => false,
        };
        if let Some(created) = created.filter(|_| is_done) {
            self.done_ms = self.done_ms.max(created);
        }
        if author != Author::Model {
            return;
        }
        out.ts = completed.and_then(Time::from_ms).or(out.ts);
        out.raw = Some("message/assistant".into());
        let id = info.id.word();
        if let Some(id) = &id
            && completed.is_some()
            && !self.steps
        {
            self.usage(id.as_ref().into(), info.tokens, info.cost, out);
        }
        if info.error.is_some() {
            if id.is_none_or(|id| self.track.is_new("error", &id)) {
                self.failed(info.error, out);
            }
            return;
        }
        match info.finish.text().as_deref() {
            None | Some("tool-calls" | "unknown" | "") => {}
            Some(_) => self.answered(out),
        }
    }

    /// The model has nothing more to do.
    pub(super) fn answered(&mut self, out: &mut Out<'_>) {
        let waits = self.track.all_pending().next().is_some();
        if self.track.is_open() && !waits {
            self.track.end(Outcome::Ok, None, true, out);
        }
    }

    /// A message ended with an error.
    pub(super) fn failed(&mut self, error: Raw<'_>, out: &mut Out<'_>) {
        let name = error.field("name").word().unwrap_or_default();
        if name == "MessageAbortedError" || name == "AbortError" {
            let reason = Some("interrupted by the user");
            return self.track.end(Outcome::Interrupted, reason, false, out);
        }
        // It is told twice: by the message and by the session.
        if !self.track.is_open() {
            return;
        }
        let data = error.field("data");
        let told = [data.field("message"), error.field("message"), error];
        let told = told.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
        let told = told.filter(|told| !told.trim().is_empty());
        let message = told.map_or_else(|| name.into_owned(), Cow::into_owned);
        self.track.went_on(Last::Error, out);
        if trouble::is_quota(&message) {
            let on = (BlockedOn::Quota, None);
            return self.track.ask(QUOTA.into(), on, Some(message), out);
        }
        let error = Error {
            message: message.clone(),
            retrying: false,
        };
        self.track.emit(out, error);
        self.track.end(Outcome::Error, Some(&message), true, out);
    }

    /// The service failed, and is asked again.
    pub(super) fn retried(&mut self, id: Raw<'_>, error: Raw<'_>, out: &mut Out<'_>) {
        if !self.track.is_new("retry", &id.word().unwrap_or_default()) {
            return;
        }
        let told = [error.field("data").field("message"), error.field("message")];
        let told = told.into_iter().chain([error]);
        let told = told
            .into_iter()
            .find_map(|raw| raw.prefix(INPUT_BYTES))
            .filter(|told| !told.is_empty());
        let error = Error {
            message: told.map_or_else(|| "the service failed".to_owned(), Cow::into_owned),
            retrying: true,
        };
        self.track.went_on(Last::Error, out);
        self.track.emit(out, error);
    }

    /// What a step or a message cost.
    pub(super) fn usage(&mut self, id: Name, tokens: Raw<'_>, cost: Raw<'_>, out: &mut Out<'_>) {
        let count = |raw: Raw<'_>| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0);
        let cache = tokens.field("cache");
        let input = count(tokens.field("input"));
        let (cache_read, cache_write) = (count(cache.field("read")), count(cache.field("write")));
        let used = input.saturating_add(cache_read).saturating_add(cache_write);
        let output = count(tokens.field("output"));
        let usage = Usage {
            id,
            scope: Scope::Call,
            input,
            output: output.saturating_add(count(tokens.field("reasoning"))),
            cache_read,
            cache_write,
            total: 0,
            cost_usd: cost.float().filter(|cost| cost.is_finite()),
            context: Some(Context { used, size: None }).filter(|context| context.used > 0),
        };
        self.track.usage(usage, out);
    }

    /// An assistant message after the end of a run: the turn goes on without a request of its own.
    pub(super) fn wake(&mut self, out: &mut Out<'_>) {
        if self.track.has_run() && !self.track.is_open() {
            let raw = out.raw.clone();
            self.track.go_on(Cause::System, out);
            out.raw = raw;
        }
        self.track.unblock(QUOTA, None, out);
    }
}

/// What a part of a user message asks for; `None` where no person wrote it.
pub(super) fn request<'a>(part: &Part<'a>) -> Option<Cow<'a, str>> {
    let text = match &*part.kind.text()? {
        "text" if part.synthetic.is_true() || part.ignored.is_true() => return None,
        "text" => part.text,
        "subtask" => part.prompt,
        _ => return None,
    };
    text.text().filter(|text| !text.trim().is_empty())
}

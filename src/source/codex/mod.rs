//! Codex: `~/.codex/sessions/Y/M/D/rollout-<time>-<thread>.jsonl`, and what `codex exec --json` writes.
//!
//! A line wraps what it says in `payload`. Two accounts of a turn stand side by
//! side: `response_item` is what the model is sent, and there in every version;
//! `event_msg` is what was shown. The steps come from the first, and requests,
//! ends and figures from the second, as it stands in `codex-rs/rollout/src/policy.rs`
//! and `codex-rs/protocol/src/{protocol,items}.rs` of `openai/codex`.

mod agents;
mod call;
mod event;
mod exec;
mod fit;
mod fork;
mod patch;
mod record;
mod response;
mod result;
mod turn;
mod verdict;

use foldhash::HashMap;
use record::{Entry, Payload};
use serde::de::IgnoredAny;

use super::about::{About, Knows};
use super::dialect::{Broken, Settings};
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::wire::event::{Compact, Name, SessionKind};
use crate::wire::time::Time;

/// What Codex's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "codex",
    title: "Codex",
    fit: fit::fit,
    is_request: fit::is_request,
    knows: Knows {
        start: "a user message in a turn that says when it started",
        end: "explicit: every turn says how it ended",
        blocked: "questions and used-up limits; permissions are not written down",
        children: "by thread id, on both sides",
        usage: "per answer, without cost; how full the context is",
    },
};

/// Calls that are remembered beside those that are pending; more is a broken file.
const MOST_CALLS: usize = 1_024;

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// Its first `session_meta` was read; others come with a resume or a fork.
    named: bool,
    fork: fork::Gate,
    /// The turn under way, where turns say when they start.
    turn: Option<turn::Turn>,
    /// The request that was taken in last, until something follows: old versions write each twice.
    asked: Option<u64>,
    /// The model of the turn that is about to begin.
    model: Option<Box<str>>,
    /// What went wrong and was not got over.
    trouble: Option<String>,
    /// Tokens in the context when it was last measured.
    context: Option<u64>,
    /// The figures of the last usage record; one that only brings news of limits repeats them.
    counted: Option<(u64, u64)>,
    /// The context was compacted, and nothing came since: several records say so.
    compacted: bool,
    /// What events told of calls before their results came.
    told: HashMap<Name, result::Told>,
    /// Calls that look at a background job or type into it.
    polls: HashMap<Name, Name>,
    /// The threads of sub-agents by their path.
    agents: HashMap<Box<str>, Name>,
    /// Turns of `codex exec --json`, whose ids begin anew in each.
    streamed: u64,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            named: false,
            fork: fork::Gate::default(),
            turn: None,
            asked: None,
            model: None,
            trouble: None,
            context: None,
            counted: None,
            compacted: false,
            told: HashMap::default(),
            polls: HashMap::default(),
            agents: HashMap::default(),
            streamed: 0,
        })
    }

    fn rollout(&mut self, kind: &str, payload: &Payload<'_>, out: &mut Out<'_>) {
        if kind == "session_meta" {
            return self.meta(payload, out.ts);
        }
        if self.fork.holds(kind, payload, out.ts) || !self.track.is_fresh(None, out.ts) {
            return;
        }
        let inner = payload.kind.text().unwrap_or_default();
        out.raw = Some(raw(kind, &inner));
        match kind {
            "event_msg" => self.event(&inner, payload, out),
            "response_item" => self.response(&inner, payload, out),
            "turn_context" => self.turn_context(payload),
            "compacted" => self.compact(out),
            "world_state" | "inter_agent_communication" | "inter_agent_communication_metadata" => {}
            other => self.track.unknown(other, out),
        }
    }

    /// A line without a payload: of a stream, or of a rollout before mid-2025.
    fn bare(&mut self, entry: &Entry<'_>, text: &str, out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        if fit::is_streamed(&kind) {
            return self.streamed(&kind, entry, out);
        }
        if fit::is_response(&kind) {
            let payload: Payload<'_> = lenient::read(text).unwrap_or_default();
            out.raw = Some(raw("response_item", &kind));
            return self.response(&kind, &payload, out);
        }
        if kind.is_empty() && entry.id.is_some() && entry.timestamp.is_some() {
            let payload: Payload<'_> = lenient::read(text).unwrap_or_default();
            return self.meta(&payload, out.ts);
        }
        if !entry.record_type.is_some() {
            self.track.unknown(&kind, out);
        }
    }

    /// Whose records these are. The first line of a file says so; the others were copied or repeat it.
    fn meta(&mut self, meta: &Payload<'_>, at: Option<Time>) {
        let Some(id) = meta.id.word() else { return };
        if self.named {
            if *id != *self.track.who.sid && !self.track.is_introduced() {
                self.fork.close();
            }
            return;
        }
        self.named = true;
        if !self.track.is_introduced() {
            self.track.who.sid = id.as_ref().into();
        }
        self.track.cwd = meta.cwd.word().map(|cwd| cwd.into_owned());
        let subagent = meta.source.field("subagent");
        if subagent.is_some() || meta.thread_source.0 == "\"subagent\"" {
            let spawned = subagent.field("thread_spawn").field("parent_thread_id");
            let parent = spawned.word().or_else(|| meta.parent.word());
            self.track.kind = SessionKind::Subagent;
            self.track.parent = parent.map(|parent| parent.as_ref().into());
        }
        let began = meta.timestamp.text().and_then(|text| Time::parse(&text));
        self.fork.begins(&id, began, at);
        if meta.forked_from.is_some() {
            self.fork.close();
        }
    }

    /// What the next turn is made with.
    fn turn_context(&mut self, context: &Payload<'_>) {
        if self.track.cwd.is_none() {
            self.track.cwd = context.cwd.word().map(|cwd| cwd.into_owned());
        }
        let Some(model) = context.model.word() else {
            return;
        };
        // Until the next turn begins, whatever is told is of the one before.
        match self.track.is_introduced() {
            false => self.track.model = Some(model.as_ref().into()),
            true => self.model = Some(model.as_ref().into()),
        }
    }

    /// The context was compacted; up to three records say so of each time.
    fn compact(&mut self, out: &mut Out<'_>) {
        if !std::mem::replace(&mut self.compacted, true) {
            self.track.introduce(out);
            let before = self.context.take();
            self.track.emit(out, Compact { before });
        }
    }
}

impl Tracked for Session {
    fn track(&self) -> &Track {
        &self.track
    }

    fn track_mut(&mut self) -> &mut Track {
        &mut self.track
    }

    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        let text = lossy(bytes);
        let Some(entry) = lenient::read::<Entry<'_>>(&text) else {
            let is_object = text.trim_start().starts_with('{');
            if !is_object || serde_json::from_str::<IgnoredAny>(&text).is_err() {
                return Err(Broken::why(&text));
            }
            let kind = Raw(text.trim()).field("type").text().unwrap_or_default();
            self.track.unknown(&kind, out);
            return Ok(());
        };
        out.ts = entry.timestamp.text().and_then(|text| Time::parse(&text));
        match &entry.payload.0 {
            Some(payload) => {
                let kind = entry.kind.text().unwrap_or_default();
                self.rollout(&kind, payload, out);
            }
            None => self.bare(&entry, &text, out),
        }
        Ok(())
    }

    fn idle(&mut self) {
        self.told = HashMap::default();
        self.polls = HashMap::default();
    }

    fn begins_with(&mut self, record: &[u8]) {
        let text = lossy(record);
        let entry: Entry<'_> = lenient::read(&text).unwrap_or_default();
        if let Some(meta) = entry
            .payload
            .0
            .filter(|_| entry.kind.0 == "\"session_meta\"")
        {
            self.meta(&meta, None);
            // What was copied is behind.
            self.fork = fork::Gate::default();
        }
    }
}

/// The type of a record, as it goes into `raw`.
fn raw(kind: &str, inner: &str) -> std::borrow::Cow<'static, str> {
    match (kind, inner) {
        ("response_item", "message") => "response_item/message".into(),
        ("response_item", "reasoning") => "response_item/reasoning".into(),
        ("response_item", "function_call") => "response_item/function_call".into(),
        ("response_item", "function_call_output") => "response_item/function_call_output".into(),
        ("event_msg", "token_count") => "event_msg/token_count".into(),
        ("event_msg", "agent_message") => "event_msg/agent_message".into(),
        (kind, "") => kind.to_owned().into(),
        (kind, inner) => format!("{kind}/{inner}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use crate::wire::event::{Body, Src};

    #[test]
    fn whoever_begins_in_the_middle_knows_whose_session_it_is() {
        let head = r#"{"timestamp":"2026-03-27T10:00:00.000Z","type":"session_meta","payload":{"id":"t2","cwd":"/a","forked_from_id":"t1","source":{"subagent":{"thread_spawn":{"parent_thread_id":"t1"}}}}}"#;
        let asked = r#"{"timestamp":"2026-03-27T10:00:09.000Z","type":"event_msg","payload":{"type":"user_message","message":"go"}}"#;
        let who = Identity {
            source: "codex".into(),
            agent: None,
            sid: "t2".into(),
            session: None,
        };
        let mut dialect = Source::Codex.dialect(who, Settings::default());
        dialect.head(head.as_bytes());
        let (mut events, mut remarks) = (Vec::new(), Vec::new());
        let src = Src::clock();
        let mut out = Out::new(&mut events, &mut remarks, &src);
        dialect.record(asked.as_bytes(), &mut out).expect("reads");
        let parents: Vec<_> = events
            .iter()
            .filter_map(|event| match &event.body {
                Body::RunStart(start) => start.parent.as_ref()?.sid.as_deref(),
                _ => None,
            })
            .collect();
        assert_eq!(parents, ["t1"]);
    }
}

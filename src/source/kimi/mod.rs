//! Kimi Code: `~/.kimi-code/sessions/<workspace>/<session>/agents/<agent>/wire.jsonl`, whose
//! records are listed in `MoonshotAI/kimi-code`, `packages/agent-core/src/agent/records/types.ts`
//! and `packages/agent-core/src/loop/events.ts`.
//!
//! The first agent of a session is `main`, the others are its sub-agents. Their ids are only
//! theirs within the session, so a child is named `<session>:<agent>`.

mod call;
mod record;
mod step;
mod turn;

use foldhash::{HashMap, HashMapExt as _};
use record::Entry;

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::source::checklist;
use crate::wire::event::Name;
use crate::wire::time::Time;

/// What Kimi Code's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "kimi",
    title: "Kimi Code",
    fit,
    is_request,
    knows: Knows {
        start: "turn.prompt",
        end: "inferred from the finish reason; explicit with turn.ended and turn.cancel",
        blocked: "questions; permissions only once they are answered",
        children: "by agent id; files of their own in the session's folder",
        usage: "per call of the model, without cost",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// The names of calls whose own id was taken before: it is counted anew now and then.
    renamed: HashMap<Name, Name>,
    /// Calls that a person did not allow.
    denied: Vec<Name>,
    turns: turn::Turns,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            renamed: HashMap::new(),
            denied: Vec::new(),
            turns: turn::Turns::default(),
        })
    }

    fn read(&mut self, entry: &Entry<'_>, line: &str, out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        // Most records have no id; a line that repeats another one has its time as well.
        let id = entry.time.is_some().then_some(line);
        if !self.track.is_fresh(id, out.ts) {
            return;
        }
        out.raw = Some(kind.to_string().into());
        match &*kind {
            "context.append_loop_event" => self.looped(entry, out),
            "turn.prompt" => self.prompted(entry, out),
            "turn.steer" => self.steered(entry, out),
            "turn.cancel" => self.cancelled(out),
            "turn.ended" => self.ended(entry, out),
            "config.update" | "profile.bind" => self.configured(entry, out),
            "llm.request" => self.tried(entry, out),
            "permission.record_approval_result" => self.decided(entry),
            "context.apply_compaction" => self.compacted(entry, out),
            "context.undo" | "forked" => {
                let reason = match &*kind {
                    "forked" => "the session was forked here",
                    _ => "the conversation was taken back",
                };
                self.track.end_by_records(Some(reason), out);
            }
            "tools.update_store" if entry.key.0 == "\"todo\"" => {
                self.track
                    .emit(out, checklist::plan(checklist::items(entry.value)));
            }
            other if is_known(other) => {}
            other => self.track.unknown(other, out),
        }
    }

    /// What is known of the place and the model.
    fn configured(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let cwd = [entry.cwd, entry.environment.field("cwd")];
        if self.track.cwd.is_none() {
            let cwd = cwd.into_iter().find_map(Raw::word);
            self.track.cwd = cwd.map(std::borrow::Cow::into_owned);
        }
        if self.track.is_introduced() {
            self.track.model(entry.model.word(), out);
        } else if let Some(model) = entry.model.word() {
            self.track.model = Some(model.as_ref().into());
        }
    }

    /// The name of another agent of this session.
    fn agent(&self, id: &str) -> Name {
        let session = self.track.parent.as_ref().unwrap_or(&self.track.who.sid);
        format!("{session}:{id}").into()
    }
}

/// What says nothing that is shown, though it is known.
fn is_known(kind: &str) -> bool {
    let family = kind.split('.').next().unwrap_or_default();
    matches!(
        kind,
        "metadata" | "usage.record" | "context.append_message" | "context.clear"
    ) || matches!(
        family,
        "permission"
            | "full_compaction"
            | "micro_compaction"
            | "plan_mode"
            | "swarm_mode"
            | "tools"
            | "llm"
            | "mcp"
            | "goal"
            | "plugin"
            | "runtime"
            | "token_counting"
    )
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
            return Err(Broken::why(&text));
        };
        out.ts = entry.time.int().and_then(Time::from_ms);
        self.read(&entry, &text, out);
        Ok(())
    }

    fn idle(&mut self) {
        self.renamed = HashMap::new();
        self.denied = Vec::new();
    }
}

/// Whether a record is one of Kimi Code.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    match &*entry.kind.text().unwrap_or_default() {
        "context.append_loop_event" if entry.event.0.is_some() => Fit::Surely,
        "turn.prompt" if entry.input.is_some() => Fit::Surely,
        "metadata" if entry.protocol.is_some() => Fit::Surely,
        "config.update" | "context.append_message" | "profile.bind" | "llm.request"
            if entry.time.is_some() =>
        {
            Fit::Perhaps
        }
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text)
        .is_some_and(|entry| entry.kind.0 == "\"turn.prompt\"" && turn::cause(&entry).is_some())
}

//! Grok: `~/.grok/sessions/<cwd>/<session>/chat_history.jsonl`.
//!
//! What the model has in mind, without times; compaction and rewinding write
//! it anew, so lines are known by what they say. Source of the shapes:
//! `xai-org/grok-build:crates/codegen/xai-grok-sampling-types/src/conversation.rs`.

use std::borrow::Cow;

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::{TEXT_BYTES, is_uuid};
use super::lenient::{self, Raw, lenient, lossy};
use super::out::{Identity, Out};
use super::tags::{tag, without};
use super::track::{Ended, Last, Lines, NewCall, Track, Tracked};
use super::verdict;
use crate::wire::event::{Cause, Compact, Name, Outcome, Phase};

/// What Grok's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "grok",
    title: "Grok",
    fit,
    is_request,
    knows: Knows {
        start: "a user record that the program did not make up",
        end: "inferred from an answer without calls, and from what the next request says of it",
        blocked: "questions and plans; permissions are not written down",
        children: "by the session that the result of a spawn names",
        usage: "none",
    },
};

lenient! {
    /// One line of a transcript.
    pub struct Entry<'a> {
        "type" => kind: Raw<'a>,
        "content" => content: Raw<'a>,
        "synthetic_reason" => synthetic: Raw<'a>,
        "prompt_index" => prompt: Raw<'a>,
        "prior_turn_interrupt" => interrupted: Raw<'a>,
        "tool_calls" => calls: Raw<'a>,
        "tool_call_id" => call: Raw<'a>,
        "model_id" => model: Raw<'a>,
        "model_fingerprint" => fingerprint: Raw<'a>,
        "kind" => served: Raw<'a>,
        "role" => role: Raw<'a>,
    }
    known { _ }
}

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    lines: Lines,
    /// Answers read, which number what has no id.
    answers: u64,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            lines: Lines::default(),
            answers: 0,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let kind = entry.kind.text().unwrap_or_default();
        match &*kind {
            "user" => self.user(entry, out),
            "assistant" => self.assistant(entry, out),
            "tool_result" => self.result(entry, out),
            "backend_tool_call" => self.served(entry, out),
            "system" | "reasoning" => {}
            other => self.track.unknown(other, out),
        }
    }

    fn user(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("user".into());
        if entry.synthetic.0 == "\"compaction_meta\"" && self.track.has_run() {
            self.track.emit(out, Compact { before: None });
        }
        let Some(asked) = request(entry) else {
            return;
        };
        if entry.interrupted.is_some() && self.track.is_open() {
            let reason = Some("interrupted by the user");
            self.track.end(Outcome::Interrupted, reason, false, out);
        }
        // A message between calls goes into the turn.
        let told = entry.content.0;
        if self.track.is_open() && told.contains("sent a message while you were working") {
            return;
        }
        let cause = self.track.cause();
        self.track.request(None, &asked, cause, out);
    }

    fn assistant(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("assistant".into());
        self.answers += 1;
        self.track.introduce(out);
        if self.track.has_run() && !self.track.is_open() {
            self.track.go_on(Cause::System, out);
            out.raw = Some("assistant".into());
        }
        self.track.model(entry.model.word(), out);
        let bytes = if self.track.full {
            usize::MAX
        } else {
            TEXT_BYTES
        };
        let calls = entry.calls.items();
        let id: Name = format!("r{}", self.answers).into();
        let text = entry.content.prefix(bytes).unwrap_or_default();
        let phase = match calls.is_empty() {
            true => Phase::Final,
            false => Phase::Commentary,
        };
        let spoke = !text.trim().is_empty();
        self.track.say(id.clone(), phase, &text, out);
        for (index, call) in calls.iter().enumerate() {
            // Arguments are a text of JSON.
            let arguments = call.field("arguments");
            let spelled = arguments.text();
            let spelled = spelled.as_deref().map(str::trim);
            let call = NewCall {
                id: match call.field("id").word() {
                    Some(id) => id.as_ref().into(),
                    None => format!("{id}:{index}").into(),
                },
                name: call.field("name").word().map(Cow::into_owned),
                title: None,
                input: spelled
                    .filter(|text| text.starts_with('{'))
                    .map_or(arguments, Raw),
                parent: None,
            };
            self.track.tool(call, out);
        }
        self.track.went_on(Last::Assistant, out);
        let over = calls.is_empty() && spoke && self.track.is_open();
        if over && self.track.all_pending().next().is_none() {
            self.track.end(Outcome::Ok, None, true, out);
        }
    }

    fn result(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let Some(call) = entry.call.word() else {
            return;
        };
        out.raw = Some("tool_result".into());
        let call: Name = call.as_ref().into();
        let text = entry.content.text().unwrap_or_default();
        let mut ended = verdict::of_text(&text, false);
        ended.bytes = Some(entry.content.size());
        let pending = self.track.pending(&call);
        let spawns = pending.is_some_and(|pending| pending.title.is_some());
        if let Some(child) = child(&text).filter(|_| spawns) {
            let outcome = ended.outcome.clone();
            self.track.spawned(&child, Some(call.clone()), false, out);
            self.track.child_ended(&child, outcome, out);
        }
        self.track.came_back(call, ended, out);
    }

    /// A tool that the service ran itself: call and result in one record.
    fn served(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        out.raw = Some("backend_tool_call".into());
        self.answers += 1;
        self.track.introduce(out);
        let told = entry.served;
        let id: Name = match told.field("id").word() {
            Some(id) => id.as_ref().into(),
            None => format!("s{}", self.answers).into(),
        };
        let call = NewCall {
            id: id.clone(),
            name: told.field("tool_type").word().map(Cow::into_owned),
            title: None,
            input: told.field("action"),
            parent: None,
        };
        self.track.tool(call, out);
        let outcome = match told.field("status").text().as_deref() {
            Some("failed" | "error") => Outcome::Error,
            Some("in_progress") => return,
            _ => Outcome::Ok,
        };
        self.track.came_back(id, Ended::new(outcome), out);
        self.track.went_on(Last::Assistant, out);
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
            return self.track.misread(&text, out);
        };
        out.ts = None;
        if self.lines.is_new(bytes) {
            self.read(&entry, out);
        }
        Ok(())
    }

    fn again(&mut self) {
        self.lines.again();
    }
}

/// What a record asks for; `None` where no person wrote it.
fn request(entry: &Entry<'_>) -> Option<String> {
    if entry.kind.0 != "\"user\"" || entry.synthetic.is_some() {
        return None;
    }
    let blocks = entry.content.items();
    let texts = blocks.iter().filter_map(|block| block.field("text").text());
    let mut text = texts.collect::<Vec<_>>().join("\n");
    if text.is_empty() {
        text = entry.content.text()?.into_owned();
    }
    let asked = match tag(&text, "user_query") {
        Some(asked) => asked.to_owned(),
        None => without(&text, &["system-reminder", "user_info", "git_status"]),
    };
    let asked = asked.trim();
    (!asked.is_empty()).then(|| asked.to_owned())
}

/// The session that the result of a spawn names: `subagent_id: <uuid>`.
fn child(text: &str) -> Option<Name> {
    const UUID: usize = 36;
    let keys = ["child_session_id", "subagent_id", "session_id"];
    let at = keys
        .iter()
        .find_map(|key| Some(text.find(key)? + key.len()))?;
    let rest = text[at..].trim_start_matches([':', '"', '=', ' ', '`', '\'']);
    let id = rest.get(..UUID)?;
    is_uuid(id).then(|| id.into())
}

/// Whether a record is one of Grok's.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let fits = match &*entry.kind.text().unwrap_or_default() {
        "user" => entry.prompt.is_some() || entry.synthetic.is_some(),
        "assistant" => entry.calls.is_some() && entry.content.is_some(),
        "tool_result" => entry.call.is_some() && entry.content.is_some(),
        "backend_tool_call" => entry.served.is_some(),
        "system" if entry.content.0.starts_with('"') => return Fit::Hardly,
        _ => false,
    };
    if fits { Fit::Surely } else { Fit::No }
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| request(&entry).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_of_a_sub_agent_stands_in_a_result() {
        let id = "019f6851-7ec4-7ef0-97d3-03f3eee38756";
        for text in [
            format!("subagent_id: {id}\nOne file."),
            format!(r#"{{"child_session_id":"{id}"}}"#),
        ] {
            assert_eq!(child(&text).as_deref(), Some(id), "{text}");
        }
        for text in ["subagent_id: 7", "One file.", "session_id"] {
            assert_eq!(child(text), None, "{text}");
        }
    }
}

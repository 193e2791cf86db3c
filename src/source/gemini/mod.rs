//! Gemini CLI: `~/.gemini/tmp/<project>/chats/session-*.jsonl`, before 0.40 `.json`, and the
//! sub-agents' files in a folder below, as its `packages/core/src/services/chatRecordingService.ts`
//! writes them.
//!
//! A message is appended again, whole and under the same id, when its tokens are known or its
//! tools came back; patches (`$set`, `$rewindTo`) stand between. The older document is rewritten
//! for each of these. Nothing says that a turn is over, and tools are written down when they
//! have come back: only silence tells, or what is asked next.

mod call;
mod message;
mod record;

use record::Record;

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::wire::event::SessionKind;
use crate::wire::time::Time;

/// What Gemini CLI's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "gemini",
    title: "Gemini CLI",
    fit,
    is_request,
    knows: Knows {
        start: "a user message",
        end: "by silence, or by the next request; a request that is cancelled says so",
        blocked: "calls that are kept while they wait, and an exhausted quota",
        children: "by agent id; files of their own in the session's folder",
        usage: "per message, without cost",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// The history was made smaller since the model's last answer: two records may say so.
    compacted: bool,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            compacted: false,
        })
    }

    fn read(&mut self, record: &Record<'_>, out: &mut Out<'_>) {
        if record.set.is_some() {
            out.raw = Some("$set".into());
            let patch: Record<'_> = record.set.object();
            self.head(&patch, out);
            self.patched(patch.messages(), out);
        } else if record.rewind.is_some() {
            out.raw = Some("$rewindTo".into());
            self.track
                .end_by_records(Some("the conversation was taken back"), out);
        } else if record.messages.there || record.history.there {
            self.document(record, out);
        } else if record.id.is_some() || record.of.is_some() {
            self.message(record, out);
        } else if record.session.is_some() {
            self.head(record, out);
        } else {
            self.track.unknown("", out);
        }
    }

    /// What a record says of the session as a whole.
    fn head(&mut self, record: &Record<'_>, out: &mut Out<'_>) {
        if let Some(session) = record
            .session
            .word()
            .filter(|_| !self.track.is_introduced())
        {
            self.track.who.sid = session.as_ref().into();
        }
        if record.kind.0 == "\"subagent\"" {
            self.track.kind = SessionKind::Subagent;
        }
        if let (None, Some(first)) = (&self.track.cwd, record.directories.items().first()) {
            self.track.cwd = first.word().map(|cwd| cwd.into_owned());
        }
        self.track.entitle(record.summary.word(), out);
    }

    /// All of an older transcript, in one of its versions.
    fn document(&mut self, record: &Record<'_>, out: &mut Out<'_>) {
        self.head(record, out);
        self.track.reread();
        for (index, message) in record.messages().iter().enumerate() {
            let count = index.to_string();
            out.ts = time(message.timestamp);
            self.message_of(message, &count, out);
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
        let Some(record) = lenient::read::<Record<'_>>(&text) else {
            return Err(Broken::why(&text));
        };
        out.ts = time(record.timestamp);
        self.read(&record, out);
        Ok(())
    }
}

/// A time as it stands in a record.
fn time(raw: Raw<'_>) -> Option<Time> {
    raw.text().and_then(|text| Time::parse(&text))
}

/// Whether a record is one of Gemini CLI.
fn fit(text: &str) -> Fit {
    let Some(record) = lenient::read::<Record<'_>>(text) else {
        return Fit::No;
    };
    let first = record.messages().first();
    let is_chat = first.is_some_and(|first| matches!(&*first.of(), "user" | "gemini" | "info"));
    let is_head = record.session.is_some() && record.project.is_some();
    if is_head || record.set.is_some() || record.rewind.is_some() {
        return Fit::Surely;
    }
    if is_chat && record.session.is_some() {
        return Fit::Surely;
    }
    let is_message = record.id.is_some() && record.content.is_some();
    match &*record.of() {
        "gemini" if is_message => Fit::Surely,
        "user" if is_message && record.role.0.is_empty() => Fit::Perhaps,
        _ if is_chat => Fit::Perhaps,
        _ => Fit::No,
    }
}

/// Whether a record is a request, at a glance; of a document, whether it holds one.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    let asks = |record: &Record<'_>| record.of() == "user" && message::request(record).is_some();
    lenient::read::<Record<'_>>(&text)
        .is_some_and(|record| asks(&record) || record.messages().iter().any(asks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dialect::Speak as _;
    use crate::source::out::Remarks;
    use crate::wire::event::{Event, Src};

    /// The types of the events that each of `records` gives, in one session.
    fn told(records: &[String]) -> Vec<Vec<String>> {
        let who = Identity {
            source: "gemini".into(),
            agent: None,
            sid: "s".into(),
            session: None,
        };
        let mut session = Session::boxed(who, Settings::default());
        let each = records.iter().map(|record| {
            let (mut events, mut remarks) = (Vec::<Event>::new(), Remarks::new());
            let src = Src::clock();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            session
                .record(record.as_bytes(), &mut out)
                .expect("a record");
            session.rest();
            let kinds = events.iter().map(|event| event.body.kind().to_owned());
            kinds.collect()
        });
        each.collect()
    }

    #[test]
    fn each_version_of_a_document_tells_what_is_new() {
        let asked = |id: &str, second: u32| {
            format!(
                r#"{{"id":"{id}","timestamp":"2026-09-25T10:00:{second:02}.000Z","type":"user","content":"go"}}"#
            )
        };
        let answer = |rest: &str| {
            format!(
                r#"{{"id":"a","timestamp":"2026-09-25T10:00:02.000Z","type":"gemini","content":"Done."{rest}}}"#
            )
        };
        let call = r#","toolCalls":[{"id":"c","name":"read_file","args":{},"status":"success"}]"#;
        let cancelled = r#"{"id":"i","timestamp":"2026-09-25T10:00:05.000Z","type":"info","content":"Request cancelled."}"#.to_owned();
        let version = |messages: &[String]| {
            format!(
                r#"{{"sessionId":"S","projectHash":"h","messages":[{}]}}"#,
                messages.join(",")
            )
        };
        let first = asked("u1", 1);
        let versions = [
            version(std::slice::from_ref(&first)),
            version(&[first.clone(), answer("")]),
            version(&[first.clone(), answer(call)]),
            version(&[first.clone(), answer(call)]),
            version(&[first.clone(), answer(call), cancelled.clone()]),
            version(&[first, answer(call), cancelled, asked("u2", 9)]),
        ];
        let want: [&[&str]; 6] = [
            &["session.start", "run.start"],
            &["text"],
            &["tool.start", "tool.end"],
            &[],
            &["run.end"],
            &["run.start"],
        ];
        assert_eq!(told(&versions), want);
    }
}

//! OpenCode: its store `~/.local/share/opencode/opencode.db`, the files in `storage` beside it that
//! were there before its 1.2, what `opencode export` and `opencode run --format json` write, and the
//! events of `opencode serve`.
//!
//! Nothing is appended: a message and its parts change in place, and come here again in each
//! of their versions. So everything is known by its id, and told once.

mod message;
mod part;
mod record;
mod stream;

use std::borrow::Cow;

use record::{Entry, Info};

use super::about::{About, Fit, Knows};
use super::dialect::{Broken, Settings};
use super::ids::is_uuid;
use super::lenient::{self, Maybe, Raw, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::wire::event::{Name, SessionKind};
use crate::wire::time::Time;

/// What OpenCode's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "opencode",
    title: "OpenCode",
    fit,
    is_request,
    knows: Knows {
        start: "a user message with text that a person wrote",
        end: "inferred from the finish of the last step; explicit with session.status",
        blocked: "questions; permissions with the events of the server alone",
        children: "by the session that a task names, and by the parent that a session names",
        usage: "per step, with cost",
    },
};

/// One session.
#[derive(Debug)]
pub struct Session {
    track: Track,
    /// When the newest message was begun that has told all it will, in milliseconds: an answer that is
    /// complete, a request that was taken in.
    done_ms: i64,
    /// Messages up to this time are told for good: what is changed in them is no news.
    settled_ms: i64,
    /// Messages before this time were copied from the session that this one was forked from.
    inherited_ms: i64,
    /// The newest messages, which parts that come alone belong to.
    authors: Vec<(Name, Author)>,
    /// The message that is being read is a request that was taken in.
    asks: bool,
    /// Tools were called in the message that is being read.
    calls: bool,
    /// How its usage is told: by steps, or by the message alone.
    steps: bool,
    /// The session that a stream of many is read for: the first that it tells of.
    own: Option<Name>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Author {
    Person,
    Model,
    /// The model, to itself: what is left of a conversation that was too long.
    Summary,
    /// Told already, or copied.
    Old,
}

impl Session {
    /// A session of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            track: Track::new(who, settings),
            done_ms: i64::MIN,
            settled_ms: i64::MIN,
            inherited_ms: i64::MIN,
            authors: Vec::new(),
            asks: false,
            calls: false,
            steps: false,
            own: None,
        })
    }

    fn read(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        if let Some(session) = &entry.session.0 {
            return self.session(session, out);
        }
        if entry.messages.is_some() {
            if let Some(session) = &entry.info.0 {
                self.session(session, out);
            }
            for message in entry.messages.items() {
                let message: Entry<'_> = message.object();
                self.read_message(&message, out);
            }
            return;
        }
        if entry.info.0.is_some() && !entry.kind.is_some() {
            return self.read_message(entry, out);
        }
        self.event(entry, out);
    }

    /// A message with all of its parts.
    fn read_message(&mut self, entry: &Entry<'_>, out: &mut Out<'_>) {
        let Some(info) = &entry.info.0 else { return };
        let Some(author) = self.begin(info, out) else {
            return;
        };
        for part in entry.parts.items() {
            self.part(&part.object(), author, Some(info), out);
        }
        self.finish(info, author, out);
    }

    /// What is known of the session itself.
    fn session(&mut self, info: &Info<'_>, out: &mut Out<'_>) {
        self.learn(info);
        let created = info.time.0.as_ref().and_then(|time| time.created.int());
        out.ts = created.and_then(Time::from_ms);
        out.raw = Some("session".into());
        self.track.entitle(title(info), out);
        self.track.introduce(out);
    }

    /// Whose session it is, and where it comes from.
    fn learn(&mut self, info: &Info<'_>) {
        self.identify(info.id);
        if self.track.cwd.is_none() {
            self.track.cwd = info.directory.word().map(|cwd| cwd.into_owned());
        }
        if let Some(parent) = info.parent.word() {
            self.track.kind = SessionKind::Subagent;
            self.track.parent = Some(parent.as_ref().into());
        }
        let created = info.time.0.as_ref().and_then(|time| time.created.int());
        self.inherited_ms = created.unwrap_or(self.inherited_ms);
    }

    /// Learns whose records these are, where the name of the file does not tell.
    fn identify(&mut self, id: Raw<'_>) {
        let sid = &self.track.who.sid;
        let known = sid.starts_with("ses_") || is_uuid(sid);
        if !known
            && !self.track.is_introduced()
            && let Some(id) = id.word()
        {
            self.track.who.sid = id.as_ref().into();
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
            return self.track.misread(&text, out);
        };
        out.ts = entry.timestamp.int().and_then(Time::from_ms);
        self.read(&entry, out);
        Ok(())
    }

    fn idle(&mut self) {
        self.settled_ms = self.done_ms;
    }

    fn begins_with(&mut self, record: &[u8]) {
        let text = lossy(record);
        let entry: Entry<'_> = lenient::read(&text).unwrap_or_default();
        if let Some(info) = &entry.session.0 {
            self.learn(info);
            self.track.title = title(info).map(Cow::into_owned);
        }
    }
}

/// A session's title, once the model found one.
fn title<'a>(info: &Info<'a>) -> Option<Cow<'a, str>> {
    let provisional = ["New session - ", "Child session - "];
    let title = info.title.word();
    title.filter(|title| !provisional.iter().any(|it| title.starts_with(it)))
}

/// Whether a record is one of OpenCode's.
fn fit(text: &str) -> Fit {
    let Some(entry) = lenient::read::<Entry<'_>>(text) else {
        return Fit::No;
    };
    let has = |info: &Maybe<Info<'_>>| info.0.as_ref().is_some_and(|info| info.time.0.is_some());
    let own = |id: Raw<'_>, start: &str| id.text().is_some_and(|id| id.starts_with(start));
    let fits = entry.messages.is_some() && has(&entry.info)
        || entry.parts.is_some() && has(&entry.info)
        || has(&entry.session)
        || entry.part.0.is_some() && entry.session_id.is_some()
        || own(entry.session_id, "ses_")
        || own(entry.properties.field("sessionID"), "ses_")
        || stream::is_event(&entry.kind.text().unwrap_or_default()) && entry.properties.is_some()
        || is_session(text);
    if fits { Fit::Surely } else { Fit::No }
}

/// Whether it is the file of a session as it was kept before there was a store.
fn is_session(text: &str) -> bool {
    lenient::read::<Info<'_>>(text).is_some_and(|info| {
        let named = info.id.text().is_some_and(|id| id.starts_with("ses_"));
        // Others who write such files have ids of their own.
        let filed = info.id.is_some() && info.project.is_some();
        (named || filed) && info.directory.is_some() && info.time.0.is_some()
    })
}

/// Whether a record is a request, at a glance.
fn is_request(bytes: &[u8]) -> bool {
    let text = lossy(bytes);
    lenient::read::<Entry<'_>>(&text).is_some_and(|entry| {
        let info = entry.info.0.as_ref();
        info.is_some_and(|info| info.role.0 == "\"user\"")
            && entry.parts.items().iter().any(|part| {
                let part: record::Part<'_> = part.object();
                message::request(&part).is_some()
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dialect::Speak as _;
    use crate::wire::event::{Body, Src};

    const ASKED: &str = r#"{"info":{"id":"m1","role":"user","time":{"created":1000}},"parts":[{"id":"p1","type":"text","text":"Go"}]}"#;
    const FAILED: &str = r#"{"info":{"id":"m0","role":"assistant","error":{"name":"MessageAbortedError"},"time":{"created":1500}},"parts":[]}"#;
    const DONE: &str = r#"{"info":{"id":"m2","role":"assistant","finish":"stop","time":{"created":2000,"completed":3000}},"parts":[{"id":"p2","type":"text","text":"Done."}]}"#;

    #[test]
    fn a_message_that_comes_again_is_told_once_however_long_the_session_rests() {
        let who = Identity {
            source: "opencode".into(),
            agent: None,
            sid: "ses_1".into(),
            session: None,
        };
        let mut session = Session::boxed(who, Settings::default());
        let mut read = |record: &str| -> Vec<&'static str> {
            let (mut events, mut remarks) = (Vec::new(), Vec::new());
            let src = Src::clock();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            session.record(record.as_bytes(), &mut out).expect(record);
            session.rest();
            let told = events.iter().filter_map(|event| match &event.body {
                Body::RunStart(_) => {
                    assert!(matches!(event.run.as_deref(), Some("m1" | "m3")));
                    Some("start")
                }
                Body::Text(_) => Some("text"),
                Body::RunEnd(_) => Some("end"),
                _ => None,
            });
            told.collect()
        };
        let bare = ASKED.replace(r#"{"id":"p1","type":"text","text":"Go"}"#, "");
        assert!(read(&bare).is_empty(), "its text comes a little later");
        assert_eq!(read(ASKED), ["start"]);
        assert!(read(ASKED).is_empty());
        let late = ASKED.replace(r#""time""#, r#""summary":{"title":"Going"},"time""#);
        assert_eq!(read(FAILED), ["end"]);
        assert!(read(&late).is_empty(), "it has a summary, and is no news");
        assert!(read(FAILED).is_empty());
        assert_eq!(
            read(&ASKED.replace("1000", "1800").replace("m1", "m3")),
            ["start"]
        );
        assert_eq!(read(DONE), ["text", "end"]);
        assert!(read(&late).is_empty());
        assert!(read(DONE).is_empty());
        assert!(read(ASKED).is_empty());
    }
}

//! The closed boundary of dialects: what the reader asks of any of them.
//!
//! A further agent is one place in this room that holds a [`Speak`] and an
//! [`About`], and one line in the table at the foot of this file.

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::about::About;
use super::openclaw::Row;
use super::out::{Identity, Out};
use crate::wire::event::Name;

/// What a dialect needs to be told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Keep texts and inputs whole.
    pub full: bool,
    /// The transcript appears only after the first answer: a row announces the run.
    pub deferred_flush: bool,
    /// The transcript goes on with another one of the same session; its history is not inherited.
    pub successor: bool,
}

/// A record that could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(String);

impl Broken {
    /// What a parser has to say about `text`, which is no object.
    pub(super) fn why(text: &str) -> Self {
        Self(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => "not a JSON object".to_owned(),
            Err(error) => format!("not a JSON object: {error}"),
        })
    }
}

/// One session as a dialect understands it.
///
/// What only a source with index rows can tell has a default.
pub(super) trait Speak {
    /// Whose records these are.
    fn who(&self) -> &Identity;

    /// Reads one record: a line of a file, a row of a store, a document that is rewritten whole.
    ///
    /// # Errors
    ///
    /// [`Broken`] where it is none at all. Everything else gives events or a remark.
    fn record(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken>;

    /// Whether a run is under way as far as records tell.
    fn is_open(&self) -> bool;

    /// The newest run's id.
    fn newest_run(&self) -> Option<&Name>;

    /// Whether a call of the newest run waits for its result.
    fn is_pending(&self) -> bool;

    /// Whether time matters to it: a run, a background job or a wait is under way.
    fn is_watched(&self) -> bool;

    /// Requests seen so far.
    fn requests(&self) -> u64;

    /// Reading begins behind `requests` requests that are not read again.
    fn resume(&mut self, requests: u64);

    /// The transcript is gone, and nothing more will come of it.
    fn vanished(&mut self, out: &mut Out<'_>);

    /// Nothing more is read: tells what was held back until more would come.
    fn ended(&mut self, _out: &mut Out<'_>) {}

    /// Lets go of what only an open run needs.
    fn rest(&mut self);

    /// The records of a transcript begin anew from its first byte.
    fn rewound(&mut self, reason: &str, out: &mut Out<'_>);

    /// The session was started by another one, as the place of its transcript tells.
    fn child_of(&mut self, _parent: Name) {}

    /// Reading begins behind `record`, the first of the transcript, which says whose it is.
    fn head(&mut self, _record: &[u8]) {}

    /// What stands in the file beside a sub-agent's transcript; gives whether it said anything.
    fn beside(&mut self, _bytes: &[u8]) -> bool {
        false
    }

    /// What the session's newest row said.
    fn known(&self) -> Option<&Row> {
        None
    }

    /// Takes in what the session's row says, before its records are read.
    fn learn(&mut self, _session: Option<Name>, _row: Arc<Row>) {}

    /// Says what the row means, once the transcript was read to its end.
    fn judge(&mut self, _out: &mut Out<'_>) {}

    /// The records that follow stand in another transcript, which goes on with this session.
    fn goes_on(&mut self) {}

    /// Reads one record of the log that is kept of its stream, beside its transcript.
    fn stream(&mut self, _bytes: &[u8], _out: &mut Out<'_>) {}
}

/// Writes the closed set of dialects down: the sources, and what they share.
macro_rules! dialects {
    ( $( $(#[$meta:meta])* $name:ident($session:ty) = $about:expr, $new:expr; )+ ) => {
        /// A family of transcripts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Source { $( $(#[$meta])* $name, )+ }

        impl Source {
            /// Every source, in the order that they are shown in.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What is known of it.
            #[must_use]
            pub fn about(self) -> &'static About {
                match self { $( Self::$name => &$about, )+ }
            }

            /// A session of it of which nothing was read yet.
            #[must_use]
            pub fn dialect(self, who: Identity, settings: Settings) -> Dialect {
                match self { $( Self::$name => Dialect::$name($new(who, settings)), )+ }
            }
        }

        /// One session as its source's dialect understands it.
        #[derive(Debug)]
        #[expect(
            clippy::large_enum_variant,
            reason = "thousands are of the largest kind, and one box holds all of a session"
        )]
        pub enum Dialect { $( $(#[$meta])* $name($session), )+ }

        impl Dialect {
            fn speaker(&self) -> &dyn Speak {
                match self { $( Self::$name(session) => session, )+ }
            }

            fn speaker_mut(&mut self) -> &mut dyn Speak {
                match self { $( Self::$name(session) => session, )+ }
            }

            /// The family of its transcripts.
            #[must_use]
            pub fn source(&self) -> Source {
                match self { $( Self::$name(_) => Source::$name, )+ }
            }

            /// Reads one record: a line of a file, a row of a store, a document that is rewritten whole.
            ///
            /// # Errors
            ///
            /// [`Broken`] where it is none at all. Everything else gives events or a remark.
            pub fn record(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
                match self { $( Self::$name(session) => session.record(bytes, out), )+ }
            }
        }
    };
}

impl Source {
    /// The source of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|source| source.name() == name)
    }

    /// Its name on the wire and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.about().name
    }

    /// Whether a record is a request, at a glance.
    #[must_use]
    pub fn is_request(self, bytes: &[u8]) -> bool {
        (self.about().is_request)(bytes)
    }
}

impl Dialect {
    /// Whose records these are.
    #[must_use]
    pub fn who(&self) -> &Identity {
        self.speaker().who()
    }

    /// What the session's newest row said.
    #[must_use]
    pub fn known(&self) -> Option<&Row> {
        self.speaker().known()
    }

    /// Whether a run is under way as far as records tell.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.speaker().is_open()
    }

    /// The newest run's id.
    #[must_use]
    pub fn newest_run(&self) -> Option<&Name> {
        self.speaker().newest_run()
    }

    /// Whether a call of the newest run waits for its result.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.speaker().is_pending()
    }

    /// Whether time matters to it: a run, a background job or a wait is under way.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.speaker().is_watched()
    }

    /// Requests seen so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.speaker().requests()
    }

    /// Reading begins behind `requests` requests that are not read again.
    pub fn resume(&mut self, requests: u64) {
        self.speaker_mut().resume(requests);
    }

    /// The transcript is gone, and nothing more will come of it.
    pub fn vanished(&mut self, out: &mut Out<'_>) {
        self.speaker_mut().vanished(out);
    }

    /// Nothing more is read: tells what was held back until more would come.
    pub fn ended(&mut self, out: &mut Out<'_>) {
        self.speaker_mut().ended(out);
    }

    /// Lets go of what only an open run needs.
    pub fn rest(&mut self) {
        self.speaker_mut().rest();
    }

    /// The records that follow stand in another transcript, which goes on with this session.
    pub fn goes_on(&mut self) {
        self.speaker_mut().goes_on();
    }

    /// Reads one record of the log that is kept of its stream, beside its transcript.
    pub fn stream(&mut self, bytes: &[u8], out: &mut Out<'_>) {
        self.speaker_mut().stream(bytes, out);
    }

    /// The session was started by another one, as the place of its transcript tells.
    pub fn child_of(&mut self, parent: Name) {
        self.speaker_mut().child_of(parent);
    }

    /// Reading begins behind `record`, the first of the transcript, which may say whose it is.
    pub fn head(&mut self, record: &[u8]) {
        self.speaker_mut().head(record);
    }

    /// Takes in the file beside a sub-agent's transcript; gives whether it said anything.
    pub fn beside(&mut self, bytes: &[u8]) -> bool {
        self.speaker_mut().beside(bytes)
    }

    /// Takes in what the session's row says, before its records are read.
    pub fn learn(&mut self, session: Option<Name>, row: Arc<Row>) {
        self.speaker_mut().learn(session, row);
    }

    /// Says what the row means, once the transcript was read to its end.
    pub fn judge(&mut self, out: &mut Out<'_>) {
        self.speaker_mut().judge(out);
    }

    /// The records of a transcript begin anew from its first byte.
    ///
    /// What was shown is remembered, so that only what is new gives events.
    pub fn rewound(&mut self, reason: &str, out: &mut Out<'_>) {
        self.speaker_mut().rewound(reason, out);
    }
}

dialects! {
    /// OpenClaw: files up to 2026.7, SQLite stores since.
    OpenClaw(super::openclaw::Session) = super::openclaw::ABOUT, super::openclaw::Session::new;
    /// Claude Code.
    Claude(Box<super::claude::Session>) = super::claude::ABOUT, super::claude::Session::boxed;
    /// Codex.
    Codex(Box<super::codex::Session>) = super::codex::ABOUT, super::codex::Session::boxed;
    /// The Agent Client Protocol.
    Acp(Box<super::acp::Log>) = super::acp::ABOUT, super::acp::Log::boxed;
    /// Copilot CLI.
    Copilot(Box<super::copilot::Session>) = super::copilot::ABOUT, super::copilot::Session::boxed;
    /// Gemini CLI.
    Gemini(Box<super::gemini::Session>) = super::gemini::ABOUT, super::gemini::Session::boxed;
    /// Kimi Code.
    Kimi(Box<super::kimi::Session>) = super::kimi::ABOUT, super::kimi::Session::boxed;
    /// Qwen Code.
    Qwen(Box<super::qwen::Session>) = super::qwen::ABOUT, super::qwen::Session::boxed;
    /// Cursor.
    Cursor(Box<super::cursor::Session>) = super::cursor::ABOUT, super::cursor::Session::boxed;
    /// Droid.
    Droid(Box<super::droid::Session>) = super::droid::ABOUT, super::droid::Session::boxed;
    /// Grok.
    Grok(Box<super::grok::Session>) = super::grok::ABOUT, super::grok::Session::boxed;
    /// OpenCode.
    OpenCode(Box<super::opencode::Session>) = super::opencode::ABOUT, super::opencode::Session::boxed;
    /// pi, which OpenClaw is built on.
    Pi(Box<super::pi::Session>) = super::pi::ABOUT, super::pi::Session::boxed;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_no_larger_for_there_being_other_dialects() {
        let own = size_of::<crate::source::openclaw::Session>();
        let any = size_of::<Dialect>();
        assert!(any <= own + 16, "{any} bytes, and OpenClaw's alone {own}");
    }
}

//! The Agent Client Protocol: what an editor and an agent say to each other, a message a line.
//!
//! A log of it has to hold both directions: a turn begins with a request of the
//! editor and ends with the agent's response to it, and a wait for permission is
//! the same the other way round. Lines are messages themselves, or frames around
//! them that may add a time. One log may hold several sessions.

mod ask;
mod call;
mod frame;
mod record;
mod speech;
mod turn;
mod update;

use foldhash::{HashMap, HashSet};
use record::{Message, Params};
use serde::de::IgnoredAny;

use super::about::{About, Knows};
use super::dialect::{Broken, Settings};
use super::lenient::{self, Raw, lossy};
use super::out::{Identity, Out};
use super::track::{Track, Tracked};
use crate::wire::event::{Name, Outcome, Phase, RunEnd};

/// What the protocol's dialect is, for whoever chooses one.
pub(super) const ABOUT: About = About {
    name: "acp",
    title: "Agent Client Protocol",
    fit: frame::fit,
    is_request: frame::is_request,
    knows: Knows {
        start: "the editor's prompt",
        end: "explicit: the response to the prompt",
        blocked: "permissions and questions, where both directions are in the log",
        children: "calls within calls, where the agent says so",
        usage: "how full the context is, and the cost, where the agent tells",
    },
};

/// More sessions in one log are no log of an editor.
const MOST_SESSIONS: usize = 64;
/// Requests without a response that are remembered.
const MOST_REQUESTS: usize = 1_024;

/// One log.
#[derive(Debug)]
pub struct Log {
    settings: Settings,
    /// Never empty; the first is nobody's until a message names a session.
    sessions: Vec<Session>,
    /// The session that whoever asks about this log is told of.
    current: usize,
    /// The agent's name, as it introduced itself.
    agent: Option<Name>,
    /// Requests of the editor without a response, by id.
    asked: HashMap<Box<str>, Asked>,
    /// Requests of the agent without a response: which session, and which wait.
    waits: HashMap<Box<str>, (usize, Name)>,
    /// Other requests of the agent without a response, for files and terminals.
    served: HashSet<Box<str>>,
}

/// What the editor asked for.
#[derive(Debug)]
enum Asked {
    /// The agent's name comes with the response.
    Hello,
    /// A new session in that directory; its id comes with the response.
    Session(Option<String>),
    /// A session is read again: until the response, its updates are history.
    History(usize),
    Prompt(usize),
}

/// One session of a log.
#[derive(Debug)]
struct Session {
    track: Track,
    named: bool,
    /// Its history is told again.
    replays: bool,
    speech: speech::Speech,
    /// Options of the newest wait that say no.
    refusals: Vec<Name>,
    /// Calls that a person refused, and what that makes of them.
    refused: Vec<(Name, Outcome)>,
    /// What is known of calls that go on.
    calls: HashMap<Name, call::Known>,
    /// What the session had cost when its newest run began, and costs now.
    cost: (f64, f64),
}

impl Session {
    fn new(who: Identity, settings: Settings) -> Self {
        Self {
            track: Track::new(who, settings),
            named: false,
            replays: false,
            speech: speech::Speech::default(),
            refusals: Vec::new(),
            refused: Vec::new(),
            calls: HashMap::default(),
            cost: (0.0, 0.0),
        }
    }
}

impl Log {
    /// A log of which nothing was read yet.
    pub(super) fn boxed(who: Identity, settings: Settings) -> Box<Self> {
        Box::new(Self {
            settings,
            sessions: vec![Session::new(who, settings)],
            current: 0,
            agent: None,
            asked: HashMap::default(),
            waits: HashMap::default(),
            served: HashSet::default(),
        })
    }

    /// The session of that id, which may be a new one.
    fn session(&mut self, id: Raw<'_>) -> usize {
        let Some(id) = id.word() else {
            return self.current;
        };
        let known = |session: &Session| session.named && *session.track.who.sid == *id;
        if let Some(at) = self.sessions.iter().position(known) {
            return at;
        }
        let first = &self.sessions[0];
        let at = match first.named || first.track.is_introduced() {
            false => 0,
            true if self.sessions.len() < MOST_SESSIONS => {
                let who = first.track.who.clone();
                self.sessions.push(Session::new(who, self.settings));
                self.sessions.len() - 1
            }
            true => return self.current,
        };
        let session = &mut self.sessions[at];
        session.named = true;
        session.track.who.sid = id.as_ref().into();
        session.track.who.agent = self.agent.clone().or(session.track.who.agent.take());
        at
    }

    fn message(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let method = message.method.text().unwrap_or_default();
        if method.is_empty() {
            return self.response(message, out);
        }
        let nothing = Params::default();
        let params = message.params.0.as_ref().unwrap_or(&nothing);
        out.raw = Some(method.clone().into_owned().into());
        match &*method {
            "initialize" => self.expect(message.id, Asked::Hello),
            "session/new" | "session/fork" => {
                let cwd = params.cwd.word().map(|cwd| cwd.into_owned());
                self.expect(message.id, Asked::Session(cwd));
            }
            "session/load" => {
                let at = self.session(params.session);
                self.sessions[at].replays = true;
                self.located(at, params);
                self.expect(message.id, Asked::History(at));
            }
            "session/resume" => {
                let at = self.session(params.session);
                self.located(at, params);
            }
            "session/prompt" => {
                let at = self.session(params.session);
                self.current = at;
                self.sessions[at].prompt(message.id, params.prompt, out);
                self.expect(message.id, Asked::Prompt(at));
            }
            "session/update" => {
                let at = self.session(params.session);
                if let Some(update) = &params.update.0 {
                    self.sessions[at].update(update, out);
                }
                self.settle(at);
            }
            "session/request_permission" | "elicitation/create" => {
                let at = self.session(params.session);
                if let Some(wait) = self.sessions[at].ask(&method, message.id, params, out)
                    && self.waits.len() < MOST_REQUESTS
                {
                    self.waits.insert(message.id.0.into(), (at, wait));
                }
                self.settle(at);
            }
            "session/set_model" => {
                let at = self.session(params.session);
                self.sessions[at].track.model(params.model.word(), out);
            }
            method if frame::is_served(method) => {
                if message.id.is_some() && self.served.len() < MOST_REQUESTS {
                    self.served.insert(message.id.0.into());
                }
            }
            method if frame::is_known(method) => {}
            other => self.sessions[self.current].track.unknown(other, out),
        }
    }

    fn located(&mut self, at: usize, params: &Params<'_>) {
        if let Some(cwd) = params.cwd.word() {
            self.sessions[at].track.cwd = Some(cwd.into_owned());
        }
    }

    fn expect(&mut self, id: Raw<'_>, asked: Asked) {
        if id.is_some() && self.asked.len() < MOST_REQUESTS {
            self.asked.insert(id.0.into(), asked);
        }
    }

    /// A response names nothing but the id of its request, and both sides count their own:
    /// what it holds tells which one it is of.
    fn response(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let result = message.result;
        let decides = result.field("outcome").is_some() || result.field("action").is_some();
        let waited = self.waits.contains_key(message.id.0);
        if waited && (decides || !self.asked.contains_key(message.id.0)) {
            if let Some((at, wait)) = self.waits.remove(message.id.0) {
                out.raw = Some("session/request_permission/response".into());
                self.sessions[at].decided(&wait, result, out);
            }
            return;
        }
        let ends = result.field("stopReason").is_some();
        let is_served = !ends && self.served.remove(message.id.0);
        let prompt = matches!(self.asked.get(message.id.0), Some(Asked::Prompt(_)));
        // The editor's answer to a request of the agent's that bears the same id as the prompt.
        if prompt && !ends && (is_served || !message.error.is_some()) {
            return;
        }
        match self.asked.remove(message.id.0) {
            Some(Asked::Hello) => {
                let name = result.field("agentInfo").field("name").word();
                self.agent = name.map(|name| name.as_ref().into());
                let first = &mut self.sessions[0];
                if !first.track.is_introduced() && self.agent.is_some() {
                    first.track.who.agent.clone_from(&self.agent);
                }
            }
            Some(Asked::Session(cwd)) if result.field("sessionId").is_some() => {
                let at = self.session(result.field("sessionId"));
                let track = &mut self.sessions[at].track;
                track.cwd = cwd;
                let model = result.field("models").field("currentModelId").word();
                track.model = model.map(|model| model.as_ref().into());
            }
            Some(Asked::History(at)) => self.sessions[at].replays = false,
            Some(Asked::Prompt(at)) => {
                out.raw = Some("session/prompt/response".into());
                self.sessions[at].answered(result, message.error, out);
                self.settle(at);
            }
            // The log begins in the middle of a turn, or has one direction alone.
            None if ends => {
                if let Some(at) = self.only_open() {
                    out.raw = Some("session/prompt/response".into());
                    self.sessions[at].answered(result, message.error, out);
                    self.settle(at);
                }
            }
            Some(Asked::Session(_)) | None => {}
        }
    }

    /// The session that is under way, where no other is.
    fn only_open(&self) -> Option<usize> {
        let all = self.sessions.iter().enumerate();
        let mut open = all.filter(|(_, session)| session.track.is_open());
        let (at, _) = open.next()?;
        open.next().is_none().then_some(at)
    }

    /// Speaks for the session that was heard last, or for one that is under way.
    fn settle(&mut self, heard: usize) {
        self.current = heard;
        if !self.sessions[heard].track.is_open()
            && let Some(open) = self.sessions.iter().position(|it| it.track.is_open())
        {
            self.current = open;
        }
    }
}

impl Tracked for Log {
    fn track(&self) -> &Track {
        &self.sessions[self.current].track
    }

    fn track_mut(&mut self) -> &mut Track {
        &mut self.sessions[self.current].track
    }

    fn step(&mut self, bytes: &[u8], out: &mut Out<'_>) -> Result<(), Broken> {
        let text = lossy(bytes);
        let Some(line) = lenient::read::<Message<'_>>(&text) else {
            let is_object = text.trim_start().starts_with('{');
            if !is_object || serde_json::from_str::<IgnoredAny>(&text).is_err() {
                return Err(Broken::why(&text));
            }
            self.track_mut().unknown("", out);
            return Ok(());
        };
        out.ts = frame::time_of(&line);
        match frame::inner(&line) {
            _ if line.version.is_some() => self.message(&line, out),
            Some(message) => self.message(&message, out),
            None => {
                let kind = line.kind.text().unwrap_or_default();
                self.track_mut().unknown(&kind, out);
            }
        }
        Ok(())
    }

    fn held(&mut self, out: &mut Out<'_>) {
        for session in &mut self.sessions {
            session.flush(Phase::Unknown, out);
        }
    }

    fn gone(&mut self, out: &mut Out<'_>) {
        for session in &mut self.sessions {
            let track = &mut session.track;
            track.end_by_records(Some(RunEnd::GONE), out);
        }
    }

    fn idle(&mut self) {
        self.asked.clear();
        self.waits.clear();
        self.served.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::dialect::Speak as _;
    use crate::wire::event::{Body, Src};

    fn message(line: &str) -> String {
        format!(r#"{{"jsonrpc":"2.0",{line}}}"#)
    }

    fn prompt(id: u32, session: &str) -> String {
        let params = format!(r#"{{"sessionId":"{session}","prompt":[]}}"#);
        message(&format!(
            r#""id":{id},"method":"session/prompt","params":{params}"#
        ))
    }

    fn works(session: &str) -> String {
        let update =
            r#"{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"I go. "}}"#;
        let params = format!(r#"{{"sessionId":"{session}","update":{update}}}"#);
        message(&format!(r#""method":"session/update","params":{params}"#))
    }

    fn request(id: u32, method: &str) -> String {
        message(&format!(r#""id":{id},"method":"{method}","params":{{}}"#))
    }

    fn response(id: u32, what: &str) -> String {
        message(&format!(r#""id":{id},{what}"#))
    }

    /// The sessions that end by `lines`, and how.
    fn ends(lines: &[String]) -> Vec<String> {
        let who = Identity {
            source: "acp".into(),
            agent: None,
            sid: "log".into(),
            session: None,
        };
        let mut log = Log::boxed(who, Settings::default());
        let (mut events, mut remarks) = (Vec::new(), Vec::new());
        for line in lines {
            let src = Src::clock();
            let mut out = Out::new(&mut events, &mut remarks, &src);
            log.record(line.as_bytes(), &mut out).expect("a record");
        }
        let ends = events.iter().filter_map(|event| match &event.body {
            Body::RunEnd(end) => {
                let sid = event.sid.as_deref().unwrap_or_default();
                Some(format!("{sid} {}", end.outcome.as_str()))
            }
            _ => None,
        });
        ends.collect()
    }

    const STOPS: &str = r#""result":{"stopReason":"end_turn"}"#;
    const FAILS: &str = r#""error":{"code":-32000,"message":"no such file"}"#;

    #[test]
    fn an_answer_to_the_agent_is_none_to_the_prompt_of_the_same_id() {
        let read = r#""result":{"content":"x"}"#;
        let cases: [(&[String], &[&str]); 6] = [
            (&[response(2, STOPS)], &["s1 ok"]),
            (&[response(2, FAILS)], &["s1 error"]),
            (&[response(2, read)], &[]),
            (
                &[
                    request(2, "fs/read_text_file"),
                    response(2, read),
                    response(2, STOPS),
                ],
                &["s1 ok"],
            ),
            (&[request(2, "fs/read_text_file"), response(2, FAILS)], &[]),
            (
                &[
                    request(2, "terminal/create"),
                    response(2, FAILS),
                    response(2, FAILS),
                ],
                &["s1 error"],
            ),
        ];
        for (lines, want) in cases {
            let lines = [&[prompt(2, "s1")], lines].concat();
            assert_eq!(ends(&lines), want, "{lines:?}");
        }
    }

    #[test]
    fn an_answer_to_nobody_knows_what_ends_a_turn_where_one_alone_is_under_way() {
        let cases: [(&[String], &[&str]); 3] = [
            (&[works("s1"), response(9, STOPS)], &["s1 ok"]),
            (&[works("s1"), works("s2"), response(9, STOPS)], &[]),
            (
                &[
                    works("s1"),
                    prompt(3, "s2"),
                    response(3, STOPS),
                    response(9, STOPS),
                ],
                &["s2 ok", "s1 ok"],
            ),
        ];
        for (lines, want) in cases {
            assert_eq!(ends(lines), want, "{lines:?}");
        }
    }
}

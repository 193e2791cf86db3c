//! Hooks beside the transcripts that are followed: both streams go to one listener, in the order in which they
//! are to be believed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::following::Listener;
use super::owed::Owed;
use super::resume::{Keep, Want};
use crate::hook::{Heard, Merge};
use crate::store::{SpoolLine, SpoolReader};
use crate::wire::event::{Body, Event, Name, Src, SrcKind};
use crate::wire::time::Time;

/// A person is taken to have answered after this long, whatever else is heard.
const ANSWERED: Duration = Duration::from_secs(1_800);

/// Hooks from before following began count if they are no older: 2 hours, in milliseconds.
const FRESH_MS: i64 = 2 * 3_600 * 1_000;

/// A session by its source and its id.
type Session = (Name, Name);

/// The spool of hooks, and what joins it to transcripts.
#[derive(Debug)]
pub struct Hooks {
    spool: SpoolReader,
    at: Name,
    merge: Merge,
    /// Sessions that transcripts told of; none where every session counts.
    known: Option<HashSet<Session>>,
    /// When following begins; none once it has.
    begins: Option<Time>,
}

impl Hooks {
    /// The hooks in `spool`, following at `now`; of every session, or only of those that transcripts tell of.
    #[must_use]
    pub fn new(spool: SpoolReader, now: Time, every_session: bool) -> Self {
        Self {
            at: spool.path().to_string_lossy().as_ref().into(),
            spool,
            merge: Merge::new(ANSWERED),
            known: (!every_session).then(HashSet::new),
            begins: Some(now),
        }
    }

    /// What was appended since the last time and is to be believed.
    fn read(&mut self) -> Vec<Event> {
        let mut heard = Vec::new();
        let at = &self.at;
        let mut take =
            |line: &[u8], place: SpoolLine| heard.extend(Heard::read(line, src(at, &place)));
        // What cannot be read now may be readable the next time; transcripts go on meanwhile.
        while matches!(self.spool.read(&mut take), Ok(true)) {}
        if let Some(now) = self.begins.take() {
            heard = newest(heard, now);
        }
        if let Some(known) = &self.known {
            heard.retain(|heard| {
                session(&heard.event).is_some_and(|session| known.contains(&session))
            });
        }
        let merge = &mut self.merge;
        heard
            .into_iter()
            .filter_map(|heard| merge.hook(heard))
            .collect()
    }
}

/// Of what was there when following began, how each session stands that is still fresh.
fn newest(heard: Vec<Heard>, now: Time) -> Vec<Heard> {
    let mut newest: HashMap<Session, Heard> = HashMap::new();
    for heard in heard {
        let fresh = heard
            .event
            .ts
            .is_some_and(|ts| now.since_ms(ts) <= FRESH_MS);
        let Some(session) = session(&heard.event).filter(|_| fresh) else {
            continue;
        };
        let known = newest.get(&session);
        if known.is_none_or(|known| known.order < heard.order) {
            newest.insert(session, heard);
        }
    }
    let mut newest: Vec<_> = newest.into_values().collect();
    newest.sort_unstable_by_key(|heard| heard.order);
    newest
}

fn src(at: &Name, place: &SpoolLine) -> Src {
    Src {
        kind: SrcKind::Hook,
        at: Some(at.clone()),
        generation: Some(format!("{:x}", place.generation).into()),
        off: Some(place.offset),
        seq: None,
        end: Some(place.end),
        n: 0,
    }
}

fn session(event: &Event) -> Option<Session> {
    let sid = event.sid.as_ref().or(event.session.as_ref())?;
    Some((event.source.clone(), sid.clone()))
}

/// A listener that hears hooks too.
#[derive(Debug)]
pub struct Hooked<'l, L> {
    listener: &'l mut L,
    hooks: Option<Hooks>,
}

impl<'l, L: Listener> Hooked<'l, L> {
    /// `listener`, with `hooks` where there are any.
    pub fn new(listener: &'l mut L, hooks: Option<Hooks>) -> Self {
        Self { listener, hooks }
    }
}

impl<L: Listener> Listener for Hooked<'_, L> {
    type Error = L::Error;

    fn event(&mut self, event: &mut Event) -> Result<(), L::Error> {
        if let Some(hooks) = &mut self.hooks {
            let names = matches!(
                event.body,
                Body::SessionStart(_) | Body::RunStart(_) | Body::Live(_)
            );
            if let (true, Some(known)) = (names, &mut hooks.known) {
                known.extend(session(event));
            }
            if let Some(mut cleared) = hooks.merge.other(event) {
                self.listener.event(&mut cleared)?;
            }
        }
        self.listener.event(event)
    }

    fn drained(&mut self, notes: Vec<String>) -> Result<(), L::Error> {
        if let Some(hooks) = &mut self.hooks {
            for mut event in hooks.read() {
                self.listener.event(&mut event)?;
            }
        }
        self.listener.drained(notes)
    }

    fn owed(&mut self, owed: Owed) {
        self.listener.owed(owed);
    }

    fn keep(&mut self, places: Keep) {
        self.listener.keep(places);
    }

    fn keeps(&self) -> Want {
        self.listener.keeps()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::{Payload, line};
    use crate::store::{self, StateDir};

    /// Every status that came, and every other type.
    #[derive(Default)]
    struct Heap(Vec<String>);

    impl Listener for Heap {
        type Error = std::convert::Infallible;

        fn event(&mut self, event: &mut Event) -> Result<(), Self::Error> {
            self.0.push(match &event.body {
                Body::Status(status) => status.state.to_string(),
                body => body.kind().to_owned(),
            });
            Ok(())
        }

        fn drained(&mut self, _: Vec<String>) -> Result<(), Self::Error> {
            Ok(())
        }

        fn keep(&mut self, _: Keep) {}
    }

    const NOW: Time = Time(1_790_346_600_000);

    fn called(state: &StateDir, seconds: i64, sid: &str, event: &str) {
        let text = format!(r#"{{"session_id":"{sid}","hook_event_name":"{event}"}}"#);
        let at_ns = u64::try_from(NOW.plus_ms(seconds * 1_000).0).expect("after 1970") * 1_000_000;
        let line = line("claude", &Payload::read(text.as_bytes()), at_ns).expect("a line");
        store::append(state.path(), &line).expect("appends");
    }

    fn record(seconds: i64, body: &str) -> Event {
        let text = format!(
            r#"{{"v":1,{body},"ts":"{}","source":"claude","sid":"s","src":{{"kind":"file","n":0}}}}"#,
            NOW.plus_ms(seconds * 1_000)
        );
        Event::read(text.as_bytes()).expect("an event")
    }

    #[test]
    fn both_streams_go_to_one_listener() {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        // Before following: only how it stands counts, and only while it is fresh.
        called(&state, -9_000, "old", "UserPromptSubmit");
        called(&state, -20, "s", "UserPromptSubmit");
        called(&state, -10, "s", "PermissionRequest");
        called(&state, -5, "unknown", "UserPromptSubmit");
        let hooks = Hooks::new(SpoolReader::new(state.clone()), NOW, false);
        let mut heap = Heap::default();
        let mut hooked = Hooked::new(&mut heap, Some(hooks));
        let start = r#""type":"run.start","cause":"user","run":"r""#;
        let end = r#""type":"tool.end","call":"c","outcome":"ok""#;
        let told = hooked
            .event(&mut record(-30, start))
            .and_then(|()| hooked.drained(Vec::new()))
            .and_then(|()| hooked.event(&mut record(1, end)));
        assert_eq!(told, Ok(()));
        called(&state, 2, "s", "Stop");
        called(&state, 2, "unknown", "Stop");
        assert_eq!(hooked.drained(Vec::new()), Ok(()));
        assert_eq!(
            heap.0,
            ["run.start", "blocked", "working", "tool.end", "idle"]
        );
    }

    #[test]
    fn without_hooks_nothing_is_added() {
        let mut heap = Heap::default();
        let mut hooked = Hooked::new(&mut heap, None);
        assert_eq!(hooked.event(&mut record(0, r#""type":"live""#)), Ok(()));
        assert_eq!(hooked.drained(Vec::new()), Ok(()));
        assert_eq!(heap.0, ["live"]);
    }
}

//! All sessions, and how they are found.

use std::collections::{BTreeMap, HashMap};

use crate::wire::event::{Event, Link, Name};
use crate::wire::time::Time;

use super::key::{At, RunKey};
use super::look::RunView;
use super::run::Run;
use super::session::Session;
use super::settings::Settings;

/// A session as another one may name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Sid(Name, Name),
    Named(Name, Name),
}

/// The state of every run that is known.
#[derive(Debug, Default)]
pub struct Board {
    pub(super) settings: Settings,
    pub(super) sessions: BTreeMap<u32, Session>,
    next: u32,
    /// Sessions by every way to name them; names repeat between installations.
    pub(super) places: HashMap<Place, Vec<u32>>,
    /// Sessions by the parent they name.
    pub(super) claims: HashMap<Place, Vec<u32>>,
    /// Runs by the child that a step of theirs names.
    pub(super) spawns: HashMap<Place, Vec<At>>,
    /// The first and the newest tick of any session.
    pub(super) ticks: Option<(Time, Time)>,
    /// Number of folds so far.
    pub(super) folds: u64,
    /// Runs on the board.
    pub(super) runs: usize,
    pub(super) swept: usize,
}

impl Board {
    /// An empty board.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            ..Self::default()
        }
    }

    /// Folds by other settings from now on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The run called `key`, if it is known.
    #[must_use]
    pub fn run(&self, key: &RunKey) -> Option<RunView<'_>> {
        let session = self.find(&key.source, &key.sid)?;
        let run = self.sessions.get(&session)?.run(&key.run)?;
        RunView::of(self, At { session, run })
    }

    /// The run whose frames have that key: every run is looked at.
    #[must_use]
    pub fn run_of_frame(&self, frame: &str) -> Option<RunView<'_>> {
        let runs = self.sessions.iter().flat_map(|(session, found)| {
            let runs = found.runs.keys();
            runs.map(|run| At {
                session: *session,
                run: *run,
            })
        });
        let of_frame = |at: &At| self.key(*at).is_some_and(|key| key.frame_key() == frame);
        RunView::of(self, runs.into_iter().find(of_frame)?)
    }

    pub(super) fn at(&self, at: At) -> Option<(&Session, &Run)> {
        let session = self.sessions.get(&at.session)?;
        Some((session, session.runs.get(&at.run)?.as_ref()))
    }

    pub(super) fn run_mut(&mut self, at: At) -> Option<&mut Run> {
        let session = self.sessions.get_mut(&at.session)?;
        session.runs.get_mut(&at.run).map(Box::as_mut)
    }

    pub(super) fn key(&self, at: At) -> Option<RunKey> {
        let (session, run) = self.at(at)?;
        Some(RunKey {
            source: session.source.clone(),
            sid: session.sid.clone(),
            run: run.id.clone()?,
        })
    }

    /// The session of that id.
    pub(super) fn session(&self, source: &Name, sid: &Name) -> Option<&Session> {
        self.sessions.get(&self.find(source, sid)?)
    }

    pub(super) fn find(&self, source: &Name, sid: &Name) -> Option<u32> {
        let place = Place::Sid(source.clone(), sid.clone());
        self.places.get(&place)?.first().copied()
    }

    /// The session of `event`, made if it is new; and whether it just got its name.
    ///
    /// A session without a UUID goes by its name.
    pub(super) fn meet(&mut self, event: &Event) -> Option<(u32, bool)> {
        let sid = event.sid.as_ref().or(event.session.as_ref())?;
        let no = match self.find(&event.source, sid) {
            Some(no) => no,
            None => {
                let no = self.next;
                self.next += 1;
                let mut session = Session::new(event.source.clone(), sid.clone());
                session.met = self.ticks.map(|(_, newest)| newest);
                self.sessions.insert(no, session);
                self.places
                    .insert(Place::Sid(event.source.clone(), sid.clone()), vec![no]);
                no
            }
        };
        let session = self.sessions.get_mut(&no)?;
        session.touched = self.folds;
        if session.agent.is_none() {
            session.agent.clone_from(&event.agent);
        }
        let named = session.name.is_none() && event.session.is_some();
        if let (true, Some(name)) = (named, &event.session) {
            session.name = Some(name.clone());
            let place = Place::Named(event.source.clone(), name.clone());
            self.places.entry(place).or_default().push(no);
        }
        Some((no, named))
    }

    /// The session that `link` names: by its UUID, else the newest of that name.
    pub(super) fn linked(&self, link: &Link) -> Option<u32> {
        self.linked_at(link, None)
    }

    /// The session that `link` named at `when`: a name goes over to a new session
    /// when a person begins anew, and a child stays with the one that started it.
    pub(super) fn linked_at(&self, link: &Link, when: Option<Time>) -> Option<u32> {
        if let Some(sid) = &link.sid
            && let Some(no) = self.find(&link.source, sid)
        {
            return Some(no);
        }
        let name = link.session.as_ref()?;
        let place = Place::Named(link.source.clone(), name.clone());
        let named = self.places.get(&place)?.iter();
        // By facts alone: the order in which sessions came must not matter.
        let named = named.filter_map(|no| {
            let session = self.sessions.get(no)?;
            Some((began(session), &session.sid, *no))
        });
        let then = |(began, _, _): &(Option<Time>, &Name, u32)| when.is_none() || *began <= when;
        let newest = named.clone().filter(then).max();
        newest.or_else(|| named.min()).map(|(_, _, no)| no)
    }

    /// Every way in which `link` could name a session.
    pub(super) fn places_of(link: &Link) -> impl Iterator<Item = Place> {
        let source = link.source.clone();
        let named = link.session.clone().map({
            let source = source.clone();
            move |name| Place::Named(source, name)
        });
        let by_sid = link.sid.clone().map(|sid| Place::Sid(source, sid));
        by_sid.into_iter().chain(named)
    }

    /// Every name of the session.
    pub(super) fn names_of(session: &Session) -> impl Iterator<Item = Place> + use<> {
        let source = session.source.clone();
        let by_sid = Place::Sid(source.clone(), session.sid.clone());
        let named = session.name.clone().map(|name| Place::Named(source, name));
        std::iter::once(by_sid).chain(named)
    }
}

/// When the session's first run began.
fn began(session: &Session) -> Option<Time> {
    session.runs.values().find_map(|run| run.started)
}

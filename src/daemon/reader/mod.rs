//! The reader: whole records of every session, turned into clean events.
//!
//! It joins the follower (disk) with the dialects (pure) and is the same for
//! `tail` and `run`. One-shot, what it gives depends on the input alone.

mod aside;
mod begin;
mod changes;
mod clock;
mod departed;
mod keep;
mod lines;
mod members;
mod records;
mod rows;
mod shelf;
mod stream;

pub(super) use aside::contained;
pub use clock::{system_time, wire_time};

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::links::Registry;
use super::owed::Owed;
use super::remarks::Oddities;
use super::resume::Kept;
use super::ticks::Rhythm;
use crate::follow::{Agenda, At, Follower, Id};
use crate::safe::redact::Redactor;
use crate::source::{Dialect, Remarks};
use crate::wire::event::{Body, Event, Name, Src};
use crate::wire::time::Time;
use departed::Departed;
use keep::Unkept;
use shelf::Shelf;

/// What the reader is asked to do.
pub struct Settings {
    /// Leave texts and inputs whole.
    pub full: bool,
    /// Only sessions whose name or UUID matches one of these; empty means all.
    pub sessions: Vec<regex::Regex>,
    /// Takes secrets out of what is emitted.
    pub redactor: Arc<Redactor>,
    /// While following: begin at the start of what is there, not at its open runs.
    pub from_start: bool,
}

/// A session without a record for this long is not read when following begins,
/// unless its row says that it runs: 2 hours.
const FRESH: Duration = Duration::from_secs(2 * 3_600);
/// An open run without a pending call is still fresh this long after its last record: 10 minutes.
const RECENT: Duration = Duration::from_secs(600);
/// `--resume` repeats runs that ended less than this ago: 15 minutes.
pub(super) const SETTLED: Duration = Duration::from_secs(900);

/// The file beside a sub-agent's transcript is looked for at so many of its changes.
const LOOKS_BESIDE: u8 = 8;

/// While following, a session gives way to others after so many bytes.
const TURN: u64 = 1 << 20;

/// A rotated or forked file waits so long for the row that says whose it is.
const CLAIM: Duration = Duration::from_secs(2);

/// Takes events; what it returns ends the reading.
pub type Emit<'a, E> = dyn FnMut(&mut Event) -> Result<(), E> + 'a;

/// One session while it is read.
struct Slot {
    dialect: Dialect,
    rhythm: Rhythm,
    /// Where the newest run begins.
    run_at: Option<(Name, At)>,
    /// When the newest run was last written to, by our clock...
    touched: SystemTime,
    /// ... and by the one that nobody sets.
    touched_at: Instant,
    /// Requests before the newest run.
    requests_before: u64,
    /// The number of the row that the dialect has learnt.
    learnt: Option<u64>,
    /// The row or the transcript changed since the row was judged.
    unjudged: bool,
    /// Our own code failed on it: it is read no more.
    aside: bool,
    /// How often the file beside its transcript may still be looked for: it comes a moment later.
    looks_beside: u8,
}

impl Slot {
    /// An event of the session that no record made.
    fn clock_event(&self, ts: Option<Time>, body: impl Into<Body>) -> Event {
        let who = self.dialect.who();
        Event {
            ts,
            source: who.source.clone(),
            session: who.session.clone(),
            sid: Some(who.sid.clone()),
            agent: who.agent.clone(),
            run: None,
            body: body.into(),
            src: Src::clock(),
            replay: false,
            raw: None,
            label: None,
        }
    }
}

/// Reads sessions and emits their events.
pub struct Reader {
    follower: Follower,
    settings: Settings,
    slots: HashMap<Id, Box<Slot>>,
    rows: Shelf,
    registry: Registry,
    odd: Oddities,
    buffer: Vec<Event>,
    remarks: Remarks,
    /// Places were kept by an earlier process: what has none is younger than it.
    resumes: bool,
    /// Sessions that go on from a kept place, with the requests before it.
    resumed: HashMap<Id, u64>,
    /// Places kept of sessions that are not there yet: a store sleeps until its agent runs.
    unlocated: Vec<Kept>,
    /// Sessions whose transcripts are not what they were when their places were kept.
    changed: HashSet<Id>,
    /// Whose places are not as they were kept last.
    unkept: Unkept,
    /// Runs whose boxes an earlier process left unfinished.
    owed: Owed,
    /// Runs that ended so shortly before following begins are told as well.
    recall: Duration,
    /// Sessions that gave way to others before they were drained.
    unread: BTreeSet<Id>,
    /// Files that wait for their row, and until when.
    unclaimed: HashMap<Id, Instant>,
    /// Sessions that are gone.
    departed: Departed,
    /// We stay, and files come one after the other.
    following: bool,
    /// When sessions are told of time; a wake-up looks at no others.
    ticking: Agenda<Id, Time>,
    /// What the rhythm of ticks is counted from: a clock that nobody sets.
    start: Instant,
}

impl Reader {
    /// Reads what `follower` finds.
    #[must_use]
    pub fn new(follower: Follower, settings: Settings) -> Self {
        Self {
            follower,
            settings,
            slots: HashMap::new(),
            rows: Shelf::default(),
            registry: Registry::default(),
            odd: Oddities::default(),
            buffer: Vec::new(),
            remarks: Vec::new(),
            resumes: false,
            resumed: HashMap::new(),
            unlocated: Vec::new(),
            changed: HashSet::new(),
            unkept: Unkept::default(),
            owed: Owed::default(),
            recall: Duration::ZERO,
            unread: BTreeSet::new(),
            unclaimed: HashMap::new(),
            departed: Departed::default(),
            following: false,
            ticking: Agenda::default(),
            start: Instant::now(),
        }
    }

    /// Lets the system wake us from now on; the next look at the disk finds what came before.
    pub fn watch(&mut self) {
        self.following = true;
        // How it looks from now on, and why, is among the follower's notes.
        self.follower.watch();
    }

    /// Tells the runs in `owed` again once following begins, however old they are.
    pub fn owe(&mut self, owed: Owed) {
        self.owed = owed;
    }

    /// Tells runs as well that ended no longer than `age` ago, once following begins: nobody looked.
    pub fn recall(&mut self, age: Duration) {
        self.recall = age;
    }

    /// What is owed and was not found; asked for once following has begun.
    #[must_use]
    pub fn take_owed(&mut self) -> Owed {
        std::mem::take(&mut self.owed)
    }

    /// The follower underneath.
    pub fn follower(&mut self) -> &mut Follower {
        &mut self.follower
    }

    /// What takes secrets out of what is read.
    #[must_use]
    pub fn redactor(&self) -> &Arc<Redactor> {
        &self.settings.redactor
    }

    /// What was odd so far.
    pub fn odd(&mut self) -> &mut Oddities {
        &mut self.odd
    }

    /// What there is to say to a person since the last call.
    pub fn take_notes(&mut self) -> Vec<String> {
        let mut notes: Vec<String> = self
            .follower
            .notes()
            .into_iter()
            .map(|note| format!("{}: {}", note.path.display(), note.text))
            .collect();
        // They quote what nobody knows.
        let redactor = &self.settings.redactor;
        let odd = self.odd.take().into_iter();
        notes.extend(odd.map(|note| redactor.redact(&note).into_owned()));
        notes
    }

    /// Emits everything there is, whole sessions, parents before children.
    ///
    /// # Errors
    ///
    /// What `emit` gives; a session that cannot be read is counted and named.
    pub fn read_all<E>(&mut self, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.scan();
        for id in self.order() {
            self.read_one(id, emit)?;
            self.end_of_input(id, emit)?;
            // Nothing of it is needed any more but what its children ask for.
            if !self
                .slots
                .get(&id)
                .is_some_and(|slot| slot.dialect.is_open())
            {
                self.slots.remove(&id);
            }
        }
        Ok(())
    }
}

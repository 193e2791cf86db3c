//! One transcript: its runs, and how far it was read.

use std::collections::{BTreeMap, HashMap};

use crate::wire::event::{Event, Link, Name, SessionKind, Src, SrcKind};
use crate::wire::time::Time;

use super::board::Place;
use super::run::Run;
use super::seen::{Seen, hash};
use super::spend::Spend;

/// How many places one session may be read from before the oldest is forgotten.
const MAX_MARKS: usize = 32;

/// How far one generation of one place was read.
#[derive(Debug)]
struct Mark {
    at: Option<Name>,
    generation: Option<Name>,
    /// Offset or row number, and the index within the record.
    reached: (u64, u32),
}

/// One session.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) source: Name,
    pub(super) sid: Name,
    pub(super) name: Option<Name>,
    pub(super) agent: Option<Name>,
    pub(super) kind: Option<SessionKind>,
    pub(super) title: Option<String>,
    pub(super) parent: Option<Link>,
    /// Most sessions have one; boxed, since a map makes room for eleven at once.
    pub(super) runs: BTreeMap<u32, Box<Run>>,
    /// Run ids, those of turns that went on with another run included.
    pub(super) ids: HashMap<Name, u32>,
    next: u32,
    pub(super) newest: Option<u32>,
    /// The newest time of its records and ticks.
    pub(super) now: Option<Time>,
    /// The first and the newest tick.
    pub(super) ticks: Option<(Time, Time)>,
    /// The newest tick of any session when it was first heard of.
    pub(super) met: Option<Time>,
    /// Number of the fold that last concerned it.
    pub(super) touched: u64,
    /// The places it names as its parent.
    pub(super) claimed: Vec<Place>,
    marks: Vec<Mark>,
    rows: Seen,
    /// Runs that were let go of; their late records open nothing.
    pub(super) forgotten: Seen,
}

impl Session {
    pub(super) fn new(source: Name, sid: Name) -> Self {
        Self {
            source,
            sid,
            ..Self::default()
        }
    }

    /// Whether `event` is new; a repeated one must change nothing.
    ///
    /// Records with a place in their transcript are told apart by it; a row's by
    /// what they say.
    pub(super) fn is_new(&mut self, event: &Event) -> bool {
        match place(&event.src) {
            Some(place) => self.advance(&event.src, (place, event.src.n)),
            None if event.src.kind == SrcKind::Clock => true,
            None => self.rows.add(content(event)),
        }
    }

    fn advance(&mut self, src: &Src, to: (u64, u32)) -> bool {
        let known = self
            .marks
            .iter_mut()
            .rev()
            .find(|mark| mark.at == src.at && mark.generation == src.generation);
        if let Some(mark) = known {
            let new = to > mark.reached;
            mark.reached = mark.reached.max(to);
            return new;
        }
        if self.marks.len() >= MAX_MARKS {
            self.marks.remove(0);
        }
        self.marks.push(Mark {
            at: src.at.clone(),
            generation: src.generation.clone(),
            reached: to,
        });
        true
    }

    /// The run called `id`, or one that a turn called so went on with.
    pub(super) fn run(&self, id: &str) -> Option<u32> {
        self.ids.get(id).copied()
    }

    /// Adds a run and makes it the newest; an open one before it is over.
    pub(super) fn open(&mut self, id: &Name) -> u32 {
        let no = self.next;
        self.next += 1;
        let mut before = Default::default();
        if let Some(run) = self.newest.and_then(|newest| self.runs.get_mut(&newest)) {
            run.supersede();
            before = run.spend.total();
        }
        let run = Run {
            id: Some(id.clone()),
            first: no == 0,
            spend: Spend::after(before),
            ..Run::default()
        };
        self.runs.insert(no, Box::new(run));
        self.ids.insert(id.clone(), no);
        self.newest = Some(no);
        no
    }

    /// Its runs with their numbers, the oldest first.
    pub(super) fn numbered(&self) -> impl DoubleEndedIterator<Item = (u32, &Run)> {
        self.runs.iter().map(|(no, run)| (*no, &**run))
    }

    /// The run that holds call `id`, the newest first.
    pub(super) fn with_call(&self, id: &str) -> Option<u32> {
        let holds = |(no, run): (u32, &Run)| run.has_call(id).then_some(no);
        self.numbered().rev().find_map(holds)
    }

    /// The run whose background job is `job`, the newest first.
    pub(super) fn with_job(&self, job: &str) -> Option<u32> {
        let is = |name: &Option<Name>| name.as_deref() == Some(job);
        let holds = |(no, run): (u32, &Run)| {
            let found = run.steps.iter().any(|step| is(&step.job));
            found.then_some(no)
        };
        self.numbered().rev().find_map(holds)
    }
}

/// The number that orders the records of a place.
fn place(src: &Src) -> Option<u64> {
    // Row numbers may be negative; shifted, their order is that of unsigned ones.
    let shifted = |seq: i64| seq.cast_unsigned() ^ (1 << 63);
    src.off.or_else(|| src.seq.map(shifted))
}

/// What a record without a place says, wherever it was read.
fn content(event: &Event) -> u64 {
    let mut event = event.clone();
    event.src = Src::clock();
    event.replay = false;
    event.label = None;
    hash(event.to_line())
}

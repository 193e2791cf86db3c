//! The reader: whole records of every session, turned into clean events.
//!
//! It joins the follower (disk) with the dialects (pure) and is the same for
//! `tail` and `run`. One-shot, what it gives depends on the input alone.

mod begin;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::clean::clean;
use super::family::{self, Member};
use super::links::Registry;
use super::remarks::Oddities;
use super::resume::{Kept, Place};
use super::ticks::Rhythm;
use crate::follow::{At, Change, Era, Follower, Id, Piece};
use crate::safe::redact::Redactor;
use crate::source::openclaw::{self, Row};
use crate::source::{Identity, Out, Remarks};
use crate::wire::event::{Body, Event, Name, Src, SrcKind, Tick};
use crate::wire::time::Time;

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

/// Takes events; what it returns ends the reading.
pub type Emit<'a, E> = dyn FnMut(&mut Event) -> Result<(), E> + 'a;

/// One session while it is read.
struct Slot {
    dialect: openclaw::Session,
    rhythm: Rhythm,
    /// Where the newest run begins.
    run_at: Option<(Name, At)>,
    /// When the newest run was last written to, by our clock.
    touched: SystemTime,
    /// Requests before the newest run.
    requests_before: u64,
    /// The row changed and was not judged yet.
    unjudged: bool,
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
    rows: HashMap<Id, Arc<Row>>,
    registry: Registry,
    /// Sessions by their names.
    keyed: HashMap<Name, Id>,
    odd: Oddities,
    buffer: Vec<Event>,
    remarks: Remarks,
    resumed: HashMap<Id, Kept>,
    /// Places kept of sessions that are not there yet: a store sleeps until its agent runs.
    unlocated: Vec<Kept>,
    /// Sessions whose transcripts are not what they were when their places were kept.
    changed: HashSet<Id>,
    /// Sessions that are told of time; a wake-up looks at no others.
    ticking: HashSet<Id>,
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
            rows: HashMap::new(),
            registry: Registry::default(),
            keyed: HashMap::new(),
            odd: Oddities::default(),
            buffer: Vec::new(),
            remarks: Vec::new(),
            resumed: HashMap::new(),
            unlocated: Vec::new(),
            changed: HashSet::new(),
            ticking: HashSet::new(),
            start: Instant::now(),
        }
    }

    /// Lets the system wake us from now on; the next look at the disk finds what came before.
    pub fn watch(&mut self) {
        // How it looks from now on, and why, is among the follower's notes.
        self.follower.watch();
    }

    /// The follower underneath.
    pub fn follower(&mut self) -> &mut Follower {
        &mut self.follower
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
        notes.extend(self.odd.take());
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

    /// Emits one tick at `now` for every session that still has something under way.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn tick_open<E>(&mut self, now: Time, emit: &mut Emit<'_, E>) -> Result<(), E> {
        for id in self.order() {
            self.tick(id, now, emit)?;
        }
        Ok(())
    }

    fn tick<E>(&mut self, id: Id, now: Time, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let Some(slot) = self.slots.get(&id).filter(|slot| slot.dialect.is_watched()) else {
            return Ok(());
        };
        let mut event = slot.clock_event(Some(now), Tick { now });
        event.run = slot.dialect.newest_run().cloned();
        emit(&mut event)
    }

    /// Looks at the disk, and takes in the rows that changed.
    fn scan(&mut self) -> Vec<Change> {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        let changes = follower.scan(&mut |id, row| learn(rows, odd, id, row));
        self.register();
        changes
    }

    fn take_rows(&mut self) {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        follower.rows(&mut |id, row| learn(rows, odd, id, row));
    }

    /// Makes the names of all sessions known, so that links can carry their UUIDs.
    fn register(&mut self) {
        for (id, session) in self.follower.sessions() {
            if let Some(key) = &session.key {
                self.registry.name(key, &session.sid);
                self.keyed.insert(key.clone(), id);
                if let Some(parent) = self.rows.get(&id).and_then(|row| row.parent.as_deref()) {
                    self.registry.parent(key, parent);
                }
            }
        }
    }

    /// Every session that is asked for, in order.
    fn order(&mut self) -> Vec<Id> {
        let wanted: Vec<Id> = self
            .follower
            .sessions()
            .filter(|(_, session)| self.is_wanted(session))
            .map(|(id, _)| id)
            .collect();
        let members = wanted.into_iter().map(|id| {
            let parent = self.rows.get(&id).and_then(|row| row.parent.as_deref());
            let after = parent
                .and_then(|parent| self.keyed.get(parent))
                .copied()
                .or_else(|| self.predecessor(id));
            let session = self.follower.session(id);
            Member {
                id,
                agent: session.agent.clone(),
                sid: session.sid.clone(),
                after,
            }
        });
        let members: Vec<_> = members.collect();
        family::order(members)
    }

    fn is_wanted(&self, session: &crate::follow::Session) -> bool {
        let globs = &self.settings.sessions;
        globs.is_empty()
            || globs.iter().any(|glob| {
                glob.is_match(&session.sid)
                    || session.key.as_deref().is_some_and(|key| glob.is_match(key))
            })
    }

    /// The transcript that this one goes on from: compaction began a new file for the same session.
    ///
    /// A fork names its parent too, but there the parent's own row still claims it.
    fn predecessor(&mut self, id: Id) -> Option<Id> {
        let session = self.follower.session(id);
        let file = session.at.rsplit('/').next()?;
        // Only rotated and forked files are named `<time>_<uuid>.jsonl`.
        if session.era != Era::Files || !file.contains('_') || session.key.is_none() {
            return None;
        }
        let head = self.follower.head(id)?;
        let header: serde_json::Value = serde_json::from_slice(&head).ok()?;
        let parent = header["parentSession"]
            .as_str()?
            .rsplit('/')
            .next()?
            .to_owned();
        let parent = self.follower.find(&parent, id)?;
        self.follower
            .session(parent)
            .key
            .is_none()
            .then_some(parent)
    }

    /// Reads a session from where its cursor stands, and says what its row means.
    fn read_one<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.open(id);
        self.drain(id, emit)?;
        self.judge(id, emit)
    }

    /// Makes sure that there is a dialect for the session.
    fn open(&mut self, id: Id) {
        if !self.slots.contains_key(&id) {
            let slot = self.new_slot(id);
            self.slots.insert(id, slot);
        }
        if let (Some(slot), Some(row)) = (self.slots.get_mut(&id), self.rows.get(&id)) {
            let key = self.follower.session(id).key.clone();
            slot.dialect.learn(key, row.clone());
            slot.unjudged = true;
        }
    }

    fn new_slot(&mut self, id: Id) -> Box<Slot> {
        if let Some(before) = self.predecessor(id)
            && let Some(mut slot) = self.slots.remove(&before)
        {
            slot.dialect.goes_on();
            return slot;
        }
        let successor = self.predecessor(id).is_some();
        let session = self.follower.session(id);
        let who = Identity {
            source: openclaw::SOURCE.into(),
            agent: Some(session.agent.clone()).filter(|agent| !agent.is_empty()),
            sid: session.sid.clone(),
            session: session.key.clone(),
        };
        let settings = openclaw::Settings {
            full: self.settings.full,
            deferred_flush: session.era == Era::Files,
            successor,
        };
        let mut dialect = openclaw::Session::new(who, settings);
        let kept = self.resumed.remove(&id);
        let requests = kept
            .as_ref()
            .map_or_else(|| self.earlier_requests(id), |kept| kept.requests);
        dialect.resume(requests);
        Box::new(Slot {
            dialect,
            rhythm: Rhythm::default(),
            run_at: None,
            touched: SystemTime::UNIX_EPOCH,
            requests_before: requests,
            unjudged: false,
        })
    }

    /// Requests before the cursor, counted no further than to one: the first names its run `first`.
    fn earlier_requests(&mut self, id: Id) -> u64 {
        if self.follower.cursor(id).is_start() {
            return 0;
        }
        let here = self.follower.cursor(id);
        self.follower.rewind(id);
        let mut found = false;
        let mut reached = false;
        let looked = self.follower.read(id, &mut |piece| {
            let (bytes, past) = match piece {
                Piece::Line { bytes, off, .. } => (bytes, here.is_before(At::Off(off))),
                Piece::Row { bytes, seq } => (bytes, here.is_before(At::Seq(seq))),
                _ => return true,
            };
            reached = past;
            found = !past && openclaw::is_request(bytes);
            !found && !reached
        });
        let back = self.follower.resume(id, &here);
        u64::from(found || looked.is_err() || !back)
    }

    /// Reads every whole record behind the cursor.
    fn drain<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let Self {
            follower,
            settings,
            slots,
            registry,
            odd,
            buffer,
            remarks,
            ..
        } = self;
        let Some(slot) = slots.get_mut(&id) else {
            return Ok(());
        };
        let session = follower.session(id);
        let path = session.at.clone();
        let kind = if session.era == Era::Store {
            SrcKind::Store
        } else {
            SrcKind::File
        };
        let mut src = Src {
            kind,
            at: Some(path.clone()),
            generation: follower.generation(id),
            ..Src::clock()
        };
        let mut failed = None;
        let result = follower.read(id, &mut |piece| {
            let (bytes, at) = match piece {
                Piece::Line { bytes, off, end } => {
                    (src.off, src.end) = (Some(off), Some(end));
                    (bytes, At::Off(off))
                }
                Piece::Row { bytes, seq } => {
                    src.seq = Some(seq);
                    (bytes, At::Seq(seq))
                }
                Piece::Generation(generation) => {
                    src.generation = Some(generation);
                    return true;
                }
                Piece::Oversize { off, bytes } => {
                    odd.oversize(bytes, || format!("{path}:{off}"));
                    return true;
                }
                Piece::BadRow { seq, error } => {
                    odd.broken(&error, || format!("{path} row {seq}"));
                    return true;
                }
                Piece::Rewound { reason } => {
                    slot.dialect
                        .rewound(reason, &mut Out::new(buffer, remarks, src.clone()));
                    failed = pass(buffer, registry, settings, emit).err();
                    return failed.is_none();
                }
            };
            let requests = slot.dialect.requests();
            if let Err(broken) = slot
                .dialect
                .record(bytes, &mut Out::new(buffer, remarks, src.clone()))
            {
                odd.broken(&broken.to_string(), || place(&path, at));
                return true;
            }
            for remark in remarks.drain(..) {
                odd.remark(remark, || place(&path, at));
            }
            if slot.dialect.newest_run() != slot.run_at.as_ref().map(|(run, _)| run) {
                slot.run_at = slot.dialect.newest_run().map(|run| (run.clone(), at));
                slot.requests_before = requests;
            }
            if buffer.is_empty() {
                return true;
            }
            failed = pass(buffer, registry, settings, emit).err();
            failed.is_none()
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if let Err(error) = result {
            odd.unreadable(error.to_string());
        }
        Ok(())
    }

    /// Says what a session's row means, once its transcript was read.
    fn judge<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let Self {
            follower,
            settings,
            slots,
            registry,
            buffer,
            remarks,
            ..
        } = self;
        let Some(slot) = slots.get_mut(&id).filter(|slot| slot.unjudged) else {
            return Ok(());
        };
        slot.unjudged = false;
        let src = Src {
            kind: SrcKind::Row,
            at: Some(follower.session(id).at.clone()),
            ..Src::clock()
        };
        slot.dialect.judge(&mut Out::new(buffer, remarks, src));
        pass(buffer, registry, settings, emit)
    }

    /// Whether a session may hold a run that is under way.
    fn is_fresh(&self, id: Id, now: SystemTime) -> bool {
        let age = |at: SystemTime| now.duration_since(at).unwrap_or_default();
        let row = self.rows.get(&id);
        let running = row.is_some_and(|row| row.status == Some(openclaw::Status::Running));
        let updated = row.and_then(|row| row.updated).and_then(system_time);
        self.follower.modified(id).is_some_and(|at| age(at) < FRESH)
            || (running && updated.is_some_and(|at| age(at) < FRESH))
    }

    /// Whether an open run was written to lately enough to be under way.
    fn is_current(&self, id: Id, now: SystemTime) -> bool {
        let Some(slot) = self.slots.get(&id) else {
            return false;
        };
        let running = slot.dialect.known().status == Some(openclaw::Status::Running);
        let limit = if running || slot.dialect.is_pending() {
            FRESH
        } else {
            RECENT
        };
        let updated = slot.dialect.known().updated.and_then(system_time);
        let written = self.follower.modified(id).max(updated);
        written.is_some_and(|at| now.duration_since(at).unwrap_or_default() < limit)
    }

    /// A session was written to at `now`: its ticks go on from here.
    fn touch(&mut self, id: Id, now: SystemTime) {
        let uptime = self.uptime(Instant::now());
        if let Some(slot) = self.slots.get_mut(&id) {
            slot.touched = now;
            if slot.dialect.is_watched() {
                slot.rhythm.record(uptime);
                self.ticking.insert(id);
            } else {
                slot.rhythm.stop();
            }
        }
    }

    /// Lets go of what a session without a run under way does not need.
    fn settle(&mut self, id: Id) {
        if let Some(slot) = self.slots.get_mut(&id)
            && !slot.dialect.is_watched()
        {
            slot.rhythm.stop();
            self.ticking.remove(&id);
            slot.dialect.rest();
        }
    }

    /// Waits until something changes, and emits it; gives `false` when nothing did before `until`.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn wait<E>(&mut self, until: Option<Instant>, emit: &mut Emit<'_, E>) -> Result<bool, E> {
        let changes = self.follower.wait(until);
        self.take_rows();
        let now = SystemTime::now();
        let any = !changes.is_empty();
        for change in changes {
            self.apply(change, now, emit)?;
        }
        Ok(any)
    }

    /// Looks at the whole disk once more, and emits what changed.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn catch_up<E>(&mut self, emit: &mut Emit<'_, E>) -> Result<(), E> {
        let now = SystemTime::now();
        for change in self.scan() {
            self.apply(change, now, emit)?;
        }
        Ok(())
    }

    fn apply<E>(
        &mut self,
        change: Change,
        now: SystemTime,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let (Change::New(id)
        | Change::Grown(id)
        | Change::Row(id)
        | Change::Keyed(id)
        | Change::Gone(id)) = change;
        let session = self.follower.session(id);
        if !self.is_wanted(session) {
            return Ok(());
        }
        if let Some(key) = session.key.clone() {
            let sid = session.sid.clone();
            self.registry.name(&key, &sid);
            self.keyed.insert(key.clone(), id);
            if let Some(parent) = self.rows.get(&id).and_then(|row| row.parent.clone()) {
                self.registry.parent(&key, &parent);
            }
        }
        match change {
            Change::Gone(_) => {
                self.drain(id, emit)?;
                let Self {
                    follower,
                    settings,
                    slots,
                    registry,
                    buffer,
                    remarks,
                    ..
                } = self;
                if let Some(slot) = slots.get_mut(&id) {
                    let src = Src {
                        at: Some(follower.session(id).at.clone()),
                        ..Src::clock()
                    };
                    slot.dialect.vanished(&mut Out::new(buffer, remarks, src));
                    pass(buffer, registry, settings, emit)?;
                }
            }
            Change::New(_) => return self.meet(id, now, emit),
            _ => self.read_one(id, emit)?,
        }
        self.touch(id, now);
        self.settle(id);
        Ok(())
    }

    /// Time since the start, on the scale that rhythms count on.
    fn uptime(&self, at: Instant) -> Time {
        let since = at.saturating_duration_since(self.start);
        Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// When the next tick is due.
    #[must_use]
    pub fn next_tick(&self) -> Option<Instant> {
        let due = self
            .ticking
            .iter()
            .filter_map(|id| self.slots.get(id)?.rhythm.due())
            .min()?;
        Some(self.start + Duration::from_millis(u64::try_from(due.0).unwrap_or(0)))
    }

    /// Emits the ticks that are due at `at`, which the day's clock calls `now`.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn emit_ticks<E>(
        &mut self,
        at: Instant,
        now: Time,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let uptime = self.uptime(at);
        let is_due = |slot: &Slot| slot.rhythm.due().is_some_and(|due| due <= uptime);
        let mut due: Vec<Id> = self
            .ticking
            .iter()
            .copied()
            .filter(|id| self.slots.get(id).is_some_and(|slot| is_due(slot)))
            .collect();
        due.sort_unstable();
        for id in due {
            self.tick(id, now, emit)?;
            if let Some(slot) = self.slots.get_mut(&id) {
                let pending = slot.dialect.is_pending();
                slot.rhythm.sent(uptime, pending);
            }
        }
        Ok(())
    }

    /// Where to begin again next time: at the start of each run that is open or ended lately.
    pub fn keep(&mut self, now: SystemTime) -> Vec<Kept> {
        let ids: Vec<Id> = self.follower.sessions().map(|(id, _)| id).collect();
        let mut kept = Vec::with_capacity(ids.len());
        for id in ids {
            if !self.follower.exists(id) {
                continue;
            }
            let slot = self.slots.get(&id);
            let recent = slot.filter(|slot| {
                slot.dialect.is_watched()
                    || now.duration_since(slot.touched).unwrap_or_default() < SETTLED
            });
            let start =
                recent.and_then(|slot| Some((slot.run_at.as_ref()?.1, slot.requests_before)));
            let begun = start
                .and_then(|(at, requests)| Some((self.follower.cursor_before(id, at)?, requests)));
            let (cursor, requests) = begun.unwrap_or_else(|| {
                (
                    self.follower.cursor(id),
                    slot_requests(slot.map(|slot| &**slot)),
                )
            });
            kept.push(Kept { cursor, requests });
        }
        kept.extend(self.unlocated.iter().cloned());
        kept
    }

    /// Takes up what [`Reader::keep`] gave; sessions that changed meanwhile begin anew.
    pub fn resume(&mut self, kept: Vec<Kept>) {
        self.scan();
        for one in kept {
            match self.follower.locate(&one.cursor) {
                Some(id) => self.take_up(id, one),
                None => self.unlocated.push(one),
            }
        }
    }

    fn take_up(&mut self, id: Id, kept: Kept) {
        let same = self.follower.resume(id, &kept.cursor);
        let requests = if same { kept.requests } else { 0 };
        if !same {
            self.changed.insert(id);
        }
        self.resumed.insert(id, Kept { requests, ..kept });
    }

    /// Reads lines that no follower knows: standard input.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn read_line<E>(
        &mut self,
        line: &[u8],
        at: Place,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let Self {
            settings,
            slots,
            registry,
            odd,
            buffer,
            remarks,
            ..
        } = self;
        let slot = slots.entry(Id::MAX).or_insert_with(|| {
            let who = Identity {
                source: openclaw::SOURCE.into(),
                agent: None,
                sid: "-".into(),
                session: None,
            };
            let settings = openclaw::Settings {
                full: settings.full,
                deferred_flush: false,
                successor: false,
            };
            Box::new(Slot {
                dialect: openclaw::Session::new(who, settings),
                rhythm: Rhythm::default(),
                run_at: None,
                touched: SystemTime::UNIX_EPOCH,
                requests_before: 0,
                unjudged: false,
            })
        });
        let src = Src {
            kind: SrcKind::File,
            at: Some("-".into()),
            off: Some(at.off),
            end: Some(at.end),
            ..Src::clock()
        };
        if let Err(broken) = slot
            .dialect
            .record(line, &mut Out::new(buffer, remarks, src))
        {
            odd.broken(&broken.to_string(), || format!("standard input:{}", at.off));
        }
        for remark in remarks.drain(..) {
            odd.remark(remark, || format!("standard input:{}", at.off));
        }
        pass(buffer, registry, settings, emit)
    }
}

fn slot_requests(slot: Option<&Slot>) -> u64 {
    slot.map_or(1, |slot| slot.dialect.requests())
}

/// Takes in an index row, kept small.
fn learn(
    rows: &mut HashMap<Id, Arc<Row>>,
    odd: &mut Oddities,
    id: Option<Id>,
    row: &crate::follow::RowSeen<'_>,
) {
    let Some(id) = id else { return };
    match std::str::from_utf8(row.json)
        .ok()
        .map(|json| Row::parse(row.key, json))
    {
        Some(Ok(parsed)) => {
            rows.insert(id, Arc::new(parsed));
        }
        Some(Err(error)) => odd.say(format!(
            "the index row of {} cannot be read: {error}",
            row.key
        )),
        None => odd.say(format!("the index row of {} is no UTF-8", row.key)),
    }
}

/// Hands the events of a record on, clean and with their links complete.
fn pass<E>(
    buffer: &mut Vec<Event>,
    registry: &mut Registry,
    settings: &Settings,
    emit: &mut Emit<'_, E>,
) -> Result<(), E> {
    let result = buffer.iter_mut().try_for_each(|event| {
        registry.complete(event);
        clean(event, &settings.redactor, settings.full);
        emit(event)
    });
    buffer.clear();
    result
}

fn place(path: &str, at: At) -> String {
    match at {
        At::Off(off) => format!("{path}:{off}"),
        At::Seq(seq) => format!("{path} row {seq}"),
    }
}

/// A wire time as the machine's clock has it; `None` before 1970.
#[must_use]
pub fn system_time(time: Time) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(u64::try_from(time.0).ok()?))
}

/// The machine's clock as it stands on the wire.
#[must_use]
pub fn wire_time(at: SystemTime) -> Time {
    let since = at
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).plus_ms(0)
}

//! One session: its records become events, and its row says how they end.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use super::aside::{contained, failpoint};
use super::{Emit, LOOKS_BESIDE, Reader, Settings, Slot};
use crate::daemon::clean::clean;
use crate::daemon::links::Registry;
use crate::daemon::ticks::Rhythm;
use crate::follow::{At, Era, Id, Piece};
use crate::source::{self, Dialect, Identity, Out, Source};
use crate::wire::event::{Event, Src, SrcKind};

impl Reader {
    /// Reads a session from where its cursor stands, and says what its row means.
    pub(super) fn read_one<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.read_up_to(id, u64::MAX, emit)
    }

    /// The same, no further than about `most` bytes: what is left has its turn later.
    pub(super) fn read_up_to<E>(
        &mut self,
        id: Id,
        most: u64,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        // What it goes on from comes before it.
        if !self.unread.is_empty()
            && !self.slots.contains_key(&id)
            && let Some(before) = self.predecessor(id)
            && self.unread.remove(&before)
        {
            self.drain(before, u64::MAX, emit)?;
        }
        self.open(id);
        self.look_beside(id);
        if self.drain(id, most, emit)? {
            self.unread.remove(&id);
            // What was said on the way comes before the end, and a row may be all that tells of the run.
            let log = self.follower.stream_at(id);
            self.drain_stream(id, log.as_ref(), emit)?;
            self.judge(id, emit)?;
            self.drain_stream(id, log.as_ref(), emit)
        } else {
            self.unread.insert(id);
            Ok(())
        }
    }

    /// Makes sure that there is a dialect for the session.
    pub(super) fn open(&mut self, id: Id) {
        if !self.slots.contains_key(&id) {
            let slot = self.new_slot(id);
            self.slots.insert(id, slot);
        }
        let (Some(slot), Some(number)) = (self.slots.get_mut(&id), self.rows.number(id)) else {
            return;
        };
        if slot.aside {
            return;
        }
        slot.unjudged = true;
        let key = self.follower.session(id).key;
        let is_known = key.is_none_or(|key| slot.dialect.who().session.as_ref() == Some(key));
        if (slot.learnt != Some(number) || !is_known)
            && let Some(row) = self.rows.row(id)
        {
            slot.dialect.learn(key.cloned(), Arc::new(row));
            slot.learnt = Some(number);
        }
    }

    pub(super) fn new_slot(&mut self, id: Id) -> Box<Slot> {
        if let Some(before) = self.predecessor(id)
            && let Some(mut slot) = self.slots.remove(&before)
        {
            slot.dialect.goes_on();
            return slot;
        }
        let successor = self.predecessor(id).is_some();
        let session = self.follower.session(id);
        let source = source_of(session.source);
        let parent = session.parent.cloned();
        let who = Identity {
            source: source.name().into(),
            agent: Some(session.agent.clone()).filter(|agent| !agent.is_empty()),
            sid: session.sid.clone(),
            session: session.key.cloned(),
        };
        let settings = source::Settings {
            full: self.settings.full,
            deferred_flush: session.era == Era::Files,
            successor,
        };
        let mut dialect = source.dialect(who, settings);
        if let Some(parent) = parent {
            dialect.child_of(parent);
        }
        // OpenClaw's rows say whose a session is; others say so where it begins.
        if source != Source::OpenClaw
            && !self.follower.cursor(id).is_start()
            && let Some(head) = self.follower.head(id)
        {
            dialect.head(&head);
        }
        let requests = self
            .resumed
            .remove(&id)
            .unwrap_or_else(|| self.earlier_requests(id));
        dialect.resume(requests);
        Box::new(Slot {
            dialect,
            rhythm: Rhythm::default(),
            run_at: None,
            touched: SystemTime::UNIX_EPOCH,
            touched_at: Instant::now(),
            requests_before: requests,
            learnt: None,
            unjudged: false,
            aside: false,
            looks_beside: LOOKS_BESIDE,
        })
    }

    /// Lets a sub-agent's dialect know what stands beside its transcript, once that is there.
    fn look_beside(&mut self, id: Id) {
        let Some(slot) = self.slots.get_mut(&id).filter(|slot| slot.looks_beside > 0) else {
            return;
        };
        slot.looks_beside -= 1;
        if self.follower.session(id).parent.is_none() {
            slot.looks_beside = 0;
        } else if let Some(bytes) = self.follower.beside(id)
            && slot.dialect.beside(&bytes)
        {
            slot.looks_beside = 0;
        }
    }

    /// Requests before the cursor, counted no further than to one: the first names its run `first`.
    pub(super) fn earlier_requests(&mut self, id: Id) -> u64 {
        if self.follower.cursor(id).is_start() {
            return 0;
        }
        let here = self.follower.cursor(id);
        let source = source_of(self.follower.session(id).source);
        let mut found = false;
        let mut reached = false;
        let looked = self.follower.read_from_start(id, &mut |piece| {
            let (bytes, past) = match piece {
                Piece::Line { bytes, off, .. } => (bytes, here.is_before(At::Off(off))),
                Piece::Row { bytes, seq } => (bytes, here.is_before(At::Seq(seq))),
                _ => return true,
            };
            reached = past;
            found = !past && source.is_request(bytes);
            !found && !reached
        });
        u64::from(found || !looked.unwrap_or(false))
    }

    /// Reads whole records behind the cursor until about `most` bytes were read; gives whether that was all.
    pub(super) fn drain<E>(
        &mut self,
        id: Id,
        most: u64,
        emit: &mut Emit<'_, E>,
    ) -> Result<bool, E> {
        self.unkept.moved(id);
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
            return Ok(true);
        };
        let mut left = most;
        let path = follower.at(id);
        let kind = if follower.session(id).era == Era::Store {
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
            if slot.aside {
                return true;
            }
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
                Piece::Oversize { at, bytes } => {
                    odd.oversize(bytes, || place(&path, at));
                    return true;
                }
                Piece::BadRow { seq, error } => {
                    odd.broken(&error, || format!("{path} row {seq}"));
                    return true;
                }
                Piece::Rewound { reason } => {
                    slot.dialect
                        .rewound(reason, &mut Out::new(buffer, remarks, &src));
                    failed = pass(buffer, registry, settings, emit).err();
                    return failed.is_none();
                }
            };
            left = left.saturating_sub(bytes.len() as u64);
            let requests = slot.dialect.requests();
            let read = contained(|| {
                failpoint(bytes);
                slot.dialect
                    .record(bytes, &mut Out::new(buffer, remarks, &src))
            });
            match read {
                Some(Ok(())) => {}
                Some(Err(broken)) => {
                    odd.broken(&broken.to_string(), || place(&path, at));
                    return left > 0;
                }
                None => {
                    odd.failed_on(&place(&path, at));
                    remarks.clear();
                    buffer.clear();
                    buffer.extend(slot.set_aside());
                    failed = pass(buffer, registry, settings, emit).err();
                    return failed.is_none() && left > 0;
                }
            }
            for remark in remarks.drain(..) {
                odd.remark(slot.dialect.source(), remark, || place(&path, at));
            }
            if slot.dialect.newest_run() != slot.run_at.as_ref().map(|(run, _)| run) {
                slot.run_at = slot.dialect.newest_run().map(|run| (run.clone(), at));
                slot.requests_before = requests;
            }
            if buffer.is_empty() {
                return left > 0;
            }
            failed = pass(buffer, registry, settings, emit).err();
            failed.is_none() && left > 0
        });
        if let Some(error) = failed {
            return Err(error);
        }
        if left > 0 && !slot.aside {
            // What it started may have been read before it.
            let who = slot.dialect.who();
            buffer.extend(registry.lineage.late(&who.source, &who.sid));
            pass(buffer, registry, settings, emit)?;
        }
        odd.tried(id, result.is_ok());
        if let Err(error) = result {
            odd.unreadable(error.to_string());
        }
        Ok(left > 0)
    }

    /// Nothing more of a session is read: tells what was held back until more would come.
    pub(super) fn end_of_input<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.add(id, |dialect, out| dialect.ended(out), emit)
    }

    /// Adds to what is told of a session what no record of it says.
    pub(super) fn add<E>(
        &mut self,
        id: Id,
        say: impl FnOnce(&mut Dialect, &mut Out<'_>),
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let Self {
            follower,
            settings,
            slots,
            registry,
            buffer,
            remarks,
            ..
        } = self;
        let Some(slot) = slots.get_mut(&id).filter(|slot| !slot.aside) else {
            return Ok(());
        };
        let at = match id {
            Id::MAX => "-".into(),
            id => follower.at(id),
        };
        let src = Src {
            at: Some(at),
            ..Src::clock()
        };
        say(&mut slot.dialect, &mut Out::new(buffer, remarks, &src));
        pass(buffer, registry, settings, emit)
    }

    /// Says what a session's row means, once its transcript was read.
    pub(super) fn judge<E>(&mut self, id: Id, emit: &mut Emit<'_, E>) -> Result<(), E> {
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
            at: Some(follower.at(id)),
            ..Src::clock()
        };
        slot.dialect.judge(&mut Out::new(buffer, remarks, &src));
        pass(buffer, registry, settings, emit)
    }
}

/// The source that a place is of; OpenClaw's places have no other.
pub(super) fn source_of(name: &str) -> Source {
    Source::named(name).unwrap_or(Source::OpenClaw)
}

/// Hands the events of a record on, clean and with their links complete.
pub(super) fn pass<E>(
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

pub(super) fn place(path: &str, at: At) -> String {
    match at {
        At::Off(off) => format!("{path}:{off}"),
        At::Seq(seq) => format!("{path} row {seq}"),
    }
}

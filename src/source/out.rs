//! Where a dialect puts what it found.

use std::borrow::Cow;

use super::lenient::Odd;
use crate::wire::event::{Body, Event, Name, Src};
use crate::wire::time::Time;

/// Whose records they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The family of transcripts.
    pub source: Name,
    /// The agent's id.
    pub agent: Option<Name>,
    /// The session's UUID.
    pub sid: Name,
    /// The session's name.
    pub session: Option<Name>,
}

/// Something a dialect met and does not know, or had to put right.
///
/// The reader counts each kind and names its first place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Remark {
    /// A record type.
    Type(String),
    /// A role of a message.
    Role(String),
    /// A block of a message's content.
    Block(String),
    /// A key, in the object named first.
    Key(&'static str, String),
    /// A key that came twice; the last value won.
    Repeated(&'static str),
    /// A record whose shape is not the one its type has.
    Shape(String),
}

impl std::fmt::Display for Remark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Type(name) => write!(f, "unknown record type {name:?}"),
            Self::Role(name) => write!(f, "unknown message role {name:?}"),
            Self::Block(name) => write!(f, "unknown content block {name:?}"),
            Self::Key(object, name) => write!(f, "unknown key {name:?} in {object}"),
            Self::Repeated(object) => {
                write!(f, "a key came twice in {object}; the last value counts")
            }
            Self::Shape(name) => write!(
                f,
                "a record of type {name:?} has another shape than expected"
            ),
        }
    }
}

/// The remarks of one record.
pub type Remarks = Vec<Remark>;

/// The events and remarks of one record.
#[derive(Debug)]
pub struct Out<'a> {
    events: &'a mut Vec<Event>,
    remarks: &'a mut Remarks,
    src: &'a Src,
    /// The number of the next event.
    next: u32,
    /// The record's own time.
    pub ts: Option<Time>,
    /// The record's type, as it goes into `raw`.
    pub raw: Option<Cow<'static, str>>,
}

impl<'a> Out<'a> {
    /// Puts events read at `src` into `events`, numbering them from `src.n`.
    pub fn new(events: &'a mut Vec<Event>, remarks: &'a mut Remarks, src: &'a Src) -> Self {
        Self {
            events,
            remarks,
            src,
            next: src.n,
            ts: None,
            raw: None,
        }
    }

    /// Adds an event at the record's own time.
    pub fn emit(&mut self, who: &Identity, run: Option<&Name>, body: impl Into<Body>) {
        self.emit_at(self.ts, who, run, body);
    }

    /// Adds an event at another time than the record's.
    pub fn emit_at(
        &mut self,
        ts: Option<Time>,
        who: &Identity,
        run: Option<&Name>,
        body: impl Into<Body>,
    ) {
        self.events.push(Event {
            ts,
            source: who.source.clone(),
            session: who.session.clone(),
            sid: Some(who.sid.clone()),
            agent: who.agent.clone(),
            run: run.cloned(),
            body: body.into(),
            src: Src {
                n: self.next,
                ..self.src.clone()
            },
            replay: false,
            raw: self.raw.clone(),
            label: None,
        });
        self.next += 1;
    }

    /// Notes something unknown.
    pub fn remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }

    /// Notes what was odd about an object that was read.
    pub(super) fn odd(&mut self, object: &'static str, odd: &Odd) {
        for key in &odd.unknown {
            self.remarks.push(Remark::Key(object, key.clone()));
        }
        if odd.repeated > 0 {
            self.remarks.push(Remark::Repeated(object));
        }
    }
}

//! Lines that no follower knows: standard input.

use std::time::SystemTime;

use super::records::pass;
use super::{Emit, Reader, Slot};
use crate::daemon::resume::Place;
use crate::daemon::ticks::Rhythm;
use crate::follow::Id;
use crate::source::{self, Identity, Out, Source};
use crate::wire::event::{Src, SrcKind};

impl Reader {
    /// Standard input ended: tells what was held back until more would come.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn end_of_lines<E>(&mut self, emit: &mut Emit<'_, E>) -> Result<(), E> {
        self.end_of_input(Id::MAX, emit)
    }

    /// Reads lines that no follower knows: standard input, in the words of `source`.
    ///
    /// # Errors
    ///
    /// What `emit` gives.
    pub fn read_line<E>(
        &mut self,
        source: Source,
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
                source: source.name().into(),
                agent: None,
                sid: "-".into(),
                session: None,
            };
            let settings = source::Settings {
                full: settings.full,
                deferred_flush: false,
                successor: false,
            };
            Box::new(Slot {
                dialect: source.dialect(who, settings),
                rhythm: Rhythm::default(),
                run_at: None,
                touched: SystemTime::UNIX_EPOCH,
                touched_at: std::time::Instant::now(),
                requests_before: 0,
                learnt: None,
                unjudged: false,
                aside: false,
                looks_beside: 0,
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
            .record(line, &mut Out::new(buffer, remarks, &src))
        {
            odd.broken(&broken.to_string(), || format!("standard input:{}", at.off));
        }
        for remark in remarks.drain(..) {
            odd.remark(source, remark, || format!("standard input:{}", at.off));
        }
        pass(buffer, registry, settings, emit)
    }
}

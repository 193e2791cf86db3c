//! The log of a session's stream, beside its transcript.

use super::aside::{contained, failpoint};
use super::records::{pass, place};
use super::{Emit, Reader};
use crate::follow::{At, Era, Id, Piece};
use crate::source::Out;
use crate::wire::event::{Name, Src, SrcKind};

impl Reader {
    /// Reads what is new in the log of a session's stream at `log`, if there is one and a run of it is known.
    pub(super) fn drain_stream<E>(
        &mut self,
        id: Id,
        log: Option<&Name>,
        emit: &mut Emit<'_, E>,
    ) -> Result<(), E> {
        let Some(at) = log else {
            return Ok(());
        };
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
        let known =
            |slot: &&mut Box<super::Slot>| !slot.aside && slot.dialect.newest_run().is_some();
        let Some(slot) = slots.get_mut(&id).filter(known) else {
            return Ok(());
        };
        let kind = match follower.session(id).era {
            Era::Store => SrcKind::Store,
            Era::Files => SrcKind::File,
        };
        let mut src = Src {
            kind,
            at: Some(at.clone()),
            ..Src::clock()
        };
        let mut failed = None;
        let result = follower.read_stream(id, &mut |piece| {
            let (bytes, at_record) = match piece {
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
                Piece::Oversize { at: there, bytes } => {
                    odd.oversize(bytes, || place(at, there));
                    return true;
                }
                Piece::BadRow { .. } | Piece::Rewound { .. } => return true,
            };
            let read = contained(|| {
                failpoint(bytes);
                let mut out = Out::new(buffer, remarks, &src);
                slot.dialect.stream(bytes, &mut out);
            });
            if read.is_none() {
                odd.failed_on(&place(at, at_record));
                buffer.clear();
                buffer.extend(slot.set_aside());
            }
            remarks.clear();
            failed = pass(buffer, registry, settings, emit).err();
            failed.is_none() && !slot.aside
        });
        if let Err(error) = result {
            odd.unreadable(error.to_string());
        }
        failed.map_or(Ok(()), Err)
    }
}

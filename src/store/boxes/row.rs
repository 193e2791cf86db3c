//! A box as a row, with a checksum over all of it.

use std::sync::Arc;

use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::wire::frame::State;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::Time;

/// The columns of a box, as every query names them.
macro_rules! columns {
    () => {
        "key, frame, sink, server, channel, root, phase, post, since, seq, part, hash, rev, state, at, note, sum"
    };
}
pub(super) use columns;

/// Writes the row of `kept` over any other of its key.
pub(super) fn write(connection: &Connection, kept: &Kept) -> rusqlite::Result<()> {
    const SQL: &str = concat!(
        "INSERT OR REPLACE INTO box(",
        columns!(),
        ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17)"
    );
    connection.prepare_cached(SQL)?.execute(params![
        kept.key,
        kept.frame,
        kept.sink,
        kept.server,
        kept.channel,
        kept.root,
        kept.phase.as_str(),
        kept.post,
        kept.since.0,
        // SQLite's numbers have a sign.
        kept.seq.cast_signed(),
        kept.part,
        kept.hash,
        kept.rev.cast_signed(),
        kept.state.as_str(),
        kept.at.0,
        kept.note,
        checksum(kept).cast_signed(),
    ])?;
    Ok(())
}

/// Writes the rows of all, or of none.
pub(super) fn write_all(connection: &Connection, rows: &[Arc<Kept>]) -> rusqlite::Result<()> {
    if let [kept] = rows {
        return write(connection, kept);
    }
    let transaction = connection.unchecked_transaction()?;
    for kept in rows {
        write(&transaction, kept)?;
    }
    transaction.commit()
}

/// Reads a row; `None` where it is not as it was written.
pub(super) fn read(row: &Row<'_>) -> Option<Kept> {
    let (kept, sum) = parts(row).ok()?;
    (checksum(&kept).cast_signed() == sum).then_some(kept)
}

fn parts(row: &Row<'_>) -> rusqlite::Result<(Kept, i64)> {
    let text = |at: usize| row.get_ref(at)?.as_str().map_err(rusqlite::Error::from);
    let kept = Kept {
        key: row.get(0)?,
        frame: row.get(1)?,
        sink: row.get(2)?,
        server: row.get(3)?,
        channel: row.get(4)?,
        root: row.get(5)?,
        phase: Phase::from(text(6)?),
        post: row.get(7)?,
        since: Time(row.get(8)?),
        seq: row.get::<_, i64>(9)?.cast_unsigned(),
        part: row.get(10)?,
        hash: row.get(11)?,
        rev: row.get::<_, i64>(12)?.cast_unsigned(),
        state: State::from(text(13)?),
        at: Time(row.get(14)?),
        note: row.get(15)?,
    };
    Ok((kept, row.get(16)?))
}

/// The first 8 bytes of SHA-256 over every field, each preceded by its length.
///
/// An absent field has a length that no present one has.
fn checksum(kept: &Kept) -> u64 {
    let mut hash = Sha256::new();
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(bytes.unwrap_or_default());
    };
    let Kept {
        key,
        frame,
        sink,
        server,
        channel,
        root,
        phase,
        post,
        since,
        seq,
        part,
        hash: shown,
        rev,
        state,
        at,
        note,
    } = kept;
    for text in [key, frame, sink, server, channel, shown] {
        field(Some(text.as_bytes()));
    }
    for text in [root, post, note] {
        field(text.as_ref().map(String::as_bytes));
    }
    field(Some(phase.as_str().as_bytes()));
    field(Some(state.as_str().as_bytes()));
    for number in [since.0.cast_unsigned(), *seq, *rev, at.0.cast_unsigned()] {
        field(Some(&number.to_be_bytes()));
    }
    field(Some(&part.to_be_bytes()));
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

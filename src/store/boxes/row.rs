//! A box as a row, with a checksum over all of it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};
use sha2::{Digest, Sha256};

use crate::wire::about::About;
use crate::wire::frame::State;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::Time;

/// The columns of a box, as every query names them.
macro_rules! columns {
    () => {
        "key, frame, sink, server, channel, root, phase, post, since, seq, part, hash, rev, state, at, note, about, sum"
    };
}
pub(super) use columns;

/// Writes the row of `kept` over any other of its key.
pub(super) fn write(connection: &Connection, kept: &Kept) -> rusqlite::Result<()> {
    const SQL: &str = concat!(
        "INSERT OR REPLACE INTO box(",
        columns!(),
        ") VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18)"
    );
    let told = told(&kept.about);
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
        told,
        checksum(kept, told.as_deref()).cast_signed(),
    ])?;
    Ok(())
}

/// Writes the rows of all, or of none; what a person closed stays as it is
/// until its run is known to have ended.
pub(super) fn write_all(connection: &Connection, rows: &[Arc<Kept>]) -> rusqlite::Result<()> {
    // Between the look and the write nobody else may write.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    for kept in rows {
        let may = kept.about.closed.is_some() || kept.state.is_final();
        if may || !is_closed(&transaction, &kept.key)? {
            write(&transaction, kept)?;
        }
    }
    transaction.commit()
}

/// Whether the row of that key says that a person closed the box.
fn is_closed(connection: &Connection, key: &str) -> rusqlite::Result<bool> {
    const SQL: &str = concat!("SELECT ", columns!(), " FROM box WHERE key = ?1");
    let mut statement = connection.prepare_cached(SQL)?;
    let found = statement.query_row([key], |row| Ok(read(row))).optional()?;
    Ok(found
        .flatten()
        .is_some_and(|kept| kept.about.closed.is_some()))
}

/// Reads a row; `None` where it is not as it was written.
pub(super) fn read(row: &Row<'_>) -> Option<Kept> {
    let (kept, sum) = parts(row).ok()?;
    // As it stands: one who knows more fields may have written it.
    let told = row.get_ref(16).ok()?.as_str_or_null().ok()?;
    (checksum(&kept, told).cast_signed() == sum).then_some(kept)
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
        about: row
            .get_ref(16)?
            .as_str_or_null()?
            // Nothing that must hold stands in it: what cannot be read tells nothing.
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default(),
    };
    Ok((kept, row.get(17)?))
}

/// What a box tells of itself, as a row holds it.
fn told(about: &About) -> Option<String> {
    // Texts and a time alone always become JSON.
    let text = || serde_json::to_string(about).unwrap_or_default();
    (!about.is_empty()).then(text)
}

/// The first 8 bytes of SHA-256 over every field, each preceded by its length.
///
/// An absent field has a length that no present one has. `told` is `about` as the row has it.
fn checksum(kept: &Kept, told: Option<&str>) -> u64 {
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
        about: _,
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
    // Format 1 had no such field: its rows have none, and keep their sums.
    if let Some(told) = told {
        field(Some(told.as_bytes()));
    }
    let hash = hash.finalize();
    hash.iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

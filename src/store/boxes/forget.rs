//! Boxes that are over are forgotten after a while: they can be found again by their key.

use rusqlite::Connection;

use crate::wire::time::Time;

/// How long a box that is over is remembered.
const KEPT_MS: i64 = 30 * DAY_MS;
/// How often old boxes are looked for.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// Above so many pages of 4 KiB the older half of what is over goes, however
/// young: some 10,000 boxes.
const MOST_PAGES: i64 = 1_024;

/// What is over: nobody will edit it, but for a late record.
macro_rules! over {
    () => {
        "(state IN ('done', 'error', 'interrupted') OR phase = 'gone')"
    };
}

/// Whether it is time to look for old boxes again.
pub(super) fn is_due(last: Time, now: Time) -> bool {
    // A clock that went back far enough would keep it from ever being done.
    now.0.saturating_sub(last.0).saturating_abs() >= DAY_MS
}

/// Forgets boxes by their age.
pub(super) fn by_age(connection: &Connection, now: Time) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE meta SET value = ?1 WHERE name = 'tidied'",
        [now.0.to_string()],
    )?;
    connection.execute(
        concat!("DELETE FROM box WHERE at < ?1 AND ", over!()),
        [now.plus_ms(-KEPT_MS).0],
    )?;
    Ok(())
}

/// Writes the time at which old boxes were forgotten otherwise and then as it was: nothing changes,
/// and its page is written all the same, since it differed in between.
pub(super) fn note_again(connection: &Connection) -> rusqlite::Result<()> {
    let transaction = connection.unchecked_transaction()?;
    for sql in [
        "UPDATE meta SET value = value || ' ' WHERE name = 'tidied'",
        "UPDATE meta SET value = rtrim(value) WHERE name = 'tidied'",
    ] {
        transaction.execute(sql, [])?;
    }
    transaction.commit()
}

/// Forgets the older half of what is over where the database grew too large.
pub(super) fn by_size(connection: &Connection) -> rusqlite::Result<()> {
    let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let used = count("PRAGMA page_count")? - count("PRAGMA freelist_count")?;
    if used <= MOST_PAGES {
        return Ok(());
    }
    let over = count(concat!("SELECT count(*) FROM box WHERE ", over!()))?;
    connection.execute(
        concat!(
            "DELETE FROM box WHERE ",
            over!(),
            " AND at <= (SELECT at FROM box WHERE ",
            over!(),
            " ORDER BY at LIMIT 1 OFFSET ?1)"
        ),
        [over / 2],
    )?;
    // So many pages made the log long; a reader in its way only puts this off.
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

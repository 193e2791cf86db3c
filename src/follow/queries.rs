//! What is asked of a store: which transcripts grew, which nodes may have changed.

use rusqlite::{Connection, OptionalExtension, params};

use super::database::{Columns, Link, Schema, Seen, Verdict};
use super::messages;
use super::rows::{PAGE_BYTES, ends};
use super::streams;
use crate::wire::event::Name;

/// What changed in a store since the last look.
#[derive(Default)]
pub(super) struct News {
    pub(super) transcripts: Vec<Transcript>,
    /// All transcripts are in `transcripts`: what is not there is gone.
    pub(super) all: bool,
    /// Sessions whose streams grew, and the newest row of each.
    pub(super) streams: Vec<(String, i64)>,
}

/// A transcript that grew or was rewritten.
pub(super) struct Transcript {
    pub(super) sid: String,
    pub(super) generation: Option<Name>,
    /// Its last row; -1 where there is none.
    pub(super) newest: i64,
    pub(super) created_ms: i64,
}

/// A session's index row.
pub(super) struct Node {
    pub(super) key: String,
    pub(super) sid: Option<String>,
    pub(super) updated_ms: i64,
    pub(super) json: String,
}

/// Asks the store what changed; `None` where no commit came since.
pub(super) fn look(link: &mut Link, verdict: &mut Verdict) -> rusqlite::Result<Option<News>> {
    let connection = &link.connection;
    let version: i64 = connection
        .prepare_cached("PRAGMA data_version")?
        .query_row([], |row| row.get(0))?;
    if link.known.data_version == Some(version) {
        return Ok(None);
    }
    if *verdict == Verdict::Empty {
        let used =
            connection.query_row("SELECT EXISTS(SELECT 1 FROM session_nodes)", [], |row| {
                row.get(0)
            })?;
        if used {
            *verdict = Verdict::Alive;
        }
    }
    let mut seen = link.known;
    let transaction = connection.unchecked_transaction()?;
    let mut news = match link.columns.schema {
        Schema::Rows => transcripts(&transaction, link.columns, &mut seen)?,
        Schema::Messages => messages::transcripts(&transaction, &mut seen)?,
    };
    if link.columns.schema == Schema::Rows {
        news.streams = streams::grown(&transaction, link.columns, &mut seen)?;
    }
    transaction.commit()?;
    seen.data_version = Some(version);
    link.known = seen;
    Ok(Some(news))
}

/// Finds transcripts with new rows, by the numbers that SQLite gives rows in order of arrival.
fn transcripts(
    connection: &Connection,
    columns: Columns,
    seen: &mut Seen,
) -> rusqlite::Result<News> {
    let newest: i64 = if columns.rowid {
        connection
            .prepare_cached("SELECT max(rowid) FROM transcript_events")?
            .query_row([], |row| row.get::<_, Option<i64>>(0))?
            .unwrap_or_default()
    } else {
        0
    };
    let strings = |sql: &str, from: Option<i64>| -> rusqlite::Result<Vec<String>> {
        let mut statement = connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| row.get(0);
        match from {
            Some(from) => statement.query_map([from], read)?.collect(),
            None => statement.query_map([], read)?.collect(),
        }
    };
    // Deleted rows give their numbers back, so a fall means: look at everything.
    let all = !seen.listed || !columns.rowid || newest < seen.rowid;
    let mut sids = if all {
        // Steps from session to session through the primary key, past their rows.
        strings(
            "WITH RECURSIVE s(id) AS (SELECT min(session_id) FROM transcript_events UNION ALL \
             SELECT (SELECT min(session_id) FROM transcript_events WHERE session_id > s.id) \
             FROM s WHERE s.id IS NOT NULL) SELECT id FROM s WHERE id IS NOT NULL",
            None,
        )?
    } else {
        strings(
            "SELECT DISTINCT session_id FROM transcript_events WHERE rowid > ?1",
            Some(seen.rowid),
        )?
    };
    if columns.watermarks {
        if !all {
            // A rewrite may leave no new row.
            sids.extend(strings(
                "SELECT session_id FROM transcript_rewrite_watermarks WHERE updated_at >= ?1",
                Some(seen.watermark_ms),
            )?);
            sids.sort();
            sids.dedup();
        }
        seen.watermark_ms = connection
            .prepare_cached("SELECT max(updated_at) FROM transcript_rewrite_watermarks")?
            .query_row([], |row| row.get::<_, Option<i64>>(0))?
            .unwrap_or_default();
    }
    let created = if columns.created_at {
        "created_at"
    } else {
        "0"
    };
    let mut last = connection.prepare_cached(&format!(
        "SELECT {created} FROM transcript_events WHERE session_id = ?1 AND seq = ?2"
    ))?;
    let mut news = News {
        transcripts: Vec::with_capacity(sids.len()),
        all,
        streams: Vec::new(),
    };
    for sid in sids {
        let (generation, newest) = ends(connection, columns, &sid)?;
        let created_ms = last
            .query_row(params![sid, newest], |row| row.get(0))
            .optional()?;
        news.transcripts.push(Transcript {
            sid,
            generation,
            newest,
            created_ms: created_ms.unwrap_or_default(),
        });
    }
    seen.listed = true;
    seen.rowid = newest;
    Ok(news)
}

/// The next nodes behind `after`, up to a number and a size.
pub(super) fn node_page(
    link: &Link,
    from_ms: i64,
    after: Option<&str>,
) -> rusqlite::Result<Vec<Node>> {
    let time = if link.columns.node_time {
        "updated_at"
    } else {
        "0"
    };
    let mut statement = link.connection.prepare_cached(&format!(
        "SELECT session_key, current_session_id, entry_json, {time} FROM session_nodes \
         WHERE {time} >= ?1 AND (?2 IS NULL OR session_key > ?2) ORDER BY session_key LIMIT 500"
    ))?;
    let mut found = statement.query(params![from_ms, after])?;
    let mut nodes = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        let node = Node {
            key: row.get(0)?,
            sid: row.get(1)?,
            json: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
            updated_ms: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
        };
        bytes += node.json.len();
        nodes.push(node);
        if bytes > PAGE_BYTES {
            break;
        }
    }
    Ok(nodes)
}

//! Messages and parts as rows of a store.
//!
//! Source of the tables: `anomalyco/opencode:packages/opencode/src/session/session.sql.ts`.

use rusqlite::{Connection, OptionalExtension, params};

use super::object::ends_after;
use super::{After, Message, PAGE_MESSAGES, Page, Since};
use crate::follow::database::Seen;
use crate::follow::queries::{News, Transcript};
use crate::follow::rows::PAGE_BYTES;

/// So many sessions are looked at after each commit: those that were asked for last.
const RECENT: i64 = 32;

/// Finds the sessions that changed; all of them at the first look.
pub(in crate::follow) fn transcripts(
    connection: &Connection,
    seen: &mut Seen,
) -> rusqlite::Result<News> {
    let all = !seen.listed;
    let most = if all { -1 } else { RECENT };
    let mut statement =
        connection.prepare_cached("SELECT id FROM session ORDER BY time_updated DESC LIMIT ?1")?;
    let sids: Vec<String> = statement
        .query_map([most], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut news = News {
        streams: Vec::new(),
        transcripts: Vec::with_capacity(sids.len()),
        all,
    };
    for sid in sids {
        let (newest, print) = state(connection, &sid)?;
        news.transcripts.push(Transcript {
            sid,
            generation: Some(print.into()),
            newest,
            created_ms: newest,
        });
    }
    news.transcripts.sort_by(|one, two| one.sid.cmp(&two.sid));
    seen.listed = true;
    Ok(news)
}

/// When a session was changed last, and what tells two changes of the same millisecond apart.
pub(super) fn state(connection: &Connection, sid: &str) -> rusqlite::Result<(i64, String)> {
    let own = connection
        .prepare_cached("SELECT time_updated FROM session WHERE id = ?1")?
        .query_row([sid], |row| row.get::<_, i64>(0))
        .optional()?;
    let Some(own) = own else {
        return Ok((-1, String::new()));
    };
    let newest = |table: &str| -> rusqlite::Result<i64> {
        let sql = format!("SELECT max(time_updated) FROM {table} WHERE session_id = ?1");
        let found: Option<i64> = connection
            .prepare_cached(&sql)?
            .query_row([sid], |row| row.get(0))?;
        Ok(found.unwrap_or(-1))
    };
    let newest = own.max(newest("message")?).max(newest("part")?);
    let alike = |table: &str| -> rusqlite::Result<String> {
        let sql = format!(
            "SELECT count(*) || '.' || coalesce(sum(length(data)), 0) FROM {table} \
             WHERE session_id = ?1 AND time_updated = ?2"
        );
        connection
            .prepare_cached(&sql)?
            .query_row(params![sid, newest], |row| row.get(0))
    };
    let (messages, parts) = (alike("message")?, alike("part")?);
    Ok((newest, format!("{newest}.{messages}.{parts}")))
}

/// When a session was changed last; -1 where it is gone.
pub(in crate::follow) fn newest(connection: &Connection, sid: &str) -> rusqlite::Result<i64> {
    state(connection, sid).map(|(newest, _)| newest)
}

/// When the newest message of a session was begun; `None` where there is none.
pub(in crate::follow) fn last_begun(
    connection: &Connection,
    sid: &str,
) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT max(time_created) FROM message WHERE session_id = ?1")?
        .query_row([sid], |row| row.get(0))
}

/// Reads messages that are met by a pass `since`, behind `after`, within one transaction.
pub(super) fn page(
    connection: &Connection,
    sid: &str,
    since: Since,
    after: Option<&After>,
) -> rusqlite::Result<Page> {
    let transaction = connection.unchecked_transaction()?;
    let mut page = Page {
        newest: newest(&transaction, sid)?,
        ..Page::default()
    };
    if after.is_none() {
        page.messages
            .extend(session(&transaction, sid, since.floor)?);
    }
    let (begun, last) = after.map_or((i64::MIN, ""), |(begun, last)| (*begun, &**last));
    // Of what was begun before, nothing is met, or what was changed after it was passed over.
    let late = since
        .done
        .map(|done| since.floor.max(done.saturating_add(1)));
    let (begun, last) = match late {
        Some(_) => (begun, last),
        None => (begun, last).max((since.begun, "")),
    };
    let mut bytes = 0;
    let mut count = 0_usize;
    {
        let mut messages = transaction.prepare_cached(
            "SELECT id, time_created, data FROM message \
             WHERE session_id = ?1 AND (time_created, id) > (?2, ?3) \
             AND max(time_updated, coalesce((SELECT max(time_updated) FROM part \
             WHERE message_id = message.id), 0)) >= iif(time_created < ?5, ?6, ?4) \
             ORDER BY time_created, id",
        )?;
        let mut parts = transaction
            .prepare_cached("SELECT id, data FROM part WHERE message_id = ?1 ORDER BY id")?;
        let bounds = params![sid, begun, last, since.floor, since.begun, late];
        let mut found = messages.query(bounds)?;
        while let Some(row) = found.next()? {
            let (id, begun): (String, i64) = (row.get(0)?, row.get(1)?);
            let data = row.get::<_, String>(2)?;
            if begun < since.begun && !since.done.is_some_and(|done| ends_after(&data, done)) {
                continue;
            }
            let mut json = String::from("{\"info\":");
            json.push_str(&named(&id, sid, &data));
            json.push_str(",\"parts\":[");
            let mut those = parts.query([&id])?;
            let mut comma = "";
            while let Some(part) = those.next()? {
                json.push_str(comma);
                json.push_str(&named(
                    &part.get::<_, String>(0)?,
                    sid,
                    &part.get::<_, String>(1)?,
                ));
                comma = ",";
            }
            json.push_str("]}");
            bytes += json.len();
            count += 1;
            page.messages.push(Message {
                json,
                after: (begun, id),
            });
            if bytes >= PAGE_BYTES || count >= PAGE_MESSAGES {
                break;
            }
        }
    }
    page.more = bytes >= PAGE_BYTES || count >= PAGE_MESSAGES;
    transaction.commit()?;
    Ok(page)
}

/// The session itself, where it was changed.
pub(super) fn session(
    connection: &Connection,
    sid: &str,
    floor: i64,
) -> rusqlite::Result<Option<Message>> {
    let read =
        |row: &rusqlite::Row<'_>| -> rusqlite::Result<(Option<String>, String, String, i64)> {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        };
    let found = connection
        .prepare_cached(
            "SELECT parent_id, directory, title, time_created FROM session \
             WHERE id = ?1 AND time_updated >= ?2",
        )?
        .query_row(params![sid, floor], read)
        .optional()?;
    Ok(found.map(|(parent, directory, title, created)| Message {
        json: serde_json::json!({"session": {
            "id": sid,
            "parentID": parent,
            "directory": directory,
            "title": title,
            "time": {"created": created},
        }})
        .to_string(),
        after: (i64::MIN, String::new()),
    }))
}

/// The object that `data` holds, with the ids that stand beside it.
fn named(id: &str, sid: &str, data: &str) -> String {
    let ids = serde_json::json!({"id": id, "sessionID": sid}).to_string();
    let inner = data.trim().strip_prefix('{').map(str::trim_start);
    match inner {
        Some(inner) if !inner.starts_with('}') => {
            format!("{},{inner}", ids.trim_end_matches('}'))
        }
        _ => ids,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_joined_with_what_stands_beside_them() {
        let cases = [
            (
                r#"{"role":"user"}"#,
                r#"{"id":"m","sessionID":"s","role":"user"}"#,
            ),
            ("{}", r#"{"id":"m","sessionID":"s"}"#),
            (" { } ", r#"{"id":"m","sessionID":"s"}"#),
            ("7", r#"{"id":"m","sessionID":"s"}"#),
        ];
        for (data, want) in cases {
            assert_eq!(named("m", "s", data), want, "{data}");
        }
    }
}

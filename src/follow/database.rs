//! Another program's SQLite store, opened without a trace.
//!
//! The Gateway kills itself when its `-wal` or `-shm` is replaced, and a closed
//! descriptor would drop our locks: the store is touched through SQLite alone,
//! and by `stat`. `readonly_shm=1` keeps SQLite from creating, recovering or
//! even marking the `-shm`; without a living `-wal` the store is opened as
//! `immutable=1`, which looks at nothing but the main file.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::open::Stat;

/// How long a read waits for a writer.
const BUSY: Duration = Duration::from_millis(100);

/// A store, open or not.
pub(super) struct Database {
    pub(super) path: PathBuf,
    /// Whose tables it should hold.
    schema: Schema,
    pub(super) link: Option<Link>,
    pub(super) verdict: Verdict,
    /// The main file when the store was found asleep, without a `-wal`.
    asleep: Option<Stat>,
}

/// What a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not looked at yet, or nothing is there.
    Unknown,
    /// Other things than sessions: it exists since 2026.5 for authentication and memory.
    Other,
    /// The layout of the 2026.7.2 betas.
    Beta,
    /// The layout since 2026.8, without a session so far.
    Empty,
    /// The layout since 2026.8, in use.
    Alive,
}

/// An open store.
pub(super) struct Link {
    pub(super) connection: Connection,
    pub(super) columns: Columns,
    pub(super) known: Seen,
    way: Way,
}

/// How a store was opened, and what must not change for it to stay open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// With its `-wal` of this device and inode.
    Shared(u64, u64),
    /// The main file alone, as it was then.
    Immutable(Stat),
}

/// Whose tables they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Schema {
    /// OpenClaw's: rows that are appended, numbered within their session.
    #[default]
    Rows,
    /// OpenCode's: messages and parts that change in place.
    Messages,
}

/// What of the schema is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) schema: Schema,
    /// `event_zstd` and `event_utf8_bytes`: since schema 23.
    pub(super) zstd: bool,
    pub(super) created_at: bool,
    /// `transcript_rewrite_watermarks`.
    pub(super) watermarks: bool,
    pub(super) rowid: bool,
    pub(super) node_time: bool,
    /// `acp_parent_stream_events`.
    pub(super) streams: bool,
}

/// How far the store's changes were looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) data_version: Option<i64>,
    pub(super) rowid: i64,
    pub(super) node_ms: i64,
    pub(super) watermark_ms: i64,
    pub(super) listed: bool,
    /// The newest row of all streams.
    pub(super) stream: i64,
}

impl Database {
    pub(super) fn new(path: PathBuf, schema: Schema) -> Self {
        Self {
            path,
            schema,
            link: None,
            verdict: Verdict::Unknown,
            asleep: None,
        }
    }

    /// Opens the store, or opens it again where that is due. Gives a remark for people.
    ///
    /// A follower leaves a store without a living `-wal` closed until its main
    /// file changes.
    fn open(&mut self, follow: bool) -> rusqlite::Result<Option<&'static str>> {
        let mut remark = None;
        let Some((main, _)) = stat(&self.path) else {
            self.link = None;
            self.verdict = Verdict::Unknown;
            return Ok(None);
        };
        let way = match stat(&beside(&self.path, "-wal")) {
            // An emptied `-wal` of a living Gateway keeps its inode: there is nothing to open again.
            Some((wal, _)) if self.is_open(Way::Shared(wal.dev, wal.ino)) => return Ok(None),
            Some((wal, size)) if size > 0 && self.has_shm() => Way::Shared(wal.dev, wal.ino),
            Some((_, size)) if size > 0 => {
                remark = Some("its -shm is missing: what only stands in its -wal is not read");
                Way::Immutable(main)
            }
            _ => Way::Immutable(main),
        };
        if self.is_open(way) {
            return Ok(None);
        }
        self.link = None;
        let sleeps = follow && matches!(way, Way::Immutable(_));
        if sleeps && self.asleep == Some(main) {
            return Ok(None);
        }
        let mut link = connect(&self.path, way)?;
        let first = self.verdict == Verdict::Unknown && self.asleep.is_none();
        self.verdict = match self.schema {
            Schema::Rows => probe(&link.connection, &mut link.columns)?,
            Schema::Messages => probe_messages(&link.connection, &mut link.columns)?,
        };
        if self.verdict == Verdict::Beta {
            remark = Some("a store of a 2026.7.2 beta: it is not read");
        }
        if sleeps {
            self.asleep = Some(main);
        }
        let readable = matches!(self.verdict, Verdict::Alive | Verdict::Empty);
        self.link = (readable && !(sleeps && first)).then_some(link);
        Ok(remark)
    }

    /// Does `work` with the open store; `None` where there is nothing open to read.
    ///
    /// A store that changed hands meanwhile, or whose writer is just starting,
    /// is opened again. A follower tries that once and comes back later.
    pub(super) fn with<T>(
        &mut self,
        follow: bool,
        mut work: impl FnMut(&mut Link, &mut Verdict) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<(Option<T>, Option<&'static str>)> {
        let pauses_ms: &[u64] = if follow { &[0] } else { &[0, 2, 8, 32] };
        let mut pauses = pauses_ms.iter();
        loop {
            let outcome = self.open(follow).and_then(|remark| {
                let done = match &mut self.link {
                    Some(link) => Some(work(link, &mut self.verdict)?),
                    None => None,
                };
                Ok((done, remark))
            });
            match (outcome, pauses.next()) {
                (Err(_), Some(&pause)) => {
                    self.link = None;
                    std::thread::sleep(Duration::from_millis(pause));
                }
                (Err(error), None) => {
                    self.link = None;
                    return Err(error);
                }
                (done, _) => return done,
            }
        }
    }

    fn is_open(&self, way: Way) -> bool {
        self.link.as_ref().is_some_and(|link| link.way == way)
    }

    /// Whether the store was opened without a `-wal`, and has one now.
    pub(super) fn woke(&self) -> bool {
        let immutable = self
            .link
            .as_ref()
            .is_some_and(|link| matches!(link.way, Way::Immutable(_)));
        immutable
            && self.has_shm()
            && stat(&beside(&self.path, "-wal")).is_some_and(|(_, size)| size > 0)
    }

    fn has_shm(&self) -> bool {
        stat(&beside(&self.path, "-shm")).is_some()
    }
}

/// A file of the store by `stat` alone, with its size.
fn stat(path: &Path) -> Option<(Stat, u64)> {
    let meta = std::fs::metadata(path).ok().filter(|meta| meta.is_file())?;
    Some((Stat::of(&meta), meta.len()))
}

/// `path` with `suffix` behind its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn connect(path: &Path, way: Way) -> rusqlite::Result<Link> {
    let mut uri = String::from("file:");
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                uri.push(byte.into())
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri.push_str(match way {
        Way::Shared(..) => "?mode=ro&readonly_shm=1",
        Way::Immutable(_) => "?mode=ro&immutable=1",
    });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "query_only", true)?;
    // The first real access: a missing `-shm` shows here.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(Link {
        connection,
        columns: Columns::default(),
        known: Seen::default(),
        way,
    })
}

/// Looks at tables and columns: versions move every week, so only what is read must be there.
fn probe(connection: &Connection, columns: &mut Columns) -> rusqlite::Result<Verdict> {
    let names = |table: &str| names(connection, table);
    let events = names("transcript_events")?;
    let nodes = names("session_nodes")?;
    let marks = names("transcript_rewrite_watermarks")?;
    if !has(&events, &["session_id", "seq", "event_json"]) {
        return Ok(Verdict::Other);
    }
    if !has(&nodes, &["session_key", "current_session_id", "entry_json"]) {
        return Ok(Verdict::Beta);
    }
    *columns = Columns {
        schema: Schema::Rows,
        zstd: has(&events, &["event_zstd", "event_utf8_bytes"]),
        created_at: has(&events, &["created_at"]),
        watermarks: has(&marks, &["session_id", "generation"]),
        rowid: connection
            .prepare("SELECT max(rowid) FROM transcript_events")
            .is_ok(),
        node_time: has(&nodes, &["updated_at"]),
        streams: connection
            .prepare("SELECT rowid, session_id, event_json FROM acp_parent_stream_events")
            .is_ok(),
    };
    let used = connection.query_row("SELECT EXISTS(SELECT 1 FROM session_nodes)", [], |row| {
        row.get(0)
    })?;
    Ok(if used { Verdict::Alive } else { Verdict::Empty })
}

/// The same for messages and parts that change in place.
fn probe_messages(connection: &Connection, columns: &mut Columns) -> rusqlite::Result<Verdict> {
    let parent = ["id", "parent_id", "directory", "title", "time_updated"];
    let child = ["id", "session_id", "time_updated", "data"];
    let there = has(&names(connection, "session")?, &parent)
        && has(&names(connection, "message")?, &child)
        && has(&names(connection, "part")?, &child);
    columns.schema = Schema::Messages;
    Ok(if there {
        Verdict::Alive
    } else {
        Verdict::Other
    })
}

/// The columns of a table; none where it is not there.
fn names(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("SELECT name FROM pragma_table_info(?1)")?
        .query_map([table], |row| row.get(0))?
        .collect()
}

fn has(all: &[String], wanted: &[&str]) -> bool {
    wanted.iter().all(|name| all.iter().any(|it| it == name))
}

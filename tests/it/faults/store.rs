//! Another program's store, followed while its writer commits.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::harness::{MODES, Place, Tail, once, rounds};
use super::writer::Writer;

const SCHEMA: &str = "
PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;
CREATE TABLE session_nodes(session_key TEXT PRIMARY KEY, current_session_id TEXT, entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL,
  event_zstd BLOB, event_utf8_bytes INTEGER, PRIMARY KEY(session_id, seq));
CREATE TABLE transcript_rewrite_watermarks(session_id TEXT PRIMARY KEY, generation TEXT NOT NULL, updated_at INTEGER NOT NULL);
";

/// The Gateway: a store with one session, and the connection that writes to it.
struct Gateway {
    place: Place,
    store: PathBuf,
    connection: Connection,
    writer: Writer,
    seq: i64,
}

impl Gateway {
    fn new() -> Self {
        let place = Place::new();
        let folder = place.state().join("agents/main/agent");
        fs::create_dir_all(&folder).expect("made");
        let store = folder.join("openclaw-agent.sqlite");
        let connection = Connection::open(&store).expect("opens");
        connection.execute_batch(SCHEMA).expect("made");
        let node = "INSERT INTO session_nodes VALUES('agent:main:main', 's1', '{\"sessionId\":\"s1\"}', 1)";
        connection.execute(node, []).expect("written");
        let writer = Writer::unwritten(&folder, "s1");
        let mut gateway = Self {
            place,
            store,
            connection,
            writer,
            seq: 0,
        };
        for line in gateway.writer.lines.clone() {
            gateway.insert(&line, false);
        }
        gateway
    }

    fn insert(&mut self, line: &str, packed: bool) {
        let json = line.trim_end();
        let zstd = packed.then(|| zstd::bulk::compress(json.as_bytes(), 1).expect("compresses"));
        let sql = "INSERT INTO transcript_events VALUES('s1', ?1, ?2, ?1, ?3, ?4)";
        let plain = (!packed).then_some(json);
        let size = packed.then_some(json.len() as i64);
        let values = params![self.seq, plain, zstd, size];
        self.connection.execute(sql, values).expect("committed");
        self.seq += 1;
    }

    fn call(&mut self, packed: bool) {
        let line = self.writer.line();
        self.insert(&line, packed);
        self.writer.lines.push(line);
    }

    fn run(&self, sql: &str) {
        self.connection.execute_batch(sql).expect("runs");
    }

    fn follow(&self, mode: &[&str]) -> Tail {
        Tail::follow(self.place.home(), &self.place.state(), mode)
    }

    /// Names, bytes, inodes and times of all that lies beside the store.
    ///
    /// The writer is in this process, so the store itself is only looked at:
    /// a descriptor of ours, closed, would drop its locks.
    fn snapshot(&self) -> BTreeMap<PathBuf, (u64, u64, i64, i64)> {
        let folder = self.store.parent().expect("a parent");
        let entries = fs::read_dir(folder).expect("lists").flatten();
        entries
            .map(|entry| {
                let meta = entry.metadata().expect("is there");
                let stat = (meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec());
                (entry.path(), stat)
            })
            .collect()
    }
}

#[test]
fn every_committed_row_comes_once_and_in_order_while_a_writer_commits() {
    for (mode, count) in MODES.into_iter().zip([rounds(300), 60]) {
        let mut gateway = Gateway::new();
        let mut tail = gateway.follow(mode);
        for number in 0..count {
            gateway.call(number % 3 == 0);
            if number % 50 == 49 {
                // Many rows at once, and a log that begins anew.
                gateway.run("BEGIN");
                for _ in 0..20 {
                    gateway.call(false);
                }
                gateway.run("COMMIT");
                tail.until_call("s1", &gateway.writer.newest());
                gateway.run("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
        tail.until_call("s1", &gateway.writer.newest());
        assert_eq!(tail.of("s1"), gateway.writer.calls, "{mode:?}");
        assert!(tail.errors.is_empty(), "{:?}", tail.errors);
    }
}

#[test]
fn what_was_rolled_back_never_comes() {
    let mut gateway = Gateway::new();
    let mut tail = gateway.follow(&[]);
    gateway.call(false);
    for _ in 0..5 {
        gateway.run("BEGIN");
        let seq = gateway.seq;
        gateway.call(false);
        gateway.run("ROLLBACK");
        gateway.seq = seq;
        gateway.writer.calls.pop();
        gateway.call(false);
        tail.until_call("s1", &gateway.writer.newest());
    }
    assert_eq!(tail.of("s1"), gateway.writer.calls);
}

#[test]
fn a_rewrite_in_a_new_generation_repeats_nothing() {
    for mode in MODES {
        let mut gateway = Gateway::new();
        let mut tail = gateway.follow(mode);
        for round in 0..3 {
            for _ in 0..10 {
                gateway.call(false);
            }
            tail.until_call("s1", &gateway.writer.newest());
            // The last rows stay, numbered anew, and new ones follow.
            gateway.run("BEGIN; DELETE FROM transcript_events;");
            let from = gateway.writer.lines.len() - 4;
            let kept = gateway.writer.lines.split_off(from);
            gateway.seq = 0;
            for line in &kept {
                gateway.insert(line, false);
            }
            gateway.writer.lines = kept;
            gateway.call(false);
            gateway.run(&format!(
                "INSERT OR REPLACE INTO transcript_rewrite_watermarks VALUES('s1', 'g{round}', {round}); COMMIT;"
            ));
            tail.until_call("s1", &gateway.writer.newest());
        }
        assert_eq!(tail.of("s1"), gateway.writer.calls, "{mode:?}");
        assert!(!tail.typed("rewind").is_empty(), "{mode:?}");
    }
}

#[test]
fn nothing_beside_the_store_changes_by_being_read() {
    let mut gateway = Gateway::new();
    for checkpointed in [false, true] {
        gateway.call(true);
        if checkpointed {
            gateway.run("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        let before = gateway.snapshot();
        let path: &Path = &gateway.place.state();
        let (tail, code) = once(gateway.place.home(), &[path.as_os_str()]);
        assert_eq!(
            (code, tail.of("s1")),
            (0, &*gateway.writer.calls),
            "{:?}",
            tail.errors
        );
        assert_eq!(
            before,
            gateway.snapshot(),
            "one-shot, checkpointed: {checkpointed}"
        );
        let mut tail = gateway.follow(&[]);
        if !checkpointed {
            tail.until_call("s1", &gateway.writer.newest());
        }
        // A file beside it is followed to know that the store was looked at.
        tail.stop();
        assert_eq!(
            before,
            gateway.snapshot(),
            "followed, checkpointed: {checkpointed}"
        );
    }
    // The Gateway's own check: it can still commit and checkpoint.
    gateway.call(false);
    gateway.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

#[test]
fn no_room_opens_a_store_but_through_sqlite() {
    // A descriptor of our own, closed, would drop the locks of our process.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("lists").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "tests") {
                    folders.push(path);
                }
                continue;
            }
            let text = fs::read_to_string(&path).expect("reads");
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            let speaks_of_stores = text.contains("rusqlite") || text.contains("names::STORE");
            let opens = [
                "File::open",
                "OpenOptions",
                "fs::read(",
                "fs::copy",
                "read_to_string",
                "open::open(",
            ];
            if speaks_of_stores {
                files += 1;
                for word in opens {
                    assert!(!text.contains(word), "{}: {word}", path.display());
                }
            }
        }
    }
    assert!(files >= 3, "{files} files speak of stores");
}

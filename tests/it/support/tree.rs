//! Small OpenClaw trees, written as files (era F) or as a store (era D2).
//!
//! The same records can be read from both, so that one table serves two eras.

use std::path::{Path, PathBuf};

use live_status::wire::time::Time;
use serde_json::{Value, json};

use super::{Ran, T0_MS, wire};

/// The records of one transcript.
#[derive(Clone, Debug, Default)]
pub struct Talk {
    lines: Vec<Vec<u8>>,
    last: Option<String>,
    next: u32,
    /// The last line is not ended.
    torn: bool,
}

impl Talk {
    /// A transcript with its header.
    pub fn new(sid: &str) -> Self {
        let mut talk = Self::default();
        talk.line(json!({
            "type": "session", "version": 3, "id": sid, "timestamp": stamp(0), "cwd": "/srv/w",
        }));
        talk
    }

    /// A transcript without a header, as manual trims leave it.
    pub fn bare() -> Self {
        Self::default()
    }

    /// A line as it is.
    pub fn raw(&mut self, line: impl AsRef<[u8]>) -> &mut Self {
        self.lines.push(line.as_ref().to_vec());
        self
    }

    /// The last line is written without its newline.
    pub fn torn(&mut self, line: &str) -> &mut Self {
        self.torn = true;
        self.raw(line)
    }

    /// A record as it is.
    pub fn line(&mut self, record: Value) -> &mut Self {
        self.raw(record.to_string())
    }

    /// A record that goes on from the last one; it gets `id`, `parentId` and `timestamp` where it has none.
    pub fn record(&mut self, at_ms: i64, mut record: Value) -> &mut Self {
        self.next += 1;
        let id = format!("{:08x}", self.next);
        let object = record.as_object_mut().expect("an object");
        object.entry("id").or_insert(json!(id));
        object.entry("parentId").or_insert(json!(self.last));
        object.entry("timestamp").or_insert(json!(stamp(at_ms)));
        self.last = object["id"].as_str().map(str::to_owned);
        self.line(record)
    }

    /// A message; it gets `timestamp` where it has none.
    pub fn message(&mut self, at_ms: i64, mut message: Value) -> &mut Self {
        let object = message.as_object_mut().expect("an object");
        object.entry("timestamp").or_insert(json!(T0_MS + at_ms));
        self.record(at_ms, json!({"type": "message", "message": message}))
    }

    /// A person asks.
    pub fn user(&mut self, at_ms: i64, text: &str) -> &mut Self {
        self.message(
            at_ms,
            json!({"role": "user", "content": [{"type": "text", "text": text}]}),
        )
    }

    /// A user message with further fields.
    pub fn user_with(&mut self, at_ms: i64, text: &str, more: Value) -> &mut Self {
        self.message(
            at_ms,
            merged(json!({"role": "user", "content": text}), more),
        )
    }

    /// The model's last word.
    pub fn says(&mut self, at_ms: i64, text: &str) -> &mut Self {
        self.assistant(
            at_ms,
            json!([{"type": "text", "text": text}]),
            json!({"stopReason": "stop"}),
        )
    }

    /// An assistant message of these blocks.
    pub fn assistant(&mut self, at_ms: i64, blocks: Value, more: Value) -> &mut Self {
        self.message(
            at_ms,
            merged(json!({"role": "assistant", "content": blocks}), more),
        )
    }

    /// The model calls one tool.
    pub fn call(&mut self, at_ms: i64, id: &str, name: &str, arguments: Value) -> &mut Self {
        let block = json!({"type": "toolCall", "id": id, "name": name, "arguments": arguments});
        self.assistant(at_ms, json!([block]), json!({"stopReason": "toolUse"}))
    }

    /// A tool's result.
    pub fn result(&mut self, at_ms: i64, id: &str, name: &str, details: Value) -> &mut Self {
        self.result_with(at_ms, id, name, "out", json!({"details": details}))
    }

    /// A tool's result with its text and further fields of the message.
    pub fn result_with(
        &mut self,
        at_ms: i64,
        id: &str,
        name: &str,
        text: &str,
        more: Value,
    ) -> &mut Self {
        let message = json!({
            "role": "toolResult", "toolCallId": id, "toolName": name,
            "content": [{"type": "text", "text": text}], "isError": false,
        });
        self.message(at_ms, merged(message, more))
    }

    /// The id of the record written last.
    pub fn last_id(&self) -> String {
        self.last.clone().expect("a record")
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.lines.join(&b'\n');
        if !self.torn && !self.lines.is_empty() {
            bytes.push(b'\n');
        }
        bytes
    }

    /// Bytes up to the end of the last line: where the next one would begin.
    pub fn len(&self) -> usize {
        self.bytes().len()
    }
}

/// One session: its key, its row and its records.
#[derive(Clone, Debug)]
pub struct Session {
    pub agent: String,
    pub key: Option<String>,
    pub sid: String,
    pub row: Value,
    pub talk: Option<Talk>,
    /// The file's name in era F, where it is not `<sid>.jsonl`.
    pub file: Option<String>,
    /// The log of its stream, where it has one.
    pub stream: Vec<Value>,
}

/// A state directory.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    pub sessions: Vec<Session>,
}

/// Which kind of storage a tree is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    Files,
    Store,
}

impl Tree {
    /// A tree of one session of the agent `main`.
    pub fn of(key: &str, row: Value, talk: &Talk) -> Self {
        let mut tree = Self::default();
        tree.add(key, "s1", row, talk);
        tree
    }

    /// Another session.
    pub fn add(&mut self, key: &str, sid: &str, row: Value, talk: &Talk) -> &mut Session {
        let agent = key.split(':').nth(1).unwrap_or("main").to_owned();
        self.sessions.push(Session {
            agent,
            key: Some(key.to_owned()),
            sid: sid.to_owned(),
            row,
            talk: Some(talk.clone()),
            file: None,
            stream: Vec::new(),
        });
        self.sessions.last_mut().expect("just pushed")
    }

    /// Writes the tree below `dir`.
    pub fn write(&self, dir: &Path, era: Era) {
        let mut agents: Vec<&str> = self.sessions.iter().map(|one| one.agent.as_str()).collect();
        agents.sort_unstable();
        agents.dedup();
        for agent in agents {
            let own: Vec<&Session> = self
                .sessions
                .iter()
                .filter(|one| one.agent == agent)
                .collect();
            match era {
                Era::Files => write_files(&dir.join("agents").join(agent).join("sessions"), &own),
                Era::Store => write_store(&dir.join("agents").join(agent).join("agent"), &own),
            }
        }
    }

    /// What `tail` makes of the tree in one era; every event is held against the schema.
    pub fn tail(&self, era: Era, args: &[&str]) -> (Vec<Value>, Ran) {
        let home = super::home();
        let state = home.path().join(".openclaw");
        self.write(&state, era);
        let mut all = vec!["tail"];
        all.extend(args);
        let ran = super::run(home.path(), &all);
        (wire::events(&ran.out), ran)
    }

    /// What `tail` makes of the tree, the same in both eras but for where it was read.
    pub fn events(&self) -> Vec<Value> {
        let (files, ran) = self.tail(Era::Files, &[]);
        assert_eq!(ran.code, 0, "files: {}", ran.err);
        let (store, ran) = self.tail(Era::Store, &[]);
        assert_eq!(ran.code, 0, "store: {}", ran.err);
        assert_eq!(
            placeless(&files),
            placeless(&store),
            "files left, store right"
        );
        files
    }

    /// The same in few words.
    pub fn digest(&self) -> Vec<String> {
        super::digest::digest(&self.events())
    }

    /// The text of the boxes that the events of the tree make, in era F.
    pub fn boxes(&self, args: &[&str]) -> String {
        let (_, ran) = self.tail(Era::Files, &[]);
        let home = super::home();
        let mut all = vec!["render", "--output", "text"];
        all.extend(args);
        super::feed(home.path(), &all, &ran.out)
            .ok()
            .text()
            .to_owned()
    }
}

/// Events without where they were read.
pub fn placeless(events: &[Value]) -> Vec<Value> {
    let mut events = events.to_vec();
    for event in &mut events {
        event.as_object_mut().map(|object| object.remove("src"));
    }
    events
}

/// The time so many milliseconds after the beginning, as it stands in records.
pub fn stamp(at_ms: i64) -> String {
    Time(T0_MS + at_ms).to_string()
}

/// An object with the fields of another.
pub fn merged(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn write_files(dir: &Path, sessions: &[&Session]) {
    std::fs::create_dir_all(dir).expect("a directory");
    let mut index = serde_json::Map::new();
    for session in sessions {
        if let Some(talk) = &session.talk {
            std::fs::write(file_of(dir, session), talk.bytes()).expect("a transcript");
        }
        if !session.stream.is_empty() {
            let lines: Vec<String> = session
                .stream
                .iter()
                .map(|line| format!("{line}\n"))
                .collect();
            let log = dir.join(format!("{}.acp-stream.jsonl", session.sid));
            std::fs::write(log, lines.concat()).expect("a log");
        }
        if let Some(key) = &session.key {
            let mut row = merged(json!({"sessionId": session.sid}), session.row.clone());
            if let Some(file) = &session.file {
                row["sessionFile"] = json!(file);
            }
            index.insert(key.clone(), row);
        }
    }
    let text = serde_json::to_string_pretty(&index).expect("JSON");
    // Written beside and renamed, as its agent does: nobody reads half of it.
    let beside = dir.join("sessions.json.tmp");
    std::fs::write(&beside, text).expect("an index");
    std::fs::rename(beside, dir.join("sessions.json")).expect("an index");
}

fn file_of(dir: &Path, session: &Session) -> PathBuf {
    let name = session
        .file
        .clone()
        .unwrap_or_else(|| format!("{}.jsonl", session.sid));
    dir.join(name)
}

/// The columns of schema 23 that a reader needs.
const SCHEMA: &str = "
PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA user_version=23;
CREATE TABLE session_nodes(session_key TEXT PRIMARY KEY, current_session_id TEXT, entry_json TEXT NOT NULL,
  entry_valid INTEGER NOT NULL DEFAULT 1, updated_at INTEGER NOT NULL, status TEXT, created_at INTEGER,
  parent_session_key TEXT, spawned_by TEXT, label TEXT, display_name TEXT, archived_at INTEGER, last_activity_at INTEGER);
CREATE TABLE session_windows(session_id TEXT PRIMARY KEY, session_key TEXT NOT NULL, previous_session_id TEXT,
  reason TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, transcript_updated_at INTEGER,
  started_at INTEGER, ended_at INTEGER, status TEXT, chat_type TEXT, channel TEXT, account_id TEXT,
  model_provider TEXT, model TEXT, parent_session_key TEXT, spawned_by TEXT, display_name TEXT);
CREATE TABLE transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT,
  created_at INTEGER NOT NULL, event_zstd BLOB, event_utf8_bytes INTEGER, navigation_json TEXT,
  PRIMARY KEY(session_id, seq));
CREATE TABLE acp_parent_stream_events(session_id TEXT NOT NULL, run_id TEXT NOT NULL, seq INTEGER NOT NULL,
  event_json TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(session_id, run_id, seq));
CREATE TABLE transcript_rewrite_watermarks(session_id TEXT PRIMARY KEY, generation TEXT NOT NULL, updated_at INTEGER NOT NULL);
";

fn write_store(dir: &Path, sessions: &[&Session]) {
    std::fs::create_dir_all(dir).expect("a directory");
    let store = rusqlite::Connection::open(dir.join("openclaw-agent.sqlite")).expect("a store");
    store.execute_batch(SCHEMA).expect("tables");
    for session in sessions {
        let key = session.key.as_deref().unwrap_or(&session.sid);
        store
            .execute(
                "INSERT INTO session_windows(session_id, session_key, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)",
                (&session.sid, key, T0_MS),
            )
            .expect("a window");
        if session.key.is_some() {
            let row = merged(json!({"sessionId": session.sid}), session.row.clone());
            store
                .execute(
                    "INSERT INTO session_nodes(session_key, current_session_id, entry_json, updated_at) VALUES (?1, ?2, ?3, ?4)",
                    (key, &session.sid, row.to_string(), T0_MS),
                )
                .expect("a node");
        }
        let lines = session.talk.iter().flat_map(|talk| &talk.lines);
        for (seq, line) in lines.enumerate() {
            let text = std::str::from_utf8(line).expect("a store holds text");
            let packed =
                (text.len() >= 1_024).then(|| zstd::bulk::compress(line, 1).expect("compresses"));
            let plain = packed.is_none().then_some(text);
            store
                .execute(
                    "INSERT INTO transcript_events(session_id, seq, event_json, created_at, event_zstd, event_utf8_bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    (&session.sid, seq as i64, plain, T0_MS, &packed, packed.as_ref().map(|_| line.len() as i64)),
                )
                .expect("a row");
        }
        for (seq, line) in session.stream.iter().enumerate() {
            store
                .execute(
                    "INSERT INTO acp_parent_stream_events VALUES (?1, 'r1', ?2, ?3, ?4)",
                    (&session.sid, seq as i64, line.to_string(), T0_MS),
                )
                .expect("a row of a stream");
        }
        if session.talk.is_some() {
            store
                .execute(
                    "INSERT INTO transcript_rewrite_watermarks VALUES (?1, 'g1', ?2)",
                    (&session.sid, T0_MS),
                )
                .expect("a watermark");
        }
    }
}

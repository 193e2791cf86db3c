//! Another program's store: what is read of it, and that it is left as it was.
//!
//! The writer is a process of its own, since locks are a process's: this test
//! binary again, told by its environment to be one.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::SystemTime;

use rusqlite::Connection;

use super::*;

const WRITER: &str = "LIVE_STATUS_TEST_STORE";

pub(super) const SCHEMA: &str = "
PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0;
CREATE TABLE session_nodes(session_key TEXT PRIMARY KEY, current_session_id TEXT, entry_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE transcript_events(session_id TEXT NOT NULL, seq INTEGER NOT NULL, event_json TEXT, created_at INTEGER NOT NULL,
  event_zstd BLOB, event_utf8_bytes INTEGER, PRIMARY KEY(session_id, seq));
CREATE TABLE transcript_rewrite_watermarks(session_id TEXT PRIMARY KEY, generation TEXT NOT NULL, updated_at INTEGER NOT NULL);
";

/// Not a test of its own: the writer's side, when a test starts it.
#[test]
fn writer_process() {
    let Some(path) = std::env::var_os(WRITER) else {
        return;
    };
    let connection = Connection::open(path).expect("opens");
    for line in std::io::stdin().lines() {
        connection
            .execute_batch(&line.expect("a line"))
            .expect("the statement runs");
        println!("#done");
    }
    // As SIGKILL would: nothing is closed or checkpointed.
    std::process::exit(0);
}

/// A process that writes to a store.
pub(super) struct Writer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Writer {
    pub(super) fn new(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args([
                "follow::tests::stores::writer_process",
                "--exact",
                "--nocapture",
            ])
            .env(WRITER, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self {
            child,
            input,
            output,
        }
    }

    /// Runs SQL and waits until it is committed.
    pub(super) fn run(&mut self, sql: &str) {
        let input = self.input.as_mut().expect("open");
        writeln!(input, "{}", sql.replace('\n', " ")).expect("written");
        let mut line = String::new();
        while !line.contains("#done") {
            line.clear();
            let count = self.output.read_line(&mut line).expect("reads");
            assert!(count > 0, "the writer failed: {sql}");
        }
    }

    pub(super) fn row(&mut self, sid: &str, seq: i64, json: &str) {
        self.run(&format!(
            "INSERT INTO transcript_events(session_id, seq, event_json, created_at) VALUES('{sid}', {seq}, '{json}', {seq});"
        ));
    }

    pub(super) fn node(&mut self, key: &str, sid: &str, json: &str, updated: i64) {
        self.run(&format!(
            "INSERT OR REPLACE INTO session_nodes VALUES('{key}', '{sid}', '{json}', {updated});"
        ));
    }

    /// Dies without closing.
    fn kill(mut self) {
        self.input = None;
        self.child.wait().expect("ends");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

/// A state directory with one agent's store and its writer.
fn scene(follow: bool) -> (Scene, PathBuf, Writer) {
    let scene = Scene::with(Options {
        follow,
        ..Options::default()
    });
    let folder = scene.dir.path().join("agents/main/agent");
    fs::create_dir_all(&folder).expect("made");
    let path = folder.join("openclaw-agent.sqlite");
    let mut writer = Writer::new(&path);
    writer.run(SCHEMA);
    (scene, path, writer)
}

/// Names, bytes and times of all that lies beside the store.
fn snapshot(path: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime, u64)> {
    use std::os::unix::fs::MetadataExt;
    fs::read_dir(path.parent().expect("a parent"))
        .expect("lists")
        .flatten()
        .map(|entry| {
            let meta = entry.metadata().expect("is there");
            let bytes = fs::read(entry.path()).expect("reads");
            (
                entry.path(),
                (bytes, meta.modified().expect("a time"), meta.ino()),
            )
        })
        .collect()
}

#[test]
fn rows_are_read_while_a_writer_commits() {
    for follow in [false, true] {
        let (mut scene, _, mut writer) = scene(follow);
        writer.node("agent:main:main", "s1", "{\"status\":\"running\"}", 1);
        assert_eq!(scene.look(), [""; 0], "follow: {follow}");
        assert_eq!(scene.rows, [("agent:main:main".into(), Some("s1".into()))]);
        for seq in 0..5 {
            let json = format!("{{\"n\":{seq}}}");
            writer.row("s1", seq, &json);
            assert_eq!(scene.look(), [json], "follow: {follow}");
            assert_eq!(scene.rows.len(), 1, "an unchanged row is not given again");
        }
        writer.node("agent:main:main", "s1", "{\"status\":\"done\"}", 2);
        writer.row("orphan", 0, "{}");
        assert_eq!(scene.look(), ["{}"]);
        assert_eq!(scene.rows.len(), 2);
        assert_eq!(
            scene.follower.session(0).key.map(AsRef::as_ref),
            Some("agent:main:main")
        );
        assert_eq!(scene.follower.session(0).era, Era::Store);
    }
}

#[test]
fn a_living_store_hides_the_files_beside_it() {
    let (mut scene, _, mut writer) = scene(true);
    scene.write("old.jsonl", "1\n");
    assert_eq!(scene.look(), ["1"], "the tables alone prove nothing");
    writer.node("agent:main:main", "s1", "{}", 1);
    writer.row("s1", 0, "{}");
    scene.append("old.jsonl", "2\n");
    let seen = scene.look();
    assert!(seen.contains(&"{}".to_owned()), "{seen:?}");
    assert!(
        scene.changes.contains(&Change::Gone(0)),
        "{:?}",
        scene.changes
    );
    assert_eq!(scene.follower.sessions().count(), 1);
}

#[test]
fn a_rewrite_rotates_the_generation_and_is_read_from_the_start() {
    let (mut scene, _, mut writer) = scene(true);
    writer.node("k", "s1", "{}", 1);
    writer.row("s1", 0, "0");
    writer.row("s1", 1, "1");
    writer.run("INSERT INTO transcript_rewrite_watermarks VALUES('s1', 'g1', 5);");
    assert_eq!(scene.look(), ["0", "1"]);
    assert_eq!(scene.follower.generation(0).as_deref(), Some("g1"));
    let cursor = scene.follower.cursor(0);
    writer.run(
        "BEGIN; DELETE FROM transcript_events WHERE seq = 1; \
         INSERT INTO transcript_events(session_id, seq, event_json, created_at) VALUES('s1', 1, 'b', 9); \
         UPDATE transcript_rewrite_watermarks SET generation = 'g2', updated_at = 9; COMMIT;",
    );
    assert_eq!(scene.look(), ["!rewritten", "0", "b"]);
    assert!(!scene.follower.resume(0, &cursor));
    assert_eq!(scene.look(), ["0", "b"]);
    let cursor = scene.follower.cursor(0);
    writer.row("s1", 2, "c");
    assert!(scene.follower.resume(0, &cursor));
    assert_eq!(scene.look(), ["c"]);
}

#[test]
fn a_transcript_that_was_moved_away_is_gone_and_may_come_back() {
    let (mut scene, _, mut writer) = scene(true);
    writer.node("k", "s1", "{}", 1);
    writer.row("s1", 0, "0");
    writer.row("s2", 0, "x");
    writer.run("INSERT INTO transcript_rewrite_watermarks VALUES('s1', 'g1', 5);");
    scene.look();
    writer.run(
        "DELETE FROM transcript_events WHERE session_id = 's1'; \
         UPDATE transcript_rewrite_watermarks SET generation = 'g2', updated_at = 6;",
    );
    assert_eq!(scene.look(), [""; 0]);
    assert_eq!(scene.changes, [Change::Gone(0)]);
    writer.row("s1", 0, "0");
    assert_eq!(scene.look(), ["!rewritten", "0"]);
    assert_eq!(scene.changes, [Change::Grown(0)]);
}

#[test]
fn compressed_rows_are_decoded_and_broken_ones_named() {
    let (mut scene, path, mut writer) = scene(false);
    writer.node("k", "s1", "{}", 1);
    let text = format!("{{\"long\":\"{}\"}}", "x".repeat(5_000));
    let packed = zstd::bulk::compress(text.as_bytes(), 1).expect("compresses");
    let hex: String = packed.iter().map(|byte| format!("{byte:02x}")).collect();
    let size = text.len();
    let insert = "INSERT INTO transcript_events(session_id, seq, event_json, created_at, event_zstd, event_utf8_bytes) VALUES";
    writer.run(&format!(
        "{insert}('s1', 0, NULL, 1, x'{hex}', {size}), ('s1', 1, NULL, 1, x'00', 9), ('s1', 2, NULL, 1, x'{hex}', {}), \
         ('s1', 3, NULL, 1, NULL, NULL), ('s1', 4, NULL, 1, x'{hex}', 1099511627776), ('s1', 5, '{{}}', 1, NULL, NULL);",
        size + 1
    ));
    assert_eq!(
        scene.look(),
        [
            &text,
            "!bad 1",
            "!bad 2",
            "!bad 3",
            "!oversize Seq(4)+1099511627776",
            "{}"
        ]
    );
    drop(writer);
    assert!(path.exists());
}

#[test]
fn many_large_rows_come_in_pages() {
    let (mut scene, _, mut writer) = scene(false);
    writer.node("k", "s1", "{}", 1);
    writer.run(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999) \
         INSERT INTO transcript_events(session_id, seq, event_json, created_at) SELECT 's1', i, printf('%d:%.*c', i, 3000, 'x'), i FROM n;",
    );
    let seen = scene.look();
    assert_eq!(seen.len(), 2_000);
    assert!(
        seen.iter()
            .enumerate()
            .all(|(at, row)| row.starts_with(&format!("{at}:")))
    );
    // Stopping early goes on where it stopped.
    scene.follower.rewind(0);
    let mut count = 0;
    while count < 2_000 {
        let mut left = 7;
        scene
            .follower
            .read(0, &mut |piece| {
                if matches!(piece, Piece::Row { .. }) {
                    count += 1;
                    left -= 1;
                }
                left > 0
            })
            .expect("reads");
    }
    assert_eq!(count, 2_000);
}

#[test]
fn old_columns_and_other_layouts_are_known_by_their_tables() {
    let nodes = "CREATE TABLE session_nodes(session_key TEXT PRIMARY KEY, current_session_id TEXT, entry_json TEXT);";
    let events = "CREATE TABLE transcript_events(session_id TEXT, seq INTEGER, event_json TEXT NOT NULL, PRIMARY KEY(session_id, seq)) WITHOUT ROWID;";
    let rows = "INSERT INTO transcript_events VALUES('s1', 0, '{}');";
    let cases = [
        (
            "old columns",
            format!("{nodes}{events}{rows}INSERT INTO session_nodes VALUES('k','s1','{{}}');"),
            vec!["{}"],
            0,
        ),
        (
            "no sessions yet",
            format!("{nodes}{events}"),
            vec!["file"],
            0,
        ),
        (
            "memory only",
            "CREATE TABLE memory(x);".to_owned(),
            vec!["file"],
            0,
        ),
        (
            "a beta",
            format!("{events}{rows}CREATE TABLE sessions(x);"),
            vec!["file"],
            1,
        ),
    ];
    for (name, sql, want, notes) in cases {
        let mut scene = Scene::new();
        scene.write("a.jsonl", "file\n");
        let folder = scene.dir.path().join("agents/main/agent");
        fs::create_dir_all(&folder).expect("made");
        let mut writer = Writer::new(&folder.join("openclaw-agent.sqlite"));
        writer.run(&sql);
        assert_eq!(scene.look(), want, "{name}");
        assert_eq!(scene.look(), [""; 0], "{name}");
        assert_eq!(scene.notes().len(), notes, "{name}");
    }
}

#[test]
fn reading_leaves_no_trace_whatever_state_the_store_was_left_in() {
    let cases = [
        (
            "a killed writer",
            &["-wal", "-shm"][..],
            &[][..],
            vec!["0", "1"],
        ),
        ("no log", &["-wal", "-shm"], &["-wal", "-shm"], vec!["0"]),
        (
            "no log, but an index",
            &["-wal", "-shm"],
            &["-wal"],
            vec!["0"],
        ),
        (
            "a log without its index",
            &["-wal", "-shm"],
            &["-shm"],
            vec!["0"],
        ),
    ];
    for follow in [false, true] {
        for (name, before, removed, want) in &cases {
            let (mut scene, path, mut writer) = scene(follow);
            writer.node("k", "s1", "{}", 1);
            writer.row("s1", 0, "0");
            writer.run("PRAGMA wal_checkpoint(TRUNCATE);");
            writer.row("s1", 1, "1");
            writer.kill();
            for suffix in *before {
                assert!(database::beside(&path, suffix).exists(), "{name}: {suffix}");
            }
            for suffix in *removed {
                fs::remove_file(database::beside(&path, suffix)).expect("removed");
            }
            let was = snapshot(&path);
            let seen = scene.look();
            if follow && !removed.is_empty() {
                assert_eq!(seen, [""; 0], "{name}: a sleeping store is left closed");
            } else {
                assert_eq!(seen, *want, "{name}, follow: {follow}");
            }
            let id = 0;
            if !scene.follower.entries.is_empty() {
                scene.follower.head(id);
                scene.follower.seek_end(id);
            }
            drop(scene.follower);
            assert!(
                was == snapshot(&path),
                "{name}, follow: {follow}: something beside the store changed"
            );
        }
    }
}

#[test]
fn an_empty_log_means_that_nobody_writes() {
    let (mut scene, path, mut writer) = scene(true);
    writer.node("k", "s1", "{}", 1);
    writer.row("s1", 0, "0");
    writer.run("PRAGMA wal_checkpoint(TRUNCATE);");
    let was = snapshot(&path);
    assert_eq!(scene.look(), [""; 0], "an empty log is not waited on");
    assert_eq!(scene.look(), [""; 0]);
    assert!(was == snapshot(&path));
    writer.row("s1", 1, "1");
    assert_eq!(scene.look(), ["0", "1"], "it grew");
    writer.run("PRAGMA wal_checkpoint(TRUNCATE);");
    assert_eq!(scene.look(), [""; 0]);
    writer.row("s1", 2, "2");
    assert_eq!(scene.look(), ["2"], "emptied and grown again");
}

#[test]
fn a_log_that_changed_its_identity_is_opened_again() {
    let (mut scene, path, mut writer) = scene(true);
    writer.node("k", "s1", "{}", 1);
    writer.row("s1", 0, "0");
    assert_eq!(scene.look(), ["0"]);
    writer.kill();
    // The Gateway starts anew over a copy, as a restore does.
    for suffix in ["", "-wal", "-shm"] {
        let file = database::beside(&path, suffix);
        let copy = database::beside(&path, &format!("{suffix}.copy"));
        fs::copy(&file, &copy).expect("copied");
        fs::rename(&copy, &file).expect("renamed");
    }
    let mut writer = Writer::new(&path);
    writer.row("s1", 1, "1");
    assert_eq!(scene.look(), ["1"]);
}

#[test]
fn one_shot_reads_again_when_a_log_appears_meanwhile() {
    let (mut scene, path, mut writer) = scene(false);
    writer.node("k", "s1", "{}", 1);
    writer.row("s1", 0, "0");
    writer.run("PRAGMA wal_checkpoint(TRUNCATE);");
    scene.follower.scan(&mut |_, _| {});
    let mut seen = Vec::new();
    scene
        .follower
        .read(0, &mut |piece| {
            if let Piece::Row { bytes, .. } = piece {
                seen.push(String::from_utf8_lossy(bytes).into_owned());
                if seen.len() == 1 {
                    writer.row("s1", 1, "1");
                }
            }
            true
        })
        .expect("reads");
    assert_eq!(seen, ["0", "1"]);
    assert!(path.exists());
}

#[test]
fn whatever_a_writer_does_the_rows_are_exact() {
    // Small numbers in a fixed order of chance: 400 steps over three sessions.
    let mut chance = 20_261_120_u32;
    let mut next = move |most: u32| {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (chance >> 16) % most
    };
    let (mut scene, _, mut writer) = scene(true);
    let mut now: [Vec<String>; 3] = Default::default();
    let mut have: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in 0..400 {
        let which = next(3) as usize;
        let rows = &mut now[which];
        match next(10) {
            0..6 => {
                for _ in 0..=next(3) {
                    let json = format!("{{\"step\":{step},\"n\":{}}}", rows.len());
                    writer.row(&format!("s{which}"), rows.len() as i64, &json);
                    rows.push(json);
                }
            }
            6 => writer.node(
                &format!("k{which}"),
                &format!("s{which}"),
                &format!("{{\"step\":{step}}}"),
                step,
            ),
            7 if !rows.is_empty() => {
                // A rewritten suffix: the same numbers, other rows.
                let from = next(rows.len() as u32) as usize;
                rows.truncate(from);
                rows.push(format!("{{\"rewritten\":{step}}}"));
                writer.run(&format!(
                    "BEGIN; DELETE FROM transcript_events WHERE session_id = 's{which}' AND seq >= {from}; \
                     INSERT INTO transcript_events(session_id, seq, event_json, created_at) VALUES('s{which}', {from}, '{}', {step}); \
                     INSERT OR REPLACE INTO transcript_rewrite_watermarks VALUES('s{which}', 'g{step}', {step}); COMMIT;",
                    rows[from]
                ));
            }
            8 => writer.run("PRAGMA wal_checkpoint(TRUNCATE);"),
            _ => {}
        }
        if next(3) == 0 || step == 399 {
            let changes = scene.follower.scan(&mut |_, _| {});
            for change in changes {
                let (Change::New(id) | Change::Grown(id)) = change else {
                    continue;
                };
                let seen = have
                    .entry(scene.follower.session(id).sid.to_string())
                    .or_default();
                let read = scene.follower.read(id, &mut |piece| {
                    match piece {
                        Piece::Row { bytes, .. } => {
                            seen.push(String::from_utf8_lossy(bytes).into_owned())
                        }
                        Piece::Rewound { .. } => seen.clear(),
                        _ => {}
                    }
                    true
                });
                read.expect("reads");
            }
            let known = have.values().map(Vec::len).sum::<usize>();
            assert!(known <= now.iter().map(Vec::len).sum());
        }
    }
    // Whatever was left unseen in a sleeping store shows with the next commit.
    writer.node("k0", "s0", "{}", 1_000);
    scene.follower.scan(&mut |_, _| {});
    let ids: Vec<Id> = scene.follower.sessions().map(|(id, _)| id).collect();
    for id in ids {
        let seen = have
            .entry(scene.follower.session(id).sid.to_string())
            .or_default();
        let read = scene.follower.read(id, &mut |piece| {
            match piece {
                Piece::Row { bytes, .. } => seen.push(String::from_utf8_lossy(bytes).into_owned()),
                Piece::Rewound { .. } => seen.clear(),
                _ => {}
            }
            true
        });
        read.expect("reads");
    }
    for (which, rows) in now.iter().enumerate() {
        assert_eq!(have.get(&format!("s{which}")), Some(rows), "s{which}");
    }
}

#[test]
fn a_store_is_never_opened_but_through_sqlite() {
    // A descriptor of our own, closed, would drop the locks of this process.
    for (file, text) in [
        ("database.rs", include_str!("../database.rs")),
        ("queries.rs", include_str!("../queries.rs")),
        ("rows.rs", include_str!("../rows.rs")),
        ("tables.rs", include_str!("../tables.rs")),
    ] {
        for forbidden in [
            "File::",
            "fs::read",
            "fs::copy",
            "OpenOptions",
            "fs::write",
            "open::open",
        ] {
            assert!(!text.contains(forbidden), "{file} uses {forbidden}");
        }
    }
}

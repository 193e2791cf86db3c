//! The memory of boxes on a bad day: damaged, of another version, planted, deleted, grown.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use live_status::store::{Boxes, BoxesError, StateDir};
use live_status::wire::about::About;
use live_status::wire::frame::State;
use live_status::wire::kept::{Kept, Phase};
use live_status::wire::time::Time;

use super::harness::rounds;
use crate::support::{home, program, run};

/// 2026-09-25 10:00:00 UTC.
pub const NOW: Time = Time(crate::support::T0_MS);

/// A box as the sink keeps it.
pub fn kept(key: &str, seq: u64) -> Kept {
    Kept {
        key: format!("{key:a<26}"),
        frame: format!("{key:b<26}"),
        sink: "mattermost".into(),
        server: "chat.example.org".into(),
        channel: "8xkqz3w1dbgy7rnpmc5jh4tfae".into(),
        root: Some("root3w1dbgy7rnpmc5jh4tfaez".into()),
        phase: Phase::Live,
        post: Some("post3w1dbgy7rnpmc5jh4tfaez".into()),
        since: NOW,
        seq,
        part: 0,
        hash: "0123456789abcdef".into(),
        rev: seq,
        state: State::Active,
        at: NOW,
        note: None,
        about: About::default(),
    }
}

/// A state directory in a home, and the database in it.
pub struct Place {
    pub home: tempfile::TempDir,
    pub state: StateDir,
    pub path: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        Self::at(home())
    }

    /// Where a sync costs nothing, if there is such a place.
    fn in_memory() -> Self {
        Self::at(tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| home()))
    }

    fn at(home: tempfile::TempDir) -> Self {
        let path = home.path().join(".local/state/live-status");
        let state = StateDir::open(&path).expect("opens");
        let path = path.join("boxes.sqlite");
        Self { home, state, path }
    }

    pub fn open(&self, may_repair: bool) -> Result<Boxes, BoxesError> {
        Boxes::open(&self.state, may_repair, NOW)
    }

    /// One with some boxes, all in one file and nobody at it.
    fn filled() -> (Self, Vec<Kept>) {
        let place = Self::new();
        let known: Vec<_> = ["k", "l", "m", "n"]
            .iter()
            .zip(1..)
            .map(|(key, seq)| kept(key, seq))
            .collect();
        let boxes = place.open(false).expect("opens");
        for kept in &known {
            boxes.commit(kept).expect("committed");
        }
        drop(boxes);
        place.fold();
        (place, known)
    }

    fn fold(&self) {
        let connection = rusqlite::Connection::open(&self.path).expect("opens");
        connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .expect("folded");
    }

    /// `bytes` as the whole database.
    fn put(&self, bytes: &[u8]) {
        self.clear();
        fs::write(&self.path, bytes).expect("written");
    }

    fn clear(&self) {
        for entry in fs::read_dir(self.state.path()).expect("lists").flatten() {
            fs::remove_file(entry.path()).expect("removed");
        }
    }

    fn has_aside(&self) -> bool {
        self.path.with_extension("sqlite.corrupt-1").exists()
    }
}

/// Nothing false is remembered, nothing is stopped, and who may not repair touches nothing.
fn survives(place: &Place, known: &[Kept], bytes: &[u8], what: &str) {
    for may_repair in [false, true] {
        place.put(bytes);
        let boxes = place.open(may_repair);
        let boxes = boxes.unwrap_or_else(|error| unreachable!("{what}: {error}"));
        for kept in known {
            let found = boxes.get(&kept.key);
            assert!(found.is_none_or(|found| found == *kept), "{what}");
        }
        let news = kept("new", 9);
        boxes.commit(&news).expect(what);
        assert_eq!(boxes.get(&news.key).as_ref(), Some(&news), "{what}");
        assert!(
            boxes
                .all()
                .iter()
                .all(|it| *it == news || known.contains(it)),
            "{what}"
        );
        assert_eq!(boxes.instance().len(), 26, "{what}");
        let remark = boxes.remark();
        drop(boxes);
        let damaged = remark.is_some();
        assert_eq!(
            place.has_aside(),
            damaged && may_repair,
            "{what}: {remark:?}"
        );
        if !may_repair && damaged {
            assert_eq!(fs::read(&place.path).expect("reads"), bytes, "{what}");
        }
        if may_repair {
            // The next start finds what this one kept.
            let again = place.open(true).expect(what);
            assert_eq!(again.get(&news.key), Some(news), "{what}");
            assert_eq!(again.remark(), None, "{what}");
        }
    }
}

// Faults 38, 45.
#[test]
fn any_cut_and_any_zeroes_stop_nothing() {
    let (place, known) = Place::filled();
    let bytes = fs::read(&place.path).expect("reads");
    // In the soak at every byte.
    let step = if rounds(1) > 1 { 1 } else { 64 };
    for cut in (0..bytes.len()).step_by(step) {
        survives(&place, &known, &bytes[..cut], &format!("cut at {cut}"));
    }
    for from in (0..bytes.len()).step_by(4_096) {
        let mut zeroed = bytes.clone();
        zeroed[from..from + 4_096].fill(0);
        survives(&place, &known, &zeroed, &format!("zeroes from {from}"));
    }
    survives(&place, &known, &vec![0; bytes.len()], "all zeroes");
    survives(&place, &known, &bytes, "whole");
}

// Fault 38.
#[test]
fn flipped_bits_stop_nothing_and_nothing_false_is_believed() {
    let (place, known) = Place::filled();
    let bytes = fs::read(&place.path).expect("reads");
    // One in every byte of the header, and as many over all pages.
    let header = (0..100).map(|byte| (byte, byte % 8));
    let step = (bytes.len() - 100) / (100 * rounds(1));
    let others = (100..bytes.len())
        .step_by(step)
        .map(|byte| (byte, byte / step % 8));
    for (byte, bit) in header.chain(others) {
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << bit;
        survives(&place, &known, &flipped, &format!("byte {byte}, bit {bit}"));
    }
}

// Fault 40.
#[test]
fn a_later_database_is_refused_and_left_alone() {
    let (place, _) = Place::filled();
    let connection = rusqlite::Connection::open(&place.path).expect("opens");
    let sql = "PRAGMA user_version = 3; UPDATE meta SET value = '3' WHERE name = 'version'";
    connection.execute_batch(sql).expect("runs");
    drop(connection);
    place.fold();
    let before = fs::read(&place.path).expect("reads");
    let ran = run(place.home.path(), &["explain", "k"]);
    assert_eq!(ran.code, 78, "{}", ran.err);
    assert!(ran.err.contains("later version (format 3"), "{}", ran.err);
    for may_repair in [false, true] {
        place.open(may_repair).expect_err("refused");
    }
    assert_eq!(fs::read(&place.path).expect("reads"), before);
}

// Fault 91.
#[test]
fn a_planted_link_is_refused_and_its_target_untouched() {
    for name in ["boxes.sqlite", "boxes.sqlite-wal", "boxes.sqlite-shm"] {
        let (place, _) = Place::filled();
        let target = place.home.path().join("target");
        fs::write(&target, "precious").expect("written");
        let planted = place.path.with_file_name(name);
        // Where there is none yet it need not be removed.
        let _ = fs::remove_file(&planted);
        symlink(&target, &planted).expect("linked");
        let ran = run(place.home.path(), &["explain", "k"]);
        assert_eq!(ran.code, 73, "{}", ran.err);
        assert!(
            ran.err.contains(name) && ran.err.contains("symbolic link"),
            "{}",
            ran.err
        );
        assert_eq!(fs::read_to_string(&target).expect("reads"), "precious");
    }
}

// Fault 41.
#[test]
fn a_deleted_state_directory_is_a_new_beginning() {
    let (place, known) = Place::filled();
    fs::remove_dir_all(place.state.path()).expect("removed");
    let state = StateDir::open(place.state.path()).expect("made again");
    let boxes = Boxes::open(&state, true, NOW).expect("opens");
    // Whoever finds nothing here asks the server before it makes a post.
    assert!(boxes.is_new());
    assert_eq!((boxes.get(&known[0].key), boxes.remark()), (None, None));
    boxes.commit(&known[0]).expect("committed");
}

// Fault 44.
#[test]
fn finished_boxes_are_bounded_however_many_there_were() {
    let place = Place::in_memory();
    let boxes = place.open(true).expect("opens");
    let size = |path: &Path| fs::metadata(path).map_or(0, |meta| meta.len());
    let log = path_beside(&place.path, "-wal");
    boxes.commit(&kept("lives", 1)).expect("committed");
    for number in 0..u32::try_from(rounds(25_000)).expect("a count") {
        let done = Kept {
            state: State::Done,
            // Ten thousand a day.
            at: NOW.plus_ms(i64::from(number) * 8_640),
            ..kept(&format!("{:08x}", number.wrapping_mul(0x9e37_79b1)), 1)
        };
        // Most are only noted: a sync each would take minutes.
        if number % 256 == 0 {
            boxes.commit(&done).expect("committed");
            let bytes = size(&place.path) + size(&log);
            assert!(bytes < 10_000_000, "{bytes} bytes after {number}");
        } else {
            boxes.note(&done);
        }
    }
    let all = boxes.all();
    assert!(all.len() > 4_000, "{} are remembered", all.len());
    assert!(
        boxes.get(&kept("lives", 1).key).is_some(),
        "what lives is never forgotten"
    );
}

fn path_beside(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("boxes.sqlite{suffix}"))
}

// Fault 72.
#[test]
fn a_box_is_explained_to_people_and_to_programs() {
    let place = Place::new();
    let home = place.home.path();
    let ran = run(home, &["explain", "k"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("nothing is remembered of \"k\"") && ran.err.contains("hint: "),
        "{}",
        ran.err
    );
    assert!(!place.path.exists(), "who only asks makes nothing");
    let boxes = place.open(false).expect("opens");
    for kept in [kept("k", 3), kept("kk", 4), kept("z", 5)] {
        boxes.commit(&kept).expect("committed");
    }
    let one = run(home, &["explain", "z"]).ok();
    assert!(one.text().starts_with("[ACTIVE] zbbb"), "{}", one.text());
    assert!(
        one.text()
            .contains("\n  edits    5, the last to revision 5\n"),
        "{}",
        one.text()
    );
    let two = run(home, &["explain", "k"]).ok();
    assert_eq!(two.text().lines().count(), 2, "{}", two.text());
    let json = run(home, &["explain", "--json", "post3w1dbgy7rnpmc5jh4tfaez"]).ok();
    let lines = json.lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["type"], "box");
    assert_eq!(lines[2]["seq"], 5);
    assert_eq!(lines[2]["since"], "2026-09-25T10:00:00.000Z");
    // A full standard error changes nothing.
    let full = fs::File::options().write(true).open("/dev/full");
    let mut asked = program(home);
    asked
        .args(["explain", "unknown"])
        .stderr(full.expect("opens"));
    let code = asked.status().expect("starts").code();
    assert_eq!(code, Some(1));
}

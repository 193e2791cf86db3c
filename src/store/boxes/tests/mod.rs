//! The memory of boxes over a real directory, with a clock handed in.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::super::lock::{Lock, LockError};
use super::*;
use crate::wire::about::{About, Closed};
use crate::wire::frame::State;
use crate::wire::kept::Phase;

mod damage;
mod forgetting;
mod formats;

/// 2026-09-25 10:00:00 UTC.
const NOW: Time = Time(1_790_330_400_000);
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A directory, and where the database in it is.
struct Place {
    _dir: tempfile::TempDir,
    state: StateDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let state = StateDir::open(&dir.path().join("state")).expect("opens");
        let path = state.path().join("boxes.sqlite");
        Self {
            _dir: dir,
            state,
            path,
        }
    }

    fn open(&self) -> Boxes {
        Boxes::open(&self.state, false, NOW).expect("opens")
    }

    /// As the holder of the `run` lock does.
    fn repair(&self) -> Boxes {
        Boxes::open(&self.state, true, NOW).expect("opens")
    }

    /// Runs `sql` behind the back of whoever has it open.
    fn run(&self, sql: &str) {
        let connection = Connection::open(&self.path).expect("opens");
        connection.execute_batch(sql).expect("runs");
    }

    /// All in one file, with nobody at it.
    fn fold(&self) {
        self.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).expect("reads")
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        self.path.with_file_name(format!("boxes.sqlite{suffix}"))
    }
}

fn kept(key: &str) -> Kept {
    Kept {
        key: key.into(),
        frame: format!("frame-of-{key}"),
        sink: "mattermost".into(),
        server: "chat.example.org".into(),
        channel: "channel".into(),
        root: Some("root".into()),
        phase: Phase::Live,
        post: Some(format!("post-of-{key}")),
        since: NOW,
        seq: u64::MAX,
        part: 2,
        hash: "00ff".into(),
        rev: (1 << 63) + 1,
        state: State::Active,
        at: NOW.plus_ms(1),
        note: Some("403 no permission".into()),
        about: About::default(),
    }
}

#[test]
fn what_is_committed_or_noted_is_there_again_under_the_same_instance() {
    let place = Place::new();
    assert!(!Boxes::are_in(&place.state));
    let boxes = place.open();
    assert!(boxes.is_new() && Boxes::are_in(&place.state));
    let bare = Kept {
        root: None,
        post: None,
        note: None,
        phase: Phase::Other("of a later version".into()),
        state: State::Other("odd".into()),
        since: Time(-1),
        ..kept("b")
    };
    boxes.commit(&kept("a")).expect("committed");
    boxes.note(&bare);
    let instance = boxes.instance().to_owned();
    assert!(files::is_instance(&instance), "{instance}");
    drop(boxes);
    for boxes in [place.open(), place.repair()] {
        assert_eq!(boxes.get("a"), Some(kept("a")));
        assert_eq!(boxes.all(), [kept("a"), bare.clone()]);
        assert_eq!(boxes.get("c"), None);
        assert_eq!((boxes.is_new(), boxes.remark()), (false, None));
        assert_eq!(boxes.instance(), instance);
    }
    assert_ne!(Place::new().open().instance(), instance, "made at random");
}

#[test]
fn a_note_is_not_written_over_a_box_that_another_process_closed_by_hand() {
    let place = Place::new();
    let (run, finish) = (place.open(), place.open());
    run.commit(&kept("a")).expect("committed");
    assert_eq!(run.get("a"), Some(kept("a")));
    let noted = Kept {
        at: NOW.plus_ms(2),
        ..kept("a")
    };
    let mut closed = Kept {
        state: State::Interrupted,
        ..kept("a")
    };
    closed.about.closed = Some(Closed { rev: 1, at: NOW });
    // It is found at once, though a note waits, and stays when that is written.
    run.note(&noted);
    finish.commit(&closed).expect("committed");
    assert_eq!(run.get("a"), Some(closed.clone()));
    run.note(&noted);
    drop(run);
    assert_eq!(finish.get("a"), Some(closed.clone()));
    // What is noted of the closed box itself is written, and a commit always is.
    let run = place.open();
    closed.note = Some("503".into());
    run.note(&closed);
    assert_eq!(run.all(), [closed]);
    run.commit(&noted).expect("committed");
    assert_eq!(finish.get("a"), Some(noted));
}

#[test]
fn what_is_removed_while_it_is_open_is_made_again_with_all_that_it_held() {
    for all in [false, true] {
        let place = Place::new();
        let held = Lock::take(&place.state, "run").expect("free");
        let boxes = place.repair();
        boxes.commit(&kept("a")).expect("committed");
        match all {
            true => fs::remove_dir_all(place.state.path()).expect("removed"),
            false => ["", "-wal", "-shm"].iter().for_each(|suffix| {
                fs::remove_file(place.beside(suffix)).expect("removed");
            }),
        }
        boxes.commit(&kept("b")).expect("committed");
        let remark = boxes.remark().expect("a remark");
        assert!(remark.contains("boxes.sqlite was removed"), "{remark}");
        assert_eq!(place.open().all(), [kept("a"), kept("b")]);
        assert_eq!(place.open().instance(), boxes.instance());
        let error = Lock::take(&place.state, "run").expect_err("ours again");
        assert!(matches!(error, LockError::Held { .. }), "{error}");
        drop(held);
    }
}

#[test]
fn a_directory_that_was_removed_and_is_anothers_now_is_left_to_it_until_it_leaves() {
    let place = Place::new();
    let _gone = Lock::take(&place.state, "run").expect("free");
    let boxes = place.repair();
    boxes.commit(&kept("a")).expect("committed");
    fs::remove_dir_all(place.state.path()).expect("removed");
    let state = StateDir::open(place.state.path()).expect("made");
    let another = Lock::take(&state, "run").expect("free");
    let why = boxes.commit(&kept("b")).expect_err("not ours");
    assert!(
        why.contains("it was removed, and ") && why.contains("held by"),
        "{why}"
    );
    assert!(boxes.probe().is_err() && boxes.is_behind());
    // What is remembered is found all the same.
    assert_eq!(boxes.get("a"), Some(kept("a")));
    assert_eq!(boxes.get("b"), Some(kept("b")));
    assert!(!place.path.exists());
    drop(another);
    boxes.probe().expect("ours again");
    assert!(!boxes.is_behind());
    assert_eq!(place.open().all(), [kept("a"), kept("b")]);
}

#[test]
fn a_box_is_found_by_key_frame_name_post_and_beginning() {
    let place = Place::new();
    let boxes = place.open();
    let named = Kept {
        frame: "deploy 100%".into(),
        ..kept("cc")
    };
    for kept in [&kept("ab"), &kept("abc"), &named] {
        boxes.commit(kept).expect("committed");
    }
    let cases = [
        ("ab", "ab"),
        ("abc", "abc"),
        ("a", "ab abc"),
        ("frame-of-abc", "abc"),
        ("frame-", "ab abc"),
        ("post-of-cc", "cc"),
        ("post-of-", ""),
        ("deploy 100%", "cc"),
        ("deploy", "cc"),
        ("%", ""),
        ("", ""),
    ];
    for (name, want) in cases {
        let found = boxes.by_frame(name);
        let keys: Vec<_> = found.iter().map(|kept| kept.key.as_str()).collect();
        assert_eq!(keys.join(" "), want, "{name:?}");
    }
}

#[test]
fn its_files_are_for_us_alone() {
    let place = Place::new();
    let boxes = place.open();
    boxes.commit(&kept("a")).expect("committed");
    for suffix in ["", "-wal", "-shm"] {
        let meta = fs::metadata(place.beside(suffix)).expect("is there");
        assert_eq!(meta.permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}

#[test]
fn a_probe_is_a_write_that_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(&dir.path().join("state")).expect("opens");
    let boxes = Boxes::open(&state, true, Time(7)).expect("opens");
    let log = || std::fs::read(state.path().join("boxes.sqlite-wal")).expect("a log");
    let before = log();
    assert_eq!(boxes.probe(), Ok(()));
    assert_ne!(log(), before, "it reached the disk");
    assert_eq!(boxes.probe(), Ok(()));
    drop(boxes);
    let database = rusqlite::Connection::open(state.path().join("boxes.sqlite")).expect("opens");
    let sql = "SELECT count(*) || ' ' || max(CASE name WHEN 'tidied' THEN value END) FROM meta";
    let meta: String = database
        .query_row(sql, [], |row| row.get(0))
        .expect("reads");
    assert!(meta.ends_with(" 7"), "{meta}");
}

// Fault 91.
#[test]
fn planted_links_are_refused_and_their_targets_untouched() {
    for suffix in ["", "-wal", "-shm"] {
        let place = Place::new();
        let target = place.state.path().join("target");
        fs::write(&target, "precious").expect("written");
        symlink(&target, place.beside(suffix)).expect("linked");
        for may_repair in [false, true] {
            let error = Boxes::open(&place.state, may_repair, NOW).expect_err("refused");
            assert!(matches!(error, BoxesError::Unsafe { .. }), "{error}");
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        assert_eq!(fs::read_to_string(&target).expect("reads"), "precious");
    }
    let place = Place::new();
    fs::create_dir(&place.path).expect("made");
    let error = Boxes::open(&place.state, true, NOW).expect_err("refused");
    assert!(error.to_string().contains("no regular file"), "{error}");
}

#[test]
fn a_state_directory_behind_a_link_is_used_where_it_may_be() {
    // As systemd's DynamicUser= has it; only the last part may be no link.
    let place = Place::new();
    let outer = tempfile::tempdir().expect("a directory");
    let link = outer.path().join("link");
    symlink(place.state.path().parent().expect("a parent"), &link).expect("linked");
    let state = StateDir::open(&link.join("state")).expect("opens");
    let boxes = Boxes::open(&state, false, NOW).expect("opens");
    boxes.commit(&kept("a")).expect("committed");
    assert_eq!(place.open().get("a"), Some(kept("a")));
}

#[test]
fn threads_share_it() {
    let place = Place::new();
    let boxes = place.open();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let boxes = &boxes;
            scope.spawn(move || {
                for number in 0..8 {
                    let kept = kept(&format!("{thread}-{number}"));
                    boxes.commit(&kept).expect("committed");
                    boxes.note(&kept);
                    assert_eq!(boxes.get(&kept.key), Some(kept));
                }
            });
        }
    });
    assert_eq!(boxes.all().len(), 32);
}

/// Every name in the state directory that begins so.
fn names(state: &Path, begin: &str) -> Vec<String> {
    let entries = fs::read_dir(state).expect("lists").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(begin)).collect();
    names.sort();
    names
}

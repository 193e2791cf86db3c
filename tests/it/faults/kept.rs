//! The file of the places that are kept.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use live_status::daemon::resume::{Kept, latest};
use live_status::store::{Loaded, StateDir, load};
use rustix::process::Signal;

use super::aside::{begun, resumed};
use super::harness::Place;
use super::writer::Writer;

#[test]
fn the_file_of_places_grows_by_what_changed() {
    const SESSIONS: usize = 200;
    let place = Place::new();
    let mut writers: Vec<Writer> = (0..SESSIONS)
        .map(|number| Writer::new(&place.sessions(), &format!("s{number}")))
        .collect();
    // A run of yesterday is not under way: nothing of it is read.
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    for writer in &writers {
        set_modified(&writer.path, yesterday);
    }
    let mut tail = resumed(&place);
    begun(&mut tail, &mut writers[7]);
    tail.stop();
    let file = place.home().join("xdg-state/live-status/cursors/r");
    let before = fs::read(&file).expect("kept");
    assert!(before.len() > 100 * SESSIONS, "{}", before.len());

    let mut tail = resumed(&place);
    begun(&mut tail, &mut writers[3]);
    writers[5].call();
    fs::remove_file(&writers[9].path).expect("removed");
    begun(&mut tail, &mut writers[5]);
    tail.stop();
    let after = fs::read(&file).expect("kept");
    assert!(after.starts_with(&before), "what was there stays as it was");
    let grown = after.len() - before.len();
    assert!((100..8_000).contains(&grown), "{grown}");
    let kept = places(&place);
    let of = |name: &str| kept.iter().filter(|kept| kept.contains(name)).count();
    assert_eq!(
        (kept.len(), of("/s9.jsonl"), of("/s3.jsonl")),
        (SESSIONS - 1, 0, 1)
    );

    // Killed: what was kept last may be older, and nothing since is lost.
    let mut tail = resumed(&place);
    begun(&mut tail, &mut writers[3]);
    tail.signal(Signal::KILL);
    tail.end();
    writers[3].call();
    let mut tail = resumed(&place);
    tail.until_call("s3", &writers[3].newest());
}

#[test]
fn a_file_that_was_touched_is_kept_anew_once_and_with_what_is_known_of_it() {
    let place = Place::new();
    let mut busy = Writer::new(&place.sessions(), "busy");
    // Nobody was asked anything yet: its first request still is its first.
    let silent = Writer::unwritten(&place.sessions(), "silent");
    silent.put(&silent.lines[0]);
    let start = |busy: &mut Writer| {
        let mut tail = resumed(&place);
        begun(&mut tail, busy);
        tail.stop();
    };
    let kept = || -> serde_json::Value {
        let kept = places(&place);
        let of_it: Vec<_> = kept
            .iter()
            .filter(|kept| kept.contains("/silent.jsonl"))
            .collect();
        assert_eq!(of_it.len(), 1, "{kept:?}");
        serde_json::from_str(of_it[0]).expect("JSON")
    };
    start(&mut busy);
    let mut want = kept();
    assert_eq!(want["requests"], 0);

    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    set_modified(&silent.path, old);
    start(&mut busy);
    want["cursor"]["mtime_ns"] = 1_700_000_000_000_000_000_i64.into();
    assert_eq!(kept(), want);

    let file = place.home().join("xdg-state/live-status/cursors/r");
    let changes = |from: usize| -> usize {
        let text = fs::read_to_string(&file).expect("kept");
        text[from..].matches("/silent.jsonl").count()
    };
    let before = fs::read(&file).expect("kept").len();
    start(&mut busy);
    assert_eq!(changes(before), 0, "it is as it was kept");
}

fn set_modified(path: &Path, at: SystemTime) {
    let file = fs::File::options().append(true).open(path);
    let set = file.and_then(|file| file.set_modified(at));
    set.expect("set");
}

/// The sessions that have a place.
pub fn places(place: &Place) -> Vec<String> {
    let state = StateDir::open(&place.home().join("xdg-state/live-status")).expect("opens");
    match load::<Vec<Kept>>(&state, "r").expect("loads") {
        Loaded::Found { whole, changes, .. } => latest(whole, changes)
            .iter()
            .map(|kept| serde_json::json!(kept).to_string())
            .collect(),
        other => unreachable!("{other:?}"),
    }
}

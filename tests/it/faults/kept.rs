//! The file of the places that are kept.

use std::fs;
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
        let file = fs::File::options().append(true).open(&writer.path);
        let aged = file.and_then(|file| file.set_modified(yesterday));
        aged.expect("aged");
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

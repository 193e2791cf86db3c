//! Cabinets that are large, odd or at work in many places at once.

use std::ffi::OsStr;

use super::cabinets::{following, scene, soon};
use super::messages::told;
use super::*;
use crate::follow::drawers::{Drawer, MOST_PARTS, MOST_SESSIONS};

#[test]
fn a_message_ends_however_many_requests_queue_up_behind_it() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    for message in 1..=40 {
        scene.message("ses_1", &format!("msg_1{message:02}"), 11);
    }
    scene.look();
    scene.tick();
    let id = scene.only_id();
    scene.part("msg_101", "prt_1");
    scene.message("ses_1", "msg_101", 11);
    let told = told(&scene.look());
    assert!(told.contains(&"msg_101:1".to_owned()), "{told:?}");
    assert!(scene.changes.contains(&Change::Grown(id)));
}

#[test]
fn what_is_odd_in_one_file_leaves_the_others_alone() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    for (part, text) in [
        ("prt_1", r#"{"time":7,"id":"prt_1"} and more"}"#),
        ("prt_2", r#"{"id":"prt_2","time":"odd"}"#),
        ("prt_3", "garbage"),
        ("prt_4", "[]"),
        ("prt_5", r#"{"id":"#),
    ] {
        scene.file(&format!("part/msg_1/{part}.json"), text);
    }
    assert_eq!(told(&scene.look()), ["T", "msg_1:1"]);
    let notes = scene.follower.notes();
    let named = notes.iter().map(|note| {
        let name = note.path.file_stem().unwrap_or_default();
        name.to_string_lossy().into_owned()
    });
    assert_eq!(named.collect::<Vec<_>>(), ["prt_1", "prt_3", "prt_4"]);
}

#[test]
fn a_store_that_was_never_read_is_not_passed_over_for_its_old_files() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    let store = scene.dir.path().join("opencode.db");
    fs::write(&store, [b'x'; 4096]).expect("written");
    assert_eq!(scene.look(), [""; 0]);
    assert_eq!(scene.follower.sessions().count(), 0);
    let notes = scene.notes();
    assert!(
        notes.iter().any(|note| note.contains("cannot be read")),
        "{notes:?}"
    );
    fs::remove_file(&store).expect("removed");
    assert_eq!(told(&scene.look()), ["T"], "there is no store any more");
    // Nor are those let go of that are followed already.
    fs::write(&store, [b'x'; 4096]).expect("written");
    scene.look();
    assert_eq!(scene.follower.sessions().count(), 1);
}

#[test]
fn a_session_that_is_given_to_another_project_stays() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.file("session/q/ses_2.json", r#"{"id":"ses_2","title":"U"}"#);
    scene.look();
    let id = scene.only_id();
    let here = scene.storage("session/p/ses_1.json");
    let there = scene.storage("session/q/ses_1.json");
    let drawer = (0, Drawer::Project("p".into()));
    let name = OsStr::new("ses_1.json");
    let mut changes = Vec::new();
    fs::rename(here, &there).expect("renamed");
    scene.follower.look_at_drawer(&drawer, name, &mut changes);
    assert!(!changes.contains(&Change::Gone(id)), "{changes:?}");
    let at = scene.follower.at(id);
    assert!(at.ends_with("/storage/session/q/ses_1.json"), "{at}");
    let drawer = (0, Drawer::Project("q".into()));
    fs::remove_file(there).expect("removed");
    scene.follower.look_at_drawer(&drawer, name, &mut changes);
    assert!(changes.contains(&Change::Gone(id)), "{changes:?}");
}

#[test]
fn many_sessions_are_at_work_at_once() {
    let mut scene = scene(following(false));
    for session in 0..50 {
        scene.session(&format!("ses_{session:02}"), "T");
        for message in 0..8 {
            let id = format!("msg_{session:02}{message}");
            scene.message(&format!("ses_{session:02}"), &id, 11);
            scene.part(&id, "prt_1");
        }
    }
    scene.follower.watch();
    scene.look();
    let parts: usize = scene.follower.places[0]
        .newest
        .iter()
        .map(|(_, parts)| parts.len())
        .sum();
    assert!(parts <= MOST_PARTS, "{parts}");
    for session in [0, 17, 49] {
        scene.part(&format!("msg_{session:02}7"), "prt_2");
        scene.follow_record(&format!("msg_{session:02}7:2"));
    }
}

#[test]
fn a_look_at_everything_finds_parts_that_changed() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    scene.part("msg_1", "prt_1");
    scene.look();
    scene.part("msg_1", "prt_2");
    scene.look();
    assert_eq!(scene.changes, [Change::Grown(scene.only_id())]);
    scene.look();
    assert_eq!(scene.changes, []);
}

#[test]
fn idle_sessions_need_no_watches_and_wake_by_a_request() {
    let mut scene = scene(following(false));
    let all = MOST_SESSIONS + 40;
    for session in 0..all {
        let sid = format!("ses_{session:03}");
        scene.session(&sid, "T");
        scene.message(&sid, &format!("msg_{session:03}"), 11);
    }
    scene.long_ago();
    scene.follower.watch();
    scene.follower.scan(&mut |_, _| {});
    for id in 0..all {
        scene.follower.seek_end(id as Id);
    }
    let watches = scene.follower.watches.as_ref().expect("watches");
    let count = watches.interest.len();
    assert!(count < MOST_SESSIONS + 20, "{count} watches");
    scene.tick();
    for session in [0, all / 2, all - 1] {
        let sid = format!("ses_{session:03}");
        scene.session(&sid, "U");
        scene.message(&sid, &format!("msg_{session:03}a"), soon());
        scene.follow_record(&format!("msg_{session:03}a:0"));
    }
}

//! Sessions whose messages and parts are files: found, followed and taken up again by what changed.

use std::os::unix::fs::MetadataExt as _;
use std::time::{Duration, Instant, SystemTime};

use super::messages::told;
use super::stores::Writer;
use super::*;

/// Longer than any machine needs; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(120);

/// A follower of OpenCode's directory, with nothing in it yet.
pub(super) fn scene(options: Options) -> Scene {
    let layout = LAYOUTS.iter().find(|layout| layout.source == "opencode");
    Scene::of(layout.expect("a layout"), options)
}

pub(super) fn following(poll: bool) -> Options {
    Options {
        follow: true,
        poll,
        ..Options::default()
    }
}

/// A moment behind everything that is written, in milliseconds.
pub(super) fn soon() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.expect("after 1970").as_millis() as u64 + 1_000
}

impl Scene {
    pub(super) fn storage(&self, path: &str) -> PathBuf {
        self.dir.path().join("storage").join(path)
    }

    /// Writes a file aside and gives it its name, as OpenCode does.
    pub(super) fn file(&self, path: &str, text: &str) {
        let path = self.storage(path);
        let aside = path.with_extension("tmp");
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(&aside, text).expect("written");
        fs::rename(aside, path).expect("renamed");
    }

    pub(super) fn session(&self, sid: &str, title: &str) {
        let text = format!(r#"{{"id":"{sid}","title":"{title}","time":{{"created":10}}}}"#);
        self.file(&format!("session/p/{sid}.json"), &text);
    }

    pub(super) fn message(&self, sid: &str, id: &str, begun: u64) {
        let text = format!(r#"{{"id":"{id}","time":{{"created":{begun}}}}}"#);
        self.file(&format!("message/{sid}/{id}.json"), &text);
    }

    pub(super) fn part(&self, message: &str, id: &str) {
        let text = format!(r#"{{"id":"{id}"}}"#);
        self.file(&format!("part/{message}/{id}.json"), &text);
    }

    /// Says that everything was written long ago, as far as anybody may say that.
    pub(super) fn long_ago(&self) {
        let then = SystemTime::now() - Duration::from_secs(100_000);
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("lists").flatten() {
                let file = fs::File::open(entry.path()).expect("opens");
                file.set_modified(then).expect("set");
                folders.extend(entry.path().is_dir().then(|| entry.path()));
            }
        }
    }

    /// Waits until the clock that writes are stamped with goes on.
    pub(super) fn tick(&self) {
        let stamp = || {
            let path = self.dir.path().join("stamp");
            fs::write(&path, "").expect("written");
            let meta = fs::metadata(path).expect("there");
            (meta.ctime(), meta.ctime_nsec() / 1_000_000)
        };
        let first = stamp();
        while stamp() == first {}
    }

    /// Waits until `record` is handed out, or comes again; gives what was on the way.
    pub(super) fn follow_record(&mut self, record: &str) -> Vec<String> {
        let start = self.seen.len();
        let until = Instant::now() + PATIENCE;
        loop {
            let told = told(&self.seen[start..]);
            if told.iter().any(|it| it == record) {
                return told;
            }
            assert!(Instant::now() < until, "{record}: seen {told:?}");
            for change in self.follower.wait(Some(until)) {
                if let Change::New(id) | Change::Grown(id) = change {
                    read_all(&mut self.follower, id, &mut self.seen);
                }
            }
        }
    }
}

#[test]
fn a_session_is_told_with_its_messages_and_their_parts_in_order() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    scene.part("msg_1", "prt_1");
    scene.message("ses_1", "msg_2", 12);
    scene.part("msg_2", "prt_2");
    scene.part("msg_2", "prt_3");
    scene.file("message/ses_other/msg_9.json", "{}");
    assert_eq!(told(&scene.look()), ["T", "msg_1:1", "msg_2:2"]);
    assert_eq!(scene.look(), [""; 0], "nothing was written");
    scene.message("ses_1", "msg_3", 13);
    assert!(told(&scene.look()).contains(&"msg_3:0".to_owned()));
    let id = scene.only_id();
    let at = scene.follower.at(id);
    assert!(at.ends_with("/storage/session/p/ses_1.json"), "{at}");
    fs::remove_file(scene.storage("session/p/ses_1.json")).expect("removed");
    scene.look();
    assert_eq!(scene.changes, [Change::Gone(id)]);
}

#[test]
fn ids_are_read_from_files_whose_names_do_not_tell_them() {
    for poll in [false, true] {
        let mut scene = scene(following(poll));
        let message = |scene: &Scene, number: u64| {
            let text = format!(r#"{{"id":"m{number}","time":{{"created":1{number}}}}}"#);
            scene.file(&format!("message/own/msg_000{number}.json"), &text);
        };
        let session = r#"{"id":"own","title":"T","time":{"created":10}}"#;
        scene.file("session/p/ses_own.json", session);
        message(&scene, 1);
        scene.part("m1", "001");
        scene.part("m1", "002");
        scene.follower.watch();
        assert_eq!(told(&scene.look()), ["T", "m1:2"], "polled: {poll}");
        let id = scene.only_id();
        assert_eq!(&**scene.follower.session(id).sid, "own");
        message(&scene, 2);
        scene.follow_record("m2:0");
        scene.part("m2", "001");
        scene.follow_record("m2:1");
        fs::remove_file(scene.storage("session/p/ses_own.json")).expect("removed");
        scene.look();
        assert!(!scene.follower.exists(id), "polled: {poll}");
    }
}

#[test]
fn parts_of_all_messages_may_lie_in_one_folder() {
    for poll in [false, true] {
        let mut scene = scene(following(poll));
        let part = |scene: &Scene, message: &str, number: u64, more: &str| {
            let text = format!(r#"{{"id":"p","messageID":"{message}"{more}}}"#);
            scene.file(&format!("part/prt_{number}.json"), &text);
        };
        scene.session("ses_1", "T");
        scene.message("ses_1", "msg_1", 11);
        part(&scene, "msg_1", 1, "");
        part(&scene, "msg_0", 2, "");
        scene.file("part/prt_odd.json", r#"{"id":"p"}"#);
        scene.follower.watch();
        assert_eq!(told(&scene.look()), ["T", "msg_1:1"], "polled: {poll}");
        part(&scene, "msg_1", 3, "");
        scene.follow_record("msg_1:2");
        part(&scene, "msg_1", 3, r#","type":"text""#);
        let seen = scene.follow_record("msg_1:2");
        assert!(!seen.is_empty(), "polled: {poll}");
        scene.message("ses_1", "msg_2", 12);
        part(&scene, "msg_2", 4, "");
        scene.follow_record("msg_2:1");
    }
}

#[test]
fn an_id_that_leads_out_of_the_cabinet_is_none() {
    let mut scene = scene(Options::default());
    let session = r#"{"id":"../../message/other","title":"T","time":{"created":10}}"#;
    scene.file("session/p/ses_1.json", session);
    scene.message("other", "msg_9", 11);
    assert_eq!(told(&scene.look()), ["T"]);
    let id = scene.only_id();
    assert_eq!(&**scene.follower.session(id).sid, "ses_1");
}

#[test]
fn what_is_half_written_comes_later_and_what_is_broken_is_named() {
    let mut scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    scene.file("message/ses_1/msg_2.json", r#"{"id":"msg_2","ti"#);
    scene.file("message/ses_1/msg_3.json", r#"{"id":"msg_3" "time":{}}"#);
    scene.part("msg_1", "prt_1");
    scene.file("part/msg_1/prt_2.json", "");
    assert_eq!(told(&scene.look()), ["T", "msg_1:1"]);
    let notes = scene.notes();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(notes[0].contains("no JSON object"), "{notes:?}");
    scene.message("ses_1", "msg_2", 12);
    scene.part("msg_1", "prt_2");
    let later = told(&scene.look());
    assert!(later.contains(&"msg_1:2".to_owned()), "{later:?}");
    assert!(later.contains(&"msg_2:0".to_owned()), "{later:?}");
}

#[test]
fn what_comes_is_followed_without_looking_at_anything_else() {
    let mut scene = scene(following(false));
    scene.follower.watch();
    assert_eq!(scene.look(), [""; 0], "nothing is there yet");
    scene.session("ses_1", "T");
    scene.follow_record("T");
    scene.message("ses_1", "msg_1", 11);
    scene.follow_record("msg_1:0");
    scene.part("msg_1", "prt_1");
    scene.follow_record("msg_1:1");
    let scans = scene.follower.counters().scans;
    scene.part("msg_1", "prt_2");
    scene.follow_record("msg_1:2");
    // A file that is written in place, as older versions do.
    let part = scene.storage("part/msg_1/prt_2.json");
    fs::write(part, r#"{"id":"prt_2","type":"text"}"#).expect("written");
    scene.follow_record("msg_1:2");
    for message in 2..=40 {
        let id = format!("msg_1{message:02}");
        scene.message("ses_1", &id, 20);
        scene.follow_record(&format!("{id}:0"));
        scene.part(&id, "prt_1");
        scene.follow_record(&format!("{id}:1"));
    }
    scene.session("ses_2", "U");
    scene.follow_record("U");
    scene.message("ses_2", "msg_9", 30);
    scene.follow_record("msg_9:0");
    assert_eq!(scene.follower.counters().scans, scans);
    let watches = scene.follower.watches.as_ref().expect("watches");
    let count = watches.interest.len();
    assert!(
        count < 20,
        "the parts of old messages are let go of: {count}"
    );
}

#[test]
fn where_nothing_is_told_what_changed_is_found_all_the_same() {
    let mut scene = scene(following(true));
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    scene.follower.watch();
    assert_eq!(told(&scene.look()), ["T", "msg_1:0"]);
    scene.part("msg_1", "prt_1");
    scene.follow_record("msg_1:1");
    scene.message("ses_1", "msg_2", 12);
    scene.session("ses_2", "U");
    scene.follow_record("U");
    assert!(told(&scene.seen).contains(&"msg_2:0".to_owned()));
}

#[test]
fn a_session_that_was_idle_wakes_by_its_next_message_and_nothing_else_is_read() {
    let mut scene = scene(following(false));
    for session in 0..3 {
        let sid = format!("ses_{session}");
        scene.session(&sid, "T");
        for message in 0..30 {
            scene.message(&sid, &format!("msg_{session}{message:02}"), 11);
        }
    }
    scene.long_ago();
    scene.follower.watch();
    scene.follower.scan(&mut |_, _| {});
    for id in 0..3 {
        scene.follower.seek_end(id);
    }
    scene.tick();
    scene.message("ses_1", "msg_199", soon());
    assert_eq!(scene.follow_record("msg_199:0"), ["msg_199:0"]);
    scene.part("msg_199", "prt_1");
    scene.follow_record("msg_199:1");
}

#[test]
fn an_answer_that_is_not_finished_is_looked_at_however_many_messages_are_newer() {
    for poll in [false, true] {
        let mut scene = scene(following(poll));
        scene.session("ses_1", "T");
        let answer = |scene: &Scene, message: &str, completed: &str| {
            let text = format!(
                r#"{{"id":"{message}","role":"assistant","time":{{"created":11{completed}}}}}"#
            );
            scene.file(&format!("message/ses_1/{message}.json"), &text);
        };
        answer(&scene, "msg_000", r#","completed":12"#);
        answer(&scene, "msg_001", "");
        for message in 2..200 {
            scene.message("ses_1", &format!("msg_{message:03}"), 11);
        }
        scene.follower.watch();
        scene.look();
        scene.tick();
        scene.part("msg_001", "prt_1");
        scene.follow_record("msg_001:1");
        scene.tick();
        answer(&scene, "msg_001", r#","completed":13"#);
        scene.follow_record("msg_001:1");
        scene.tick();
        let later = scene.seen.len();
        answer(&scene, "msg_001", r#","completed":13"#);
        scene.message("ses_1", "msg_200", 12);
        scene.follow_record("msg_200:0");
        let told = told(&scene.seen[later..]);
        assert!(!told.contains(&"msg_001:1".to_owned()), "{poll}: {told:?}");
    }
}

#[test]
fn an_answer_that_was_passed_over_unfinished_is_told_to_its_end() {
    for poll in [false, true] {
        let mut scene = scene(following(poll));
        scene.session("ses_1", "T");
        let answer = |scene: &Scene, message: &str, completed: u64| {
            let completed = match completed {
                0 => String::new(),
                at => format!(r#","completed":{at}"#),
            };
            let text = format!(
                r#"{{"id":"{message}","role":"assistant","time":{{"created":11{completed}}}}}"#
            );
            scene.file(&format!("message/ses_1/{message}.json"), &text);
        };
        answer(&scene, "msg_1", 12);
        answer(&scene, "msg_2", 0);
        answer(&scene, "msg_3", 0);
        scene.part("msg_3", "prt_1");
        scene.long_ago();
        scene.follower.watch();
        scene.follower.scan(&mut |_, _| {});
        let id = scene.only_id();
        scene.follower.seek_end(id);
        scene.tick();
        answer(&scene, "msg_1", 12);
        scene.part("msg_3", "prt_2");
        answer(&scene, "msg_3", soon());
        let told = scene.follow_record("msg_3:2");
        assert!(told.iter().all(|it| it == "msg_3:2"), "{poll}: {told:?}");
        scene.tick();
        // It was begun when the clock stood a little before the last change.
        let begun = soon() - 3_000;
        scene.message("ses_1", "msg_4", begun);
        let told = scene.follow_record("msg_4:0");
        assert!(!told.contains(&"msg_2:0".to_owned()), "{poll}: {told:?}");
    }
}

#[test]
fn all_parts_in_one_folder_are_read_once_and_so_many_followed() {
    const MORE: usize = 3;
    let most = 16_384;
    let scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.message("ses_1", "msg_1", 11);
    fs::create_dir_all(scene.storage("part")).expect("made");
    for number in 0..most + MORE {
        let path = scene.storage(&format!("part/prt_{number:05}.json"));
        fs::write(path, r#"{"id":"p","messageID":"msg_1"}"#).expect("written");
    }
    for follow in [false, true] {
        let root = Root::Tree {
            path: scene.storage(""),
            layout: LAYOUTS
                .iter()
                .find(|it| it.source == "opencode")
                .expect("a layout"),
            skip: 1,
        };
        let options = Options {
            follow,
            ..Options::default()
        };
        let mut follower = Follower::new(vec![root], options);
        let mut seen = Vec::new();
        for _ in 0..2 {
            follower.scan(&mut |_, _| {});
            read_all(&mut follower, 0, &mut seen);
        }
        let parts = if follow { most } else { most + MORE };
        assert_eq!(told(&seen), ["T".to_owned(), format!("msg_1:{parts}")]);
        let notes: Vec<String> = follower.notes().into_iter().map(|it| it.text).collect();
        let want = "3 parts are left out: only the last 16384 are followed";
        assert_eq!(notes, [want][..usize::from(follow)], "{follow}");
    }
}

#[test]
fn what_was_read_is_taken_up_where_it_was_left() {
    let mut first = scene(following(false));
    first.session("ses_1", "T");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let begun = now.expect("after 1970").as_millis() as u64;
    first.message("ses_1", "msg_1", begun);
    first.look();
    let id = first.only_id();
    let kept = first.follower.cursor(id);
    let at = At::Seq(begun.cast_signed());
    let before = first.follower.cursor_before(id, at).expect("a place");
    assert!(first.follower.resume(id, &before));
    assert!(told(&first.look()).contains(&"msg_1:0".to_owned()));
    let head = first
        .follower
        .head(id)
        .expect("what is known of the session");
    assert_eq!(told(&[String::from_utf8(head).expect("UTF-8")]), ["T"]);
    let Scene { dir, .. } = first;
    let mut again = Scene {
        follower: Follower::new(
            vec![Root::Tree {
                path: dir.path().to_owned(),
                layout: LAYOUTS
                    .iter()
                    .find(|it| it.source == "opencode")
                    .expect("a layout"),
                skip: 0,
            }],
            following(false),
        ),
        dir,
        seen: Vec::new(),
        rows: Vec::new(),
        changes: Vec::new(),
    };
    // Sessions are given to another project when their directory becomes one of git's.
    fs::rename(again.storage("session/p"), again.storage("session/q")).expect("renamed");
    again.follower.scan(&mut |_, _| {});
    let id = again.only_id();
    assert_eq!(again.follower.locate(&kept, None), Some(id));
    assert!(again.follower.resume(id, &kept));
    assert!(again.follower.is_drained(id));
    again.message("ses_1", "msg_2", begun + 100_000);
    // What is over by then may be written once more, and is no news.
    again.message("ses_1", "msg_0", begun - 100_000);
    assert!(again.follower.resume(id, &kept));
    for message in 3..5 {
        read_all(&mut again.follower, id, &mut again.seen);
        let told = told(&again.seen);
        assert!(told.contains(&"msg_2:0".to_owned()), "{told:?}");
        assert!(!told.contains(&"msg_0:0".to_owned()), "{told:?}");
        again.message("ses_1", &format!("msg_{message}"), begun + 100_000);
        again.message("ses_1", "msg_0", begun - 100_000);
    }
    again.follower.rewind(id);
    read_all(&mut again.follower, id, &mut again.seen);
    assert!(told(&again.seen).contains(&"msg_0:0".to_owned()));
}

#[test]
fn a_store_that_takes_the_files_over_is_followed_in_their_place() {
    let mut scene = scene(following(false));
    scene.session("ses_1", "of the files");
    scene.follower.watch();
    assert_eq!(told(&scene.look()), ["of the files"]);
    let mut writer = Writer::new(&scene.dir.path().join("opencode.db"));
    writer.run(super::messages::TABLES);
    writer.run("INSERT INTO session VALUES('ses_1', NULL, '/w', 'of the store', 10, 10)");
    scene.follow_record("of the store");
    assert_eq!(scene.follower.sessions().count(), 1);
    let id = scene.only_id();
    assert_eq!(scene.follower.session(id).era, Era::Store);
    scene.message("ses_1", "msg_1", 11);
    scene.look();
    assert_eq!(
        scene.follower.sessions().count(),
        1,
        "the files are but old copies"
    );
    assert!(!told(&scene.seen).contains(&"msg_1:0".to_owned()));
}

#[test]
fn a_project_and_one_session_can_be_named() {
    let scene = scene(Options::default());
    scene.session("ses_1", "T");
    scene.session("ses_2", "U");
    scene.file("session/q/ses_3.json", r#"{"id":"ses_3","title":"V"}"#);
    let layout = LAYOUTS.iter().find(|it| it.source == "opencode");
    let layout = layout.expect("a layout");
    let tree = |path: &str, skip| Root::Tree {
        path: scene.storage(path),
        layout,
        skip,
    };
    let one = Root::Loose {
        path: scene.storage("session/p/ses_2.json"),
        source: "opencode",
    };
    for (root, want) in [
        (tree("", 1), &["T", "U", "V"][..]),
        (tree("session", 2), &["T", "U", "V"]),
        (tree("session/p", 3), &["T", "U"]),
        (one, &["U"]),
    ] {
        let named = format!("{root:?}");
        let mut follower = Follower::new(vec![root], Options::default());
        follower.scan(&mut |_, _| {});
        let ids: Vec<Id> = follower.sessions().map(|(id, _)| id).collect();
        let mut seen = Vec::new();
        for id in ids {
            read_all(&mut follower, id, &mut seen);
        }
        assert_eq!(told(&seen), want, "{named}");
    }
}

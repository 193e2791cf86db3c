//! Following: every change wakes the follower, and nothing else does.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::stores::Writer;
use super::*;

/// Longer than any machine needs; reached only when a test fails.
const PATIENCE: Duration = Duration::from_secs(120);

fn options() -> Options {
    Options {
        follow: true,
        ..Options::default()
    }
}

/// A scene that is watched and caught up.
fn watched(options: Options) -> Scene {
    let mut scene = Scene::with(options);
    scene.follower.watch();
    scene.look();
    scene
}

impl Scene {
    /// Waits and reads what is named, until `done`.
    fn follow_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !done(self) {
            assert!(
                Instant::now() < until,
                "{what}: seen {:?}, rows {:?}",
                self.seen,
                self.rows
            );
            let changes = self.follower.wait(Some(until));
            for change in &changes {
                if let Change::New(id) | Change::Grown(id) = change {
                    read_all(&mut self.follower, *id, &mut self.seen);
                }
            }
            let rows = &mut self.rows;
            self.follower.rows(&mut |_, row| {
                rows.push((
                    row.key.to_owned(),
                    Some(String::from_utf8_lossy(row.json).into_owned()),
                ))
            });
            self.changes.extend(changes);
        }
    }

    fn follow_to(&mut self, line: &str) {
        self.follow_until(line, |scene| {
            scene.seen.last().is_some_and(|last| last == line)
        });
    }
}

#[test]
fn every_kind_of_growth_wakes_in_either_mode() {
    for poll in [false, true] {
        let mut scene = watched(Options { poll, ..options() });
        assert_eq!(
            scene.follower.mode(),
            if poll { Mode::Polling } else { Mode::Watching }
        );
        scene.append("a.jsonl", "1\n");
        scene.follow_to("1");
        scene.append("a.jsonl", "2\n");
        scene.append("b.jsonl", "3\n");
        scene.follow_until("both files", |scene| scene.seen.len() == 3);
        scene.write("t.tmp", "4\n");
        fs::rename(scene.path("t.tmp"), scene.path("a.jsonl")).expect("renamed");
        scene.follow_to("4");
        scene.write("a.jsonl", "fiv\nsix\n");
        scene.follow_to("six");
        fs::remove_file(scene.path("a.jsonl")).expect("removed");
        scene.follow_until("gone", |scene| {
            scene.changes.iter().any(|it| matches!(it, Change::Gone(_)))
        });
        scene.write("a.jsonl", "7\n");
        scene.follow_to("7");
    }
}

#[test]
fn what_happens_between_scan_and_wait_is_seen() {
    let mut scene = Scene::with(options());
    scene.write("a.jsonl", "1\n");
    scene.follower.watch();
    scene.append("a.jsonl", "2\n");
    scene.look();
    scene.append("a.jsonl", "3\n");
    scene.follow_to("3");
    assert_eq!(scene.seen, ["1", "2", "3"]);
}

#[test]
fn directories_may_come_go_and_move() {
    let dir = tempfile::tempdir().expect("a directory");
    let state = dir.path().join("deep/state");
    let sessions = state.join("agents/main/sessions");
    let mut scene = Scene::with(options());
    scene.follower = Follower::new(vec![Root::State(state.clone())], options());
    scene.follower.watch();
    scene.look();
    for round in 0..5 {
        fs::create_dir_all(&sessions).expect("made");
        fs::write(sessions.join("a.jsonl"), format!("{round}a\n")).expect("written");
        scene.follow_to(&format!("{round}a"));
        append(&sessions.join("a.jsonl"), format!("{round}b\n").as_bytes());
        scene.follow_to(&format!("{round}b"));
        if round % 2 == 0 {
            fs::remove_dir_all(&state).expect("removed");
        } else {
            fs::rename(&state, dir.path().join(format!("moved{round}"))).expect("moved");
        }
    }
}

#[test]
fn a_new_agent_is_found() {
    let mut scene = watched(options());
    let other = scene.dir.path().join("agents/other/sessions");
    fs::create_dir_all(&other).expect("made");
    fs::write(other.join("x.jsonl"), "x\n").expect("written");
    scene.follow_to("x");
    assert_eq!(scene.follower.session(0).agent.as_ref(), "other");
}

#[test]
fn a_changed_row_is_told_once_and_before_its_transcript_exists() {
    let mut scene = watched(options());
    let rows = [
        r#"{"agent:main:main":{"sessionId":"a","status":"running"}}"#,
        r#"{"agent:main:main":{"sessionId":"a","status":"done"},"agent:main:b":{"sessionId":"b"}}"#,
    ];
    for (at, text) in rows.iter().enumerate() {
        scene.write("sessions.json.1.tmp", text);
        fs::rename(
            scene.path("sessions.json.1.tmp"),
            scene.path("sessions.json"),
        )
        .expect("renamed");
        scene.follow_until("rows", |scene| scene.rows.len() == at * 2 + 1);
    }
    let id = scene.follower.find("a.jsonl", 0).expect("announced");
    assert!(!scene.follower.exists(id));
    assert_eq!(
        scene.follower.session(id).key.map(AsRef::as_ref),
        Some("agent:main:main")
    );
    scene.write("a.jsonl", "1\n");
    scene.follow_to("1");
    assert!(scene.follower.exists(id));
}

#[test]
fn a_commit_wakes_and_so_does_the_first_one() {
    let mut scene = watched(options());
    let folder = scene.dir.path().join("agents/main/agent");
    fs::create_dir_all(&folder).expect("made");
    let mut writer = Writer::new(&folder.join("openclaw-agent.sqlite"));
    writer.run(super::stores::SCHEMA);
    writer.node("k", "s1", "{}", 1);
    for seq in 0..50 {
        writer.row("s1", seq, &seq.to_string());
        scene.follow_to(&seq.to_string());
    }
    assert_eq!(scene.rows, [("k".into(), Some("{}".into()))]);
    writer.node("k", "s1", "{\"status\":\"done\"}", 2);
    scene.follow_until("the row", |scene| scene.rows.len() == 2);
}

// Fault P11.
#[test]
fn reading_wakes_nobody() {
    let mut scene = watched(options());
    scene.append("a.jsonl", "1\n");
    scene.follow_to("1");
    while !scene
        .follower
        .wait(Some(Instant::now() + Duration::from_millis(100)))
        .is_empty()
    {}
    read_all(&mut scene.follower, 0, &mut scene.seen);
    scene.look();
    assert_eq!(
        scene
            .follower
            .wait(Some(Instant::now() + Duration::from_millis(100))),
        []
    );
    let mail = scene
        .follower
        .bed()
        .expect("made")
        .sleep(Some(Instant::now()));
    assert!(mail.is_empty(), "{mail:?}");
}

// Fault 16.
#[test]
fn an_overflow_makes_it_look_at_everything() {
    let mut scene = watched(options());
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events");
    let limit: usize = limit.expect("a limit").trim().parse().expect("a number");
    if limit > 50_000 {
        return;
    }
    let mut files = ["b.jsonl", "c.jsonl"].map(|name| {
        let file = fs::File::create(scene.path(name));
        file.expect("made")
    });
    // Two in a row to one file are one event.
    for _ in 0..limit / 2 + 10 {
        for file in &mut files {
            file.write_all(b"\n").expect("written");
        }
    }
    // Of this nothing is told.
    scene.write("a.jsonl", "1\n");
    scene.follow_to("1");
    assert_eq!(scene.follower.counters().overflows, 1);
}

#[test]
fn a_waker_wakes_from_another_thread() {
    let mut scene = watched(options());
    let waker = scene.follower.waker().expect("made");
    let thread = std::thread::spawn(move || waker.wake());
    assert_eq!(scene.follower.wait(None), []);
    thread.join().expect("ends");
}

#[test]
fn what_could_not_be_read_is_tried_again() {
    let mut scene = watched(options());
    scene.write("a.jsonl", "1\n");
    scene.look();
    scene.follower.retry(0, true);
    let changes = scene.follower.wait(Some(Instant::now() + PATIENCE));
    assert!(changes.contains(&Change::Grown(0)), "{changes:?}");
    read_all(&mut scene.follower, 0, &mut scene.seen);
    assert!(scene.follower.retries.is_empty());
}

#[test]
fn a_directory_is_watched_once_and_no_file_stays_open() {
    let mut scene = Scene::with(options());
    for agent in ["main", "other"] {
        let sessions = scene.dir.path().join("agents").join(agent).join("sessions");
        fs::create_dir_all(&sessions).expect("made");
        for file in 0..50 {
            fs::write(sessions.join(format!("{file}.jsonl")), "1\n").expect("written");
        }
    }
    scene.follower.watch();
    scene.look();
    let ours = scene.dir.path().to_string_lossy().into_owned();
    let open = fs::read_dir("/proc/self/fd")
        .expect("lists")
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter(|path| path.to_string_lossy().starts_with(&ours))
        .count();
    assert_eq!(open, 0);
    // The root's parent, the root, the agents, and two of each agent.
    let watches = scene.follower.watches.as_ref().expect("watches");
    assert_eq!(watches.interest.len(), 3 + 2 * 2);
}

// Fault 68.
#[test]
fn agents_that_came_and_went_leave_no_place_behind() {
    let mut scene = Scene::new();
    let mut most = 0;
    for round in 0..20 {
        let agent = scene.dir.path().join(format!("agents/guest{round}"));
        fs::create_dir_all(agent.join("sessions")).expect("made");
        fs::write(agent.join("sessions/s.jsonl"), "1\n").expect("written");
        scene.look();
        fs::remove_dir_all(agent).expect("removed");
        scene.look();
        let gone = (0..scene.follower.entries.len() as Id).collect();
        scene.follower.forget(&gone);
        most = most.max(scene.follower.places.len());
    }
    // The one that stays, the one that is there, and the one that went before.
    assert!(most <= 3, "{most}");
    assert!(scene.follower.entries.len() <= 2, "numbers are given again");
    assert_eq!(scene.follower.known(), 0);
}

//! Cursors: kept, taken up, moved; and a writer that rewrites under the read.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[test]
fn a_follower_may_move_to_another_thread() {
    fn sendable<T: Send>() {}
    sendable::<Follower>();
    sendable::<Waker>();
}

#[test]
fn a_cursor_may_stand_at_any_line() {
    let mut scene = Scene::new();
    let lines: Vec<String> = (0..60)
        .map(|at| format!("{{\"line\":{at},\"pad\":\"{}\"}}", "x".repeat(at)))
        .collect();
    scene.write("a.jsonl", lines.join("\n") + "\n");
    let mut offs = Vec::new();
    scene.follower.scan(&mut |_, _| {});
    scene
        .follower
        .read(0, &mut |piece| {
            if let Piece::Line { off, .. } = piece {
                offs.push(off);
            }
            true
        })
        .expect("reads");
    for (at, off) in offs.iter().enumerate() {
        let cursor = scene
            .follower
            .cursor_before(0, At::Off(*off))
            .expect("it is there");
        let mut again = Follower::new(scene.follower.roots.clone(), Options::default());
        again.scan(&mut |_, _| {});
        assert_eq!(again.locate(&cursor, None), Some(0));
        assert!(again.resume(0, &cursor), "line {at}");
        assert_eq!(
            again.generation(0),
            scene.follower.generation(0),
            "line {at}"
        );
        let mut seen = Vec::new();
        read_all(&mut again, 0, &mut seen);
        assert_eq!(seen, lines[at..], "line {at}");
    }
    assert_eq!(scene.follower.cursor_before(0, At::Off(1 << 40)), None);
    assert_eq!(scene.follower.cursor_before(0, At::Seq(1)), None);
}

#[test]
fn an_unchanged_file_is_taken_up_without_being_opened() {
    let mut scene = Scene::new();
    scene.write("done.jsonl", "1\n");
    scene.write("torn.jsonl", "1\n2");
    scene.look();
    let cursors = [scene.follower.cursor(0), scene.follower.cursor(1)];
    let generation = scene.follower.generation(0);
    scene.follower = Follower::new(scene.follower.roots.clone(), Options::default());
    scene.follower.scan(&mut |_, _| {});
    for cursor in &cursors {
        let id = scene.follower.locate(cursor, None).expect("it is there");
        assert!(scene.follower.resume(id, cursor));
    }
    assert!(!scene.follower.has_unread(0));
    assert!(scene.follower.has_unread(1));
    assert_eq!(scene.follower.generation(0), generation);
    // The same length and time, other bytes: seen when it is read.
    let time = fs::metadata(scene.path("done.jsonl"))
        .and_then(|meta| meta.modified())
        .expect("a time");
    scene.write("done.jsonl", "3\n");
    let file = fs::File::open(scene.path("done.jsonl")).expect("opens");
    file.set_modified(time).expect("set");
    assert_eq!(scene.look(), ["!rewritten", "3"]);
}

#[test]
fn device_and_inode_may_change_between_processes() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n2\n");
    scene.look();
    let mut cursor = serde_json::to_value(scene.follower.cursor(0)).expect("writes");
    cursor["dev"] = 77.into();
    cursor["ino"] = 78.into();
    let cursor: Cursor = serde_json::from_value(cursor).expect("reads");
    scene.write("b.tmp", "1\n2\n3\n");
    fs::rename(scene.path("b.tmp"), scene.path("a.jsonl")).expect("renamed");
    assert!(scene.follower.resume(0, &cursor));
    assert_eq!(scene.look(), ["3"]);
}

#[test]
fn the_end_is_found_without_reading_what_is_before() {
    let long = "y".repeat(200_000);
    let cases = [
        ("", 0, vec!["next"]),
        ("1\n2\n", 4, vec!["next"]),
        ("1\n2", 2, vec!["2next"]),
        ("torn", 0, vec!["tornnext"]),
        (&format!("1\n{long}"), 2, vec![]),
    ];
    for (text, want, lines) in cases {
        let mut scene = Scene::new();
        scene.write("a.jsonl", text);
        scene.follower.scan(&mut |_, _| {});
        scene.follower.seek_end(0);
        let Cursor::File { offset, .. } = scene.follower.cursor(0) else {
            unreachable!("a file");
        };
        assert_eq!(offset, want, "{}", text.len());
        scene.append("a.jsonl", "next\n");
        let seen = scene.look();
        if lines.is_empty() {
            assert_eq!(seen, [format!("{long}next")]);
        } else {
            assert_eq!(seen, lines, "{text}");
        }
    }
}

#[test]
fn the_first_line_is_given_whatever_the_cursor() {
    let long = format!("{{\"parentSession\":\"{}\"}}", "x".repeat(100_000));
    let cases = [
        ("", None),
        ("begun", None),
        ("{}\n{}\n", Some("{}")),
        (&format!("{long}\n1\n"), Some(&*long)),
    ];
    for (text, want) in cases {
        let mut scene = Scene::new();
        scene.write("a.jsonl", text);
        scene.look();
        let head = scene
            .follower
            .head(0)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(head.as_deref(), want, "{} bytes", text.len());
    }
}

#[test]
fn rewinding_reads_the_same_generation_again() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n2\n");
    scene.look();
    let generation = scene.follower.generation(0);
    scene.follower.rewind(0);
    assert_eq!(scene.look(), ["1", "2"]);
    assert_eq!(scene.follower.generation(0), generation);
    scene.write("a.jsonl", "1\n3\n");
    assert_eq!(scene.look(), ["!rewritten", "1", "3"]);
    assert_ne!(
        scene.follower.generation(0),
        generation,
        "the first line alone is no identity"
    );
}

#[test]
fn truncation_and_larger_rewrites_under_the_read_lose_and_mix_nothing() {
    const ROUNDS: usize = 150;
    const LINES: usize = 400;
    let mut scene = Scene::new();
    let path = scene.path("a.jsonl");
    let text = |round: usize| -> String {
        (0..LINES + round)
            .map(|at| {
                format!(
                    "{{\"round\":{round},\"at\":{at},\"pad\":\"{}\"}}\n",
                    "x".repeat(at % 300)
                )
            })
            .collect()
    };
    fs::write(&path, text(0)).expect("written");
    let done = AtomicBool::new(false);
    let mut have: Vec<String> = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..ROUNDS {
                fs::write(&path, text(round)).expect("written");
                for at in 0..20 {
                    append(
                        &path,
                        format!("{{\"round\":{round},\"more\":{at}}}\n").as_bytes(),
                    );
                }
            }
            done.store(true, Ordering::Release);
        });
        loop {
            let last = done.load(Ordering::Acquire);
            scene.follower.scan(&mut |_, _| {});
            scene
                .follower
                .read(0, &mut |piece| {
                    match piece {
                        Piece::Line { bytes, .. } => {
                            have.push(String::from_utf8_lossy(bytes).into_owned())
                        }
                        Piece::Rewound { .. } => have.clear(),
                        _ => {}
                    }
                    true
                })
                .expect("reads");
            if last {
                break;
            }
        }
    });
    let want = fs::read_to_string(&path).expect("reads");
    assert_eq!(have.len(), want.lines().count());
    assert!(
        have.iter().eq(want.lines()),
        "lines of two rounds are mixed"
    );
}

#[test]
fn what_is_listed_ahead_for_who_follows_is_what_a_look_alone_finds() {
    // More than are listed before somebody looks at the first.
    let dir = tempfile::tempdir().expect("a directory");
    for agent in 0..30 {
        let folder = dir.path().join(format!("agents/a{agent}/sessions"));
        fs::create_dir_all(&folder).expect("made");
        for session in 0..agent % 4 {
            let line = format!("{{\"n\":{session}}}\n");
            fs::write(folder.join(format!("s{session}.jsonl")), line).expect("written");
        }
        fs::write(folder.join("notes.txt"), "no transcript").expect("written");
    }
    // Nothing is listed of one that keeps a store, and one has no folder at all: whoever comes behind
    // them has its own list all the same.
    let store = dir.path().join("agents/a13/agent/openclaw-agent.sqlite");
    fs::create_dir_all(store.parent().expect("a folder")).expect("made");
    fs::write(store, "").expect("written");
    fs::create_dir_all(dir.path().join("agents/a14b/agent")).expect("made");
    let found = [false, true].map(|follows| {
        let root = Root::State(dir.path().to_owned());
        let mut follower = Follower::new(vec![root], Options::default());
        if follows {
            follower.watch();
        }
        let changes = follower.scan(&mut |_, _| {});
        let mut seen = Vec::new();
        let ids: Vec<Id> = follower.sessions().map(|(id, _)| id).collect();
        for &id in &ids {
            seen.push(follower.at(id).to_string());
            read_all(&mut follower, id, &mut seen);
        }
        (changes, seen)
    });
    let [(alone, lines), (ahead, same)] = found;
    assert_eq!(alone.len(), 43, "{alone:?}");
    assert_eq!(ahead, alone);
    assert_eq!(same, lines);
}

//! The faults of real writers, one by one.

use std::io::Seek;
use std::os::unix::fs::{FileExt, symlink};

use super::*;

/// Numbered lines `from..to` of one width, marked with a word.
fn numbered(word: &str, range: std::ops::Range<usize>) -> String {
    range
        .map(|at| format!("{{\"{word}\":{at:04}}}\n"))
        .collect()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

// Fault 1.
#[test]
fn a_line_is_given_once_it_is_whole_wherever_it_is_cut() {
    let text = "{\"a\":1}\n\n{\"b\":\"\u{e9}\u{1f600}\"}\r\n{\"c\":3}\n";
    for cut in 0..text.len() {
        let mut scene = Scene::new();
        scene.write("a.jsonl", &text.as_bytes()[..cut]);
        let first = scene.look();
        let whole = text.as_bytes()[..cut]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count();
        assert!(first.len() <= whole, "cut at {cut}: {first:?}");
        scene.append("a.jsonl", &text.as_bytes()[cut..]);
        scene.look();
        let want = ["{\"a\":1}", "{\"b\":\"\u{e9}\u{1f600}\"}", "{\"c\":3}"];
        assert_eq!(scene.seen, want, "cut at {cut}");
    }
}

#[test]
fn every_kind_of_rewrite_is_noticed_and_read_from_the_start() {
    let old = numbered("old", 0..20);
    let smaller = numbered("new", 0..5);
    let larger = numbered("new", 0..50);
    let same_size = numbered("nex", 0..20);
    let head_kept = format!("{}{}", numbered("old", 0..3), numbered("new", 3..50));
    let cases = [
        ("truncated, smaller", &smaller, "!truncated"),
        ("truncated, larger", &larger, "!rewritten"),
        ("same size, other bytes", &same_size, "!rewritten"),
        ("first lines kept", &head_kept, "!rewritten"),
        ("emptied", &String::new(), "!truncated"),
    ];
    for (name, new, reason) in cases {
        for by_rename in [false, true] {
            let mut scene = Scene::new();
            scene.write("a.jsonl", &old);
            assert_eq!(scene.look(), lines(&old), "{name}");
            if by_rename {
                scene.write("a.tmp", new);
                fs::rename(scene.path("a.tmp"), scene.path("a.jsonl")).expect("renamed");
            } else {
                scene.write("a.jsonl", new);
            }
            let mut want = lines(new);
            want.insert(0, if by_rename { "!replaced" } else { reason }.to_owned());
            assert_eq!(scene.look(), want, "{name}, by rename: {by_rename}");
        }
    }
}

#[test]
fn an_identical_prefix_is_no_rewrite() {
    let old = numbered("a", 0..20);
    let more = numbered("a", 20..30);
    for by_rename in [false, true] {
        let mut scene = Scene::new();
        scene.write("a.jsonl", &old);
        scene.look();
        scene.write("b.tmp", old.clone() + &more);
        if by_rename {
            fs::rename(scene.path("b.tmp"), scene.path("a.jsonl")).expect("renamed");
        } else {
            fs::copy(scene.path("b.tmp"), scene.path("a.jsonl")).expect("copied");
        }
        assert_eq!(scene.look(), lines(&more), "by rename: {by_rename}");
        assert_eq!(scene.follower.counters().rewinds, 0);
    }
}

#[test]
fn what_was_put_aside_is_drained_before_the_new_file() {
    let all = numbered("a", 0..10);
    for kept in 0..=10 {
        for suffix in [".bak.2026-09-25T10-00-07.120Z", ".reset.x", ".deleted.x"] {
            let mut scene = Scene::new();
            scene.write("a.jsonl", numbered("a", 0..6));
            scene.look();
            scene.append("a.jsonl", numbered("a", 6..10));
            let aside = scene.path(&format!("a.jsonl{suffix}"));
            fs::rename(scene.path("a.jsonl"), aside).expect("renamed");
            scene.write("a.jsonl", numbered("a", 10 - kept..10) + "{\"next\":1}\n");
            let mut want = lines(&numbered("a", 6..10));
            want.push("!replaced".into());
            want.extend(lines(&numbered("a", 10 - kept..10)));
            want.push("{\"next\":1}".into());
            // Kept all: the new file begins as the old one did, so nothing is repeated.
            if kept == 10 {
                want = lines(&numbered("a", 6..10));
                want.push("{\"next\":1}".into());
            }
            assert_eq!(scene.look(), want, "kept {kept}, {suffix}");
        }
    }
    assert_eq!(lines(&all).len(), 10);
}

#[test]
fn what_was_put_aside_twice_or_rewritten_before_is_not_lost() {
    let mut scene = Scene::new();
    let aside = |scene: &Scene, suffix: &str| {
        fs::rename(
            scene.path("a.jsonl"),
            scene.path(&format!("a.jsonl.{suffix}")),
        )
        .expect("renamed");
    };
    scene.write("a.jsonl", "old\n");
    aside(&scene, "bak.0");
    scene.write("a.jsonl", "1\n");
    scene.look();
    scene.append("a.jsonl", "2\n");
    aside(&scene, "deleted.1");
    scene.write("a.jsonl", "3\n");
    aside(&scene, "reset.2");
    scene.write("a.jsonl", "4\n");
    assert_eq!(scene.look(), ["2", "!replaced", "3", "!replaced", "4"]);
    scene.write("a.jsonl", "five\n");
    aside(&scene, "bak.3");
    assert_eq!(scene.look(), ["!rewritten", "five"]);
    assert_eq!(scene.look(), [""; 0]);
}

// Fault P4.
#[test]
fn a_renamed_transcript_is_drained_and_gone() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n");
    scene.look();
    let id = scene.only_id();
    scene.append("a.jsonl", "2\n");
    fs::rename(scene.path("a.jsonl"), scene.path("a.jsonl.reset.x")).expect("renamed");
    assert_eq!(scene.look(), ["2"]);
    assert_eq!(scene.changes, [Change::Grown(id), Change::Gone(id)]);
    assert_eq!(scene.follower.sessions().count(), 0);
    assert_eq!(scene.look(), [""; 0]);
    assert_eq!(scene.changes, []);
    scene.write("a.jsonl", "3\n");
    assert_eq!(scene.look(), ["!replaced", "3"]);
}

#[test]
fn an_unlinked_transcript_is_gone_and_may_come_back() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n");
    scene.look();
    let id = scene.only_id();
    fs::remove_file(scene.path("a.jsonl")).expect("removed");
    scene.look();
    assert_eq!(scene.changes, [Change::Gone(id)]);
    for round in 0..200 {
        scene.write("a.jsonl", format!("{round}\n"));
        let seen = scene.look();
        assert_eq!(seen.last(), Some(&round.to_string()), "{seen:?}");
        fs::remove_file(scene.path("a.jsonl")).expect("removed");
        scene.look();
    }
    assert_eq!(scene.follower.entries.len(), 1);
}

#[test]
fn directories_may_come_late_go_and_come_back() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut follower = Follower::new(
        vec![Root::State(dir.path().join("state"))],
        Options::default(),
    );
    let mut seen = Vec::new();
    let sessions = dir.path().join("state/agents/main/sessions");
    for round in 0..3 {
        assert_eq!(follower.scan(&mut |_, _| {}), [], "round {round}");
        fs::create_dir_all(&sessions).expect("made");
        fs::write(sessions.join("a.jsonl"), format!("{round}\n")).expect("written");
        assert_eq!(follower.scan(&mut |_, _| {}).len(), 1, "round {round}");
        read_all(&mut follower, 0, &mut seen);
        fs::remove_dir_all(dir.path().join("state")).expect("removed");
        assert_eq!(
            follower.scan(&mut |_, _| {}),
            [Change::Gone(0)],
            "round {round}"
        );
    }
    // A file system may give the new file the old one's number.
    let seen: Vec<_> = seen
        .iter()
        .map(|it| it.replace("!replaced", "!rewritten"))
        .collect();
    assert_eq!(seen, ["0", "!rewritten", "1", "!rewritten", "2"]);
}

#[test]
fn links_are_refused_unless_they_are_asked_for() {
    for links in [false, true] {
        let mut scene = Scene::with(Options {
            links,
            ..Options::default()
        });
        let outside = tempfile::tempdir().expect("a directory");
        for name in ["one", "two"] {
            fs::write(outside.path().join(name), format!("{name}\n")).expect("written");
        }
        let link = scene.path("a.jsonl");
        symlink(outside.path().join("one"), &link).expect("linked");
        symlink(outside.path().join("nowhere"), scene.path("b.jsonl")).expect("linked");
        let first = scene.look();
        fs::remove_file(&link).expect("removed");
        symlink(outside.path().join("two"), &link).expect("linked");
        let second = scene.look();
        if links {
            assert_eq!(
                (first, second),
                (vec!["one".into()], vec!["!replaced".into(), "two".into()])
            );
        } else {
            assert_eq!(scene.seen, [""; 0]);
            assert_eq!(scene.notes(), ["skipped: a symbolic link"; 2]);
        }
    }
}

#[test]
fn what_is_no_regular_file_is_skipped_with_one_note() {
    let mut scene = Scene::new();
    fs::create_dir(scene.path("dir.jsonl")).expect("made");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        scene.path("pipe.jsonl"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
        0,
    )
    .expect("a pipe");
    let _socket =
        std::os::unix::net::UnixListener::bind(scene.path("socket.jsonl")).expect("a socket");
    scene.write("a.jsonl", "1\n");
    for _ in 0..3 {
        scene.look();
    }
    assert_eq!(scene.seen, ["1"]);
    assert_eq!(scene.notes(), ["skipped: no regular file"; 3]);
}

// Fault 21.
#[test]
fn a_hole_left_by_a_stale_offset_is_skipped_and_counted() {
    let mut scene = Scene::new();
    let path = scene.path("a.jsonl");
    let writer = fs::File::create(&path).expect("made");
    writer.write_all_at(b"{\"a\":1}\n", 0).expect("written");
    assert_eq!(scene.look(), ["{\"a\":1}"]);
    writer.set_len(0).expect("truncated");
    for hole in [8_u64, 1_000_000] {
        writer.write_all_at(b"{\"b\":2}\n", hole).expect("written");
        let seen = scene.look();
        assert_eq!(
            seen.last().map(String::as_str),
            Some("{\"b\":2}"),
            "hole of {hole}"
        );
    }
    assert_eq!(
        scene.seen,
        ["{\"a\":1}", "!rewritten", "{\"b\":2}", "{\"b\":2}"]
    );
    assert_eq!(scene.follower.counters().nul_bytes, 8 + 1_000_000 - 16);
}

#[test]
fn clocks_do_not_matter() {
    use std::time::{Duration, SystemTime};
    let mut scene = Scene::new();
    let times = [
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH + Duration::from_secs(4_070_908_800),
        SystemTime::UNIX_EPOCH - Duration::from_secs(1_000),
    ];
    let mut want = Vec::new();
    for round in 0..9 {
        scene.append("a.jsonl", format!("{round}\n"));
        let file = fs::File::open(scene.path("a.jsonl")).expect("opens");
        file.set_modified(times[round / 3]).expect("set");
        want.push(round.to_string());
        scene.look();
        assert_eq!(scene.seen, want);
    }
}

#[test]
fn names_of_any_bytes_are_followed() {
    use std::os::unix::ffi::OsStrExt;
    let mut scene = Scene::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff\n\"x.jsonl");
    let path = scene.path("").join(name);
    fs::write(&path, "1\n").expect("written");
    assert_eq!(scene.look(), ["1"]);
    append(&path, b"2\n");
    assert_eq!(scene.look(), ["2"]);
    let id = scene.only_id();
    let cursor = scene.follower.cursor(id);
    assert_eq!(scene.follower.session(id).sid.as_ref(), "\u{fffd}\n\"x");
    fs::remove_file(&path).expect("removed");
    scene.look();
    assert_eq!(scene.changes, [Change::Gone(id)]);
    assert!(
        matches!(cursor, Cursor::File { offset: 4, .. }),
        "{cursor:?}"
    );
}

#[test]
fn a_line_above_the_cap_is_named_and_the_next_one_kept() {
    const CAP: usize = 600_000;
    let mut scene = Scene::with(Options {
        max_line_bytes: CAP,
        ..Options::default()
    });
    let cases = [CAP - 1, CAP, CAP + 1, 3 * CAP, 300_000];
    let mut want = Vec::new();
    let mut off = 0;
    for length in cases {
        let text = "x".repeat(length);
        // In parts, so that a long line grows before it ends.
        for part in text.as_bytes().chunks(350_000) {
            scene.append("a.jsonl", part);
            assert_eq!(scene.look(), [""; 0], "{length}");
        }
        scene.append("a.jsonl", "\nnext\n");
        want.push(if length > CAP {
            format!("!oversize {off}+{length}")
        } else {
            text
        });
        want.push("next".into());
        off += length + 6;
        scene.look();
        assert_eq!(scene.seen, want, "{length}");
    }
    assert_eq!(scene.follower.counters().oversize, 2);
}

#[test]
fn a_long_begun_line_that_is_taken_back_is_forgotten() {
    let mut scene = Scene::new();
    scene.write("a.jsonl", "1\n");
    scene.append("a.jsonl", "x".repeat(900_000));
    assert_eq!(scene.look(), ["1"]);
    let mut file = OpenOptions::new()
        .append(true)
        .open(scene.path("a.jsonl"))
        .expect("opens");
    file.set_len(2).expect("truncated");
    file.seek(std::io::SeekFrom::End(0)).expect("seeks");
    let rest = numbered("a", 0..100_000);
    file.write_all(rest.as_bytes()).expect("written");
    assert_eq!(scene.look(), lines(&rest));
}

#[test]
fn bom_carriage_returns_and_blank_lines_are_not_part_of_a_line() {
    let mut scene = Scene::new();
    scene.write(
        "a.jsonl",
        "\u{feff}{\"a\":1}\r\n\r\n  \n\n{\"b\":2} \n\u{feff}c\n",
    );
    assert_eq!(scene.look(), ["{\"a\":1}", "{\"b\":2} ", "\u{feff}c"]);
    assert_eq!(scene.follower.counters().blank, 3);
}

#[test]
fn an_inode_number_is_no_identity() {
    // A file system may give the number of a deleted file to the next one.
    let mut scene = Scene::new();
    scene.write("a.jsonl", "{\"old\":1}\n");
    scene.look();
    let id = scene.only_id();
    let cursor = scene.follower.cursor(id);
    let mut again = Scene::new();
    again.write("a.jsonl", "{\"new\":1}\n{\"new\":2}\n");
    again.look();
    assert!(!again.follower.resume(0, &cursor));
    assert_eq!(again.look(), ["{\"new\":1}", "{\"new\":2}"]);
}

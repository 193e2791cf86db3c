//! Transcripts that are put aside, go on elsewhere, or vanish; and what a restart makes of it.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

use super::harness::{MODES, Place, Tail, rounds};
use super::kept::places;
use super::writer::Writer;

// Fault 7.
#[test]
fn a_compaction_by_rename_drains_the_old_file_and_repeats_nothing() {
    // sessions.compact: the last lines go to a new file, without the header.
    for (mode, stopped) in [(MODES[0], true), (MODES[0], false), (MODES[1], true)] {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "compact");
        let suffixes = [".bak.2026-09-25T10-00-07.120Z", ".reset.x", ".deleted.x"];
        for (round, suffix) in suffixes.into_iter().enumerate() {
            for _ in 0..6 {
                writer.call();
            }
            tail.until_call("compact", &writer.newest());
            for kept in [0, 1, 5, writer.lines.len()] {
                let mut compact = || {
                    // Unread in the old file.
                    for _ in 0..3 {
                        writer.call();
                    }
                    let from = writer.lines.len() - kept.min(writer.lines.len());
                    let kept = writer.lines[from..].to_vec();
                    let more = writer.more(2);
                    writer.put_aside(&format!("{suffix}{round}{from}"), [kept, more].concat());
                };
                // Running, what is unread may be there for less than a look, and is found aside.
                if stopped {
                    tail.while_stopped(compact);
                } else {
                    compact();
                }
                tail.until_call("compact", &writer.newest());
                assert_eq!(
                    tail.of("compact"),
                    writer.calls,
                    "{mode:?}, {suffix}, {kept}"
                );
            }
        }
    }
}

// Fault 9.
#[test]
fn a_successor_goes_on_with_the_run_of_its_predecessor() {
    // openclaw#72435: a new file and session id; #88040: the index may name the old one.
    for index in ["new", "stale", "missing"] {
        let place = Place::new();
        let mut old = Writer::new(&place.sessions(), "11111111-1111-4111-8111-111111111111");
        let row = |sid: &str, file: &str| {
            let text = format!(
                r#"{{"agent:main:main":{{"sessionId":"{sid}","sessionFile":"/a/{file}.jsonl","status":"running"}}}}"#
            );
            let temp = place.sessions().join("sessions.json.tmp");
            fs::write(&temp, text).expect("written");
            fs::rename(temp, place.sessions().join("sessions.json")).expect("renamed");
        };
        if index != "missing" {
            row(&old.sid, &old.sid);
        }
        let mut tail = place.follow(&[]);
        old.call();
        tail.until_call(&old.sid, &old.newest());
        let new = "22222222-2222-4222-8222-222222222222";
        let name = format!("2026-09-25T11-00-00-000Z_{new}");
        let mut successor = Writer::unwritten(&place.sessions(), &name);
        let header = successor.lines[0]
            .replace(&name, new)
            .replace("10:00:00", "10:00:03")
            .replace(
                "\"cwd\"",
                &format!("\"parentSession\":\"/elsewhere/{}.jsonl\",\"cwd\"", old.sid),
            );
        // The kept messages stand in the new file again.
        successor.replace([vec![header], old.lines[1..].to_vec()].concat());
        if index == "new" {
            row(new, &name);
        }
        // Its own calls are new.
        let mut more = Writer::unwritten(&place.sessions(), "more");
        let lines: Vec<String> = (0..10).map(|_| more.line()).skip(5).collect();
        successor.append(lines.concat());
        let wanted = more.calls.last().expect("a call").clone();
        tail.until(&wanted, |tail| {
            tail.calls.values().flatten().any(|call| *call == wanted)
        });
        let mut calls: Vec<_> = tail.calls.values().flatten().cloned().collect();
        calls.retain(|call| !call.starts_with("hello"));
        let mut want: Vec<_> = [old.calls.clone(), more.calls[5..].to_vec()].concat();
        calls.sort();
        want.sort();
        // Without any index nothing says so either, but a run that is open can only go on there.
        assert_eq!(calls, want, "index {index}");
        let runs = tail.typed("run.start");
        let ours = runs.iter().filter(|event| event["sid"] != "hello");
        let ours: Vec<_> = ours.collect();
        assert_eq!(ours.len(), 1, "one run, one box: index {index}: {ours:#?}");
        let starts = tail.typed("tool.start");
        let ours = starts.iter().filter(|event| event["sid"] != "hello");
        let mut runs: Vec<_> = ours.map(|event| (&event["sid"], &event["run"])).collect();
        runs.dedup();
        assert_eq!(runs.len(), 1, "index {index}: {runs:?}");
    }
}

// Fault 10.
#[test]
fn a_transcript_that_vanishes_ends_its_run_and_may_come_back() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "gone");
        writer.call();
        tail.until_call("gone", &writer.newest());
        fs::remove_file(&writer.path).expect("removed");
        tail.until("the end of its run", |tail| {
            let ends = tail.typed("run.end");
            ends.iter()
                .any(|event| event["sid"] == "gone" && event["outcome"] == "interrupted")
        });
        let lines = [writer.header_lines(), writer.more(3)].concat();
        writer.rewrite(lines);
        tail.until_call("gone", &writer.newest());
        assert_eq!(tail.of("gone"), writer.calls, "{mode:?}");
    }
}

// Faults 11, P9.
#[test]
fn renamed_and_removed_hundreds_of_times_it_lives_and_holds_nothing() {
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let mut writer = Writer::new(&place.sessions(), "storm");
    writer.call();
    tail.until_call("storm", &writer.newest());
    let before = tail.resources();
    for round in 0..rounds(200) {
        // Another file takes the name, and is taken away again.
        let lines = [writer.header_lines(), writer.more(1)].concat();
        writer.replace(lines);
        tail.until_call("storm", &writer.newest());
        if round % 2 == 0 {
            fs::remove_file(&writer.path).expect("removed");
            let text = writer.text();
            writer.put(&text);
        } else {
            fs::rename(&writer.path, place.sessions().join("elsewhere")).expect("renamed");
        }
    }
    let lines = [writer.header_lines(), writer.more(1)].concat();
    writer.rewrite(lines);
    tail.until_call("storm", &writer.newest());
    assert_eq!(tail.of("storm"), writer.calls);
    assert_eq!(tail.resources(), before, "descriptors, watches");
}

// Fault P3.
#[test]
fn appends_are_read_through_renames_of_other_transcripts() {
    // `mv a b`, both followed, then both written to.
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut left = Writer::new(&place.sessions(), "left");
        let mut right = Writer::new(&place.sessions(), "right");
        // Later than those of the other.
        left.more(5);
        left.calls.clear();
        left.call();
        right.call();
        tail.until_call("left", &left.newest());
        tail.until_call("right", &right.newest());
        fs::rename(&left.path, &right.path).expect("renamed");
        // What stands under the name of the right one now is what the left one wrote.
        let line = left.line();
        super::writer::append(&right.path, line.as_bytes());
        let wanted = left.newest();
        tail.until_call("right", &wanted);
        assert_eq!(
            tail.of("right"),
            [right.calls.clone(), left.calls.clone()].concat()
        );
        let lines = [left.header_lines(), left.more(1)].concat();
        left.rewrite(lines);
        tail.until_call("left", &left.newest());
        assert_eq!(
            tail.of("left"),
            [&left.calls[..1], &left.calls[2..]].concat(),
            "{mode:?}"
        );
    }
}

/// `tail -f --resume r` over `place`.
pub fn resumed(place: &Place) -> Tail {
    let mut args: Vec<OsString> = ["-f", "--resume", "r"]
        .into_iter()
        .map(OsString::from)
        .collect();
    args.push(place.state().into());
    Tail::start(place.home(), args, &[])
}

/// Calls that came as news, not as a repetition.
fn news(tail: &Tail, sid: &str) -> Vec<String> {
    let starts = tail.typed("tool.start");
    let ours = starts
        .iter()
        .filter(|event| event["sid"] == sid && event["replay"] != true);
    ours.map(|event| event["call"].as_str().expect("a call").to_owned())
        .collect()
}

/// Writes to `writer` until `tail` has seen a call of it as news.
pub fn begun(tail: &mut Tail, writer: &mut Writer) {
    writer.call();
    let newest = writer.newest();
    tail.until_call(&writer.sid.clone(), &newest);
}

// Faults P17, P18.
#[test]
fn no_line_is_news_twice_over_a_stop() {
    let place = Place::new();
    let mut tail = resumed(&place);
    // A run that ended long ago by the writer's word, and one that goes on.
    let mut writer = Writer::new(&place.sessions(), "stop");
    begun(&mut tail, &mut writer);
    let lines = writer.more(2_000);
    writer.append(lines.concat());
    writer.lines.extend(lines);
    tail.until_call("stop", &writer.newest());
    assert_eq!(tail.stop().code(), Some(128 + 15));
    let lines = writer.more(1_999);
    writer.append(lines.concat());
    writer.lines.extend(lines);
    let mut again = resumed(&place);
    again.until_call("stop", &writer.newest());
    writer.call();
    again.until_call("stop", &writer.newest());
    let mut seen = news(&tail, "stop");
    // What was read before is repeated as such, since a pipe's write is no acknowledgement.
    assert_eq!(again.of("stop"), writer.calls, "the run is whole");
    seen.extend(news(&again, "stop"));
    let mut once = seen.clone();
    once.dedup();
    assert_eq!(seen, once, "nothing is news twice");
}

// Faults 32, P24.
#[test]
fn a_partial_line_is_kept_over_a_stop() {
    let place = Place::new();
    let mut tail = resumed(&place);
    let mut writer = Writer::new(&place.sessions(), "partial");
    begun(&mut tail, &mut writer);
    let line = writer.line();
    writer.append(&line[..line.len() / 2]);
    let mut sentinel = Writer::new(&place.sessions(), "sentinel");
    begun(&mut tail, &mut sentinel);
    tail.stop();
    writer.append(&line[line.len() / 2..]);
    let mut again = resumed(&place);
    again.until_call("partial", &writer.newest());
    assert_eq!(again.of("partial"), writer.calls);
    assert_eq!(tail.said("broken") + again.said("broken"), 0);
}

// Fault P19.
#[test]
fn what_was_renamed_while_down_is_not_read_again() {
    let place = Place::new();
    let mut tail = resumed(&place);
    let mut writer = Writer::new(&place.sessions(), "down");
    begun(&mut tail, &mut writer);
    tail.stop();
    let kept = writer.lines.clone();
    writer.put_aside(".bak.x", kept);
    writer.call();
    let mut again = resumed(&place);
    again.until_call("down", &writer.newest());
    assert_eq!(again.of("down"), writer.calls);
    assert!(again.typed("rewind").is_empty(), "it begins as it did");
}

// Fault P24.
#[test]
fn a_copied_and_truncated_file_is_read_anew_after_a_stop() {
    let place = Place::new();
    let mut tail = resumed(&place);
    let mut writer = Writer::new(&place.sessions(), "copied");
    begun(&mut tail, &mut writer);
    for _ in 0..20 {
        writer.call();
    }
    tail.until_call("copied", &writer.newest());
    tail.stop();
    fs::copy(&writer.path, place.home().join("copy")).expect("copied");
    let before = writer.calls.len();
    // Shorter than what was read, and then longer.
    for count in [2, 40] {
        let lines = [writer.header_lines(), writer.more(count)].concat();
        writer.rewrite(lines);
        let mut again = resumed(&place);
        again.until_call("copied", &writer.newest());
        let from = writer.calls.len() - count;
        assert_eq!(again.of("copied"), &writer.calls[from..]);
        assert!(from >= before);
        again.stop();
    }
}

// Fault P23.
#[test]
fn the_kept_offset_goes_back_with_a_truncation() {
    let place = Place::new();
    let mut tail = resumed(&place);
    let mut writer = Writer::new(&place.sessions(), "offset");
    begun(&mut tail, &mut writer);
    for _ in 0..50 {
        writer.call();
    }
    tail.until_call("offset", &writer.newest());
    writer.put("");
    tail.until("the rewind", |tail| !tail.typed("rewind").is_empty());
    tail.stop();
    let text = places(&place).concat();
    assert!(text.contains("\"offset\":0,"), "{text}");
}

// Faults 13, P15.
#[test]
fn an_inode_given_to_another_session_is_no_identity() {
    let place = Place::new();
    let mut tail = resumed(&place);
    let mut old = Writer::new(&place.sessions(), "old");
    begun(&mut tail, &mut old);
    for _ in 0..5 {
        old.call();
    }
    tail.until_call("old", &old.newest());
    tail.stop();
    let inode = fs::metadata(&old.path).expect("is there").ino();
    fs::remove_file(&old.path).expect("removed");
    // Some file systems give the number away again at once, some never: either is well.
    let mut new = Writer::unwritten(&place.sessions(), "old");
    new.sid = "other".into();
    let mut reused = false;
    for round in 0..50 {
        new.path = place.sessions().join(if round % 2 == 0 {
            "old.jsonl"
        } else {
            "new.jsonl"
        });
        let text = new.text();
        new.put(&text);
        reused = fs::metadata(&new.path).expect("is there").ino() == inode;
        if reused {
            break;
        }
        fs::remove_file(&new.path).expect("removed");
    }
    if !reused {
        println!("this file system gives no inode number away again");
        new.path = place.sessions().join("old.jsonl");
        let text = new.text();
        new.put(&text);
    }
    let lines = new.more(30);
    new.append(lines.concat());
    let sid = new
        .path
        .file_stem()
        .expect("a name")
        .to_string_lossy()
        .into_owned();
    let mut again = resumed(&place);
    again.until_call(&sid, &new.newest());
    assert_eq!(again.of(&sid), new.calls);
}

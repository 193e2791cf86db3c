//! Files that are written again: truncated, replaced, the same or other bytes.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;

use super::harness::{MODES, Place, Start, rounds};
use super::writer::Writer;

// Faults 4, P5.
#[test]
fn a_smaller_rewrite_is_read_from_its_start() {
    for (mode, count) in MODES.into_iter().zip([rounds(50), 2]) {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "smaller");
        for round in 0..count {
            for _ in 0..10 {
                writer.call();
            }
            tail.until_call("smaller", &writer.newest());
            let lines = [writer.header_lines(), writer.more(4)].concat();
            writer.rewrite(lines);
            tail.until_call("smaller", &writer.newest());
            assert_eq!(tail.of("smaller"), writer.calls, "{mode:?}, round {round}");
        }
        assert_eq!(tail.typed("rewind").len(), count, "{mode:?}");
    }
}

// Faults 5, P16.
#[test]
fn a_larger_rewrite_in_one_go_loses_nothing_and_repeats_nothing() {
    for (mode, count) in MODES.into_iter().zip([rounds(200), 3]) {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "larger");
        let first = writer.more(100);
        writer.append(first.concat());
        for round in 0..count {
            tail.until_call("larger", &writer.newest());
            // Alternately all new, and with the old lines before the new ones.
            let lines = match round % 3 {
                0 => [writer.header_lines(), writer.more(120)].concat(),
                1 => {
                    let kept = writer.lines.len() / 2;
                    [writer.lines[..kept].to_vec(), writer.more(120)].concat()
                }
                _ => [
                    writer.header_lines(),
                    writer.lines[60..].to_vec(),
                    writer.more(3),
                ]
                .concat(),
            };
            if round % 4 == 3 {
                tail.while_stopped(|| writer.rewrite(lines));
            } else {
                writer.rewrite(lines);
            }
            tail.until_call("larger", &writer.newest());
            assert_eq!(
                tail.of("larger").len(),
                writer.calls.len(),
                "{mode:?}, round {round}"
            );
        }
        assert_eq!(tail.of("larger"), writer.calls, "{mode:?}");
        assert!(tail.typed("rewind").len() >= count, "{mode:?}");
    }
}

// Fault 5.
#[test]
fn a_long_run_that_is_rewritten_is_not_repeated() {
    // More calls than a session remembers.
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "long");
        let lines = writer.more(6_000);
        writer.append(lines.concat());
        writer.lines.extend(lines);
        tail.until_call("long", &writer.newest());
        for round in 0..3 {
            let half = writer.lines.len() / 2;
            let kept = match round {
                // All of it, but for a word in the header: a migration.
                0 => {
                    let header = writer.lines[0].replace("/work", "/elsewhere");
                    [&[header], &writer.lines[1..]].concat()
                }
                // One record is missing.
                1 => [&writer.lines[..half], &writer.lines[half + 1..]].concat(),
                // The first half is.
                _ => [&writer.lines[..2], &writer.lines[half..]].concat(),
            };
            let more = writer.more(2);
            writer.rewrite([kept, more].concat());
            tail.until_call("long", &writer.newest());
            assert_eq!(
                tail.of("long").len(),
                writer.calls.len(),
                "{mode:?}, round {round}"
            );
        }
        assert_eq!(tail.of("long"), writer.calls);
        let runs = tail.typed("run.start");
        assert_eq!(
            runs.iter().filter(|event| event["sid"] == "long").count(),
            1,
            "{mode:?}"
        );
    }
}

// Fault 6.
#[test]
fn the_same_beginning_is_no_rewrite_and_other_bytes_are_one() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "same");
        for _ in 0..5 {
            writer.call();
        }
        tail.until_call("same", &writer.newest());
        let kept = writer.lines.clone();
        let lines = [kept.clone(), writer.more(2)].concat();
        writer.replace(lines);
        tail.until_call("same", &writer.newest());
        let lines = [writer.lines.clone(), writer.more(2)].concat();
        // Over the old bytes, without truncating.
        let file = fs::OpenOptions::new()
            .write(true)
            .open(&writer.path)
            .expect("opens");
        file.write_all_at(lines.concat().as_bytes(), 0)
            .expect("written");
        writer.lines = lines;
        tail.until_call("same", &writer.newest());
        assert_eq!(tail.of("same"), writer.calls, "{mode:?}");
        assert_eq!(tail.typed("rewind").len(), 0, "{mode:?}");
        // The same size, other bytes: in place of the last records stands a later one.
        let at = writer.text().len();
        let gone: Vec<String> = writer.lines.drain(5..).collect();
        let room = gone.concat().len();
        let line = writer.padded_line(0);
        let line = line.replace(".md\"", &format!("{}.md\"", "y".repeat(room - line.len())));
        file.write_all_at(line.as_bytes(), (at - room) as u64)
            .expect("written");
        assert_eq!(
            fs::metadata(&writer.path).expect("is there").len(),
            at as u64
        );
        writer.lines.push(line);
        tail.until_call("same", &writer.newest());
        writer.call();
        tail.until_call("same", &writer.newest());
        assert_eq!(tail.of("same"), writer.calls, "{mode:?}");
        assert_eq!(tail.typed("rewind").len(), 1, "{mode:?}");
    }
}

// Faults 8, P8.
#[test]
fn replaced_by_smaller_files_again_and_again() {
    for (mode, count) in MODES.into_iter().zip([rounds(200), 2]) {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "moved");
        for _ in 0..30 {
            writer.call();
        }
        tail.until_call("moved", &writer.newest());
        let before = tail.resources();
        for round in 0..count {
            // The last lines stay, without the header, as after a compaction.
            let from = writer.lines.len() - round % 7;
            let lines = [writer.lines[from..].to_vec(), writer.more(1 + round % 3)].concat();
            writer.replace(lines);
            tail.until_call("moved", &writer.newest());
        }
        assert_eq!(tail.of("moved"), writer.calls, "{mode:?}");
        assert_eq!(tail.resources(), before, "{mode:?}: descriptors, watches");
    }
}

// Fault 21.
#[test]
fn a_hole_before_a_line_is_skipped() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "hole");
        let file = fs::OpenOptions::new()
            .write(true)
            .open(&writer.path)
            .expect("opens");
        let mut offset = file.metadata().expect("is there").len();
        for round in 0..3 {
            for _ in 0..3 {
                let line = writer.line();
                file.write_all_at(line.as_bytes(), offset).expect("written");
                offset += line.len() as u64;
            }
            tail.until_call("hole", &writer.newest());
            // Copied away and truncated; the writer keeps its offset.
            fs::copy(&writer.path, place.home().join("copy")).expect("copied");
            if round < 2 {
                file.set_len(0).expect("truncated");
            }
        }
        assert_eq!(tail.of("hole"), writer.calls, "{mode:?}");
        assert_eq!(tail.said("not a JSON object"), 0, "{:?}", tail.errors);
    }
}

// Fault P22.
#[test]
fn a_truncation_while_the_output_is_stuck_loses_nothing_that_was_read() {
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "stuck");
    // One look reads all of it, and its events are more than a pipe holds.
    let lines = writer.more(600);
    writer.append(lines.concat());
    let mut tail = Start {
        home: place.home(),
        wrapper: Vec::new(),
        args: [
            "-f".into(),
            "--from".into(),
            "start".into(),
            place.state().into(),
        ]
        .into(),
        blocked: true,
    }
    .spawn();
    tail.until_stuck();
    let lines = [writer.header_lines(), writer.more(20)].concat();
    writer.rewrite(lines);
    tail.read_output();
    tail.until_call("stuck", &writer.newest());
    assert_eq!(tail.of("stuck"), writer.calls);
}

#[test]
fn an_emptied_file_before_the_first_flush_is_no_loss() {
    // OpenClaw empties a file that it made before, then appends everything.
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::unwritten(&place.sessions(), "flush");
        let header = writer.lines[0].clone();
        writer.append(&header);
        writer.put("");
        let text = writer.text();
        writer.append(text);
        writer.call();
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(&writer.path)
            .expect("opens");
        let line = writer.line();
        file.write_all(line.as_bytes()).expect("written");
        tail.until_call("flush", &writer.newest());
        assert_eq!(tail.of("flush"), writer.calls, "{mode:?}");
        let starts = tail.typed("session.start");
        let ours = starts.iter().filter(|event| event["sid"] == "flush");
        assert_eq!(ours.count(), 1, "{mode:?}");
    }
}

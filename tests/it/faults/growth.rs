//! Files that grow: cuts, bursts, and the moment in which the watches are armed.

use std::fs;

use super::harness::{MODES, PATIENCE, Place, Tail, has, rounds};
use super::writer::{Dice, Writer};

// Fault 1.
#[test]
fn lines_cut_at_any_byte_come_once_and_whole() {
    for (mode, lines) in MODES.into_iter().zip([rounds(400), 100]) {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "cut");
        let text = writer.more(lines).concat();
        let mut dice = Dice(1);
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (part, behind) = rest.split_at((1 + dice.below(40)).min(rest.len()));
            writer.append(part);
            rest = behind;
        }
        tail.until_call("cut", &writer.newest());
        assert_eq!(tail.of("cut"), writer.calls, "{mode:?}");
        assert_eq!(tail.said("not a JSON object"), 0, "{:?}", tail.errors);
    }
}

// Fault 1.
#[test]
fn a_begun_line_is_held_until_its_newline() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "begun");
        let mut sentinel = Writer::new(&place.sessions(), "sentinel");
        for _ in 0..3 {
            let line = writer.line();
            let before = tail.of("begun").len();
            // Complete as JSON, but not yet a line.
            writer.append(line.trim_end());
            sentinel.call();
            tail.until_call("sentinel", &sentinel.newest());
            assert_eq!(tail.of("begun").len(), before, "{mode:?}");
            writer.append("\n");
            tail.until_call("begun", &writer.newest());
        }
        assert_eq!(tail.of("begun"), writer.calls);
    }
}

/// Slows the arming of watches down, so that a writer can get between.
const SLOW_ARMING: [&str; 9] = [
    "strace",
    "-D",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-e",
    "trace=inotify_add_watch",
    "-einject=inotify_add_watch:delay_enter=30000:delay_exit=30000",
];

/// Starts `tail`, and writes by `write` until it has seen the first session.
fn while_arming(place: &Place, wrapper: &[&str], mut write: impl FnMut()) -> Tail {
    let mut hello = Writer::new(&place.sessions(), "hello");
    hello.call();
    let mut tail = Tail::wrapped(place.home(), &place.state(), &[], wrapper);
    let end = std::time::Instant::now() + PATIENCE;
    while tail.of("hello").is_empty() {
        write();
        tail.take_what_is_there();
        assert!(std::time::Instant::now() < end, "it never begins");
    }
    tail
}

// Faults 2, P6.
#[test]
fn what_is_appended_while_the_watches_are_armed_is_seen() {
    let slow: &[&str] = if has("strace") { &SLOW_ARMING } else { &[] };
    for round in 0..rounds(6) {
        let wrapper = if round % 2 == 0 { slow } else { &[] };
        let place = Place::new();
        let mut writer = Writer::new(&place.sessions(), "race");
        let mut tail = while_arming(&place, wrapper, || {
            writer.call();
            std::thread::yield_now();
        });
        tail.until_call("race", &writer.newest());
        assert_eq!(tail.of("race"), writer.calls, "round {round}");
    }
}

// Faults 3, P7.
#[test]
fn what_is_replaced_while_the_watches_are_armed_is_read_from_its_start() {
    let slow: &[&str] = if has("strace") { &SLOW_ARMING } else { &[] };
    for round in 0..rounds(6) {
        let wrapper = if round % 2 == 0 { slow } else { &[] };
        let place = Place::new();
        let mut writer = Writer::new(&place.sessions(), "race");
        let mut tail = while_arming(&place, wrapper, || {
            let line = writer.line();
            let lines = [writer.lines.clone(), vec![line]].concat();
            writer.replace(lines);
        });
        tail.until_call("race", &writer.newest());
        assert_eq!(tail.of("race"), writer.calls, "round {round}");
    }
}

// Fault 17.
#[test]
fn ten_thousand_appends_to_a_stopped_reader_are_one_event_and_all_read() {
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let mut writer = Writer::new(&place.sessions(), "burst");
    tail.while_stopped(|| {
        for _ in 0..rounds(10_000) {
            writer.call();
        }
    });
    tail.until_call("burst", &writer.newest());
    assert_eq!(tail.of("burst"), writer.calls);
}

// Faults 78, P12.
#[test]
fn events_that_pile_up_while_stopped_lose_nothing() {
    // New sessions, appends, rewrites and renames of several files, all at once.
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writers: Vec<Writer> = Vec::new();
        for round in 0..5 {
            tail.while_stopped(|| {
                writers.push(Writer::new(&place.sessions(), &format!("s{round}")));
                for writer in &mut writers {
                    for _ in 0..20 {
                        writer.call();
                    }
                }
                let last = writers.len() - 1;
                let kept = writers[last].lines.clone();
                writers[last].replace(kept);
                writers[0].call();
            });
            for writer in &writers {
                tail.until_call(&writer.sid, &writer.newest());
                assert_eq!(
                    tail.of(&writer.sid),
                    writer.calls,
                    "{mode:?}, round {round}"
                );
            }
        }
    }
}

// Fault P21.
#[test]
fn a_busy_session_does_not_hold_up_others() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut busy = Writer::new(&place.sessions(), "busy");
        let mut calm = Writer::new(&place.sessions(), "calm");
        // More than a session may read in one turn, and it comes first by its name.
        tail.while_stopped(|| {
            let text = busy.more(12_000).concat();
            assert!(text.len() > 3 << 20, "{}", text.len());
            busy.append(text);
            calm.call();
        });
        tail.until_call("calm", &calm.newest());
        assert!(
            tail.of("busy").len() < 8_000,
            "{mode:?}: {}",
            tail.of("busy").len()
        );
        tail.until_call("busy", &busy.newest());
        assert_eq!(tail.of("busy"), busy.calls, "{mode:?}");
    }
}

// Fault P21.
#[test]
fn a_newline_at_the_edge_of_the_buffer_is_one() {
    // What is read at once is 256 KiB: a line ends one byte before, at and behind it.
    for edge in [256 << 10, 512 << 10] {
        for off_by in [-1_i64, 0, 1, 2] {
            let place = Place::new();
            let mut writer = Writer::unwritten(&place.sessions(), "edge");
            let before = writer.text().len() + writer.padded_line(0).len();
            // The same line again, but with as much padding as is missing.
            writer.calls.clear();
            let mut writer = Writer::unwritten(&place.sessions(), "edge");
            let missing = (edge + off_by - before as i64).unsigned_abs() as usize;
            let line = writer.padded_line(missing);
            let text = writer.text() + &line;
            assert_eq!(text.len() as i64, edge + off_by);
            writer.append(text);
            let more = writer.more(3).concat();
            writer.append(more);
            let args = [place.state().into_os_string()];
            let args: Vec<_> = args.iter().map(|arg| arg.as_os_str()).collect();
            let (tail, code) = super::harness::once(place.home(), &args);
            assert_eq!(code, 0, "{:?}", tail.errors);
            assert_eq!(tail.of("edge"), writer.calls, "{edge} {off_by}");
        }
    }
}

// Fault 22.
#[test]
fn clocks_of_files_do_not_matter() {
    use std::time::{Duration, SystemTime};
    let times = [
        SystemTime::UNIX_EPOCH,
        SystemTime::UNIX_EPOCH + Duration::from_secs(4_070_908_800),
    ];
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let mut writer = Writer::new(&place.sessions(), "clock");
        for round in 0..6 {
            writer.call();
            let file = fs::File::open(&writer.path).expect("opens");
            file.set_modified(times[round % 2]).expect("set");
            tail.until_call("clock", &writer.newest());
        }
        assert_eq!(tail.of("clock"), writer.calls, "{mode:?}");
    }
}

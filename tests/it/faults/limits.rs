//! Limits of the system, and failing reads.

use std::fs;
use std::time::{Duration, SystemTime};

use super::harness::{MODES, Place, Tail, has, once, rounds};
use super::writer::Writer;

// Fault 16.
#[test]
fn an_overflow_of_the_event_queue_loses_nothing() {
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events");
    let limit: usize = limit.expect("a limit").trim().parse().expect("a number");
    if limit > 50_000 {
        println!("skipped: the queue holds {limit} events");
        return;
    }
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let mut left = Writer::new(&place.sessions(), "left");
    let mut right = Writer::new(&place.sessions(), "right");
    for writer in [&mut left, &mut right] {
        writer.call();
        tail.until_call(&writer.sid, &writer.newest());
    }
    for _ in 0..rounds(1) {
        tail.while_stopped(|| {
            // An append alone is one event, and two in a row to one file are one, too.
            for _ in 0..limit / 2 + 100 {
                left.append("\n");
                right.append("\n");
            }
            // The queue is full: of all this nothing is told.
            left.call();
            let lines = [right.header_lines(), right.more(3)].concat();
            right.put_aside(".bak.x", lines);
            let mut new = Writer::new(&place.sessions(), "new");
            new.call();
        });
        tail.until_call("left", &left.newest());
        tail.until_call("right", &right.newest());
        tail.until("the new session", |tail| tail.of("new").len() == 1);
        assert_eq!(tail.of("left"), left.calls);
        assert_eq!(tail.of("right"), right.calls);
        for writer in [&mut left, &mut right] {
            writer.call();
            tail.until_call(&writer.sid, &writer.newest());
        }
    }
}

// Fault P25.
#[test]
fn rotations_in_an_overflow_are_all_drained() {
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let mut writers: Vec<_> = (0..5)
        .map(|number| Writer::new(&place.sessions(), &format!("many{number}")))
        .collect();
    for round in 0..rounds(6) {
        for writer in &mut writers {
            writer.call();
            tail.until_call(&writer.sid, &writer.newest());
        }
        tail.while_stopped(|| {
            for writer in &mut writers {
                // Unread in the old file, and the new one begins otherwise.
                writer.call();
                let lines = [writer.header_lines(), writer.more(2)].concat();
                writer.put_aside(&format!(".bak.{round}"), lines);
            }
        });
        for writer in &writers {
            tail.until_call(&writer.sid, &writer.newest());
            assert_eq!(tail.of(&writer.sid), writer.calls, "round {round}");
        }
    }
}

// Faults 18, 25, P10.
#[test]
fn without_watches_it_says_so_and_looks_once_a_second() {
    // Limits of a user namespace of our own: nobody else's change.
    if !has("unshare") {
        return;
    }
    for (limit, sysctl) in [
        ("max_inotify_watches", "fs.inotify.max_user_watches"),
        ("max_inotify_instances", "fs.inotify.max_user_instances"),
    ] {
        let script = format!("echo 0 > /proc/sys/user/{limit} && exec \"$@\"");
        let wrapper = [
            "unshare",
            "--user",
            "--map-root-user",
            "sh",
            "-c",
            &script,
            "sh",
        ];
        let allowed = std::process::Command::new("unshare")
            .args(&wrapper[1..])
            .arg("true")
            .output();
        if !allowed.is_ok_and(|output| output.status.success()) {
            println!("skipped: user namespaces or their limits are not ours to set");
            return;
        }
        let place = Place::new();
        let mut tail = place.follow_by(&[], &wrapper);
        tail.until_error(sysctl);
        let mut writer = Writer::new(&place.sessions(), "polled");
        for _ in 0..2 {
            writer.call();
            tail.until_call("polled", &writer.newest());
        }
        assert_eq!(tail.of("polled"), writer.calls, "{limit}");
        assert_eq!(tail.said("once a second"), 1, "{limit}: {:?}", tail.errors);
    }
}

// Fault 19.
#[test]
fn sixty_four_descriptors_are_enough_for_two_thousand_transcripts() {
    if !has("prlimit") {
        return;
    }
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow_by(mode, &["prlimit", "--nofile=64:64"]);
        let mut writers: Vec<_> = (0..2_000)
            .map(|number| Writer::new(&place.sessions(), &format!("s{number:04}")))
            .collect();
        for _ in 0..2 {
            for writer in &mut writers {
                writer.call();
            }
        }
        let wanted = writers.len() * 2 + 1;
        tail.until("all calls", |tail| tail.starts >= wanted);
        for writer in &writers {
            assert_eq!(tail.of(&writer.sid), writer.calls, "{mode:?}");
        }
        assert_eq!(tail.said("Too many open files"), 0, "{:?}", tail.errors);
    }
}

// Fault 11.
#[test]
fn one_watch_a_directory_and_no_descriptor_a_session() {
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let before = tail.resources();
    let mut writers: Vec<_> = (0..100)
        .map(|number| Writer::new(&place.sessions(), &format!("s{number:04}")))
        .collect();
    for writer in &mut writers {
        writer.call();
        tail.until_call(&writer.sid, &writer.newest());
    }
    assert_eq!(tail.resources(), before);
    // The root's parent, the root, the agents, the agent, its sessions.
    assert!(before.1 <= 5, "{before:?}");
}

// Fault 24.
#[test]
fn failing_reads_are_tried_again_and_hurt_nobody_else() {
    if !has("strace") {
        return;
    }
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "failing");
    let path = writer.path.clone();
    let path = path.to_str().expect("a path");
    for error in ["EIO", "EINTR"] {
        let inject = format!("inject=pread64:error={error}:when=3+7");
        let wrapper = [
            "strace",
            "-D",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-P",
            path,
            "-e",
            "trace=pread64",
            "-e",
            &inject,
        ];
        let mut tail = place.follow_by(&[], &wrapper);
        let mut other = Writer::new(&place.sessions(), &format!("other-{error}"));
        for _ in 0..8 {
            writer.call();
            other.call();
            tail.until_call(&other.sid, &other.newest());
        }
        tail.until_call("failing", &writer.newest());
        if error == "EIO" {
            // It comes through another pipe than the calls.
            tail.until_error("Input/output error");
        }
        assert_eq!(tail.of("failing"), writer.calls, "{error}");
        assert_eq!(tail.of(&other.sid), other.calls, "{error}");
        assert_eq!(
            tail.said("Input/output error") > 0,
            error == "EIO",
            "{:?}",
            tail.errors
        );
    }
}

// Fault 26.
#[test]
fn old_transcripts_cost_a_look_and_no_read() {
    let place = Place::new();
    let old = SystemTime::now() - Duration::from_secs(86_400);
    let mut writers: Vec<_> = (0..1_000)
        .map(|number| {
            let mut writer = Writer::new(&place.sessions(), &format!("old{number:04}"));
            let lines = writer.more(20);
            writer.append(lines.concat());
            let file = fs::File::open(&writer.path).expect("opens");
            file.set_modified(old).expect("set");
            writer
        })
        .collect();
    let mut hello = Writer::new(&place.sessions(), "hello");
    hello.call();
    let args = ["-f".into(), place.state().into()].into();
    let mut tail = Tail::start(place.home(), args, &[]);
    tail.until_call("hello", &hello.newest());
    let last = writers.last_mut().expect("a writer");
    last.call();
    tail.until_call(&last.sid, &last.newest());
    assert_eq!(tail.calls.len(), 2, "what is old is history");
    assert_eq!(tail.of(&last.sid), [last.newest()]);
    let peak_kib = tail.status("VmHWM");
    assert!(peak_kib < 64 << 10, "{peak_kib} KiB for 1,000 sessions");
}

// Fault 27.
#[test]
fn a_huge_line_is_skipped_in_little_memory_and_the_next_one_kept() {
    const PART: usize = 1 << 20;
    let parts = rounds(100);
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "huge");
    let mut tail = place.follow(&["--max-line-bytes", "1000000"]);
    writer.call();
    let part = vec![b'a'; PART];
    for _ in 0..parts {
        writer.append(&part);
    }
    writer.append("\n");
    writer.call();
    tail.until_call("huge", &writer.newest());
    tail.until_error(&format!("{}", parts * PART));
    assert_eq!(tail.of("huge"), writer.calls);
    let peak_kib = tail.status("VmHWM");
    assert!(peak_kib < 64 << 10, "{peak_kib} KiB");
    // One-shot as well: named, and no failure.
    let state = place.state();
    let args = ["--max-line-bytes", "1000000"].map(std::ffi::OsStr::new);
    let (tail, code) = once(place.home(), &[args[0], args[1], state.as_os_str()]);
    assert_eq!(code, 0, "{:?}", tail.errors);
    assert_eq!(tail.said("skipped a line"), 1, "{:?}", tail.errors);
    assert_eq!(tail.of("huge"), writer.calls);
}

// Fault 27.
#[test]
fn images_in_a_line_below_the_cap_are_read() {
    let place = Place::new();
    let mut tail = place.follow(&[]);
    let mut writer = Writer::new(&place.sessions(), "image");
    writer.call();
    let line = writer.padded_line(8 << 20);
    writer.append(line);
    writer.call();
    tail.until_call("image", &writer.newest());
    assert_eq!(tail.of("image"), writer.calls);
    // What is emitted is clipped, whatever was read.
    let longest = tail
        .events
        .iter()
        .map(|event| event.to_string().len())
        .max();
    assert!(longest < Some(20_000), "{longest:?}");
}

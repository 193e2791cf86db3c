//! The end from outside: a reader that goes away, signals, and a slow reader.

use std::ffi::OsString;

use rustix::process::Signal;

use super::harness::{MODES, Place, Start};
use super::writer::Writer;

fn blocked(place: &Place) -> super::harness::Tail {
    let mut args: Vec<OsString> = ["-f", "--from", "start"]
        .into_iter()
        .map(OsString::from)
        .collect();
    args.push(place.state().into());
    Start {
        home: place.home(),
        wrapper: Vec::new(),
        args,
        blocked: true,
    }
    .spawn()
}

// Faults 67, P13.
#[test]
fn a_closed_output_is_noticed_though_nothing_is_written() {
    for lines in [0, 1] {
        let place = Place::new();
        if lines == 1 {
            Writer::new(&place.sessions(), "some").call();
        }
        let mut tail = blocked(&place);
        drop(tail.stdout().take());
        let status = tail.end();
        assert_eq!(
            status.code(),
            Some(0),
            "a closed pipe is no error: {:?}",
            tail.errors
        );
        assert!(tail.errors.is_empty(), "{:?}", tail.errors);
    }
}

// Fault P13.
#[test]
fn a_signal_ends_it_with_its_number() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
        for mode in MODES {
            let place = Place::new();
            let mut tail = place.follow(mode);
            tail.signal(signal);
            assert_eq!(tail.end().code(), Some(code), "{mode:?}");
        }
    }
}

#[test]
fn a_second_signal_ends_it_at_once_though_its_output_is_stuck() {
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "stuck");
    let lines = writer.more(2_000);
    writer.append(lines.concat());
    let mut tail = blocked(&place);
    tail.until_stuck();
    tail.signal(Signal::TERM);
    // Two of one kind that come together are one to the system; another one is not.
    tail.signal(Signal::INT);
    assert!(matches!(tail.end().code(), Some(130 | 143)));
}

// Fault 67.
#[test]
fn a_slow_reader_gets_everything_in_order_and_memory_stays_small() {
    let place = Place::new();
    let mut writer = Writer::new(&place.sessions(), "slow");
    let lines = writer.more(20_000);
    writer.append(lines.concat());
    let mut tail = blocked(&place);
    tail.until_stuck();
    let stuck_kib = tail.status("VmHWM");
    assert!(stuck_kib < 64 << 10, "{stuck_kib} KiB");
    tail.read_output();
    tail.until_call("slow", &writer.newest());
    assert_eq!(tail.of("slow"), writer.calls);
}

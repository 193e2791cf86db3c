//! Places that are missing, moved, linked, locked, or no place for a transcript.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use super::harness::{MODES, Place, Tail, has, once};
use super::writer::Writer;

// Faults 12, P1.
#[test]
fn what_is_missing_at_the_start_is_named_at_once() {
    let place = Place::new();
    let nowhere = place.home().join("nowhere/x.jsonl");
    for follow in [false, true] {
        let mut args = vec![nowhere.as_os_str()];
        if follow {
            args.insert(0, OsStr::new("-f"));
        }
        let (tail, code) = once(place.home(), &args);
        assert_eq!(code, 2, "{:?}", tail.errors);
        assert_eq!(tail.said("nowhere/x.jsonl"), 1, "{:?}", tail.errors);
    }
}

// Faults 12, P2, P10.
#[test]
fn directories_may_come_late_go_and_come_back() {
    for mode in MODES {
        let place = Place::new();
        // The agents' directory is there, and no agent in it.
        fs::remove_dir_all(place.state().join("agents/main")).expect("removed");
        let mut tail = Tail::follow(place.home(), &place.state(), mode);
        let mut calls = Vec::new();
        let mut count = 0;
        for round in 0..4 {
            fs::create_dir_all(place.sessions()).expect("made");
            let mut writer = Writer::unwritten(&place.sessions(), "late");
            // Numbers go on: the session is the same one.
            writer.more(count);
            writer.calls.clear();
            let lines = [writer.header_lines(), writer.more(2)].concat();
            count += 2;
            writer.rewrite(lines);
            tail.until_call("late", &writer.newest());
            writer.call();
            count += 1;
            tail.until_call("late", &writer.newest());
            calls.extend(writer.calls);
            assert_eq!(tail.of("late"), calls, "{mode:?}, round {round}");
            if round % 2 == 0 {
                fs::remove_dir_all(place.state().join("agents")).expect("removed");
            } else {
                let away = place.home().join(format!("away{round}"));
                fs::rename(place.state(), away).expect("moved");
            }
        }
    }
}

// Faults 14, P14.
#[test]
fn links_are_refused_and_with_the_flag_their_target_is_followed() {
    let place = Place::new();
    let folder = |name: &str| {
        let path = place.home().join(name);
        fs::create_dir(&path).expect("made");
        path
    };
    let mut one = Writer::new(&folder("one"), "link");
    let mut two = Writer::new(&folder("two"), "link");
    // Later records than those of the first.
    two.more(5);
    two.calls.clear();
    one.call();
    two.call();
    let mut late = Writer::unwritten(&folder("late"), "dangling");
    let link = place.sessions().join("link.jsonl");
    let switch = |target: &Path| {
        let temp = place.sessions().join("link.tmp");
        symlink(target, &temp).expect("linked");
        fs::rename(temp, &link).expect("renamed");
    };
    switch(&one.path);
    symlink(&late.path, place.sessions().join("dangling.jsonl")).expect("linked");
    let mut refusing = place.follow(&[]);
    refusing.until_error("link.jsonl: skipped: a symbolic link");
    refusing.until_error("dangling.jsonl: skipped: a symbolic link");
    let mut following = place.follow(&["--follow-links"]);
    following.until_call("link", &one.newest());
    one.call();
    following.until_call("link", &one.newest());
    switch(&two.path);
    following.until_call("link", &two.newest());
    let text = late.text();
    late.put(&text);
    late.call();
    following.until_call("dangling", &late.newest());
    assert_eq!(
        following.of("link"),
        [one.calls.clone(), two.calls.clone()].concat()
    );
    // Whoever refuses has not looked through the link meanwhile.
    let mut sentinel = Writer::new(&place.sessions(), "sentinel");
    sentinel.call();
    refusing.until_call("sentinel", &sentinel.newest());
    assert_eq!(refusing.of("link"), [""; 0]);
    assert_eq!(
        refusing.said("link.jsonl: skipped"),
        1,
        "{:?}",
        refusing.errors
    );
}

// Faults 15, P11, P14.
#[test]
fn what_is_no_file_is_skipped_and_may_become_one() {
    for mode in MODES {
        let place = Place::new();
        let pipe = place.sessions().join("pipe.jsonl");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &pipe,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .expect("a pipe");
        fs::create_dir(place.sessions().join("folder.jsonl")).expect("made");
        let socket = std::os::unix::net::UnixListener::bind(place.sessions().join("socket.jsonl"));
        socket.expect("a socket");
        symlink("/dev/zero", place.sessions().join("device.jsonl")).expect("linked");
        let mut tail = place.follow(&[mode, &["--follow-links"]].concat());
        for name in ["pipe", "folder", "socket"] {
            tail.until_error(&format!("{name}.jsonl: skipped: no regular file"));
        }
        fs::remove_file(&pipe).expect("removed");
        let mut writer = Writer::new(&place.sessions(), "pipe");
        writer.call();
        tail.until_call("pipe", &writer.newest());
        assert_eq!(tail.of("pipe"), writer.calls, "{mode:?}");
        assert_eq!(tail.said("folder.jsonl"), 1, "{mode:?}: {:?}", tail.errors);
    }
}

// Fault 20.
#[test]
fn lost_permission_is_said_once_and_what_was_missed_is_read() {
    // Root reads everything: then the reader is somebody else.
    let root = rustix::process::geteuid().is_root();
    if root && !has("setpriv") {
        return;
    }
    let nobody: &[&str] = &[
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let wrapper: &[&str] = if root { nobody } else { &[] };
    // A copy that anybody may run: the build directory may be closed to others.
    for mode in MODES {
        let place = Place::new();
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(place.home(), open).expect("opened");
        let mut writer = Writer::new(&place.sessions(), "locked");
        writer.call();
        let mut tail = match root && !binary_is_open() {
            true => {
                println!("skipped: the binary is closed to others");
                return;
            }
            false => place.follow_by(mode, wrapper),
        };
        tail.until_call("locked", &writer.newest());
        let mode_of = |mode| fs::Permissions::from_mode(mode);
        for round in 0..2 {
            fs::set_permissions(&writer.path, mode_of(0)).expect("locked");
            writer.call_through_lock();
            if round == 0 {
                tail.until_error("Permission denied");
            }
            fs::set_permissions(&writer.path, mode_of(0o644)).expect("opened");
            tail.until_call("locked", &writer.newest());
            writer.call();
            tail.until_call("locked", &writer.newest());
        }
        assert_eq!(tail.of("locked"), writer.calls, "{mode:?}");
        assert_eq!(
            tail.said("Permission denied"),
            1,
            "{mode:?}: {:?}",
            tail.errors
        );
    }
}

/// Whether others may reach and run the binary.
fn binary_is_open() -> bool {
    let path = Path::new(env!("CARGO_BIN_EXE_live-status"));
    path.ancestors().all(|part| {
        let meta = fs::metadata(part);
        meta.is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0)
    })
}

// Fault 23.
#[test]
fn names_of_any_bytes_are_followed_and_written_as_json() {
    for mode in MODES {
        let place = Place::new();
        let mut tail = place.follow(mode);
        let name = OsStr::from_bytes(b"\xff\n\"\x1b[31m.jsonl");
        let mut writer = Writer::unwritten(&place.sessions(), "odd");
        writer.path = place.sessions().join(name);
        let text = writer.text();
        writer.put(&text);
        writer.call();
        let seen = |tail: &Tail| {
            tail.calls
                .iter()
                .find(|(sid, _)| *sid != "hello")
                .map(|(sid, calls)| (sid.clone(), calls.clone()))
        };
        tail.until("the call", |tail| seen(tail).is_some());
        writer.call();
        tail.until("the next call", |tail| {
            seen(tail).is_some_and(|(_, calls)| calls.len() == 2)
        });
        let (got, calls) = seen(&tail).expect("seen");
        // The header's id: the name cannot be one.
        assert_eq!(got, "odd", "{mode:?}");
        assert_eq!(calls, writer.calls, "{mode:?}");
    }
}

//! What a run remembers: on a disk that is full for a while, and in a directory that is removed.

use std::io::Write as _;
use std::process::Command;
use std::time::Instant;

use live_status::store::{Lock, StateDir};
use rustix::process::Signal;
use serde_json::Value;

use super::rig::{Answer, Home, PATIENCE, Service, fake, get, until};
use crate::fake_mattermost::Fake;
use crate::faults::harness::has;
use crate::faults::keeping::in_own_mounts;
use crate::mattermost::process::{boxes, state};
use crate::support::{Ran, program};

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

fn is_durable(health: &Answer) -> bool {
    health.json()["state_durable"] == true
}

fn shows(fake: &Fake, what: &str, wanted: &str, count: usize) {
    fake.wait_until(what, |fake| {
        let posts = boxes(fake);
        posts.iter().filter(|post| state(post) == wanted).count() == count
    });
}

/// What `ps` lists, by their sessions.
fn listed(command: &mut Command) -> Vec<Value> {
    let ran: Ran = command.output().expect("the program starts").into();
    let mut lines = ran.ok().lines();
    lines.sort_by_key(|line| line["sid"].to_string());
    lines
}

fn ps(home: &Home) -> Vec<Value> {
    listed(program(home.dir.path()).args(["ps", "--json"]))
}

/// The command in mounts of its own, where `small` is a disk with room for little more than a
/// database. `None` where that may not be.
fn on_small_disk(command: &Command, small: &str) -> Option<Command> {
    let script =
        "mount -t tmpfs -o size=400k,mode=700 none \"$1\" && cd \"$HOME\" && shift && exec \"$@\"";
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<&str> = words.map(|word| word.to_str().expect("text")).collect();
    let mut wrapped = in_own_mounts(script, &[&[small], &words[..]].concat())?;
    for (name, value) in command.get_envs() {
        wrapped.env(name, value.expect("a value"));
    }
    wrapped.env("STATE_DIRECTORY", small);
    Some(wrapped)
}

// Fault 70.
#[test]
fn what_a_full_disk_did_not_take_is_written_once_it_has_room() {
    let (home, fake) = (Home::new(), fake());
    let small = home.text("small");
    std::fs::create_dir(&small).expect("made");
    let Some(mut command) = on_small_disk(&home.posting(&fake, &LISTEN), &small) else {
        return;
    };
    if !has("nsenter") {
        return;
    }
    let mut run = Service::start(&mut command);
    let address = run.address();
    home.works("s1", 2, false);
    shows(&fake, "a box", "active", 1);

    let ballast = format!("/proc/{}/root{small}/ballast", run.pid());
    let mut file = std::fs::File::create(&ballast).expect("made");
    while file.write(&[7; 512]).is_ok_and(|written| written > 0) {}
    drop(file);
    home.works("s1", 2, true);
    shows(&fake, "its end", "done", 1);
    until(&address, "/health", |health| !is_durable(health));
    // No box can be made, and that is no failure of the server.
    home.works("s2", 2, false);
    let health = until(&address, "/health", |health| {
        health.json()["last_error"]["class"] == "state_not_durable"
    });
    assert_eq!(health.json()["breaker"], "closed");
    assert_eq!(health.json()["reasons"][0], "state_not_durable");
    assert_eq!(get(&address, "/ready").status, 503);

    std::fs::remove_file(&ballast).expect("removed");
    run.until("state is kept again");
    let pid = run.pid().to_string();
    let mut ps = Command::new("nsenter");
    ps.args(["-t", &pid, "-U", "-m", "--preserve-credentials"])
        .args([env!("CARGO_BIN_EXE_live-status"), "ps", "--json"])
        .env("STATE_DIRECTORY", &small)
        .env("HOME", home.dir.path());
    let end = Instant::now() + PATIENCE;
    loop {
        let boxes = listed(&mut ps);
        let states: Vec<_> = boxes.iter().map(|it| it["state"].as_str()).collect();
        if states == [Some("done"), Some("active")] {
            break;
        }
        assert!(Instant::now() < end, "{boxes:?}");
    }
    run.stop();
    assert!(!run.said().contains("a sink failed"), "{}", run.said());
}

#[test]
fn a_state_directory_that_is_removed_is_made_again_and_stays_ours() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    home.works("s1", 2, false);
    shows(&fake, "a box", "active", 1);
    std::fs::remove_dir_all(home.path(".local/state/live-status")).expect("removed");
    home.works("s2", 2, false);
    shows(&fake, "another box", "active", 2);
    run.until("the memory of boxes was mended");
    assert!(is_durable(&get(&address, "/health")));
    let sessions: Vec<_> = ps(&home).iter().map(|it| it["sid"].clone()).collect();
    assert_eq!(sessions, ["s1", "s2"]);
    // A second one is refused, as before.
    let second = home.posting(&fake, &[]).output().expect("starts");
    assert_eq!(second.status.code(), Some(75));
    run.stop();
}

#[test]
fn a_state_directory_that_another_run_took_makes_us_not_ready() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &LISTEN));
    let address = run.address();
    home.works("s1", 2, false);
    shows(&fake, "a box", "active", 1);
    // Nothing of ours comes between.
    run.signal(Signal::STOP);
    let ours = home.path(".local/state/live-status");
    std::fs::remove_dir_all(&ours).expect("removed");
    let theirs = StateDir::open(&ours).expect("made");
    let lock = Lock::take(&theirs, "run").expect("free");
    run.signal(Signal::CONT);
    home.works("s1", 2, true);
    shows(&fake, "its end", "done", 1);
    let health = until(&address, "/health", |health| !is_durable(health));
    assert_eq!(health.json()["status"], "degraded");
    assert_eq!(get(&address, "/ready").status, 503);
    assert!(!ours.join("boxes.sqlite").exists());
    // Once the other one leaves, the directory is ours again, with what came meanwhile.
    drop(lock);
    until(&address, "/ready", |ready| ready.status == 200);
    assert!(is_durable(&get(&address, "/health")));
    assert_eq!(ps(&home)[0]["state"], "done");
    assert!(Lock::take(&theirs, "run").is_err(), "ours again");
    run.stop();
}

#[test]
fn a_transcript_that_is_deleted_is_told_as_the_reason() {
    let (home, fake) = (Home::new(), fake());
    let mut run = Service::start(&mut home.posting(&fake, &[]));
    run.until("ready: sources are armed");
    home.works("s1", 2, false);
    shows(&fake, "a box", "active", 1);
    std::fs::remove_file(home.path(".openclaw/agents/main/sessions/s1.jsonl")).expect("removed");
    shows(&fake, "its end", "interrupted", 1);
    let text = &boxes(&fake)[0].message;
    assert!(text.contains("its transcript is gone"), "{text}");
    // An end is remembered before anything else is done.
    run.stop();
    assert_eq!(ps(&home)[0]["why"], "its transcript is gone");
}

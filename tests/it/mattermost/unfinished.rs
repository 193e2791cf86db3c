//! What an earlier process left unfinished is finished by the next one, whoever else did not look.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rustix::process::Signal;
use serde_json::json;

use super::process::{Process, boxes, command, state};
use crate::fake_mattermost::{Fake, Post};
use crate::support::tree::{Era, Talk, Tree};
use crate::support::{T0_MS, home};

/// A request and a call that waits for its result.
fn begun() -> Talk {
    let mut talk = Talk::new("s1");
    talk.user(0, "look around")
        .call(1_000, "c1", "exec", json!({"command": "ls"}));
    talk
}

fn write(home: &Path, talk: &Talk) {
    Tree::of("agent:main:main", json!({}), talk).write(&home.join(".openclaw"), Era::Files);
}

fn transcript(home: &Path) -> PathBuf {
    home.join(".openclaw/agents/main/sessions/s1.jsonl")
}

/// Nobody wrote to it for a day.
fn is_old(path: &Path) {
    let day = Duration::from_secs(86_400);
    let file = std::fs::File::options().append(true).open(path);
    let then = SystemTime::now() - day;
    file.and_then(|file| file.set_modified(then))
        .expect("a time");
}

/// `run` until every box is as `like` says; `catch_up` is how old a run may be that gets a box.
fn run(fake: &Arc<Fake>, home: &Path, catch_up: &str, like: impl Fn(&[Post]) -> bool) -> Process {
    let channel = fake.channel("status");
    let args = ["run", "--to", "mattermost", "--channel", &channel];
    let args = [&args[..], &["--catch-up", catch_up, "--throttle", "0"]].concat();
    let run = Process::start(fake, &mut command(fake, home, &args));
    fake.wait_until("boxes", |fake| like(&boxes(fake)) || run.is_over());
    assert!(!run.is_over(), "{}", run.end().err);
    run
}

/// One box, in that state.
fn one(wanted: &'static str) -> impl Fn(&[Post]) -> bool {
    move |posts| matches!(posts, [post] if state(post) == wanted)
}

/// Kills a `run` that shows one live box.
fn killed_while_it_works(fake: &Arc<Fake>, home: &Path) {
    write(home, &begun());
    let live = |posts: &[Post]| one("active")(posts) && posts[0].message.contains("Running");
    run(fake, home, "36500d", live).kill();
}

fn stop(run: Process) {
    run.signal(Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
}

#[test]
fn a_run_that_ended_while_nobody_looked_ends_in_its_box_however_old_it_is() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    killed_while_it_works(&fake, home.path());
    let mut talk = begun();
    talk.result(2_000, "c1", "exec", json!({"exitCode": 0}))
        .says(3_000, "Done.");
    // Others came after it: it is not the newest run of its session any more.
    talk.user(60_000, "and again").says(61_000, "Done again.");
    write(home.path(), &talk);
    is_old(&transcript(home.path()));
    stop(run(&fake, home.path(), "10m", one("done")));
    let posts = fake.histories().into_iter();
    let made = posts.filter(|all| all[0].key().is_some()).count();
    assert_eq!(made, 1, "what is old gets no box");
}

#[test]
fn a_run_whose_transcript_is_gone_is_interrupted() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    killed_while_it_works(&fake, home.path());
    std::fs::remove_file(transcript(home.path())).expect("removed");
    let index = home
        .path()
        .join(".openclaw/agents/main/sessions/sessions.json");
    std::fs::write(index, "{}").expect("written");
    stop(run(&fake, home.path(), "10m", one("interrupted")));
    let [post] = &boxes(&fake)[..] else {
        unreachable!("one box");
    };
    assert!(
        post.message.starts_with("[INTERRUPTED] **main**"),
        "{}",
        post.message
    );
    assert!(
        post.message.contains("its transcript is gone"),
        "{}",
        post.message
    );
}

#[test]
fn a_directory_that_may_come_back_ends_nothing() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    killed_while_it_works(&fake, home.path());
    let sessions = home.path().join(".openclaw/agents/main/sessions");
    let aside = home.path().join("aside");
    std::fs::rename(&sessions, &aside).expect("moved");
    // Another agent's run shows that the start is over.
    let mut other = Talk::new("s2");
    let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
    other.user(now - 2_000, "look around").call(
        now - 1_000,
        "c1",
        "exec",
        json!({"command": "ls"}),
    );
    Tree::of("agent:zz:main", json!({}), &other).write(&home.path().join(".openclaw"), Era::Files);
    let both = |posts: &[Post]| posts.iter().any(|post| post.message.contains("**zz**"));
    let process = run(&fake, home.path(), "10m", both);
    assert!(boxes(&fake).iter().all(|post| state(post) == "active"));
    stop(process);
}

#[test]
fn a_run_that_came_and_went_while_nobody_looked_gets_its_box_while_it_is_young() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
    let mut talk = Talk::new("s1");
    talk.user(now - 60_000, "look around")
        .call(now - 50_000, "c1", "exec", json!({"command": "ls"}))
        .result(now - 40_000, "c1", "exec", json!({"exitCode": 0}))
        .says(now - 30_000, "Done.");
    write(home.path(), &talk);
    stop(run(&fake, home.path(), "10m", one("done")));
}

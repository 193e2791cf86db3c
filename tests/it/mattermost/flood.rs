//! Much at once, as a process: a first start on a long history, and a server that does not answer.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use live_status::wire::frame::State;
use live_status::wire::time::Time;
use rustix::process::Signal;
use serde_json::json;

use super::process::{Process, boxes, command};
use super::rig::frame;
use crate::fake_mattermost::{Fake, Moment};
use crate::support::tree::{Era, Talk, Tree};
use crate::support::{T0_MS, home};

/// A thousand runs of long ago, below `home`.
fn thousand_old_runs(home: &Path) {
    let mut tree = Tree::default();
    for number in 0..1_000 {
        let sid = format!("s{number}");
        let mut talk = Talk::new(&sid);
        talk.user(number * 60_000, "look around")
            .call(
                number * 60_000 + 1_000,
                "c1",
                "exec",
                json!({"command": "ls"}),
            )
            .result(
                number * 60_000 + 2_000,
                "c1",
                "exec",
                json!({"exitCode": 0}),
            )
            .says(number * 60_000 + 3_000, "Done.");
        tree.add(&format!("agent:main:n{number}"), &sid, json!({}), &talk);
    }
    tree.write(&home.join(".openclaw"), Era::Files);
}

/// A run that began just now, of an agent that is read last.
fn young_run(home: &Path) {
    let mut talk = Talk::new("young");
    let now = jiff::Timestamp::now().as_millisecond() - T0_MS;
    talk.user(now - 2_000, "look around")
        .call(now - 1_000, "c1", "exec", json!({"command": "ls"}));
    Tree::of("agent:zz:main", json!({}), &talk).write(&home.join(".openclaw"), Era::Files);
}

/// Requests that change something.
fn changes(fake: &Fake) -> Vec<String> {
    let requests = fake.requests();
    let changes = requests.iter().filter(|request| request.method != "GET");
    changes
        .map(crate::fake_mattermost::Recorded::line)
        .collect()
}

#[test]
fn a_first_start_on_a_thousand_old_runs_posts_nothing() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    thousand_old_runs(home.path());
    let channel = fake.channel("status");
    let args = ["run", "--once", "--to", "mattermost", "--channel", &channel];
    Process::start(&fake, &mut command(&fake, home.path(), &args))
        .end()
        .ok();
    assert_eq!(changes(&fake), Vec::<String>::new());
}

#[test]
fn a_run_that_has_just_begun_does_not_wait_behind_a_thousand_old_ones() {
    let (fake, home) = (Arc::new(Fake::start()), home());
    thousand_old_runs(home.path());
    young_run(home.path());
    let channel = fake.channel("status");
    let args = ["run", "--to", "mattermost", "--channel", &channel];
    let run = Process::start(&fake, &mut command(&fake, home.path(), &args));
    fake.wait_until("box of the young run", |fake| {
        let shown = boxes(fake).iter().any(|one| one.message.contains("**zz**"));
        shown || run.is_over()
    });
    run.signal(Signal::TERM);
    let ran = run.end();
    assert_eq!(ran.code, 143, "{}", ran.err);
    let posts = fake.histories().into_iter();
    let made = posts.filter(|all| all[0].key().is_some()).count();
    assert_eq!(made, 1, "{:#?}", changes(&fake));
}

#[test]
fn a_server_that_does_not_answer_holds_up_no_writer_and_fills_no_memory() {
    const KEYS: usize = 1_000;
    const ROUNDS: u64 = 20;
    let (fake, home) = (Arc::new(Fake::start()), home());
    let held = fake.hold(crate::fake_mattermost::Call::Any, Moment::Before);
    let channel = fake.channel("status");
    let args = ["post", "--channel", &channel];
    let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
    let now = Time(jiff::Timestamp::now().as_millisecond());
    let text = format!("[ACTIVE] round ROUND {}", "and more ".repeat(30));
    let pattern = frame("key KEY", 999, State::Active, &text, now);
    let pattern = serde_json::to_string(&pattern).expect("a frame");
    let mut input = post.input();
    for round in 1..=ROUNDS {
        let pattern = pattern
            .replace("999", &round.to_string())
            .replace("ROUND", &round.to_string());
        for key in 0..KEYS {
            let line = pattern.replace("KEY", &key.to_string());
            writeln!(input, "{line}").expect("the pipe takes every frame");
        }
    }
    held.wait_for(1);
    let answered = fake.requests().iter().any(|one| one.status.is_some());
    assert!(!answered, "the server has not said a word yet");
    let peak_kib = post.peak_kib();
    println!("{peak_kib} KiB at most");
    assert!(peak_kib < 40 << 10, "{peak_kib} KiB");
    post.kill();
}

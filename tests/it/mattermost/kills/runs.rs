//! `run` over a small tree, killed everywhere.

use super::*;

/// A run that works on a tool, and with `ended` is done.
fn talk(ended: bool) -> Talk {
    let mut talk = Talk::new("s1");
    talk.user(0, "look around")
        .call(1_000, "c1", "exec", json!({"command": "ls"}));
    if ended {
        talk.result(2_000, "c1", "exec", json!({"exitCode": 0}))
            .says(3_000, "Done.");
    }
    talk
}

/// The arguments of `run`; the run is of long ago, so its age is left aside.
const RUN: [&str; 7] = [
    "run",
    "--to",
    "mattermost",
    "--catch-up",
    "36500d",
    "--throttle",
    "0",
];

/// Starts `run` over a tree whose run then ends, and stops it once the box shows that.
fn watch(fake: &Arc<Fake>, home: &Path, place: &Place) -> Process {
    let state_dir = home.join(".openclaw");
    Tree::of("agent:main:main", json!({}), &talk(false)).write(&state_dir, Era::Files);
    let run = Process::start(fake, &mut command(fake, home, &place.with(&RUN)));
    let stands = |fake: &Fake, seq: f64| {
        let at_least = |post: &crate::fake_mattermost::Post| {
            post.props["live_status"]["seq"].as_f64() >= Some(seq)
        };
        boxes(fake).iter().any(at_least) || is_held(fake) || run.is_over()
    };
    fake.wait_until("first edit", |fake| stands(fake, 1.0));
    let transcript = state_dir.join("agents/main/sessions/s1.jsonl");
    std::fs::write(transcript, talk(true).bytes()).expect("it goes on");
    fake.wait_until("end of the box", |fake| {
        let done = boxes(fake).iter().any(|post| state(post) == "done");
        done || is_held(fake) || run.is_over()
    });
    if !is_held(fake) {
        run.signal(Signal::TERM);
    }
    fake.wait_until("end of run", |fake| is_held(fake) || run.is_over());
    run
}

/// Brings everything up to date, as cron would.
fn once(fake: &Arc<Fake>, home: &Path, place: &Place) {
    let args = place.with(&[&RUN[..], &["--once"]].concat());
    Process::start(fake, &mut command(fake, home, &args))
        .end()
        .ok();
}

/// A small tree.
const TREE: Script = Script {
    first: watch,
    second: once,
    last: None,
    inert: Some(FIRST_TEXT),
    requests: 8,
};

#[test]
fn run_killed_before_any_request_ends_with_one_box() {
    TREE.killed_everywhere(Moment::Before, Memory::Kept);
}

// Fault 49.
#[test]
fn run_killed_after_any_request_ends_with_one_box_even_without_a_memory() {
    TREE.killed_everywhere(Moment::After, Memory::Lost);
}

// Fault 76.
#[test]
fn run_stopped_at_any_request_leaves_within_its_time_and_goes_on_later() {
    stops::stopped_everywhere(TREE);
}

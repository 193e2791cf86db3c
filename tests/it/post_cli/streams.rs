//! `post` and `run` before a chat: frames in, boxes there, receipts out.

use std::path::Path;

use serde_json::json;

use super::{CANARY, ran, with_fake};
use crate::fake_mattermost::Fake;
use crate::support::tree::{Era, Talk, Tree};
use crate::support::{Ran, feed_to, home, program};

/// Two runs of long ago that came through no chat server, below `home`.
fn two_runs(home: &Path) {
    let mut tree = Tree::default();
    for (session, sid, at) in [
        ("agent:main:main", "s1", 0),
        ("agent:ops:main", "s2", 9_000),
    ] {
        let mut talk = Talk::new(sid);
        talk.user(at, "look around")
            .call(at + 1_000, "c1", "exec", json!({"command": "ls"}))
            .result(at + 2_000, "c1", "exec", json!({"exitCode": 0}))
            .says(at + 3_000, "Done.");
        tree.add(session, sid, json!({}), &talk);
    }
    tree.write(&home.join(".openclaw"), Era::Files);
}

/// Their frames, as `render` writes them.
fn frames() -> Vec<u8> {
    let home = home();
    two_runs(home.path());
    ran(home.path(), &[], &["run", "--once", "--to", "stdout"])
        .ok()
        .out
}

/// `post` with those frames on its input; the recorded runs are old, so the age is left aside.
fn post(fake: &Fake, more: &[&str]) -> Ran {
    let home = home();
    let mut command = program(home.path());
    command
        .env("MM_URL", fake.url())
        .env("MM_TOKEN", fake.token("status-bot"));
    command.args(["post", "--catch-up", "36500d"]).args(more);
    feed_to(&mut command, &frames())
}

#[test]
fn receipts_are_on_standard_output_where_nothing_else_needs_it() {
    let fake = Fake::start();
    let channel = fake.channel("status");
    let plain = post(&fake, &["--channel", &channel]).ok();
    let receipts = plain.lines();
    assert!(
        receipts.len() >= 2,
        "a receipt a run at least: {}",
        plain.text()
    );
    for receipt in &receipts {
        assert_eq!(
            (&receipt["type"], &receipt["sink"]),
            (&json!("receipt"), &json!("mattermost"))
        );
        assert!(receipt["box"].is_string(), "{receipt}");
    }
    let boxes = fake.posts(&channel);
    let boxes = boxes.iter().filter(|post| post.key().is_some()).count();
    assert_eq!(boxes, 2, "one box a run");
    // Beside a board on standard output nobody asked for receipts...
    let board = post(
        &fake,
        &[
            "--channel",
            &channel,
            "--to",
            "terminal",
            "--to",
            "mattermost",
        ],
    )
    .ok();
    assert!(board.text().contains("[DONE]") && !board.text().contains("receipt"));
    // ... and where they are asked for, the board moves over.
    let both = [
        "--channel",
        &channel,
        "--to",
        "terminal",
        "--to",
        "mattermost",
        "--receipts",
    ];
    let both = post(&fake, &both).ok();
    assert!(both.err.contains("[DONE]"), "{}", both.err);
    assert!(both.lines().iter().all(|line| line["type"] == "receipt"));
}

#[test]
fn a_run_without_a_place_is_named_once_and_all_are_counted() {
    let fake = Fake::start();
    let ran = post(&fake, &[]).ok();
    assert_eq!(
        ran.err
            .matches("is not posted: it did not come through Mattermost")
            .count(),
        1,
        "{}",
        ran.err
    );
    assert!(ran.err.contains("2 runs were not posted"), "{}", ran.err);
    assert!(
        ran.lines()
            .iter()
            .all(|receipt| receipt["did"] == "skipped")
    );
    let made = fake
        .requests()
        .iter()
        .any(|request| request.method != "GET");
    assert!(!made, "nothing was posted");
}

#[test]
fn run_posts_where_a_server_is_set_and_leaves_history_alone() {
    let (fake, home) = (Fake::start(), home());
    let channel = fake.channel("status");
    two_runs(home.path());
    let run = |more: &[&str]| {
        let args = [&["run", "--once", "--channel", &channel], more].concat();
        with_fake(&fake, home.path(), &args).ok()
    };
    run(&[]);
    assert!(fake.posts(&channel).is_empty(), "old runs get no box");
    run(&["--catch-up", "36500d"]);
    assert_eq!(fake.posts(&channel).len(), 2);
    let again = run(&["--to", "mattermost", "--to", "terminal"]);
    assert!(again.text().contains("[DONE]"), "{}", again.text());
    assert_eq!(fake.posts(&channel).len(), 2, "and none twice");
}

#[test]
fn a_dry_run_of_everything_needs_no_account() {
    let home = home();
    two_runs(home.path());
    let args = [
        "run",
        "--once",
        "--dry-run",
        "--channel",
        "ops/agents",
        "--catch-up",
        "36500d",
    ];
    let shown = ran(home.path(), &[("MM_TOKEN", CANARY)], &args).ok();
    let creates = shown
        .lines()
        .iter()
        .filter(|line| line["method"] == "POST")
        .count();
    assert_eq!(creates, 2, "{}", shown.text());
    let nowhere = ran(
        home.path(),
        &[],
        &["run", "--once", "--dry-run", "--to", "terminal"],
    );
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
}

//! Real processes with memories of their own that race for the same boxes, some of them killed.

use std::collections::BTreeMap;
use std::sync::Arc;

use live_status::wire::frame::{Frame, State};
use live_status::wire::time::Time;
use serde_json::json;

use super::process::{Process, boxes, command, state};
use super::rig::{client, frame};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};
use crate::support::home;

/// Keys in one thread; every poster has a process for each thread.
const TEAM: usize = 10;
const KEYS: usize = 4 * TEAM;

/// The only frame of a key, in its thread.
fn end_of(key: usize, channel: &str, roots: &[String]) -> Frame {
    let now = Time(jiff::Timestamp::now().as_millisecond());
    let text = format!("[DONE] {key}");
    let mut frame = frame(&format!("key {key}"), 1, State::Done, &text, now);
    let root = &roots[key / TEAM];
    let route = json!([{"sink": "mattermost", "channel": channel, "root": root, "from": "record"}]);
    frame.routes = serde_json::from_value(route).expect("a route");
    frame
}

/// `posters` processes race for each key; for a quarter of the keys one more is killed right after
/// its create was applied.
fn race(posters: usize) {
    let fake = Arc::new(Fake::start());
    let channel = fake.channel("status");
    let roots: Vec<String> = (0..KEYS / TEAM).map(|_| asked(&fake, &channel)).collect();
    let of = |key: usize| end_of(key, &channel, &roots);
    let start = |keys: &[usize], url: &str| {
        let home = home();
        let mut command = command(&fake, home.path(), &["post", "--throttle", "0"]);
        let mut post = Process::start(&fake, command.env("MM_URL", url));
        keys.iter().for_each(|key| post.feed(&of(*key)));
        (home, post)
    };
    // Who will be killed comes by the server's other address, where every create is held once it
    // is carried out.
    let rule = Rule::on(
        Call::Create,
        Action::Hold {
            moment: Moment::After,
        },
    );
    let host = fake.limited_url().replace("http://", "");
    let rule = rule.header("Host", &host);
    let held = Arc::clone(rule.held());
    fake.fault(rule);
    let victims: Vec<_> = (0..KEYS)
        .step_by(4)
        .map(|key| start(&[key], &fake.limited_url()))
        .collect();
    held.wait_for(victims.len());
    let teams: Vec<Vec<usize>> = (0..KEYS / TEAM)
        .map(|team| (team * TEAM..(team + 1) * TEAM).collect())
        .collect();
    let racers: Vec<_> = (0..posters)
        .flat_map(|_| &teams)
        .map(|keys| start(keys, &fake.url()))
        .collect();
    victims.into_iter().for_each(|(_, post)| post.kill());
    held.drop_them();
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, post) in racers {
        for receipt in post.end().ok().lines() {
            let field = |name: &str| receipt[name].as_str().expect("a text").to_owned();
            told.entry(field("key")).or_default().push(field("box"));
        }
    }
    let boxes = boxes(&fake);
    assert_eq!(boxes.len(), KEYS, "one box a key: {boxes:#?}");
    assert!(boxes.iter().all(|one| state(one) == "done"), "{boxes:#?}");
    assert_eq!(told.len(), KEYS);
    for (key, posts) in &told {
        assert!(posts.len() >= posters, "{key}: {posts:?}");
        let same = posts.iter().all(|post| *post == posts[0]);
        let lives = boxes.iter().any(|one| one.id == posts[0]);
        assert!(same && lives, "{key}: {posts:?}");
    }
}

/// A person asks for something; the thread's root.
fn asked(fake: &Fake, channel: &str) -> String {
    let body = json!({"channel_id": channel, "message": "please"});
    let answer = client(fake, "alice").post("/posts", &body);
    let post: serde_json::Value = answer.expect("an answer").json().expect("a post");
    post["id"].as_str().expect("an id").to_owned()
}

#[test]
fn two_real_processes_race_for_40_keys_and_agree() {
    race(2);
}

// Fault 84.
#[test]
fn four_real_processes_race_for_40_keys_and_agree() {
    race(4);
}

//! Answers that no honest server gives.

use std::sync::Arc;

use live_status::wire::frame::{State, box_key};
use live_status::wire::time::Time;

use super::super::process::Process;
use super::super::rig::{client, frame};
use super::*;
use crate::fake_mattermost::{Action, Call, Rule};
use crate::support::home;

/// So much more memory than an answer may have says nothing.
const SLACK_KIB: u64 = 4 << 10;
const GIGABYTE: u64 = 1 << 30;

/// Answers that are none, each with its name.
fn hostile() -> Vec<(&'static str, Action)> {
    let body = |text: String| Action::Body { status: 200, text };
    let deep = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    vec![
        ("a gigabyte", Action::Flood { bytes: GIGABYTE }),
        ("deep", body(deep)),
        ("nothing", body(String::new())),
        ("no JSON", body("<html>".to_owned())),
        ("a list", body("[]".to_owned())),
        ("null", body("null".to_owned())),
        ("wrong types", body(r#"{"id":7,"user_id":[],"channel_id":{},"create_at":"x","props":1,"message":false,"posts":3,"order":{}}"#.to_owned())),
        ("empty ids", body(r#"{"id":"","user_id":"","channel_id":"","create_at":0}"#.to_owned())),
    ]
}

// Fault 92.
#[test]
fn row_92_a_hostile_answer_costs_little_memory_acknowledges_nothing_and_makes_no_second_post() {
    for (what, action) in hostile() {
        // A page of two hundred posts may be longer than any other answer.
        for (call, cap) in [(Call::Create, 1), (Call::Patch, 1), (Call::List, 16)] {
            let (fake, home) = (Arc::new(Fake::start()), home());
            let channel = fake.channel("status");
            let args = ["post", "--channel", &channel, "--throttle", "0"];
            let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
            let now = Time(jiff::Timestamp::now().as_millisecond());
            let shown = |text: &str| {
                fake.wait_until(text, |fake| {
                    boxes(fake).iter().any(|one| one.message == text)
                });
            };
            // What an honest server costs.
            post.feed(&frame("calm", 1, State::Active, "[ACTIVE] calm", now));
            shown("[ACTIVE] calm");
            let before = post.peak_kib();
            fake.fault(Rule::on(call, action.clone()).times(1));
            post.feed(&frame("run", 1, State::Active, "[ACTIVE] one", now));
            shown("[ACTIVE] one");
            post.feed(&frame("run", 2, State::Done, "[DONE] two", now));
            shown("[DONE] two");
            let peak = post.peak_kib();
            let most = before + (cap << 10) + SLACK_KIB;
            assert!(peak < most, "{what} to {call:?}: {before}, then {peak} KiB");
            let receipts = post.end().ok().lines();
            let bad = ["body", "flood"];
            let requests = fake.requests();
            let met = requests.iter().filter_map(|one| one.fault);
            assert_eq!(
                met.filter(|fault| bad.contains(fault)).count(),
                1,
                "{what} to {call:?}"
            );
            let made = histories(&fake);
            assert_eq!(made.len(), 2, "{what} to {call:?}: {made:#?}");
            let own = receipts.iter().filter(|it| it["key"] == "run");
            let did: Vec<_> = own.filter_map(|it| it["did"].as_str()).collect();
            if call == Call::Patch {
                assert_eq!(did[0], "failed", "{what} acknowledges nothing");
            }
            assert_eq!(did.last(), Some(&"updated"), "{what} to {call:?}");
        }
    }
}

// Fault 92.
#[test]
fn row_92_an_answer_with_another_user_channel_or_key_is_no_post_of_ours() {
    const LIE: &str = "zzzzzzzzzzzzzzzzzzzzzzzzzz";
    let fake = Fake::start();
    let (me, channel) = (fake.user("status-bot"), fake.channel("status"));
    let key = box_key("mattermost", &channel, None, "run");
    let (other, elsewhere) = (fake.user("status-bot-2"), fake.channel("status-private"));
    let lies = [
        ("another user", &other, &channel, &*key, ""),
        ("another channel", &me, &elsewhere, &*key, ""),
        ("another key", &me, &channel, "k", ""),
        ("another thread", &me, &channel, &*key, LIE),
    ];
    for (what, user, place, named, root) in lies {
        // Ids are the same on every one.
        let (fake, home) = (Arc::new(Fake::start()), home());
        let marker = json!({"v": 1, "key": named, "seq": 9, "instance": "x", "state": "active"});
        let props = json!({"live_status": marker});
        // Another bot has a post with our key, older than any of ours: it is none, either.
        let body = json!({"channel_id": channel, "message": "theirs", "props": {
            "live_status": {"v": 1, "key": key, "seq": 9, "instance": "x", "state": "active"}}});
        let answer = client(&fake, "status-bot-2").post("/posts", &body);
        assert_eq!(answer.expect("an answer").status, 201);
        let text = json!({"id": LIE, "create_at": 1, "update_at": 1, "user_id": user,
            "channel_id": place, "root_id": root, "message": "x", "props": props});
        let lie = Action::Body {
            status: 201,
            text: text.to_string(),
        };
        fake.fault(Rule::on(Call::Create, lie).times(1));
        let args = ["post", "--channel", &channel, "--throttle", "0"];
        let mut post = Process::start(&fake, &mut command(&fake, home.path(), &args));
        let now = Time(jiff::Timestamp::now().as_millisecond());
        post.feed(&frame("run", 1, State::Done, "[DONE] ours", now));
        let receipts = post.end().ok().lines();
        assert_eq!(receipts[0]["did"], "created", "{what}: {receipts:#?}");
        let names = names(&fake);
        assert!(
            names.len() == 2 && names[1] != names[0],
            "{what}: {names:?}"
        );
        let own: Vec<Post> = boxes(&fake)
            .into_iter()
            .filter(|one| one.user_id == me)
            .collect();
        assert_eq!(own.len(), 1, "{what}: {own:#?}");
        assert_eq!(own[0].message, "[DONE] ours", "{what}");
        assert_eq!(receipts[0]["box"], own[0].id, "{what}");
        let all = fake.posts(&channel);
        assert!(all.iter().any(|one| one.message == "theirs"), "{what}");
        let asked = fake.requests();
        let asked = asked.iter().filter(|one| one.path.contains(LIE)).count();
        assert_eq!(asked, 0, "{what}: it is not even looked at");
    }
}

// Fault 92.
#[test]
fn row_92_somebody_elses_post_as_an_answer_is_not_believed_and_counted() {
    let Some(watched) = Watched::start(Fake::start(), &[]) else {
        return;
    };
    watched
        .fake
        .fault(Rule::on(Call::Create, Action::SomeoneElsesPost).times(1));
    let mut live = watched.live("s1");
    let post = watched.shows(&live.reads(1));
    assert_eq!(post.user_id, watched.fake.user("status-bot"));
    let names = names(&watched.fake);
    assert_eq!(names.len(), 2, "{names:?}");
    let is_fresh = names[1].starts_with(&names[0]) && names[1].len() > names[0].len();
    assert!(is_fresh, "nobody could guess it: {names:?}");
    watched.page("/metrics", |page| {
        metric(page, "ambiguous_creates_total") >= 1.0
    });
    live.ends();
    assert_eq!(watched.comes_to("done").id, post.id);
    let foreign = watched.fake.posts(&watched.fake.channel("status"));
    let foreign = foreign.iter().find(|one| one.message == "somebody else's");
    assert!(foreign.is_some(), "it is not ours to edit or delete");
    watched.stop();
}

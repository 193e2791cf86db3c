//! Each fault switch does what it says.

use std::io::ErrorKind;

use serde_json::{Value, json};

use super::client::{Client, connect};
use crate::fake_mattermost::{Action, Call, Fake, Moment, Rule};

fn start() -> (Fake, Client) {
    let fake = Fake::start();
    let client = Client::of(&fake, "status-bot");
    (fake, client)
}

/// The messages of the living posts of the channel `status`.
fn messages(fake: &Fake) -> Vec<String> {
    let posts = fake.posts(&fake.channel("status"));
    posts.into_iter().map(|post| post.message).collect()
}

/// How a create ends under a fault, and how many posts there are then.
fn create_under(action: Action) -> (Result<String, ErrorKind>, usize) {
    let (fake, mut client) = start();
    let name = action.name();
    fake.fault(Rule::on(Call::Create, action).times(1));
    let answered = client.create(json!({}));
    assert_eq!(fake.requests()[0].fault, Some(name));
    let answered = answered
        .map(|answered| answered.says())
        .map_err(|error| error.kind());
    (answered, messages(&fake).len())
}

#[test]
fn a_create_is_answered_or_not_and_carried_out_or_not() {
    let said = |text: &str| Ok(text.to_owned());
    let cases = [
        (Action::Late { ms: 1 }, said("201"), 1),
        (
            Action::Slow {
                bytes: 100,
                every_ms: 0,
            },
            said("201"),
            1,
        ),
        (
            Action::Lost { hold_ms: 0 },
            Err(ErrorKind::UnexpectedEof),
            1,
        ),
        (Action::ResetBefore, Err(ErrorKind::ConnectionReset), 0),
        (Action::ResetAfter, Err(ErrorKind::ConnectionReset), 1),
        (
            Action::status(401),
            said("401 api.context.session_expired.app_error"),
            0,
        ),
        (
            Action::status(403),
            said("403 api.context.permissions.app_error"),
            0,
        ),
        (Action::status(500), said("500 app.post.save.app_error"), 0),
        (
            Action::status_after(500),
            said("500 app.post.save.app_error"),
            1,
        ),
        (Action::status(502), said("502"), 0),
        (Action::status_after(504), said("504"), 1),
        (Action::status(429), said("429"), 0),
        (Action::RateLimited { retry_after_s: 7 }, said("429"), 0),
        (
            Action::DatabaseDown,
            said("401 api.context.session_expired.app_error"),
            0,
        ),
    ];
    for (action, answered, posts) in cases {
        let text = format!("{action:?}");
        assert_eq!(create_under(action), (answered, posts), "{text}");
    }
}

#[test]
fn a_proxys_page_and_a_429_are_no_json() {
    let (fake, mut client) = start();
    fake.fault(Rule::on(Call::Create, Action::status(502)).times(1));
    let page = client.create(json!({})).expect("an answer");
    assert_eq!(page.header("Content-Type"), Some("text/html"));
    assert!(page.body.starts_with(b"<html>"));
    fake.fault(Rule::on(Call::Create, Action::RateLimited { retry_after_s: 7 }).times(1));
    let limited = client.create(json!({})).expect("an answer");
    assert_eq!(limited.header("Retry-After"), Some("7"));
    assert_eq!(limited.body, b"limit exceeded\n");
    assert_eq!(client.create(json!({})).expect("an answer").says(), "201");
}

#[test]
fn a_rule_meets_what_it_names() {
    let (fake, mut client) = start();
    let id = client.post(json!({}));
    fake.fault(Rule::on(Call::Patch, Action::status(500)).nth(2));
    fake.fault(
        Rule::on(Call::Any, Action::status(503))
            .method("get")
            .path("*/thread?*"),
    );
    let patches: Vec<u16> = (0..3)
        .map(|n| {
            client
                .patch(&id, json!({"message": n.to_string()}))
                .expect("an answer")
                .status
        })
        .collect();
    assert_eq!(patches, [200, 500, 200]);
    let mut thread = |query: &str| {
        let path = format!("/api/v4/posts/{id}/thread{query}");
        client
            .ask("GET", &path, &Value::Null)
            .expect("an answer")
            .status
    };
    assert_eq!((thread(""), thread("?collapsedThreads=true")), (200, 503));
    fake.clear_faults();
    assert_eq!(thread("?collapsedThreads=true"), 200);
}

#[test]
fn a_restart_forgets_keys_and_closes_every_connection() {
    let (fake, mut client) = start();
    let mut other = Client::of(&fake, "status-bot-2");
    let keyed = json!({"pending_post_id": "key"});
    let first = other.post(keyed.clone());
    assert_eq!(client.post(keyed.clone()), first, "the key is known");
    fake.fault(
        Rule::on(
            Call::Get,
            Action::Restart {
                moment: Moment::Before,
            },
        )
        .times(1),
    );
    assert!(client.get(&first).is_err());
    assert!(other.get(&first).is_err(), "all connections are closed");
    let mut again = Client::of(&fake, "status-bot");
    assert_ne!(again.post(keyed), first, "the key is forgotten");
    assert_eq!(
        again.get(&first).expect("an answer").status,
        200,
        "posts stay"
    );
}

#[test]
fn a_server_that_is_down_refuses_until_it_comes_up() {
    let (fake, mut client) = start();
    let id = client.post(json!({}));
    fake.go_down();
    assert!(client.get(&id).is_err(), "the connection is closed");
    let refused = connect(&fake).expect_err("nobody listens").kind();
    assert_eq!(refused, ErrorKind::ConnectionRefused);
    fake.come_up().expect("the port is free");
    let mut again = Client::of(&fake, "status-bot");
    assert_eq!(again.get(&id).expect("an answer").status, 200);
}

#[test]
fn a_second_writer_stands_before_or_after_ours() {
    for earlier in [true, false] {
        let (fake, mut client) = start();
        fake.fault(Rule::on(Call::Create, Action::SecondWriter { earlier }).times(1));
        let marker = json!({"props": {"live_status": {"key": "k", "instance": "ours"}}});
        let ours = client.post(marker);
        let posts = fake.posts(&fake.channel("status"));
        assert_eq!(
            posts
                .iter()
                .filter_map(|post| post.key())
                .collect::<Vec<_>>(),
            ["k", "k"]
        );
        assert!(
            posts
                .iter()
                .all(|post| post.user_id == fake.user("status-bot"))
        );
        let place = posts.iter().position(|post| post.id == ours);
        assert_eq!(place, Some(usize::from(earlier)), "earlier: {earlier}");
    }
}

#[test]
fn a_create_may_be_answered_with_someone_elses_post() {
    let (fake, mut client) = start();
    fake.fault(Rule::on(Call::Create, Action::SomeoneElsesPost).times(1));
    let answered = client
        .create(json!({"pending_post_id": "key"}))
        .expect("an answer");
    let post = answered.json();
    assert_eq!(answered.status, 201);
    assert_eq!(post["user_id"], json!(fake.user("status-bot-2")));
    assert_eq!(post["pending_post_id"], "");
    assert_eq!(messages(&fake), ["somebody else's"]);
}

#[test]
fn a_database_that_is_down_looks_like_a_lost_right() {
    let (fake, mut client) = start();
    let id = client.post(json!({}));
    fake.fault(Rule::on(Call::Any, Action::DatabaseDown));
    let permissions = "403 api.context.permissions.app_error";
    assert_eq!(
        client.patch(&id, json!({})).expect("an answer").says(),
        permissions
    );
    assert_eq!(client.delete(&id).expect("an answer").says(), permissions);
    assert_eq!(
        client.create(json!({})).expect("an answer").says(),
        "500 app.post.save.app_error"
    );
    assert_eq!(
        client.get(&id).expect("an answer").says(),
        "500 app.post.get.app_error"
    );
    let mut cold = Client::of(&fake, "alice");
    assert_eq!(
        cold.get(&id).expect("an answer").says(),
        "401 api.context.session_expired.app_error"
    );
    fake.clear_faults();
    assert_eq!(cold.get(&id).expect("an answer").says(), "200");
}

#[test]
fn a_held_request_waits_at_its_boundary() {
    for (moment, before_release) in [(Moment::Before, 0), (Moment::After, 1)] {
        let (fake, mut client) = start();
        let held = fake.hold(Call::Create, moment);
        let body = json!({"channel_id": fake.channel("status"), "message": "held"});
        client
            .send("POST", "/api/v4/posts", &body)
            .expect("a request is sent");
        held.wait_for(1);
        assert_eq!(messages(&fake).len(), before_release, "{moment:?}");
        assert_eq!(fake.requests()[0].status, None, "{moment:?}");
        held.release();
        assert_eq!(
            client.answer().expect("an answer").status,
            201,
            "{moment:?}"
        );
        assert_eq!(messages(&fake), ["held"], "{moment:?}");
    }
}

#[test]
fn a_held_request_whose_client_died_can_be_dropped() {
    let (fake, mut client) = start();
    let held = fake.hold(Call::Create, Moment::Before);
    let body = json!({"channel_id": fake.channel("status"), "message": "never"});
    client
        .send("POST", "/api/v4/posts", &body)
        .expect("a request is sent");
    held.wait_for(1);
    held.drop_them();
    let end = client.answer().expect_err("no answer").kind();
    assert_eq!(end, ErrorKind::UnexpectedEof);
    assert!(messages(&fake).is_empty());
    fake.clear_faults();
    assert_eq!(
        Client::of(&fake, "status-bot")
            .create(json!({}))
            .expect("an answer")
            .status,
        201
    );
}

//! Fault switches over HTTP, for another process or a person.

use serde_json::{Value, json};

use super::client::Client;
use crate::fake_mattermost::Fake;

#[test]
fn rules_are_set_listed_and_cleared_over_http() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let rules = [
        json!({"on": "create", "times": 1, "action": {"status": {"code": 500, "moment": "after"}}}),
        json!({"on": "create", "times": 1, "action": "reset_before"}),
        json!({"path": "*/thread*", "action": {"late": {"ms": 1}}}),
    ];
    for rule in &rules {
        let set = client.ask("POST", "/__faults", rule).expect("an answer");
        assert_eq!(set.status, 200, "{rule}");
    }
    let listed = client
        .ask("GET", "/__faults", &Value::Null)
        .expect("an answer");
    assert_eq!(listed.json().as_array().map(Vec::len), Some(rules.len()));
    assert_eq!(client.create(json!({})).expect("an answer").status, 500);
    assert_eq!(
        fake.posts(&fake.channel("status")).len(),
        1,
        "it was carried out"
    );
    assert!(client.create(json!({})).is_err(), "the second rule");
    let mut client = Client::of(&fake, "status-bot");
    client
        .ask("DELETE", "/__faults", &Value::Null)
        .expect("an answer");
    let listed = client
        .ask("GET", "/__faults", &Value::Null)
        .expect("an answer");
    assert_eq!(listed.json(), json!([]));
    assert_eq!(
        fake.requests().len(),
        2,
        "the switches themselves are not recorded"
    );
}

#[test]
fn a_rule_that_is_not_understood_is_refused_with_an_example() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    for rule in [
        json!({"action": "explode"}),
        json!({"on": "create"}),
        Value::Null,
    ] {
        let refused = client.ask("POST", "/__faults", &rule).expect("an answer");
        let text = String::from_utf8_lossy(&refused.body).into_owned();
        assert_eq!(refused.status, 400, "{rule}");
        assert!(
            text.contains(r#"send for example {"on": "create""#),
            "{text}"
        );
    }
}

#[test]
fn held_requests_are_released_over_http() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let mut other = Client::of(&fake, "status-bot");
    let rule = json!({"on": "create", "action": {"hold": {"moment": "before"}}});
    other.ask("POST", "/__faults", &rule).expect("an answer");
    let body = json!({"channel_id": fake.channel("status"), "message": "held"});
    client
        .send("POST", "/api/v4/posts", &body)
        .expect("a request is sent");
    other
        .ask("POST", "/__faults/release", &Value::Null)
        .expect("an answer");
    assert_eq!(client.answer().expect("an answer").status, 201);
}

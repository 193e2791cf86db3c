//! HTTP itself, beside what the contract asks.

use serde_json::json;

use super::client::Client;
use crate::fake_mattermost::Fake;

#[test]
fn a_body_may_come_in_chunks() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let body = json!({"channel_id": fake.channel("status"), "message": "whole"}).to_string();
    let (one, two) = body.split_at(20);
    let chunks = format!(
        "{:x}\r\n{one}\r\n{:x}\r\n{two}\r\n0\r\n\r\n",
        one.len(),
        two.len()
    );
    let sent = client.send_raw(
        "POST",
        "/api/v4/posts",
        &["Transfer-Encoding: chunked"],
        &chunks,
    );
    sent.expect("a request is sent");
    let answered = client.answer().expect("an answer");
    assert_eq!(answered.json()["message"], "whole");
}

#[test]
fn a_client_that_wants_the_end_gets_it() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let sent = client.send_raw("GET", "/api/v4/users/me", &["Connection: close"], "");
    sent.expect("a request is sent");
    let answered = client.answer().expect("an answer");
    assert_eq!(answered.header("Connection"), Some("close"));
    assert!(client.answer().is_err());
}

#[test]
fn a_long_answer_is_packed_for_who_asks() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let id = client.post(json!({"message": "0123456789".repeat(1_600)}));
    let path = format!("/api/v4/posts/{id}");
    let sent = client.send_raw("GET", &path, &["Accept-Encoding: gzip"], "");
    sent.expect("a request is sent");
    let packed = client.answer().expect("an answer");
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    let plain = client.get(&id).expect("an answer");
    assert_eq!(plain.header("Transfer-Encoding"), Some("chunked"));
    assert!(packed.body.len() < plain.body.len() / 2);
}

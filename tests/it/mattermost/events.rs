//! The event socket, as a client sees it.

use std::net::TcpStream;

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket, client};

use super::client::{Client, connect};
use crate::fake_mattermost::Fake;

/// Opens the socket, with a token or without.
fn socket(fake: &Fake, token: Option<String>) -> WebSocket<TcpStream> {
    let url = fake.url().replace("http://", "ws://") + "/api/v4/websocket";
    let mut request = url.into_client_request().expect("a request");
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().expect("a header");
        request.headers_mut().insert("Authorization", value);
    }
    let stream = connect(fake).expect("the fake listens");
    client(request, stream).expect("an upgrade").0
}

fn next(socket: &mut WebSocket<TcpStream>) -> Value {
    loop {
        if let Message::Text(text) = socket.read().expect("a message") {
            return serde_json::from_str(&text).expect("an event");
        }
    }
}

#[test]
fn events_come_in_order_and_numbered() {
    let fake = Fake::start();
    let mut listening = socket(&fake, Some(fake.token("alice")));
    assert_eq!(next(&mut listening)["event"], "hello");
    let mut client = Client::of(&fake, "status-bot");
    let id = client.post(json!({"message": "one @alice"}));
    client
        .patch(&id, json!({"message": "two"}))
        .expect("an answer");
    client.delete(&id).expect("an answer");
    let events: Vec<Value> = (0..3).map(|_| next(&mut listening)).collect();
    let names: Vec<&Value> = events.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["posted", "post_edited", "post_deleted"]);
    let numbers: Vec<&Value> = events.iter().map(|event| &event["seq"]).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(
        events[0]["data"]["mentions"],
        json!([fake.user("alice")]).to_string()
    );
}

#[test]
fn a_token_may_come_as_the_first_message() {
    let fake = Fake::start();
    let mut listening = socket(&fake, None);
    for (token, status) in [("nope".to_owned(), "FAIL"), (fake.token("alice"), "OK")] {
        let challenge =
            json!({"seq": 1, "action": "authentication_challenge", "data": {"token": token}});
        listening
            .send(Message::text(challenge.to_string()))
            .expect("a message is sent");
        let mut said = next(&mut listening);
        if said["event"] == "hello" {
            said = next(&mut listening);
        }
        assert_eq!(said, json!({"status": status, "seq_reply": 1}));
    }
}

#[test]
fn a_restart_ends_the_socket() {
    let fake = Fake::start();
    let mut listening = socket(&fake, Some(fake.token("alice")));
    assert_eq!(next(&mut listening)["event"], "hello");
    fake.restart();
    assert!(listening.read().is_err());
}

//! Each toxic of the proxy does what it says.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::json;

use crate::fake_mattermost::{Call, Fake, Moment, Rule};
use crate::faulty_proxy::{End, Proxy, Toxic};
use crate::mattermost::client::Client;

fn start() -> (Fake, Proxy, Client) {
    let fake = Fake::start();
    let proxy = Proxy::before(&fake);
    let client = Client::at(&proxy.url(), &fake, "status-bot");
    (fake, proxy, client)
}

/// How many posts there are in the channel `status`.
fn posts(fake: &Fake) -> usize {
    fake.posts(&fake.channel("status")).len()
}

#[test]
fn what_passes_is_as_it_was_and_is_written_down() {
    let (fake, proxy, mut client) = start();
    // Longer than the fake sends in one piece, and packed for who asks.
    let id = client.post(json!({"message": "0123456789".repeat(1_600)}));
    let path = format!("/api/v4/posts/{id}");
    let plain = client.get(&id).expect("an answer");
    let direct = Client::of(&fake, "status-bot").get(&id).expect("an answer");
    assert_eq!(plain.json(), direct.json());
    assert_eq!(plain.header("Transfer-Encoding"), Some("chunked"));
    let sent = client.send_raw("GET", &path, &["Accept-Encoding: gzip"], "");
    sent.expect("a request is sent");
    let packed = client.answer().expect("an answer");
    assert_eq!(packed.header("Content-Encoding"), Some("gzip"));
    let passed = proxy.passed();
    let told = |at: usize| (passed[at].call, passed[at].status, passed[at].end);
    let answered = Some(End::Answered);
    assert_eq!(told(0), (Call::Create, Some(201), answered));
    assert_eq!(told(1), (Call::Get, Some(200), answered));
    assert_eq!(passed[1].post(), Some(id.as_str()));
    assert!(passed.iter().all(|passed| passed.connection == 1));
    assert!(!passed[0].meets(&passed[1]), "one after the other");
    proxy.disconnect();
    let end = client.get(&id).expect_err("it was closed").kind();
    assert!(
        [ErrorKind::UnexpectedEof, ErrorKind::BrokenPipe].contains(&end),
        "{end:?}"
    );
}

/// How a create ends under a toxic, and how many posts there are then.
fn create_under(toxic: Toxic) -> (Result<String, ErrorKind>, usize, Option<End>) {
    let (fake, proxy, mut client) = start();
    proxy.fault(Rule::on(Call::Create, toxic).times(1));
    let answered = client.create(json!({}));
    let answered = answered
        .map(|answered| answered.says())
        .map_err(|error| error.kind());
    let passed = proxy.passed().remove(0);
    assert_eq!(passed.toxic, Some(toxic.name()));
    (answered, posts(&fake), passed.end)
}

#[test]
fn a_create_reaches_the_server_or_not_and_its_answer_the_client_or_not() {
    let (said, answered) = (|text: &str| Ok(text.to_owned()), Some(End::Answered));
    let (reset, broken) = (Err(ErrorKind::ConnectionReset), Some(End::Broken));
    let by = Duration::from_millis(1);
    let latency = |moment| Toxic::Latency { by, moment };
    let slow = |bytes| Toxic::Slow {
        bytes,
        every: Duration::ZERO,
    };
    let cut = |reset| Toxic::Cut { bytes: 10, reset };
    let cases = [
        (latency(Moment::Before), said("201"), 1, answered),
        (latency(Moment::After), said("201"), 1, answered),
        (slow(1), said("201"), 1, answered),
        (slow(100_000), said("201"), 1, answered),
        (Toxic::CloseBefore, Err(ErrorKind::UnexpectedEof), 0, broken),
        (Toxic::ResetBefore, reset.clone(), 0, broken),
        (Toxic::ResetAfter, reset.clone(), 1, broken),
        (cut(false), Err(ErrorKind::UnexpectedEof), 1, broken),
        (Toxic::Html { status: 502 }, said("502"), 0, answered),
        (Toxic::Html { status: 200 }, said("200"), 0, answered),
    ];
    for (toxic, said, posts, end) in cases {
        assert_eq!(create_under(toxic), (said, posts, end), "{toxic:?}");
    }
    // How much of the answer is read before the reset is seen is the system's own affair.
    let (answer, posts, end) = create_under(cut(true));
    assert!(answer.is_err() && posts == 1 && end == broken, "{answer:?}");
}

#[test]
fn a_black_hole_swallows_until_the_client_has_had_enough() {
    let (fake, proxy, mut client) = start();
    proxy.fault(Rule::on(Call::Create, Toxic::BlackHole).times(1));
    let body = json!({"channel_id": fake.channel("status"), "message": "lost"});
    client
        .send("POST", "/api/v4/posts", &body)
        .expect("a request is sent");
    proxy.wait_until("request", |proxy| !proxy.passed().is_empty());
    let other = Client::at(&proxy.url(), &fake, "status-bot").create(json!({}));
    assert_eq!(other.expect("an answer").says(), "201", "others pass");
    assert_eq!(proxy.passed()[0].end, None);
    drop(client);
    proxy.wait_until("end", |proxy| proxy.passed()[0].end == Some(End::Left));
    assert_eq!((posts(&fake), fake.asked()), (1, 1));
}

#[test]
fn who_is_held_goes_on_when_released_though_its_client_is_gone() {
    for (moment, early) in [(Moment::Before, 0), (Moment::After, 1)] {
        let (fake, proxy, mut client) = start();
        let held = proxy.hold(Call::Create, moment);
        let body = json!({"channel_id": fake.channel("status"), "message": "held"});
        client
            .send("POST", "/api/v4/posts", &body)
            .expect("a request is sent");
        held.wait_for(1);
        assert_eq!(posts(&fake), early, "{moment:?}");
        drop(client);
        held.release();
        fake.wait_until("post", |fake| posts(fake) == 1);
        proxy.wait_until("end", |proxy| proxy.passed()[0].over.is_some());
        // The next one is not held.
        let mut other = Client::at(&proxy.url(), &fake, "status-bot");
        assert_eq!(other.create(json!({})).expect("an answer").says(), "201");
    }
}

#[test]
fn requests_that_are_under_way_at_once_are_seen_to_be() {
    let (fake, proxy, mut client) = start();
    let id = client.post(json!({}));
    let held = proxy.hold(Call::Patch, Moment::After);
    let path = format!("/api/v4/posts/{id}/patch");
    client
        .send("PUT", &path, &json!({"message": "one"}))
        .expect("a request is sent");
    held.wait_for(1);
    let mut other = Client::at(&proxy.url(), &fake, "status-bot");
    other
        .patch(&id, json!({"message": "two"}))
        .expect("an answer");
    held.release();
    client.answer().expect("an answer");
    let edits = proxy.passed_of(Call::Patch);
    assert!(edits[0].meets(&edits[1]) && edits[1].meets(&edits[0]));
    assert_eq!(edits[0].post(), edits[1].post());
}

#[test]
fn rules_come_first_and_chance_decides_of_the_rest() {
    let (_fake, proxy, mut client) = start();
    proxy.fault(Rule::on(Call::Create, Toxic::Html { status: 503 }).nth(2));
    proxy.leave_to(|_| Some(Toxic::Html { status: 504 }));
    let mut statuses = || client.create(json!({})).expect("an answer").status;
    assert_eq!([statuses(), statuses(), statuses()], [504, 503, 504]);
    proxy.heal();
    assert_eq!(statuses(), 201);
}

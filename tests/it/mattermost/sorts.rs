//! What differs between servers, on a clock that stands still.

use std::time::Duration;

use serde_json::json;

use super::client::Client;
use crate::fake_mattermost::{Fake, Options, Rate};

/// A fake whose clock stands at a moment.
fn frozen(options: Options) -> Fake {
    let options = Options {
        frozen_ms: Some(1_790_000_000_000),
        ..options
    };
    Fake::with(options).expect("loopback has free ports")
}

#[test]
fn a_key_is_known_for_thirty_seconds() {
    let fake = frozen(Options::default());
    let mut client = Client::of(&fake, "status-bot");
    let mut post = || client.post(json!({"pending_post_id": "key"}));
    let first = post();
    fake.advance(Duration::from_millis(29_999));
    assert_eq!(post(), first);
    fake.advance(Duration::from_millis(1));
    assert_ne!(post(), first);
}

#[test]
fn a_server_may_know_no_keys() {
    let fake = frozen(Options {
        pending_window: None,
        ..Options::default()
    });
    let mut client = Client::of(&fake, "status-bot");
    let mut post = || client.post(json!({"pending_post_id": "key"}));
    assert_ne!(post(), post());
}

#[test]
fn the_time_limit_of_newer_servers_concerns_the_message() {
    let limited = |options: Options| Options {
        post_edit_time_limit_s: Some(60),
        ..options
    };
    let late = "400 api.post.update_post.permissions_time_limit.app_error";
    for (options, want) in [(Options::default(), "200"), (Options::newer(), late)] {
        let fake = frozen(limited(options));
        let mut client = Client::of(&fake, "status-bot");
        let id = client.post(json!({"message": "same"}));
        fake.advance(Duration::from_secs(61));
        let same = client
            .patch(&id, json!({"message": "same"}))
            .expect("an answer");
        assert_eq!(same.says(), want);
        let props = client
            .patch(&id, json!({"props": {"n": 1}}))
            .expect("an answer");
        assert_eq!(props.says(), "200");
    }
}

#[test]
fn newer_servers_keep_silent_when_asked() {
    for (options, notices) in [(Options::default(), 1), (Options::newer(), 0)] {
        let fake = frozen(options);
        let mut client = Client::of(&fake, "status-bot");
        let body = json!({"channel_id": fake.channel("status"), "message": "@alice"});
        let made = client
            .ask("POST", "/api/v4/posts?silent=true", &body)
            .expect("an answer");
        assert_eq!(made.status, 201);
        assert_eq!(fake.notices().len(), notices);
    }
}

#[test]
fn a_server_may_refuse_to_be_silent() {
    let fake = frozen(Options {
        refuses_silent: true,
        ..Options::default()
    });
    let mut client = Client::of(&fake, "status-bot");
    let body = json!({"channel_id": fake.channel("status"), "message": "box"});
    let mut create = |query: &str| {
        let answered = client.ask("POST", &format!("/api/v4/posts{query}"), &body);
        answered.expect("an answer").says()
    };
    let refused = "403 api.post.create_post.silent_notification.app_error";
    assert_eq!(create("?silent=true"), refused);
    assert_eq!(create(""), "201");
}

#[test]
fn a_message_has_the_length_that_the_server_allows() {
    let fake = frozen(Options {
        max_post_size: 4,
        ..Options::default()
    });
    let mut client = Client::of(&fake, "status-bot");
    client.post(json!({"message": "😀😀😀😀"}));
    let long = client
        .create(json!({"message": "12345"}))
        .expect("an answer");
    assert_eq!(long.says(), "400 model.post.is_valid.msg.app_error");
}

#[test]
fn the_main_address_may_have_a_limit_too() {
    let fake = frozen(Options {
        rate: Some(Rate {
            per_second: 2,
            burst: 1,
        }),
        ..Options::default()
    });
    let mut client = Client::of(&fake, "status-bot");
    let mut get = || {
        let answered = client.get("nope").expect("an answer");
        let header = |name: &str| answered.header(name).unwrap_or("-").to_owned();
        let left = header("X-Ratelimit-Remaining");
        (answered.status, left, header("Retry-After"))
    };
    let row = |status: u16, left: &str, wait: &str| (status, left.to_owned(), wait.to_owned());
    assert_eq!(get(), row(400, "1", "-"));
    assert_eq!(get(), row(400, "0", "-"));
    assert_eq!(get(), row(429, "0", "1"));
    fake.advance(Duration::from_secs(1));
    assert_eq!(get(), row(400, "1", "-"));
}

//! What a test may ask of the fake.

use serde_json::{Value, json};

use super::client::Client;
use crate::fake_mattermost::Fake;

#[test]
fn requests_are_recorded_in_order() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let id = client.post(json!({"message": "one"}));
    client
        .patch(&id, json!({"message": "two"}))
        .expect("an answer");
    Client::of(&fake, "nobody").get(&id).expect("an answer");
    let requests = fake.requests();
    let lines: Vec<String> = requests.iter().map(|request| request.line()).collect();
    assert_eq!(
        lines,
        [
            "POST /api/v4/posts by status-bot: 201".to_owned(),
            format!("PUT /api/v4/posts/{id}/patch by status-bot: 200"),
            format!("GET /api/v4/posts/{id} by nobody: 401"),
        ]
    );
    assert_eq!(requests[1].body, Some(json!({"message": "two"})));
    assert_eq!(requests[0].header("host"), Some("fake"));
}

#[test]
fn a_post_has_its_whole_history() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let root = client.post(json!({"message": "root"}));
    let id = client.post(json!({"message": "one", "root_id": root}));
    for message in ["two", "two", "three"] {
        client
            .patch(&id, json!({"message": message}))
            .expect("an answer");
    }
    let messages = |posts: Vec<crate::fake_mattermost::Post>| -> Vec<String> {
        posts.into_iter().map(|post| post.message).collect()
    };
    assert_eq!(messages(fake.history(&id)), ["one", "two", "two", "three"]);
    assert_eq!(
        messages(fake.history(&root)),
        ["root"],
        "an edit of a reply is none of the root"
    );
    assert_eq!(messages(fake.thread(&root)), ["root", "three"]);
    client.delete(&id).expect("an answer");
    assert_eq!(messages(fake.thread(&root)), ["root"]);
    assert!(fake.history(&id).iter().any(|post| !post.is_live()));
    assert_eq!(
        fake.histories().len(),
        3,
        "two posts and the one of the archived channel"
    );
}

#[test]
fn created_posts_notify_and_edits_do_not() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let quiet = client.post(json!({"message": "`@alice` and status-bot"}));
    client
        .patch(&quiet, json!({"message": "@alice"}))
        .expect("an answer");
    assert!(fake.notices().is_empty());
    let loud = client.post(json!({"message": "@alice @status-bot @nobody"}));
    let attached =
        client.post(json!({"props": {"attachments": [{"text": "@alice", "title": "@all"}]}}));
    let notices: Vec<(String, String)> = fake
        .notices()
        .into_iter()
        .map(|notice| (notice.post, notice.username))
        .collect();
    assert_eq!(
        notices,
        [(loud, "alice".to_owned()), (attached, "alice".to_owned())]
    );
    client.post(json!({"message": "@here"}));
    assert_eq!(fake.notices().len(), 4, "all members but the author");
}

#[test]
fn a_test_can_wait_for_what_another_thread_does() {
    let fake = Fake::start();
    let mut client = Client::of(&fake, "status-bot");
    let writer = std::thread::spawn(move || {
        let id = client.post(json!({"message": "0"}));
        for n in 1..=3 {
            client
                .patch(&id, json!({"message": n.to_string()}))
                .expect("an answer");
        }
        id
    });
    fake.wait_until("third edit", |fake| {
        fake.posts(&fake.channel("status"))
            .iter()
            .any(|post| post.message == "3")
    });
    let id = writer.join().expect("the writer ends");
    assert_eq!(fake.history(&id).len(), 4);
}

#[test]
fn two_fakes_have_the_same_ids() {
    let ids = |fake: &Fake| {
        let mut client = Client::of(fake, "status-bot");
        let me = client
            .ask("GET", "/api/v4/users/me", &Value::Null)
            .expect("an answer");
        (
            fake.token("alice"),
            me.json()["id"].clone(),
            client.post(json!({})),
        )
    };
    assert_eq!(ids(&Fake::start()), ids(&Fake::start()));
}

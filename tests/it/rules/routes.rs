//! Where a run's box belongs, by the order of who may say so.

use serde_json::{Value, json};

use crate::support::tree::{Talk, Tree};

fn route(key: &str, row: Value, more: Value) -> Value {
    let mut talk = Talk::new("s1");
    talk.user_with(0, "fix it", more).says(1_000, "Done.");
    let mut events = Tree::of(key, row, &talk).events();
    events.retain(|event| event["type"] == "run.start" || event["type"] == "route");
    assert!(events.len() <= 2, "{events:?}");
    // A route of its own corrects the one of the start.
    match events.pop() {
        Some(event) if event["type"] == "route" => event,
        Some(event) => event["route"].clone(),
        None => Value::Null,
    }
}

fn short(route: &Value) -> String {
    let text = |field: &str| route[field].as_str().unwrap_or("-").to_owned();
    if route.is_null() {
        return "nowhere".to_owned();
    }
    ["sink", "channel", "user", "root", "from"]
        .map(text)
        .join(" ")
}

fn files_row(to: &str, thread: &str) -> Value {
    json!({"deliveryContext": {"channel": "mattermost", "to": to, "accountId": "default", "threadId": thread}})
}

fn store_row(to: &str, thread: &str, native: &str) -> Value {
    json!({"delivery": {"kind": "external",
        "context": {"channel": "mattermost", "to": to, "accountId": "default", "threadId": thread},
        "origin": {"nativeChannelId": native}}})
}

fn stamped(channel: &str, place: &str, thread: Option<&str>) -> Value {
    let mut transport = json!({"channel": channel, "conversationRef": place, "messageId": "m1"});
    if let Some(thread) = thread {
        transport["threadId"] = json!(thread);
    }
    json!({"__openclaw": {"senderId": "u1", "transport": transport}})
}

#[test]
fn the_record_comes_before_the_key_and_the_key_before_the_row() {
    const CHANNEL: &str = "agent:main:mattermost:channel:c1";
    const THREAD: &str = "agent:main:mattermost:channel:c1:thread:r1";
    const MAIN: &str = "agent:main:main";
    let human = || json!({"__openclaw": {"senderId": "u1"}});
    let cases = [
        (
            "the record",
            CHANNEL,
            files_row("channel:c9", "r9"),
            stamped("mattermost", "channel:c2", Some("r2")),
            "mattermost c2 - r2 record",
        ),
        (
            "the record without a thread",
            CHANNEL,
            json!({}),
            stamped("mattermost", "channel:c2", None),
            "mattermost c2 - - record",
        ),
        (
            "the key",
            CHANNEL,
            json!({}),
            json!({}),
            "mattermost c1 - - key",
        ),
        (
            "the key with its thread",
            THREAD,
            files_row("channel:c9", "r9"),
            json!({}),
            "mattermost c1 - r1 key",
        ),
        (
            "a group",
            "agent:main:mattermost:group:g1",
            json!({}),
            json!({}),
            "mattermost g1 - - key",
        ),
        (
            "the row",
            MAIN,
            files_row("channel:c9", ""),
            human(),
            "mattermost c9 - - row",
        ),
        (
            "a stale thread of the row",
            MAIN,
            files_row("channel:c9", "r9"),
            human(),
            "mattermost c9 - - row",
        ),
        (
            "the row of the newer era",
            MAIN,
            store_row("channel:c9", "", ""),
            human(),
            "mattermost c9 - - row",
        ),
        (
            "a direct message",
            MAIN,
            store_row("user:u1", "", "d1"),
            human(),
            "mattermost d1 u1 - row",
        ),
        (
            "a direct key with the row's channel",
            "agent:main:mattermost:direct:u1",
            store_row("user:u1", "", "d1"),
            json!({}),
            "mattermost d1 u1 - key",
        ),
        (
            "a direct key alone",
            "agent:main:mattermost:direct:u1",
            json!({}),
            json!({}),
            "mattermost - u1 - key",
        ),
        (
            "an old direct key",
            "agent:main:mattermost:dm:u1",
            json!({}),
            json!({}),
            "mattermost - u1 - key",
        ),
        (
            "a thread in a direct message",
            "agent:main:mattermost:direct:u1:thread:r1",
            store_row("user:u1", "r1", "d1"),
            json!({}),
            "mattermost d1 u1 r1 key",
        ),
        (
            "old fields of the row",
            MAIN,
            json!({"lastChannel": "mattermost", "lastTo": "channel:c9"}),
            human(),
            "mattermost c9 - - row",
        ),
        ("no row", MAIN, json!({}), human(), "nowhere"),
        (
            "no delivery",
            MAIN,
            json!({"delivery": {"kind": "none"}}),
            human(),
            "nowhere",
        ),
    ];
    for (what, key, row, more, want) in cases {
        assert_eq!(short(&route(key, row, more)), want, "{what}");
    }
}

#[test]
fn a_request_at_the_command_line_gets_no_stale_route() {
    // The main session is shared by direct messages, the web and the command line.
    for (what, more) in [
        ("no stamp", json!({})),
        (
            "an owner without a sender",
            json!({"__openclaw": {"senderIsOwner": true}, "idempotencyKey": "k:user"}),
        ),
    ] {
        assert_eq!(
            short(&route("agent:main:main", files_row("user:u1", ""), more)),
            "nowhere",
            "{what}"
        );
    }
}

#[test]
fn a_web_request_is_not_sent_to_the_last_chat() {
    let web = json!({"__openclaw": {"senderId": "u1", "transport": {"channel": "webchat", "messageId": "m1"}}});
    let told = short(&route("agent:main:main", files_row("user:u1", ""), web));
    assert!(!told.starts_with("mattermost"), "{told}");
}

#[test]
fn an_old_envelope_tells_the_channel() {
    let text = "[Mattermost town id:c7 +2m 2026-01-29 10:11 UTC] ann: fix it\n[mattermost message id: m7 channel: c7]";
    let mut talk = Talk::new("s1");
    talk.user(0, text);
    let events = Tree::of("agent:main:main", json!({}), &talk).events();
    assert_eq!(
        events[1]["route"],
        json!({"sink": "mattermost", "channel": "c7", "message": "m7", "from": "record"})
    );
}

#[test]
fn children_go_where_their_first_parent_goes() {
    let mut parent = Talk::new("s1");
    parent.user(0, "fix it");
    let mut child = Talk::new("s2");
    child.user(1_000, "[Subagent Task]\n\nlook");
    let mut grandchild = Talk::new("s3");
    grandchild.user(2_000, "[Subagent Task]\n\nlook closer");
    let mut tree = Tree::default();
    tree.add(
        "agent:main:mattermost:channel:c1:thread:r1",
        "s1",
        json!({}),
        &parent,
    );
    tree.add(
        "agent:main:subagent:b",
        "s2",
        json!({"spawnedBy": "agent:main:mattermost:channel:c1:thread:r1"}),
        &child,
    );
    // A child's own row may still name a chat; it is its parent's that counts.
    tree.add(
        "agent:main:subagent:a",
        "s0",
        super::super::support::tree::merged(
            json!({"spawnedBy": "agent:main:subagent:b"}),
            files_row("channel:c9", ""),
        ),
        &grandchild,
    );
    let events = tree.events();
    let routes: Vec<String> = events
        .iter()
        .filter(|event| event["type"] == "run.start")
        .map(|event| short(&event["route"]))
        .collect();
    assert_eq!(routes, ["mattermost c1 - r1 key"; 3]);
}

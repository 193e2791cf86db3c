//! What the person asked, without what was put around it.

use serde_json::{Value, json};

use super::MAIN;
use crate::support::tree::{Talk, Tree};

const POST: &str = "p7x8k3m1a9b2c4d5e6f7g8h9i0";

fn starts(text: &str, more: Value) -> Vec<Value> {
    let mut talk = Talk::new("s1");
    talk.user_with(0, text, more).says(1_000, "Done.");
    let events = Tree::of(MAIN, json!({}), &talk).events();
    let starts = events
        .into_iter()
        .filter(|event| event["type"] == "run.start");
    starts.collect()
}

#[test]
fn envelopes_of_every_year_come_off() {
    let meta = |header: &str, fields: &str| format!("{header}\n```json\n{fields}\n```\n\n");
    let info = meta(
        "Conversation info (untrusted metadata):",
        &json!({"message_id": POST, "sender": "Ann"}).to_string(),
    );
    let cases = [
        ("clean", "fix it".to_owned(), "fix it", None),
        ("January 2026", format!("[Mattermost town-square id:c1 +2m 2026-01-29 10:11 UTC] ann: fix it\n[mattermost message id: {POST} channel: c1]"), "fix it", Some("ann")),
        ("metadata", format!("{info}fix it"), "fix it", Some("Ann")),
        ("metadata and more of it", format!("{info}{}[Sun 2026-03-08 22:03 GMT+9] fix it", meta("Sender (untrusted metadata):", r#"{"name":"Ann"}"#)), "fix it", Some("Ann")),
        ("for context", format!("{}fix it", meta("Replied message (untrusted, for context):", r#"{"body":"old"}"#)), "fix it", None),
        ("2026.8", format!("{}fix it", meta("Conversation info: ⟦openclaw:ctx⟧", r#"{"sender":"Ann"}"#)), "fix it", Some("Ann")),
        ("a weekday", "[Sun 2026-03-08 22:03 GMT+9] fix it".to_owned(), "fix it", None),
        ("since the last reply", "[Chat messages since your last reply - for context]\nbob: x\n\n[Current message - respond to this]\nfix it".to_owned(), "fix it", None),
        ("system lines", "System: [2026-03-08 10:00:00 UTC] Node connected\nSystem: [2026-03-08 10:00:01 UTC] x\n\nfix it".to_owned(), "fix it", None),
        ("queued", "[Queued messages while agent was busy]\n\n---\nQueued #1\nfirst\n\n---\nQueued #2\nsecond".to_owned(), "first\nsecond", None),
        ("queued and dropped", "[Queued messages while agent was busy]\n\n[Queue overflow] Dropped 2 messages due to cap.\n---\nQueued #1\nfirst".to_owned(), "first", None),
        ("internal context", "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nsecret\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>\nfix it".to_owned(), "fix it", None),
        ("brackets of their own", "[draft] fix it".to_owned(), "[draft] fix it", None),
    ];
    for (what, text, want, sender) in cases {
        let starts = starts(&text, json!({}));
        assert_eq!(starts.len(), 1, "{what}");
        assert_eq!(starts[0]["request"], want, "{what}");
        assert_eq!(starts[0]["by"]["name"].as_str(), sender, "{what}");
        assert_eq!(starts[0]["cause"], "user", "{what}");
    }
}

#[test]
fn what_nobody_asked_says_why_it_runs() {
    let cases = [
        ("[cron:j1 nightly] count lines", json!({}), "cron"),
        (
            "Read HEARTBEAT.md if it exists. If nothing needs attention, reply HEARTBEAT_OK.",
            json!({}),
            "heartbeat",
        ),
        (
            "System: [2026-03-08 10:00:00 UTC] Exec finished",
            json!({}),
            "system",
        ),
        ("[Inter-session message] hello", json!({}), "system"),
        (
            "hello",
            json!({"provenance": {"kind": "inter_session", "sourceTool": "sessions_send"}}),
            "system",
        ),
        (
            "count",
            json!({"provenance": {"kind": "internal_system", "sourceTool": "cron"}}),
            "cron",
        ),
        (
            "anything?",
            json!({"provenance": {"kind": "internal_system", "sourceTool": "heartbeat"}}),
            "heartbeat",
        ),
        (
            "hello",
            json!({"provenance": {"kind": "external_user"}}),
            "user",
        ),
        (
            "hello",
            json!({"provenance": {"kind": "a_later_kind"}}),
            "user",
        ),
        ("hello", json!({"provenance": 7}), "user"),
    ];
    for (text, more, want) in cases {
        let starts = starts(text, more.clone());
        assert_eq!(starts.len(), 1, "{text} {more}");
        assert_eq!(starts[0]["cause"], want, "{text} {more}");
    }
}

#[test]
fn the_gateway_knows_who_asked_and_where() {
    let stamp = json!({"idempotencyKey": "k1:user", "__openclaw": {
        "senderId": "u1", "senderName": "Ann", "senderUsername": "ann", "senderIsOwner": true,
        "transport": {"channel": "mattermost", "conversationRef": "channel:c1", "messageId": POST, "threadId": "root1"},
    }});
    let starts = starts("fix it", stamp);
    assert_eq!(starts[0]["run"], "k1:user");
    assert_eq!(starts[0]["by"], json!({"id": "u1", "name": "Ann"}));
    assert_eq!(
        starts[0]["route"],
        json!({"sink": "mattermost", "channel": "c1", "root": "root1", "message": POST, "from": "record"})
    );
}

#[test]
fn a_message_that_is_not_displayed_is_no_request() {
    assert_eq!(starts("hidden", json!({"display": false})).len(), 0);
}

#[test]
fn a_turn_that_goes_on_with_the_last_request_keeps_its_run() {
    let cases = [
        json!({"kind": "inter_session", "sourceTool": "subagent_announce"}),
        json!({"kind": "inter_session", "sourceTool": "subagent_settle"}),
        json!({"kind": "internal_system", "sourceTool": "exec_approval_followup"}),
        json!({"kind": "internal_system", "sourceTool": "progress_card_refresh"}),
        json!({"kind": "internal_system", "sourceTool": "restart_recovery"}),
    ];
    for provenance in cases {
        let mut talk = super::asked();
        talk.says(1_000, "Started.")
            .user_with(60_000, "go on", json!({"provenance": provenance}))
            .says(61_000, "Done.");
        let told = super::told(&talk);
        assert!(
            told[2].starts_with("run.start first") && told[2].ends_with("continues first"),
            "{provenance}: {told:?}"
        );
        assert_eq!(
            told[3..],
            [r#"text final "Done.""#, "run.end first ok?"],
            "{provenance}"
        );
    }
}

#[test]
fn a_request_in_a_list_of_blocks_is_read_whole() {
    let mut talk = Talk::new("s1");
    let content = json!([
        {"type": "text", "text": "look at this"}, {"type": "image", "data": "AAAA", "mimeType": "image/png"},
        {"type": "input_text", "text": "and that"},
    ]);
    talk.message(0, json!({"role": "user", "content": content}));
    let digest = Tree::of(MAIN, json!({}), &talk).digest();
    assert_eq!(
        digest[1],
        r#"run.start first user "look at this\nand that""#
    );
}

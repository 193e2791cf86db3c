//! What the agent says: phases, silent turns, and what is no work at all.

use serde_json::{Value, json};

use super::{MAIN, asked, told};
use crate::support::tree::Tree;

fn signed(text: &str, phase: &str) -> Value {
    let signature = json!({"v": 1, "id": "msg_9", "phase": phase}).to_string();
    json!({"type": "text", "text": text, "textSignature": signature})
}

#[test]
fn phases_stand_in_signatures() {
    let plain = json!({"type": "text", "text": "plain"});
    let old = json!({"type": "text", "text": "old", "textSignature": "msg_9"});
    let call = json!({"type": "toolCall", "id": "c1", "name": "read", "arguments": {}});
    let cases: [(&str, Value, Value, &[&str]); 8] = [
        (
            "commentary",
            json!([signed("a", "commentary")]),
            json!({"stopReason": "toolUse"}),
            &[r#"text commentary "a""#],
        ),
        (
            "a final answer",
            json!([signed("a", "final_answer")]),
            json!({"stopReason": "stop"}),
            &[r#"text final "a""#, "run.end first ok?"],
        ),
        (
            "an old id has no phase",
            json!([old]),
            json!({"stopReason": "stop"}),
            &[r#"text final "old""#, "run.end first ok?"],
        ),
        (
            "beside a phased text an unphased one is for nobody",
            json!([signed("a", "final_answer"), plain.clone()]),
            json!({"stopReason": "stop"}),
            &[r#"text final "a""#, "run.end first ok?"],
        ),
        (
            "both phases",
            json!([signed("a", "commentary"), signed("b", "final_answer")]),
            json!({"stopReason": "stop"}),
            &[
                r#"text commentary "a""#,
                r#"text final "b""#,
                "run.end first ok?",
            ],
        ),
        (
            "the message has a phase",
            json!([plain.clone()]),
            json!({"stopReason": "toolUse", "phase": "commentary"}),
            &[r#"text commentary "plain""#],
        ),
        (
            "beside a call it is commentary",
            json!([plain.clone(), call]),
            json!({"stopReason": "toolUse"}),
            &[r#"text commentary "plain""#, "tool.start c1 read"],
        ),
        (
            "a plain string",
            json!("said"),
            json!({"stopReason": "stop"}),
            &[r#"text final "said""#, "run.end first ok?"],
        ),
    ];
    for (what, blocks, more, want) in cases {
        let mut talk = asked();
        talk.assistant(1_000, blocks, more);
        assert_eq!(told(&talk), want, "{what}");
    }
}

#[test]
fn hidden_reasoning_is_never_passed_on() {
    let mut talk = asked();
    talk.assistant(
        1_000,
        json!([{"type": "thinking", "thinking": "my secret plan", "thinkingSignature": "x"},
               {"type": "thinking", "thinking": "my secret plan", "redacted": true},
               {"type": "text", "text": "Hello."}]),
        json!({"stopReason": "stop"}),
    );
    let (events, ran) =
        Tree::of(MAIN, json!({}), &talk).tail(crate::support::tree::Era::Files, &["--full"]);
    assert!(!Value::Array(events).to_string().contains("secret plan"));
    assert_eq!(ran.err, "", "reasoning is known");
}

#[test]
fn a_turn_that_only_asks_for_silence_leaves_no_box() {
    for token in [
        "NO_REPLY",
        "no_reply.",
        "**NO_REPLY**",
        "HEARTBEAT_OK",
        "All well. HEARTBEAT_OK",
        "ANNOUNCE_SKIP",
    ] {
        let mut talk = asked();
        talk.says(9_000, token);
        assert_eq!(told(&talk), ["run.end first ok? (silent)"], "{token}");
        let tree = Tree::of(MAIN, json!({}), &talk);
        assert_eq!(tree.boxes(&[]), "", "{token}");
    }
}

#[test]
fn a_silent_turn_that_worked_has_a_box() {
    let mut talk = asked();
    talk.call(1_000, "c1", "read", json!({"path": "a.rs"}))
        .result(2_000, "c1", "read", json!({}))
        .says(9_000, "NO_REPLY");
    assert_eq!(
        told(&talk),
        ["tool.start c1 read", "tool.end c1 ok", "run.end first ok?"]
    );
    assert!(
        Tree::of(MAIN, json!({}), &talk)
            .boxes(&[])
            .contains("[DONE]")
    );
}

#[test]
fn reply_directives_are_stripped() {
    for (said, want) in [
        ("[[reply_to_current]] Hello.", "Hello."),
        ("[[reply_to:m1]]Hello.", "Hello."),
        ("Hello [[reply_to:m1]]", "Hello [[reply_to:m1]]"),
    ] {
        let mut talk = asked();
        talk.says(1_000, said);
        assert_eq!(told(&talk)[0], format!("text final {want:?}"), "{said}");
    }
}

#[test]
fn copies_of_what_was_sent_are_no_work() {
    for provider in ["openclaw", "clawdbot", "moltbot"] {
        for model in ["delivery-mirror", "gateway-injected"] {
            let mut talk = asked();
            talk.says(1_000, "Hello.").assistant(
                2_000,
                json!([{"type": "text", "text": "Hello."}]),
                json!({"provider": provider, "model": model, "stopReason": "stop",
                       "usage": {"input": 0, "output": 0, "totalTokens": 0}}),
            );
            assert_eq!(
                told(&talk),
                [r#"text final "Hello.""#, "run.end first ok?"],
                "{provider} {model}"
            );
        }
    }
}

#[test]
fn a_turn_behind_acp_is_one_text() {
    let mut talk = asked();
    talk.assistant(
        60_000,
        json!([{"type": "text", "text": "All done."}]),
        json!({"provider": "openclaw", "model": "acp-runtime", "stopReason": "stop"}),
    );
    assert_eq!(
        told(&talk),
        [r#"text final "All done.""#, "run.end first ok?"]
    );
}

#[test]
fn tokens_and_cost_are_told_once_a_message() {
    let mut talk = asked();
    talk.assistant(
        1_000,
        json!([{"type": "text", "text": "Hello."}]),
        json!({"stopReason": "stop", "provider": "openai", "model": "m1",
               "usage": {"input": 900, "output": 40, "cacheRead": 5, "cacheWrite": 1, "totalTokens": 946, "cost": {"total": 0.25}}}),
    );
    let tree = Tree::of(MAIN, json!({"contextTokens": 200_000}), &talk);
    let events = tree.events();
    let of = |kind: &str| -> Vec<&Value> {
        events
            .iter()
            .filter(|event| event["type"] == kind)
            .collect()
    };
    let usage = of("usage");
    assert_eq!(usage.len(), 1);
    assert_eq!(
        (
            &usage[0]["input"],
            &usage[0]["output"],
            &usage[0]["total"],
            &usage[0]["cost_usd"],
            &usage[0]["context"]["size"]
        ),
        (
            &json!(900),
            &json!(40),
            &json!(946),
            &json!(0.25),
            &json!(200_000)
        )
    );
    assert_eq!(of("model")[0]["model"], "m1");
}

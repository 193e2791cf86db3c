//! Sub-agents: linked to their parents, and announced back into the same run.

use serde_json::{Value, json};

use crate::support::digest::digest;
use crate::support::tree::{Era, Talk, Tree};
use crate::support::{T0_MS, feed, home, wire};

const PARENT: &str = "agent:main:main";
const CHILD: &str = "agent:main:subagent:6f";

fn parent() -> Talk {
    let mut talk = Talk::new("s1");
    talk.user(0, "plan it")
        .call(
            1_000,
            "c1",
            "sessions_spawn",
            json!({"task": "look around", "label": "scout"}),
        )
        .result(
            1_500,
            "c1",
            "sessions_spawn",
            json!({"status": "accepted", "childSessionKey": CHILD, "runId": "r1", "mode": "run"}),
        )
        .says(2_000, "Started a scout.");
    talk
}

fn child() -> Talk {
    let mut talk = Talk::new("s2");
    talk.user(1_600, "[Subagent Context] You complete the [Subagent Task].\n\n[Subagent Task]\n\nlook around\n\nBegin. Execute the assigned task to completion.")
        .call(2_500, "c7", "read", json!({"path": "a.rs"}))
        .result(3_000, "c7", "read", json!({}))
        .says(4_000, "All quiet.");
    talk
}

fn family(parent: &Talk) -> Tree {
    let mut tree = Tree::default();
    tree.add(PARENT, "s1", json!({}), parent);
    tree.add(
        CHILD,
        "s2",
        json!({"spawnedBy": PARENT, "spawnDepth": 1, "label": "scout"}),
        &child(),
    );
    tree
}

#[test]
fn parent_and_child_know_each_other() {
    let tree = family(&parent());
    assert_eq!(
        tree.digest(),
        [
            "session.start main",
            r#"run.start first user "plan it""#,
            "tool.start c1 sessions_spawn",
            "tool.end c1 ok",
            "agent.start agent:main:subagent:6f subagent depth 1",
            r#"text final "Started a scout.""#,
            "run.end first ok?",
            "session.start subagent of agent:main:main",
            r#"run.start first subagent "look around""#,
            "tool.start c7 read",
            "tool.end c7 ok",
            r#"text final "All quiet.""#,
            "run.end first ok?",
        ]
    );
    let events = tree.events();
    let start = events
        .iter()
        .find(|event| event["type"] == "agent.start")
        .expect("a child");
    assert_eq!(
        (&start["call"], &start["title"], &start["child"]["sid"]),
        (&json!("c1"), &json!("scout"), &json!("s2"))
    );
    let run = events
        .iter()
        .find(|event| event["sid"] == "s2" && event["type"] == "run.start")
        .expect("its run");
    assert_eq!(
        run["parent"],
        json!({"source": "openclaw", "session": PARENT, "sid": "s1"})
    );
}

#[test]
fn a_child_nests_in_its_parents_box() {
    let home = home();
    let (_, ran) = family(&parent()).tail(Era::Files, &[]);
    let frames = wire::frames(&feed(home.path(), &["render"], &ran.out).ok().out);
    let sids: Vec<&str> = frames
        .iter()
        .filter_map(|frame| frame["sid"].as_str())
        .collect();
    assert!(sids.iter().all(|sid| *sid == "s1"), "one box: {sids:?}");
    let last = frames.last().expect("a frame").to_string();
    assert!(last.contains("scout") && last.contains("a.rs"), "{last}");
}

#[test]
fn a_deeper_child_knows_its_depth() {
    let mut tree = family(&parent());
    let mut deeper = child();
    deeper
        .call(
            5_000,
            "c8",
            "sessions_spawn",
            json!({"task": "closer", "runtime": "acp"}),
        )
        .result(
            5_100,
            "c8",
            "sessions_spawn",
            json!({"status": "accepted", "childSessionKey": "agent:codex:acp:9d"}),
        );
    tree.sessions[1].talk = Some(deeper);
    let told = tree.digest();
    let start = told
        .iter()
        .filter(|line| line.starts_with("agent.start"))
        .nth(1);
    assert_eq!(
        start.map(String::as_str),
        Some("agent.start agent:codex:acp:9d without sid acp depth 2")
    );
}

#[test]
fn a_spawn_that_failed_starts_nobody() {
    for status in ["error", "forbidden"] {
        let mut talk = Talk::new("s1");
        talk.user(0, "plan it")
            .call(1_000, "c1", "sessions_spawn", json!({"task": "x"}))
            .result(
                1_500,
                "c1",
                "sessions_spawn",
                json!({"status": status, "error": "limit", "childSessionKey": CHILD}),
            );
        let told = Tree::of(PARENT, json!({}), &talk).digest();
        assert_eq!(told[3..], [r#"tool.end c1 error "limit""#], "{status}");
    }
}

#[test]
fn a_spawn_behind_tool_search_is_found_and_told_once() {
    let key = json!({"status": "accepted", "childSessionKey": CHILD, "runId": "r1"});
    let mut talk = Talk::new("s1");
    talk.user(0, "plan it")
        .call(1_000, "c1", "tool_call", json!({"id": "sessions_spawn", "args": {"task": "look", "label": "scout"}}))
        .message(1_400, json!({"role": "custom", "customType": "openclaw.nested-tool.v1", "content": "", "display": false,
            "details": {"toolCallId": "tool_search_code:c1:sessions_spawn:1", "parentToolCallId": "c1", "toolName": "tool_call",
                        "input": {}, "result": {"content": [], "details": key}, "isError": false, "startedAt": T0_MS + 1_100}}))
        .result(1_500, "c1", "tool_call", json!({"result": {"details": key}}));
    let told = Tree::of(PARENT, json!({}), &talk).digest();
    assert_eq!(
        told[2..],
        [
            "tool.start c1 sessions_spawn",
            "agent.start agent:main:subagent:6f without sid subagent depth 1",
            "tool.end c1 ok"
        ]
    );
}

#[test]
fn the_turn_that_announces_a_child_goes_on_with_the_run() {
    let event = format!(
        "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\n[Internal task completion event]\nsource: subagent\nsession_key: {CHILD}\nstatus: completed successfully\nChild result\nquiet\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>"
    );
    let by_kind =
        json!({"provenance": {"kind": "inter_session", "sourceTool": "subagent_announce"}});
    let old = "A background task \"scout\" just completed successfully: look\n\nFindings:\nquiet\n\nStats: runtime 5s";
    let words: [(&str, &dyn Fn(&mut Talk), Option<&str>); 4] = [
        (
            "an event",
            &|talk| {
                talk.user_with(9_000, &event, by_kind.clone());
            },
            Some("agent.end agent:main:subagent:6f without sid ok"),
        ),
        (
            "a text of January",
            &|talk| {
                talk.user(9_000, old);
            },
            None,
        ),
        (
            "provenance alone",
            &|talk| {
                talk.user_with(9_000, "Scout is back.", by_kind.clone());
            },
            None,
        ),
        ("no user row at all", &|_| {}, None),
    ];
    for (what, announce, ended) in words {
        let mut talk = parent();
        announce(&mut talk);
        let more = json!({"stopReason": "stop", "__openclaw": {"runId": format!("announce:v1:{CHILD}:r1")}});
        talk.assistant(
            10_000,
            json!([{"type": "text", "text": "The scout is back."}]),
            more,
        );
        let tree = Tree::of(PARENT, json!({}), &talk);
        let told = tree.digest();
        let mut want = vec!["run.start first subagent continues first"];
        want.extend(ended);
        want.extend([r#"text final "The scout is back.""#, "run.end first ok?"]);
        assert_eq!(told[7..], want, "{what}");
        let home = home();
        let frames = wire::frames(
            &feed(home.path(), &["render"], &tree.tail(Era::Files, &[]).1.out)
                .ok()
                .out,
        );
        let keys: std::collections::BTreeSet<&str> = frames
            .iter()
            .filter_map(|frame| frame["key"].as_str())
            .collect();
        assert_eq!(keys.len(), 1, "{what}: one box");
    }
}

#[test]
fn yielding_ends_the_parents_turn_while_children_work() {
    let mut talk = parent();
    talk.lines_end_with_yield();
    let told = Tree::of(PARENT, json!({}), &talk).digest();
    assert_eq!(
        told[told.len() - 2..],
        ["tool.end c2 ok", "run.end #1 ok? (yielded)"]
    );
}

#[test]
fn an_announced_failure_is_the_childs() {
    let status = |word: &str| {
        format!(
            "[Internal task completion event]\nsource: subagent\nsession_key: {CHILD}\nstatus: {word}\n"
        )
    };
    for (word, want) in [
        ("completed successfully", "ok"),
        ("timed out", "timeout"),
        ("failed: boom", "error"),
        ("vanished", "unknown"),
    ] {
        let mut talk = parent();
        talk.user(9_000, &status(word));
        let events = Tree::of(PARENT, json!({}), &talk).events();
        let ends: Vec<&Value> = events
            .iter()
            .filter(|event| event["type"] == "agent.end")
            .collect();
        assert_eq!(ends.len(), 1, "{word}");
        assert_eq!(ends[0]["outcome"], want, "{word}");
    }
}

#[test]
fn a_child_row_that_failed_and_then_was_done_is_done() {
    let mut tree = family(&parent());
    for (status, want) in [("failed", "error"), ("done", "ok")] {
        tree.sessions[1].row =
            json!({"spawnedBy": PARENT, "status": status, "endedAt": T0_MS + 4_100});
        let (events, _) = tree.tail(Era::Files, &[]);
        let told = digest(&events);
        assert_eq!(
            told.last(),
            Some(&format!("run.end first {want}")),
            "{status}"
        );
    }
}

impl Talk {
    fn lines_end_with_yield(&mut self) -> &mut Self {
        self.user(20_000, "wait for it")
            .call(21_000, "c2", "sessions_yield", json!({}))
            .result(21_100, "c2", "sessions_yield", json!({"status": "yielded"}))
    }
}

//! Families of two agents, told in whichever order.

use serde_json::{Value, json};

use super::Lineage;
use crate::wire::event::{Body, Event, Link};

const PARENT: (&str, &str) = ("openclaw", "P");
const CHILD: (&str, &str) = ("claude", "C");

fn event((source, sid): (&str, &str), ts: u32, run: &str, mut body: Value) -> Event {
    body["v"] = 1.into();
    body["source"] = source.into();
    body["sid"] = sid.into();
    body["ts"] = format!("2026-09-25T10:00:{ts:02}.000Z").into();
    body["run"] = run.into();
    body["src"] = json!({"kind": "clock", "n": 0});
    Event::read(body.to_string().as_bytes()).expect("an event")
}

fn session(who: (&str, &str), cwd: &str) -> Event {
    event(who, 0, "r", json!({"type": "session.start", "cwd": cwd}))
}

fn calls(call: &str, ts: u32, command: &str) -> Event {
    let input = json!({"command": command});
    let body = json!({"type": "tool.start", "call": call, "name": "exec", "input": input});
    event(PARENT, ts, "r", body)
}

fn returns(call: &str, ts: u32) -> Event {
    let body = json!({"type": "tool.end", "call": call, "outcome": "ok"});
    event(PARENT, ts, "r", body)
}

fn begins(who: (&str, &str), ts: u32, request: &str) -> Event {
    let body = json!({"type": "run.start", "cause": "user", "request": request});
    event(who, ts, "first", body)
}

/// Whose child the run of `CHILD` turns out to be, as `source sid run call`, and how it was said.
fn told(lineage: &mut Lineage, events: Vec<Event>) -> Vec<String> {
    let text = |link: &Link| {
        let inferred = if link.inferred { " inferred" } else { "" };
        let parts = [
            link.sid.as_deref(),
            link.run.as_deref(),
            link.call.as_deref(),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().collect();
        format!("{}{inferred}", parts.join(" "))
    };
    let mut said = Vec::new();
    for mut event in events {
        lineage.see(&mut event);
        if let Body::RunStart(start) = &event.body
            && let Some(parent) = &start.parent
        {
            said.push(format!("run.start below {}", text(parent)));
        }
    }
    let late = lineage.late(PARENT.0, PARENT.1).into_iter();
    said.extend(late.map(|event| match &event.body {
        Body::AgentStart(start) => {
            let call = start.call.as_deref().unwrap_or_default();
            let inferred = if start.inferred { " inferred" } else { "" };
            format!("agent.start {} by {call}{inferred}", text(&start.child))
        }
        Body::SessionStart(start) => {
            format!(
                "session.start below {}",
                start.parent.as_ref().map_or_else(String::new, text)
            )
        }
        other => other.kind().to_owned(),
    }));
    said
}

#[test]
fn a_child_of_another_family_is_found_in_whichever_order_the_two_are_read() {
    let parent = || {
        vec![
            session(PARENT, "/w"),
            calls("c1", 10, "claude -p 'Fix the tests'"),
            returns("c1", 30),
        ]
    };
    let child = || vec![session(CHILD, "/w"), begins(CHILD, 12, "Fix the tests")];
    let below = "run.start below P r c1 inferred";
    let mut first = parent();
    first.extend(child());
    assert_eq!(told(&mut Lineage::default(), first), [below]);
    let mut last = child();
    last.extend(parent());
    let late = "agent.start C first by c1 inferred";
    assert_eq!(told(&mut Lineage::default(), last.clone()), [late]);
    // Each is said once, however often the two are read.
    let mut lineage = Lineage::default();
    assert_eq!(told(&mut lineage, last.clone()), [late]);
    assert_eq!(told(&mut lineage, last), [below]);
}

#[test]
fn a_look_alike_is_no_child() {
    let parent = |command: &str| {
        vec![
            session(PARENT, "/w"),
            calls("c1", 10, command),
            returns("c1", 30),
        ]
    };
    let asked = "claude -p 'Fix the tests'";
    let hidden = "claude -p \"$(cat task)\"";
    let cases = [
        (
            "asked by a person meanwhile",
            asked,
            "/w",
            12,
            "Count the boats",
        ),
        ("in another directory", asked, "/v", 12, "Fix the tests"),
        ("before the call", asked, "/w", 9, "Fix the tests"),
        ("after it", asked, "/w", 31, "Fix the tests"),
        ("hidden, elsewhere", hidden, "/w/app", 12, "Fix the tests"),
        (
            "no agent was started",
            "cat claude.md",
            "/w",
            12,
            "Fix the tests",
        ),
        (
            "another agent was",
            "codex exec 'Fix the tests'",
            "/w",
            12,
            "Fix the tests",
        ),
    ];
    for (why, command, cwd, at, request) in cases {
        let child = vec![session(CHILD, cwd), begins(CHILD, at, request)];
        for child_first in [false, true] {
            let mut events = parent(command);
            match child_first {
                true => drop(events.splice(0..0, child.clone())),
                false => events.extend(child.clone()),
            }
            assert!(told(&mut Lineage::default(), events).is_empty(), "{why}");
        }
    }
}

#[test]
fn what_is_only_possible_must_be_the_only_possibility() {
    let hidden = "claude -p < task.md";
    let events = |second: &str| {
        vec![
            session(PARENT, "/w"),
            calls("c1", 10, hidden),
            calls("c2", 11, second),
            session(CHILD, "/w"),
            begins(CHILD, 12, "Fix the tests"),
        ]
    };
    let told = |second: &str| told(&mut Lineage::default(), events(second));
    assert_eq!(told("cargo test"), ["run.start below P r c1 inferred"]);
    assert!(told("cat x | claude -p").is_empty(), "which of the two?");
    let sure = "claude -p 'Fix the tests'";
    assert_eq!(told(sure), ["run.start below P r c2 inferred"]);
}

#[test]
fn one_call_has_one_child_that_is_only_possible() {
    let events = vec![
        session(PARENT, "/w"),
        calls("c1", 10, "claude -p < task.md"),
        session(CHILD, "/w"),
        begins(CHILD, 12, "Fix the tests"),
        session(("claude", "D"), "/w"),
        begins(("claude", "D"), 13, "Something of a person's own"),
    ];
    let said = told(&mut Lineage::default(), events);
    assert_eq!(said, ["run.start below P r c1 inferred"]);
}

#[test]
fn a_background_job_starts_agents_until_it_ends() {
    let mut gone = returns("c1", 11);
    if let Body::ToolEnd(end) = &mut gone.body {
        (end.outcome, end.job) = ("background".into(), Some("j".into()));
    }
    let job = || {
        event(
            PARENT,
            40,
            "r",
            json!({"type": "job.end", "job": "j", "outcome": "ok"}),
        )
    };
    let over = || event(PARENT, 15, "r", json!({"type": "run.end", "outcome": "ok"}));
    for (at, want) in [(39, 1), (41, 0)] {
        let events = vec![
            session(PARENT, "/w"),
            calls("c1", 10, "claude -p 'Fix the tests'"),
            gone.clone(),
            over(),
            job(),
            session(CHILD, "/w"),
            begins(CHILD, at, "Fix the tests"),
        ];
        let said = told(&mut Lineage::default(), events);
        assert_eq!(said.len(), want, "at {at}: {said:?}");
    }
}

#[test]
fn a_session_that_a_row_names_is_proven() {
    let parent = Link {
        source: PARENT.0.into(),
        sid: Some(PARENT.1.into()),
        ..Link::default()
    };
    let child = || vec![session(CHILD, "/elsewhere"), begins(CHILD, 12, "Anything")];
    let mut lineage = Lineage::default();
    lineage.prove(CHILD, &parent);
    assert_eq!(told(&mut lineage, child()), ["run.start below P"]);
    // The row comes when the first turn is over.
    let mut lineage = Lineage::default();
    assert!(told(&mut lineage, child()).is_empty());
    lineage.prove(CHILD, &parent);
    lineage.prove(CHILD, &parent);
    assert_eq!(told(&mut lineage, Vec::new()), ["session.start below P"]);
    let own = (PARENT.0, PARENT.1);
    lineage.prove(own, &parent);
    assert!(
        lineage.parent(PARENT.0, PARENT.1).is_none(),
        "nobody is its own"
    );
}

#[test]
fn a_command_that_names_the_session_is_proof() {
    let events = vec![
        session(PARENT, "/w"),
        calls("c1", 10, "cd /v && claude -p --session-id C \"$X\""),
        session(CHILD, "/v/else"),
        begins(CHILD, 12, "Fix the tests"),
    ];
    assert_eq!(
        told(&mut Lineage::default(), events),
        ["run.start below P r c1"]
    );
}

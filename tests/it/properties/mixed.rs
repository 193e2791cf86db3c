//! The order between sessions, and reading them twice, changes nothing in the end.

use std::collections::BTreeMap;

use live_status::label::Detail;
use live_status::render::Markup;
use live_status::wire::event::{Event, Src, Tick};
use live_status::wire::time::Time;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::tree::Talk;
use crate::support::{T0_MS, memory};

const PARENT: &str = "agent:main:mattermost:channel:c1:thread:r1";
const CHILD: &str = "agent:main:subagent:6f";

/// A family and two strangers, as sessions of their own, each with a tick at its end.
fn streams(script: &[u8]) -> Vec<Vec<Event>> {
    let step = |talk: &mut Talk, number: usize, what: u8| {
        let at = 2_000 * number as i64;
        let id = format!("c{number}");
        match what % 7 {
            0 => talk.user(at, &format!("request {number}")),
            1 => talk.says(at, &format!("answer {number}")),
            2 => talk
                .call(at, &id, "read", json!({"path": format!("{number}.rs")}))
                .result(at + 900, &id, "read", json!({})),
            3 => talk
                .call(at, &id, "exec", json!({"command": "make"}))
                .result(at + 900, &id, "exec", json!({"exitCode": 2})),
            4 => talk.call(at, &id, "exec", json!({"command": "sleep 9"})),
            5 => talk.assistant(
                at,
                json!([]),
                json!({"stopReason": "error", "errorMessage": "overloaded"}),
            ),
            _ => talk
                .call(at, &id, "exec", json!({"command": "make"}))
                .result(
                    at + 900,
                    &id,
                    "exec",
                    json!({"status": "running", "sessionId": "j1"}),
                ),
        };
    };
    let mut parent = Talk::new("s1");
    parent
        .user(0, "plan it")
        .call(
            500,
            "spawn",
            "sessions_spawn",
            json!({"task": "look", "label": "scout"}),
        )
        .result(
            900,
            "spawn",
            "sessions_spawn",
            json!({"status": "accepted", "childSessionKey": CHILD}),
        );
    let mut child = Talk::new("s2");
    child.user(1_000, "[Subagent Task]\n\nlook");
    let mut others = [Talk::new("s3"), Talk::new("s4")];
    for (number, what) in script.iter().enumerate() {
        let talk = match number % 4 {
            0 => &mut parent,
            1 => &mut child,
            other => &mut others[other - 2],
        };
        step(talk, number + 1, *what);
    }
    let done = |at: i64| json!({"status": "done", "endedAt": T0_MS + at});
    let sessions = [
        (PARENT, "s1", json!({}), &parent),
        (
            CHILD,
            "s2",
            json!({"spawnedBy": PARENT, "spawnDepth": 1}),
            &child,
        ),
        ("agent:main:main", "s3", done(90_000), &others[0]),
        ("agent:ops:main", "s4", json!({}), &others[1]),
    ];
    let stream = |(key, sid, row, talk): (&str, &str, Value, &Talk)| {
        let mut events = memory::events("main", key, sid, &row, talk);
        for event in &mut events {
            // The reader completes links by the names it knows.
            let known = |link: &mut live_status::wire::event::Link| {
                link.sid = Some(
                    if link.session.as_deref() == Some(CHILD) {
                        "s2"
                    } else {
                        "s1"
                    }
                    .into(),
                );
            };
            match &mut event.body {
                live_status::wire::event::Body::AgentStart(start) => known(&mut start.child),
                live_status::wire::event::Body::RunStart(start) => {
                    start.parent.as_mut().map(known);
                }
                live_status::wire::event::Body::SessionStart(start) => {
                    start.parent.as_mut().map(known);
                }
                _ => {}
            }
        }
        let now = Time(T0_MS + 120_000);
        if let Some(last) = events.last().cloned() {
            events.push(Event {
                ts: Some(now),
                body: Tick { now }.into(),
                src: Src::clock(),
                raw: None,
                ..last
            });
        }
        events
    };
    sessions.into_iter().map(stream).collect()
}

/// The newest frame of each box, without what only tells how often and when it was read.
fn last_views(events: &[Event]) -> BTreeMap<String, Value> {
    let mut pipeline = memory::pipeline(Markup::Markdown, Detail::Target, false);
    let mut last = BTreeMap::new();
    for frame in memory::frames(&mut pipeline, events) {
        let mut value = serde_json::to_value(&frame).expect("JSON");
        for counted in ["rev", "src", "at", "last"] {
            value.as_object_mut().expect("an object").remove(counted);
        }
        last.insert(frame.key, value);
    }
    last
}

/// The streams merged: each pick takes the next event of one of them.
fn merged(streams: &[Vec<Event>], picks: &[usize]) -> Vec<Event> {
    let mut left: Vec<std::slice::Iter<'_, Event>> =
        streams.iter().map(|stream| stream.iter()).collect();
    let mut merged = Vec::new();
    for pick in picks {
        let at = pick % left.len();
        merged.extend(left[at].next().cloned());
    }
    for rest in left {
        merged.extend(rest.cloned());
    }
    merged
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    // Fault 82.
    #[test]
    fn any_interleaving_ends_in_the_same_views(script in vec(any::<u8>(), 0..24), picks in vec(0_usize..4, 0..200)) {
        let streams = streams(&script);
        let want = last_views(&streams.concat());
        let got = last_views(&merged(&streams, &picks));
        prop_assert_eq!(got, want);
    }

    #[test]
    fn any_repetition_ends_in_the_same_views(script in vec(any::<u8>(), 0..24), picks in vec(0_usize..4, 0..200), again in vec(0_usize..4, 1..4)) {
        let streams = streams(&script);
        let want = last_views(&streams.concat());
        let mut events = merged(&streams, &picks);
        for number in again {
            events.extend(streams[number].iter().cloned());
        }
        prop_assert_eq!(last_views(&events), want);
    }
}

#[test]
fn the_streams_make_boxes_at_all() {
    let views = last_views(&streams(&[2, 2, 0, 0, 1, 1, 2, 2, 4]).concat());
    assert!(views.len() >= 3, "{views:?}");
    let text = json!(views).to_string();
    assert!(
        text.contains("scout") && text.contains("2.rs"),
        "the child is inside its parent: {text}"
    );
}

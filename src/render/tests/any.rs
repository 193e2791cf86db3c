//! What holds for any events, however they come.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::frame::frame;
use super::super::{Commentary, Markup, Moment, Renderer, Settings, text};
use crate::view::{self, Board, RunKey};
use crate::wire::event::Event;
use crate::wire::frame::{Frame, MAX_FRAME_BYTES, MAX_STEPS, Step};
use crate::wire::time::Time;

/// One record of a random session: its type and a few small numbers.
type Record = (u8, u8, u8, u8, Option<u32>);

fn record() -> impl Strategy<Value = Record> {
    (
        0..24_u8,
        0..4_u8,
        0..4_u8,
        0..7_u8,
        proptest::option::weighted(0.9, 0..4_000_u32),
    )
}

fn streams() -> impl Strategy<Value = Vec<Vec<Record>>> {
    proptest::collection::vec(proptest::collection::vec(record(), 1..40), 1..4)
}

/// The events of session `no`.
fn events(no: usize, records: &[Record]) -> Vec<Event> {
    let events = records.iter().enumerate();
    events.map(|(at, record)| event(no, at, *record)).collect()
}

fn event(no: usize, at: usize, (kind, x, y, z, seconds): Record) -> Event {
    let outcomes = [
        "ok",
        "error",
        "interrupted",
        "timeout",
        "background",
        "unknown",
        "new",
    ];
    let outcome = outcomes[usize::from(z)];
    let (run, call) = (format!("r{x}"), format!("c{y}"));
    let link = |sid: u8| {
        json!({"source": "test", "sid": format!("s{sid}"),
        "session": format!("name{}", sid / 2)})
    };
    let mut row = false;
    let mut body = match kind {
        0..=2 => {
            let mut body =
                json!({"type": "run.start", "cause": if z < 5 { "user" } else { "cron" }});
            if z == 0 {
                body["parent"] = link(y);
            }
            body
        }
        3 => json!({"type": "run.start", "cause": "subagent", "continues": format!("r{y}")}),
        4 => json!({"type": "run.end", "outcome": outcome, "inferred": y == 0}),
        5 => {
            row = true;
            json!({"type": "run.end", "outcome": outcome})
        }
        6..=8 => json!({"type": "tool.start", "call": call, "name": format!("tool{z}")}),
        9..=11 => json!({"type": "tool.end", "call": call, "outcome": outcome, "job": "j"}),
        12 => json!({"type": "job.end", "job": "j", "outcome": outcome}),
        13 => {
            json!({"type": "text", "id": call, "phase": (["commentary", "final", "unknown"][usize::from(z % 3)]),
            "mode": (["whole", "delta", "replace"][usize::from(y % 3)]), "text": "words"})
        }
        14 => {
            json!({"type": "blocked", "id": call, "on": "permission", "call": if z == 0 { Value::Null } else { call.clone().into() }})
        }
        15 => json!({"type": "unblocked", "id": call}),
        16 | 17 => {
            json!({"type": "agent.start", "call": if z == 0 { Value::Null } else { call.clone().into() },
            "child": link(x), "kind": "subagent"})
        }
        18 => json!({"type": "agent.end", "child": link(x), "outcome": outcome}),
        19 => {
            json!({"type": "usage", "id": call, "scope": if z == 0 { "total" } else { "call" }, "total": z, "cost_usd": 0.1})
        }
        20 => json!({"type": "session.start", "parent": if z < 4 { link(y) } else { Value::Null }}),
        21 => json!({"type": "error", "message": "no", "retrying": z > 3}),
        22 => json!({"type": "tick", "now": Time(i64::from(seconds.unwrap_or(0)) * 1_000)}),
        _ => {
            json!({"type": (["status", "reset", "plan", "tool.update", "compact", "new"][usize::from(z % 6)]),
            "state": (["idle", "blocked", "working", "error"][usize::from(y)]), "call": call, "done": z, "total": 9})
        }
    };
    body["v"] = 1.into();
    body["source"] = "test".into();
    body["sid"] = format!("s{no}").into();
    body["session"] = format!("name{}", no / 2).into();
    if z != 6 {
        body["run"] = run.into();
    }
    if let Some(seconds) = seconds.filter(|_| kind != 22) {
        body["ts"] = json!(Time(i64::from(seconds) * 1_000));
    }
    body["src"] = match (kind, row) {
        (22, _) => json!({"kind": "clock", "n": 0}),
        (_, true) => json!({"kind": "row", "n": 0}),
        _ => json!({"kind": "file", "at": format!("s{no}"), "off": at * 10, "n": 0}),
    };
    Event::read(body.to_string().as_bytes()).expect("a random event is an event")
}

/// The frame of every run, whether it has a box or not.
fn all(board: &Board) -> BTreeMap<RunKey, (bool, Frame)> {
    let mut frames = BTreeMap::new();
    let settings = Settings {
        explain: true,
        ..Settings::default()
    };
    for sid in 0..4 {
        for run in 0..4 {
            let key = RunKey {
                source: "test".into(),
                sid: format!("s{sid}").into(),
                run: format!("r{run}").into(),
            };
            if let Some(view) = board.run(&key) {
                frames.insert(key, (view.has_box(), frame(&view, view.rev(), &settings)));
            }
        }
    }
    frames
}

fn count(steps: &[Step]) -> usize {
    let nested = steps.iter().filter_map(|step| step.child.as_ref());
    steps.len() + nested.map(|child| count(&child.steps)).sum::<usize>()
}

proptest! {
    #[test]
    fn sessions_interleave_and_repeat_without_a_trace(
        streams in streams(),
        picks in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..10_u8), 0..150),
    ) {
        let streams: Vec<_> = streams.iter().enumerate().map(|(no, records)| events(no, records)).collect();
        let mut calm = Board::new(view::Settings::default());
        streams.iter().flatten().for_each(|event| { calm.fold(event); });

        let mut wild = Board::new(view::Settings::default());
        let mut read = vec![0; streams.len()];
        for (session, from, again) in picks {
            let no = session.index(streams.len());
            if again == 0 && read[no] > 0 {
                // What was read before is read again, from its beginning.
                streams[no][..from.index(read[no])].iter().for_each(|event| { wild.fold(event); });
            } else if let Some(event) = streams[no].get(read[no]) {
                wild.fold(event);
                read[no] += 1;
            }
        }
        for (stream, read) in streams.iter().zip(read).rev() {
            stream[read..].iter().for_each(|event| { wild.fold(event); });
        }
        let (calm, wild) = (all(&calm), all(&wild));
        prop_assert!(calm.keys().eq(wild.keys()), "{:?} {:?}", calm.keys(), wild.keys());
        for (key, frame) in calm {
            let other = &wild[&key];
            let texts = [&frame, other].map(|(_, frame)| frame.text.clone().unwrap_or_default().markdown);
            prop_assert!(frame == *other, "{:?}\n{:#?}\n{:?}\n{:?}", key, texts, frame.1.src, other.1.src);
        }
    }

    #[test]
    fn frames_of_any_events_keep_their_promises(streams in streams(), latest in any::<bool>(), turns in any::<bool>()) {
        let settings = Settings {
            markup: if latest { Markup::Plain } else { Markup::Markdown },
            commentary: if latest { Commentary::Latest } else { Commentary::All },
            ..Settings::default()
        };
        let streams: Vec<_> = streams.iter().enumerate().map(|(no, records)| events(no, records)).collect();
        let longest = streams.iter().map(Vec::len).max().unwrap_or_default();
        let mut order: Vec<&Event> = streams.iter().flatten().collect();
        if turns {
            order = (0..longest).flat_map(|at| streams.iter().filter_map(move |stream| stream.get(at))).collect();
        }
        let mut board = Board::new(view::Settings::default());
        let mut renderer = Renderer::new(settings.clone());
        let mut revs: BTreeMap<String, u64> = BTreeMap::new();
        for event in order {
            for frame in renderer.step(&mut board, event) {
                let mut line = Vec::new();
                frame.write(&mut line);
                prop_assert!(line.len() <= MAX_FRAME_BYTES);
                prop_assert!(count(&frame.view.steps) <= MAX_STEPS);
                prop_assert_eq!(frame.state.is_final(), frame.end.is_some());
                let totals = &frame.view.totals;
                prop_assert!(totals.ended <= totals.tools && totals.failed <= totals.tools);
                if frame.state.is_final() {
                    prop_assert_eq!(totals.ended, totals.tools, "nothing pends after the end");
                    prop_assert!(!running(&frame.view.steps), "{:?}", frame.view.steps);
                }
                let known = revs.entry(frame.key.clone()).or_default();
                prop_assert!(frame.rev >= *known, "rev never falls");
                *known = frame.rev;
                let again: Frame = serde_json::from_slice(&line).expect("a frame reads");
                let text = text(&again.view, Moment::of(&again), &settings);
                let sent = again.text.as_ref().and_then(|text| text.any());
                prop_assert_eq!(Some(text.as_str()), sent, "a sink renders the same");
                prop_assert_eq!(again, frame);
            }
        }
    }
}

/// Whether a step is shown as running.
fn running(steps: &[Step]) -> bool {
    use crate::wire::frame::StepStatus::{Active, Blocked};
    steps.iter().any(|step| {
        matches!(step.status, Active | Blocked)
            || step
                .child
                .as_ref()
                .is_some_and(|child| running(&child.steps))
    })
}

//! A frame for a place that shows its text: of its view no more than a box tells beside it.
//!
//! The view is most of a frame. Who shows a text that came along needs whose work it is, since
//! when, what it waits for, and which steps are under way; all else is skipped and not kept.

use std::borrow::Cow;
use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::event::Name;
use super::frame::{Child, Frame, State, Step, StepStatus, Totals, View, Waiting};
use super::time::Time;

/// Reads a frame whose view holds what [`Frame::view`] says of its agent, its begin, its remarks,
/// what it waits for, and the steps that are not over. What else the view says is not looked at.
///
/// # Errors
///
/// It is no frame.
pub fn read(line: &[u8]) -> serde_json::Result<Frame> {
    // All of it at once, or each of its many strings would be looked at by itself.
    let frame: Frame<Glance> = match simdutf8::basic::from_utf8(line) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(line),
    }?;
    Ok(frame.into())
}

#[derive(Deserialize)]
struct Glance {
    agent: String,
    #[serde(default)]
    started: Option<Time>,
    #[serde(default)]
    steps: Pending,
    #[serde(default)]
    blocked: Option<Waiting>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    why: Option<String>,
}

impl From<Frame<Glance>> for Frame {
    fn from(frame: Frame<Glance>) -> Self {
        let view = View {
            agent: frame.view.agent,
            started: frame.view.started,
            steps: frame.view.steps.0,
            blocked: frame.view.blocked,
            note: frame.view.note,
            why: frame.view.why,
            ..View::default()
        };
        Self {
            v: frame.v,
            kind: frame.kind,
            key: frame.key,
            source: frame.source,
            sid: frame.sid,
            session: frame.session,
            run: frame.run,
            rev: frame.rev,
            at: frame.at,
            last: frame.last,
            state: frame.state,
            end: frame.end,
            routes: frame.routes,
            title: frame.title,
            view,
            text: frame.text,
            src: frame.src,
        }
    }
}

/// The steps that are not over, or that hold one.
#[derive(Default)]
struct Pending(Vec<Step>);

impl<'de> Deserialize<'de> for Pending {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Steps)
    }
}

struct Steps;

impl<'de> Visitor<'de> for Steps {
    type Value = Pending;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of steps")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut steps: A) -> Result<Pending, A::Error> {
        let mut pending = Vec::new();
        while let Some(brief) = steps.next_element::<Brief<'de>>()? {
            pending.extend(brief.pending());
        }
        Ok(Pending(pending))
    }
}

/// A step, borrowed as long as it is not known whether it stays.
#[derive(Deserialize)]
struct Brief<'a> {
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(default, borrow)]
    detail: Option<Text<'a>>,
    status: StepStatus,
    #[serde(default)]
    child: Option<Within>,
}

/// `Option<Cow<str>>` would not borrow.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A sub-agent's part of it.
#[derive(Deserialize)]
struct Within {
    state: State,
    #[serde(default)]
    steps: Pending,
}

impl Brief<'_> {
    fn pending(self) -> Option<Step> {
        let child = self.child.filter(|child| !child.steps.0.is_empty());
        let pends = self.status.pends();
        (pends || child.is_some()).then(|| Step {
            id: Name::default(),
            title: self.title.into_owned(),
            detail: self.detail.map(|text| text.0.into_owned()),
            status: self.status,
            started: None,
            ms: None,
            note: None,
            child: child.map(Within::child),
        })
    }
}

impl Within {
    fn child(self) -> Box<Child> {
        Box::new(Child {
            title: String::new(),
            sid: None,
            state: self.state,
            steps: self.steps.0,
            earlier: 0,
            earlier_agents: 0,
            earlier_running: 0,
            totals: Totals::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::wire::about::About;

    fn step(id: &str, status: &str, below: &[Value]) -> Value {
        let child =
            json!({"title": "c", "state": "active", "steps": below, "totals": {"tools": 1}});
        let child = (!below.is_empty()).then_some(child);
        json!({"id": id, "title": id, "detail": "\u{2713} x", "status": status, "ms": 5, "child": child})
    }

    fn line(view: &Value) -> Vec<u8> {
        json!({
            "v": 1, "type": "frame", "key": "k", "source": "s", "sid": "x", "session": "n", "run": "r", "rev": 7,
            "at": "2026-09-25T10:00:00.000Z", "last": "2026-09-25T09:00:00.000Z", "state": "blocked", "end": "silence",
            "routes": [{"sink": "mattermost", "from": "key"}], "title": "t", "view": view,
            "text": {"markdown": "m"}, "src": [{"kind": "file", "n": 1}],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn what_a_box_tells_beside_its_text_is_there_and_the_rest_is_as_it_came() {
        let view = json!({
            "agent": "main", "started": "2026-09-25T08:00:00.000Z", "note": "no output", "ms": 3,
            "blocked": {"on": "permission", "what": "rm"}, "commentary": ["c"], "totals": {"tools": 9},
            "steps": [step("a", "ok", &[]), step("b", "active", &[]), step("c", "ok", &[step("d", "background", &[])]),
                step("e", "ok", &[step("f", "error", &[])])],
        });
        let line = line(&view);
        let whole: Frame = serde_json::from_slice(&line).expect("a frame");
        let glance = read(&line).expect("a frame");
        assert_eq!(About::of(&glance), About::of(&whole));
        assert_eq!(glance.view.started, whole.view.started);
        let ids: Vec<_> = glance.view.steps.iter().map(|step| &*step.title).collect();
        assert_eq!(ids, ["b", "c"], "what is over is not kept");
        let rest = Frame {
            view: whole.view.clone(),
            ..glance
        };
        assert_eq!(rest, whole);
    }

    #[test]
    fn a_line_without_a_view_is_no_frame() {
        for view in [json!(null), json!({}), json!({"agent": "a", "steps": 5})] {
            assert!(read(&line(&view)).is_err(), "{view}");
        }
    }
}

//! The walk of a line without disk or processes: dialect, redaction, pipeline.

use std::sync::Arc;

use live_status::daemon::pipeline::Pipeline;
use live_status::label::{Detail, Labeller, Rules};
use live_status::safe::redact::Redactor;
use live_status::source::openclaw::{self, Row};
use live_status::source::{Identity, Out};
use live_status::wire::event::{Event, Src};
use live_status::wire::frame::Frame;
use live_status::{render, view};
use serde_json::Value;

use super::tree::Talk;

/// The events of one transcript and its row.
pub fn events(agent: &str, key: &str, sid: &str, row: &Value, talk: &Talk) -> Vec<Event> {
    let who = Identity {
        source: openclaw::SOURCE.into(),
        agent: Some(agent.into()),
        sid: sid.into(),
        session: Some(key.into()),
    };
    let mut session = openclaw::Session::new(who, openclaw::Settings::default());
    let row = Row::parse(key, &row.to_string()).expect("a row");
    session.learn(Some(key.into()), row.into());
    let (mut events, mut remarks) = (Vec::new(), Vec::new());
    let bytes = talk.bytes();
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let mut src = Src::clock();
        src.at = Some(sid.into());
        src.off = Some(number as u64);
        // A line that is no record is skipped, as the reader does.
        let _ = session.record(line, &mut Out::new(&mut events, &mut remarks, &src));
    }
    session.judge(&mut Out::new(&mut events, &mut remarks, &Src::clock()));
    let redactor = Redactor::new(&[]);
    for event in &mut events {
        event.body.each_text(&mut |_, text| {
            if let std::borrow::Cow::Owned(clean) = redactor.redact(text) {
                *text = clean;
            }
        });
    }
    events
}

/// A pipeline with everything shown that can be shown, and the reasons only where asked for:
/// they name the newest tick, which is no part of a run's state.
pub fn pipeline(markup: render::Markup, detail: Detail, explain: bool) -> Pipeline {
    Pipeline::new(
        Labeller::new(Rules::default(), detail),
        Arc::new(Redactor::new(&[])),
        view::Settings::default(),
        render::Settings {
            markup,
            commentary: render::Commentary::All,
            trail: true,
            explain,
            max_lines: 50,
            ..render::Settings::default()
        },
    )
}

/// Every frame that the events make.
pub fn frames(pipeline: &mut Pipeline, events: &[Event]) -> Vec<Frame> {
    let mut frames = Vec::new();
    for event in events {
        frames.extend(pipeline.step(&mut event.clone()));
    }
    frames.extend(pipeline.finish());
    frames
}

//! Scenes for tests: a session told in lines, as `2.5 tool a Reading`.

use serde_json::{Value, json};

use crate::wire::event::Event;
use crate::wire::time::Time;

/// The moment that scenes count their seconds from: 2026-09-25T14:30:00Z.
pub(crate) const START: Time = Time(1_790_346_600_000);

/// One session's events.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    sid: String,
    run: Option<String>,
    generation: String,
    off: u64,
    pub(crate) events: Vec<Event>,
}

/// The session `sid`, whose lines are `script`.
///
/// A line is seconds since [`START`], a verb and its words; the verbs are those of
/// [`Scene::line`]. Lines may also be split by `;`.
pub(crate) fn scene(sid: &str, script: &str) -> Scene {
    Scene {
        sid: sid.into(),
        run: None,
        generation: "g".into(),
        off: 0,
        events: Vec::new(),
    }
    .more(script)
}

impl Scene {
    pub(crate) fn more(mut self, script: &str) -> Self {
        let lines = script.split(['\n', ';']).map(str::trim);
        for line in lines.filter(|line| !line.is_empty()) {
            self.line(line);
        }
        self
    }

    /// What follows was read after the file was replaced.
    pub(crate) fn generation(mut self, name: &str) -> Self {
        self.generation = name.into();
        self.off = 0;
        self
    }

    pub(crate) fn replayed(mut self) -> Self {
        self.events.iter_mut().for_each(|event| event.replay = true);
        self
    }

    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let word = |at: usize| words.get(at).copied().unwrap_or_default();
        let rest = |at: usize| words.get(at..).unwrap_or_default().join(" ");
        let seconds: f64 = word(0).parse().expect("a line starts with seconds");
        let at = START.plus_ms((seconds * 1_000.0) as i64);
        let link = |sid: &str| json!({"source": "test", "sid": sid});
        let mut row = false;
        let mut body = match word(1) {
            "start" => {
                self.run = Some(word(2).into());
                let cause = if word(3).is_empty() { "user" } else { word(3) };
                json!({"type": "run.start", "cause": cause})
            }
            "goes" => {
                let known = self.run.replace(word(2).into());
                json!({"type": "run.start", "cause": "subagent", "continues": known})
            }
            "of" => {
                self.run = Some(word(2).into());
                return;
            }
            "norun" => {
                self.run = None;
                return;
            }
            "stop" => json!({"type": "run.end", "outcome": word(2)}),
            "took" => json!({"type": "run.end", "outcome": word(2),
                "ms": word(3).parse::<u64>().expect("milliseconds")}),
            "rowstop" => {
                row = true;
                json!({"type": "run.end", "outcome": word(2), "at": at})
            }
            "infer" => json!({"type": "run.end", "outcome": word(2), "inferred": true}),
            "silent" => json!({"type": "run.end", "outcome": "ok", "reason": "silent"}),
            "tool" => {
                let mut body = json!({"type": "tool.start", "call": word(2), "name": "exec"});
                if !word(3).is_empty() {
                    let target = Some(rest(4)).filter(|target| !target.is_empty());
                    let text = format!("{} {}", word(3), rest(4));
                    body["label"] = json!({"text": text.trim(), "rule": "test"});
                    body["label"]["target"] = target.map_or(Value::Null, Value::from);
                }
                body
            }
            "inner" => json!({"type": "tool.start", "call": word(2), "name": word(4),
                "parent_call": word(3)}),
            "end" => {
                let mut body = json!({"type": "tool.end", "call": word(2), "outcome": word(3)});
                if let Ok(code) = word(4).parse::<i64>() {
                    body["exit_code"] = code.into();
                }
                body
            }
            "background" => json!({"type": "tool.end", "call": word(2), "outcome": "background",
                "job": word(3)}),
            "job" => json!({"type": "job.end", "job": word(2), "outcome": word(3)}),
            "say" => json!({"type": "text", "id": format!("t{}", self.off), "phase": word(2),
                "mode": "whole", "text": rest(3)}),
            "piece" => json!({"type": "text", "id": "pieces", "phase": "unknown", "mode": "delta",
                "text": rest(2)}),
            "progress" => json!({"type": "progress", "tag": word(2), "text": rest(3)}),
            "block" => json!({"type": "blocked", "id": word(2), "on": word(3), "what": rest(4)}),
            "blockcall" => json!({"type": "blocked", "id": word(2), "on": "permission",
                "call": word(2)}),
            "unblock" => json!({"type": "unblocked", "id": word(2)}),
            "error" => json!({"type": "error", "message": rest(2), "retrying": false}),
            "retry" => json!({"type": "error", "message": rest(2), "retrying": true}),
            "spawn" => json!({"type": "agent.start", "call": word(2), "child": link(word(3)),
                "title": rest(4), "kind": "subagent"}),
            "sends" => json!({"type": "agent.start", "call": word(2), "child": link(word(3)),
                "title": rest(4), "kind": "subagent", "announces": true}),
            "over" => json!({"type": "agent.end", "child": link(word(2)), "outcome": word(3)}),
            "parent" => json!({"type": "session.start", "kind": "subagent",
                "parent": link(word(2))}),
            "usage" => json!({"type": "usage", "id": word(2), "scope": "call",
                "total": word(3).parse::<u64>().expect("tokens"),
                "cost_usd": word(4).parse::<f64>().unwrap_or_default()}),
            "model" => json!({"type": "model", "model": word(2)}),
            "plan" => json!({"type": "plan", "done": word(2).parse::<u64>().expect("done"),
                "total": word(3).parse::<u64>().expect("total"),
                "current": Some(rest(4)).filter(|text| !text.is_empty())}),
            "wrote" => json!({"type": "tool.end", "call": word(2), "outcome": "ok",
                "files": [{"path": word(3), "added": word(4).parse::<u64>().ok(),
                    "removed": word(5).parse::<u64>().ok()}]}),
            "context" => json!({"type": "usage", "id": word(1), "scope": "call",
                "context": {"used": word(2).parse::<u64>().expect("used"),
                    "size": word(3).parse::<u64>().ok()}}),
            "status" => json!({"type": "status", "state": word(2)}),
            "route" => json!({"type": "route", "sink": "mattermost", "channel": word(2),
                "from": if word(3).is_empty() { "record" } else { word(3) }}),
            "reset" | "rewind" | "live" => json!({"type": word(1)}),
            "tick" => json!({"type": "tick", "now": at}),
            other => json!({"type": other}),
        };
        body["v"] = 1.into();
        body["source"] = "test".into();
        body["session"] = format!("agent:main:{}", self.sid).into();
        body["sid"] = self.sid.as_str().into();
        body["agent"] = "main".into();
        if let Some(run) = &self.run {
            body["run"] = run.as_str().into();
        }
        body["src"] = json!({"kind": "clock", "n": 0});
        if row {
            body["src"] = json!({"kind": "row", "at": "rows", "n": 0});
        } else if word(1) != "tick" {
            body["ts"] = serde_json::to_value(at).expect("a time");
            body["src"] = json!({"kind": "file", "at": self.sid, "gen": self.generation,
                "off": self.off, "n": 0});
            self.off += 100;
        }
        let event = Event::read(body.to_string().as_bytes());
        self.events.push(event.expect(line));
    }
}

//! Which sessions have a run that shows and is not over. Pure.

use std::collections::HashMap;

use crate::wire::event::Name;
use crate::wire::frame::Frame;

/// Sessions at work, each with the key of its newest open run.
#[derive(Debug, Default)]
pub(super) struct Census(HashMap<(Name, Name), String>);

/// Sessions that are counted at most; a hostile stream may name ever new ones.
const MOST: usize = 100_000;

impl Census {
    /// A frame came.
    pub(super) fn saw(&mut self, frame: &Frame) {
        let session = (frame.source.clone(), frame.sid.clone());
        if frame.state.is_final() {
            if self.0.get(&session) == Some(&frame.key) {
                self.0.remove(&session);
            }
        } else if self.0.len() < MOST || self.0.contains_key(&session) {
            self.0.insert(session, frame.key.clone());
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn frame(sid: &str, key: &str, state: &str) -> Frame {
        let frame = json!({
            "v": 1, "type": "frame", "key": key, "source": "openclaw", "sid": sid, "run": key,
            "rev": 1, "at": "2026-09-25T10:00:00.000Z", "state": state, "routes": [], "title": "t",
            "view": {"agent": "main", "totals": {"tools": 0}}, "src": [],
        });
        serde_json::from_value(frame).expect("a frame")
    }

    #[test]
    fn a_session_is_at_work_until_its_newest_run_is_over() {
        let steps = [
            ("s", "a", "active", 1),
            ("s", "a", "blocked", 1),
            ("s", "b", "active", 1),
            ("s", "a", "done", 1),
            ("t", "c", "active", 2),
            ("s", "b", "error", 1),
            ("t", "c", "interrupted", 0),
            ("t", "c", "done", 0),
        ];
        let mut census = Census::default();
        for (number, (sid, key, state, want)) in steps.into_iter().enumerate() {
            census.saw(&frame(sid, key, state));
            assert_eq!(census.count(), want, "step {number}");
        }
    }
}

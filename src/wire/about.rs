//! What a box tells of itself to whoever lists boxes: whose work it shows, and why it stands so.

use serde::{Deserialize, Serialize};

use super::frame::{End, Frame, State};
use super::time::Time;

/// Whose work a box shows, and why it stands as it does: for people, and for a `run` that looks
/// where the work of an unfinished box is recorded.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The family of its transcripts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The session: its name, else its UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The session's UUID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Its transcript, as the source shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<String>,
    /// When the newest record of its run was written; a clock that moves is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
    /// Since when it has been in its state, on our clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<Time>,
    /// Why it is in that state, in a few words that were made safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// A person closed it, and nothing came of its run since.
    ///
    /// It stands here and in no column of its own: who does not know it reads the row all the
    /// same, and no more than a closed box comes back by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

/// When a box was closed by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The revision of the frame that it showed.
    pub rev: u64,
    /// By the clock of who closed it.
    pub at: Time,
}

impl Closed {
    /// Whether a run at revision `rev`, with a newest record of `last`, went on since.
    ///
    /// A transcript that is read anew may count fewer records than were counted while it grew, and
    /// a record may tell of a time a little before it was written. But what was written long before
    /// the box was closed is nothing new, though the box may never have shown it.
    #[must_use]
    pub fn is_before(&self, rev: u64, last: Option<Time>) -> bool {
        let has_more = rev > self.rev;
        last.map_or(has_more, |last| {
            last > self.at || has_more && self.at.since_ms(last) < WRITTEN_LATE_MS
        })
    }
}

/// A record is written so long after the time that it tells, at most.
const WRITTEN_LATE_MS: i64 = 120_000;

/// The longest text of it, in characters.
const LONGEST: usize = 200;

impl About {
    /// What `frame` tells; since when is for whoever knows what the box showed before.
    #[must_use]
    pub fn of(frame: &Frame) -> Self {
        let session = frame.session.as_ref().unwrap_or(&frame.sid);
        Self {
            agent: short(&frame.view.agent),
            source: short(&frame.source),
            session: short(session),
            sid: Some(frame.sid.as_ref().into()).filter(|sid: &String| !sid.is_empty()),
            transcript: frame
                .src
                .iter()
                .find_map(|src| src.at.as_deref().map(str::to_owned)),
            last: frame.last,
            turned: None,
            closed: None,
            why: why(frame).as_deref().and_then(short),
        }
    }

    /// Whether it tells nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One line, not long; nothing where there is none.
fn short(text: &str) -> Option<String> {
    // As nearly every one is.
    if text.len() <= LONGEST && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        let line = text.trim();
        return (!line.is_empty()).then(|| line.to_owned());
    }
    let line = text.split(|c: char| c.is_control());
    let line = line.collect::<Vec<_>>().join(" ");
    let line: String = line.trim().chars().take(LONGEST).collect();
    (!line.is_empty()).then_some(line)
}

/// Why the run is in its state: what it waits for, what it does, or what told that it is over.
fn why(frame: &Frame) -> Option<String> {
    let view = &frame.view;
    if let Some(why) = &view.why {
        return Some(why.clone());
    }
    if let Some(waiting) = view
        .blocked
        .as_ref()
        .filter(|_| frame.state == State::Blocked)
    {
        return Some(match &waiting.what {
            Some(what) => format!("waits for {}: {what}", waiting.on),
            None => format!("waits for {}", waiting.on),
        });
    }
    let ended = match &frame.end {
        Some(End::Explicit) => Some("its transcript says so".to_owned()),
        Some(End::Silence) => Some("nothing came for long enough".to_owned()),
        Some(End::Other(_)) | None => None,
    };
    let doing = || {
        let newest = view.steps.iter().rev().find(|step| step.status.pends())?;
        Some(match &newest.detail {
            Some(detail) => format!("{} {detail}", newest.title),
            None => newest.title.clone(),
        })
    };
    match frame.state.is_final() {
        true => view.note.clone().or(ended),
        false => view.note.clone().or_else(doing),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn frame(state: &str, view: &serde_json::Value) -> Frame {
        let mut view = view.clone();
        view["agent"] = "main".into();
        view["totals"] = json!({"tools": 2});
        let frame = json!({
            "v": 1, "type": "frame", "key": "k", "source": "openclaw", "sid": "s1", "run": "r", "rev": 1,
            "state": state, "end": "silence", "title": "main: working", "view": view,
        });
        serde_json::from_value(frame).expect("a frame")
    }

    #[test]
    fn the_reason_is_what_it_waits_for_or_does_or_what_ended_it() {
        let step = |title: &str, status: &str| json!({"id": title, "title": title, "detail": "x", "status": status});
        let cases = [
            (
                "blocked",
                json!({"blocked": {"on": "permission", "what": "rm"}}),
                Some("waits for permission: rm"),
            ),
            (
                "blocked",
                json!({"blocked": {"on": "quota"}}),
                Some("waits for quota"),
            ),
            (
                "active",
                json!({"note": "no output for 1m"}),
                Some("no output for 1m"),
            ),
            (
                "active",
                json!({"steps": [step("Reading", "active"), step("Running", "background"), step("Writing", "ok")]}),
                Some("Running x"),
            ),
            ("active", json!({}), None),
            ("done", json!({}), Some("nothing came for long enough")),
            (
                "error",
                json!({"note": "prompt is\ntoo long"}),
                Some("prompt is too long"),
            ),
            ("done", json!({"why": "end record"}), Some("end record")),
        ];
        for (state, view, want) in cases {
            let about = About::of(&frame(state, &view));
            assert_eq!(about.why.as_deref(), want, "{state}: {view}");
            assert_eq!(about.agent.as_deref(), Some("main"));
            assert_eq!(about.session.as_deref(), Some("s1"));
        }
    }

    #[test]
    fn a_run_goes_on_by_its_records_or_by_their_time() {
        let closed = Closed {
            rev: 7,
            at: Time(1_000_000),
        };
        let cases = [
            (7, None, false),
            (7, Some(1_000_000), false),
            (6, Some(999_900), false),
            (8, Some(999_900), true),
            // The box never showed it, and nothing came since.
            (8, Some(700_000), false),
            (8, None, true),
            (2, Some(1_000_001), true),
        ];
        for (rev, last, want) in cases {
            let goes_on = closed.is_before(rev, last.map(Time));
            assert_eq!(goes_on, want, "{rev} {last:?}");
        }
    }

    #[test]
    fn nothing_of_it_is_long() {
        let long = json!({"note": "x".repeat(5_000)});
        let why = About::of(&frame("active", &long)).why.expect("a reason");
        assert_eq!(why.len(), LONGEST);
        assert!(About::default().is_empty());
    }
}

//! One step of a run: a call of a tool, or a sub-agent.

use crate::safe::clip_bytes;
use crate::wire::event::{Label, Link, Name, Outcome, SessionKind, ToolEnd};
use crate::wire::frame::StepStatus;
use crate::wire::time::Time;

use super::files::lines;

/// Longest text kept of one field, in bytes; a renderer cuts shorter.
pub(super) const MAX_TEXT_BYTES: usize = 1_024;

/// A call of a tool, a sub-agent, or both at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The call's id; `agent:` and the child's name where no call is known.
    pub id: Name,
    /// The phrase without its target, else the tool's name; empty as long as only the end was seen.
    pub title: String,
    /// The safe target.
    pub detail: Option<String>,
    /// The call inside which this one was made.
    pub parent: Option<Name>,
    /// When it began.
    pub started: Option<Time>,
    /// When it ended.
    pub ended: Option<Time>,
    /// How long it took by the source's own measure, in milliseconds.
    pub ms: Option<u64>,
    /// How it ended; none while it runs.
    pub outcome: Option<Outcome>,
    /// The process's exit code.
    pub exit_code: Option<i64>,
    /// The background job it became.
    pub job: Option<Name>,
    /// Lines it added to files and removed from them.
    pub lines: Option<(u64, u64)>,
    /// The sub-agent it started; boxed, since few steps have one and thousands are kept.
    pub agent: Option<Box<Agent>>,
    /// Its start was seen, so it can be shown.
    pub known: bool,
    /// It is a call of a tool, not only a sub-agent.
    pub call: bool,
    /// Its run ended and began again, so a missing end will not come.
    pub closed: bool,
}

/// The sub-agent that a step started.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Which session, perhaps which run.
    pub child: Link,
    /// Its label.
    pub title: Option<String>,
    /// What kind of session.
    pub kind: SessionKind,
    /// When the parent started it.
    pub started: Option<Time>,
    /// Its result comes in a turn that goes on with the parent's run.
    pub announces: bool,
    /// No record proves that it is one.
    pub inferred: bool,
    /// How it ended, as the parent was told, and when.
    pub ended: Option<(Outcome, Option<Time>)>,
}

impl Step {
    pub(super) fn new(id: Name, started: Option<Time>) -> Self {
        Self {
            id,
            title: String::new(),
            detail: None,
            parent: None,
            started,
            ended: None,
            ms: None,
            outcome: None,
            exit_code: None,
            job: None,
            lines: None,
            agent: None,
            known: false,
            call: false,
            closed: false,
        }
    }

    /// It has not come back, and may still.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.call && self.outcome.is_none() && !self.closed
    }

    /// It went to the background as a job whose end would be told.
    #[must_use]
    pub fn is_job(&self) -> bool {
        self.outcome == Some(Outcome::Background) && self.job.is_some() && !self.closed
    }

    /// It is a sub-agent that goes on whatever becomes of the turn that started it.
    pub(super) fn works_beside(&self) -> bool {
        let agent = self.agent.as_deref();
        agent.is_some_and(|agent| agent.announces || self.is_job())
    }

    /// It is a sub-agent that is over.
    pub(super) fn was_agent(&self) -> bool {
        let back = self.outcome.is_some() && !self.is_job();
        let agent = self.agent.as_deref();
        agent.is_some_and(|agent| agent.ended.is_some() || back)
    }

    /// It failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Some(Outcome::Error | Outcome::Timeout))
    }

    /// How far it is, while its run goes on.
    #[must_use]
    pub fn status(&self) -> StepStatus {
        match &self.outcome {
            None if self.closed => StepStatus::Unknown,
            None => StepStatus::Active,
            Some(Outcome::Background) => StepStatus::Background,
            Some(outcome) => of_outcome(outcome),
        }
    }

    /// How long it took, in milliseconds; none while it runs or where nothing tells.
    #[must_use]
    pub fn took_ms(&self) -> Option<u64> {
        self.ms.or_else(|| {
            let ms = self.ended?.since_ms(self.started?);
            u64::try_from(ms).ok()
        })
    }

    /// Takes the phrase from `label`, else from the tool's own `names`, best first.
    pub(super) fn entitle(&mut self, label: Option<&Label>, names: [Option<&str>; 3]) {
        if let Some(label) = label {
            let (title, detail) = split(label);
            self.title = kept(title);
            self.detail = detail.map(kept);
        } else if let Some(name) = names.into_iter().flatten().find(|name| !name.is_empty()) {
            self.title = kept(name);
        } else if self.title.is_empty() {
            "tool".clone_into(&mut self.title);
        }
    }

    /// Takes how it ended. A known outcome is not replaced by `unknown`.
    pub(super) fn end(&mut self, end: &ToolEnd, at: Option<Time>) {
        let told = self.outcome.is_some();
        if told && end.outcome == Outcome::Unknown {
            return;
        }
        // A job that ended is not made pending by the record that started it.
        if told && end.outcome == Outcome::Background {
            return;
        }
        self.outcome = Some(end.outcome.clone());
        self.exit_code = end.exit_code.or(self.exit_code);
        self.ms = end.ms.or(self.ms);
        self.job = end.job.clone().or_else(|| self.job.take());
        if !end.files.is_empty() {
            let all = end.files.iter().map(lines);
            let sum = |(a, r): (u64, u64), (b, s)| (a.saturating_add(b), r.saturating_add(s));
            self.lines = Some(all.fold((0, 0), sum));
        }
        if !told || self.ended.is_none() {
            self.ended = at;
        }
    }
}

/// The status that an outcome is shown as.
pub(super) fn of_outcome(outcome: &Outcome) -> StepStatus {
    match outcome {
        Outcome::Ok => StepStatus::Ok,
        Outcome::Error | Outcome::Timeout => StepStatus::Error,
        Outcome::Interrupted | Outcome::Denied | Outcome::Skipped | Outcome::Cancelled => {
            StepStatus::Stopped
        }
        Outcome::Background => StepStatus::Background,
        Outcome::Unknown | Outcome::Other(_) => StepStatus::Unknown,
    }
}

/// The phrase and its target: `Reading config.rs` is `Reading` and `config.rs`.
fn split(label: &Label) -> (&str, Option<&str>) {
    let target = label.target.as_deref().map(str::trim).unwrap_or_default();
    if target.is_empty() {
        return (label.text.trim(), None);
    }
    match label.text.trim_end().strip_suffix(target).map(str::trim) {
        Some("") => (target, None),
        Some(title) => (title, Some(target)),
        None => (label.text.trim(), Some(target)),
    }
}

/// `text` as it is kept: not longer than it could ever be shown.
pub(super) fn kept(text: &str) -> String {
    clip_bytes(text, MAX_TEXT_BYTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_phrase_and_its_target() {
        let cases = [
            (
                "Reading config.rs",
                Some("config.rs"),
                ("Reading", Some("config.rs")),
            ),
            ("Searching the web", None, ("Searching the web", None)),
            ("config.rs", Some("config.rs"), ("config.rs", None)),
            ("Thinking", Some("x"), ("Thinking", Some("x"))),
            ("Reading", Some(" "), ("Reading", None)),
        ];
        for (text, target, want) in cases {
            let label = Label {
                text: text.into(),
                target: target.map(Into::into),
                rule: "test".into(),
            };
            assert_eq!(split(&label), want, "{text:?} and {target:?}");
        }
    }

    #[test]
    fn a_better_known_end_is_kept() {
        let cases = [
            ("ok", "unknown", "ok"),
            ("unknown", "error", "error"),
            ("ok", "background", "ok"),
            ("background", "ok", "ok"),
            ("error", "ok", "ok"),
        ];
        for (first, second, want) in cases {
            let mut step = Step::new("c".into(), None);
            for outcome in [first, second] {
                let end =
                    serde_json::from_value(serde_json::json!({"call": "c", "outcome": outcome}));
                step.end(&end.expect("an end"), None);
            }
            assert_eq!(
                step.outcome,
                Some(Outcome::from(want)),
                "{first} then {second}"
            );
        }
    }
}

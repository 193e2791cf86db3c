//! Numbers and states as people read them.

use crate::wire::figures::{cost, tokens};
use crate::wire::frame::{Frame, State, StepStatus, Totals};
use crate::wire::time::span;

/// Tokens and cost, those that are known.
pub(super) fn spent(totals: &Totals) -> Vec<String> {
    let used = (totals.tokens > 0).then(|| tokens(totals.tokens));
    used.into_iter()
        .chain(totals.cost_usd.and_then(cost))
        .collect()
}

/// How long a run took, or has been running `extra_ms` after its frame.
pub(super) fn age(frame: &Frame, extra_ms: i64) -> Option<String> {
    let view = &frame.view;
    let until = || Some(view.ended.or(frame.at)?.since_ms(view.started?));
    let ms = view.ms.map(saturated).or_else(until)?;
    let extra = if frame.state.is_final() { 0 } else { extra_ms };
    Some(span(ms.saturating_add(extra)))
}

/// How a step ended in a word, where neither its remark nor its time says it.
pub(super) fn fate(status: &StepStatus) -> Option<&str> {
    match status {
        StepStatus::Active | StepStatus::Ok => None,
        StepStatus::Blocked => Some("waiting"),
        StepStatus::Background => Some("in the background"),
        StepStatus::Error => Some("failed"),
        StepStatus::Stopped => Some("stopped"),
        StepStatus::Unknown => Some("no result seen"),
        StepStatus::Other(word) => Some(word),
    }
}

/// Milliseconds as the clock counts them.
pub(super) fn saturated(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// The state's tag without what a hostile state could bring along.
pub(super) fn tag(state: &State) -> String {
    let tag = state.tag();
    match state {
        State::Other(_) => tag.chars().take(24).collect(),
        _ => tag,
    }
}

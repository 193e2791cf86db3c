//! Numbers and notes as people say them. ASCII only, no markup.

use crate::view::Note;
use crate::wire::event::{Context, Outcome};
use crate::wire::figures;
use crate::wire::frame::{Changes, StepStatus};
use crate::wire::time::span;

/// How long something has been running: coarser the older it is, so that the
/// passing of time alone seldom changes a box.
pub(super) fn running(ms: u64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        0..=59 => format!("{seconds}s"),
        60..=599 => format!("{}m {}s", seconds / 60, seconds % 60 / 5 * 5),
        600..=3_599 => format!("{}m", seconds / 60),
        3_600..=86_399 => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60 / 5 * 5),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

/// How long something took.
pub(super) fn took(ms: u64) -> String {
    span(i64::try_from(ms).unwrap_or(i64::MAX))
}

/// A remark about a state; what went wrong is as its source says it.
pub(super) fn note(note: &Note) -> String {
    match note {
        Note::Quiet(ms) => format!("no output for {}", silence(*ms)),
        Note::NoAnswer(ms) => {
            format!("no output for {} after the last result", silence(*ms))
        }
        Note::LastSeen(ms) => format!("last seen {} ago", ago(*ms)),
        Note::Retrying => "retrying after an error".into(),
        Note::Gone => "its transcript is gone".into(),
        Note::Error(error) => error.to_string(),
    }
}

/// How long ago something was seen, in steps as those of [`silence`].
fn ago(ms: i64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..60 => format!("{} s", seconds / 30 * 30),
        60..300 => format!("{} min", seconds / 60),
        300..3_600 => format!("{} min", seconds / 300 * 5),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        86_400..172_800 => "1 day".to_owned(),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How long nothing came: in steps that grow, as a clock that ticks is noise.
fn silence(ms: i64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..60 => format!("{}s", seconds / 30 * 30),
        60..300 => format!("{}m", seconds / 60),
        300..3_600 => format!("{}m", seconds / 300 * 5),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// `3 files +16 -3`
pub(super) fn changes(changes: &Changes) -> String {
    let files = figures::count(changes.files, "file");
    match lines(changes.added, changes.removed) {
        Some(lines) => format!("{files} {lines}"),
        None => files,
    }
}

/// `+16 -3`; nothing where nothing is known of lines.
pub(super) fn lines(added: u64, removed: u64) -> Option<String> {
    match (added, removed) {
        (0, 0) => None,
        (added, 0) => Some(format!("+{added}")),
        (0, removed) => Some(format!("-{removed}")),
        (added, removed) => Some(format!("+{added} -{removed}")),
    }
}

/// `42% context`; nothing where its size is not known.
pub(super) fn context(context: Context) -> Option<String> {
    let size = context.size.filter(|size| *size > 0)?;
    let percent = u128::from(context.used) * 100 / u128::from(size);
    (percent > 0).then(|| format!("{}% context", percent.min(100)))
}

/// Whether a step of that status still takes time.
pub(super) fn runs(status: &StepStatus) -> bool {
    match status {
        StepStatus::Active | StepStatus::Blocked | StepStatus::Background => true,
        StepStatus::Ok
        | StepStatus::Error
        | StepStatus::Stopped
        | StepStatus::Unknown
        | StepStatus::Other(_) => false,
    }
}

/// The word for an outcome that is not `ok`.
pub(super) fn outcome(outcome: &Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Ok => None,
        Outcome::Error => Some("failed"),
        Outcome::Interrupted => Some("interrupted"),
        Outcome::Timeout => Some("timed out"),
        Outcome::Denied => Some("denied"),
        Outcome::Skipped => Some("skipped"),
        Outcome::Cancelled => Some("cancelled"),
        Outcome::Background => Some("in background"),
        Outcome::Unknown | Outcome::Other(_) => Some("no result"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_told_more_coarsely_with_age() {
        let cases = [
            (0, "0s"),
            (4_900, "4s"),
            (59_999, "59s"),
            (128_000, "2m 5s"),
            (754_000, "12m"),
            (3_600_000 + 14 * 60_000, "1h 10m"),
            (90_000_000, "1d 1h"),
        ];
        for (ms, want) in cases {
            assert_eq!(running(ms), want, "{ms} ms");
        }
    }

    #[test]
    fn silence_is_told_in_growing_steps() {
        let cases = [
            (30_000, "30s"),
            (60_000, "1m"),
            (119_999, "1m"),
            (419_000, "5m"),
            (7_300_000, "2h"),
        ];
        for (ms, want) in cases {
            assert_eq!(silence(ms), want, "{ms} ms");
        }
    }
}

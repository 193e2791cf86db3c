//! Numbers and states as people read them.

use unicode_width::UnicodeWidthChar as _;

use super::clean::clean;
use super::paint::columns;
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

/// `text` in lines of at most `width` columns, the later ones set in: a remark
/// says its place first, and what matters after it.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    const MOST: usize = 8;
    let text = clean(text);
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last().map_or(0, |line| columns(line));
        if line + columns(word.trim_end()) > width && line > INDENT.len() {
            lines.push(INDENT.to_owned());
        }
        for letter in word.chars() {
            let full = |line: &String| columns(line) + letter.width().unwrap_or(0) > width;
            if letter != ' ' && lines.last().is_some_and(full) && width > 2 * INDENT.len() {
                lines.push(INDENT.to_owned());
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
        }
    }
    if lines.len() > MOST {
        // The rest is cut where the line is painted.
        let rest: String = lines.drain(MOST..).collect();
        lines[MOST - 1].push_str(&rest);
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_is_wrapped_at_its_words_and_long_names_anywhere() {
        let cases: [(&str, usize, &[&str]); 5] = [
            ("short", 20, &["short"]),
            (
                "a line of words that goes on",
                14,
                &["a line of", "  words that", "  goes on"],
            ),
            (
                "/a/very/long/place:12: bad",
                12,
                &["/a/very/long", "  /place:12:", "  bad"],
            ),
            ("\u{1b}[31mred", 20, &["red"]),
            ("", 5, &[""]),
        ];
        for (text, width, want) in cases {
            assert_eq!(wrapped(text, width), want, "{text:?} in {width}");
        }
        let many = wrapped(&"word ".repeat(500), 10);
        assert_eq!(many.len(), 8, "a remark never fills the window");
    }
}

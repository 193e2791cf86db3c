//! The steps of a run as a tree of lines, the less telling ones folded away.

use super::glyphs::Glyphs;
use super::paint::{Ink, Line};
use super::words::{count, fate, saturated};
use crate::wire::frame::{Step, StepStatus, View};
use crate::wire::time::span;

/// Steps nested deeper are drawn at this depth: a line is only so wide.
const DEEPEST: usize = 8;

/// The steps of `view` in at most `max` lines, the line of folded ones included.
///
/// The newest stay; those that run or failed stay longest; a step stays as long
/// as one under it does.
pub(super) fn lines(view: &View, extra_ms: i64, glyphs: &Glyphs, max: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    let mut earlier = view.earlier;
    flatten(&view.steps, None, 0, &mut rows, &mut earlier);
    if max == 0 {
        return Vec::new();
    }
    let fits = rows.len() + usize::from(earlier > 0) <= max;
    if !fits {
        earlier = earlier.saturating_add(fold(&mut rows, max - 1));
    }
    let mut lines = Vec::with_capacity(max);
    if earlier > 0 {
        let text = format!("… {}", count(earlier, "earlier step"));
        lines.push(Line::default().head(Ink::Plain, "  ").body(Ink::Dim, &text));
    }
    let shown = (0..rows.len()).filter(|&index| rows[index].kept);
    lines.extend(shown.map(|index| line(&rows, index, extra_ms, glyphs)));
    lines
}

struct Row<'a> {
    step: &'a Step,
    parent: Option<usize>,
    depth: usize,
    kept: bool,
}

fn flatten<'a>(
    steps: &'a [Step],
    parent: Option<usize>,
    depth: usize,
    rows: &mut Vec<Row<'a>>,
    earlier: &mut u64,
) {
    for step in steps {
        rows.push(Row {
            step,
            parent,
            depth: depth.min(DEEPEST),
            kept: true,
        });
        if let Some(child) = &step.child {
            // Of a child that is over its line says enough.
            if !child.state.is_final() {
                *earlier = earlier.saturating_add(child.earlier);
            }
            flatten(&child.steps, Some(rows.len() - 1), depth + 1, rows, earlier);
        }
    }
}

/// Folds rows until at most `max` are left; gives how many went.
fn fold(rows: &mut [Row<'_>], max: usize) -> u64 {
    let mut left = rows.len();
    for worth in 0..=2 {
        let mut again = true;
        // A parent can go once its last child went.
        while again && left > max {
            again = false;
            for index in 0..rows.len() {
                if left <= max {
                    break;
                }
                let holds = |row: &Row<'_>| row.kept && row.parent == Some(index);
                if rows[index].kept
                    && self::worth(rows[index].step) == worth
                    && !rows[index + 1..].iter().any(holds)
                {
                    rows[index].kept = false;
                    left -= 1;
                    again = true;
                }
            }
        }
    }
    (rows.len() - left) as u64
}

/// What a step is worth when room is short.
fn worth(step: &Step) -> u8 {
    match step.status {
        StepStatus::Active | StepStatus::Blocked | StepStatus::Background => 2,
        StepStatus::Error => 1,
        StepStatus::Ok | StepStatus::Stopped | StepStatus::Unknown | StepStatus::Other(_) => 0,
    }
}

fn line(rows: &[Row<'_>], index: usize, extra_ms: i64, glyphs: &Glyphs) -> Line {
    let step = rows[index].step;
    let (sign, ink) = glyphs.step(&step.status);
    let mut line = Line::default()
        .head(Ink::Dim, &guide(rows, index, glyphs))
        .head(ink, sign)
        .head(Ink::Plain, " ");
    line = match &step.child {
        Some(child) => line.body(Ink::Bold, &child.title),
        None => phrase(line, step),
    };
    let running = worth(step) == 2;
    let extra = if running { extra_ms } else { 0 };
    if let Some(ms) = step.ms {
        line = line.tail(Ink::Dim, &span(saturated(ms).saturating_add(extra)));
    }
    if let Some(child) = &step.child
        && child.totals.tools > 0
    {
        line = line.tail(Ink::Dim, &count(child.totals.tools, "tool"));
    }
    let ink = match step.status {
        StepStatus::Error => Ink::Red,
        StepStatus::Blocked => Ink::Amber,
        _ => Ink::Dim,
    };
    match step.note.as_deref().or(fate(&step.status)) {
        Some(note) => line.tail(ink, note),
        None => line,
    }
}

/// The step in words: its title, then its target.
pub(super) fn phrase(line: Line, step: &Step) -> Line {
    let line = line.body(Ink::Plain, &step.title);
    match &step.detail {
        Some(detail) => line.body(Ink::Plain, " ").body(Ink::Plain, detail),
        None => line,
    }
}

/// What stands before the sign of a row: branches lead to its parent.
fn guide(rows: &[Row<'_>], index: usize, glyphs: &Glyphs) -> String {
    let follows = |index: usize| {
        let parent = rows[index].parent;
        let later = |row: &Row<'_>| row.kept && row.parent == parent;
        rows[index + 1..].iter().any(later)
    };
    let mut parts = Vec::new();
    if rows[index].depth > 0 {
        parts.push(if follows(index) {
            glyphs.branch
        } else {
            glyphs.last
        });
    }
    let mut above = rows[index].parent;
    while let Some(index) = above
        && parts.len() < rows[index].depth + 1
        && rows[index].depth > 0
    {
        parts.push(if follows(index) { glyphs.trunk } else { "  " });
        above = rows[index].parent;
    }
    if rows[index].depth > 0 {
        parts.push("  ");
    }
    parts.push("  ");
    parts.iter().rev().copied().collect()
}

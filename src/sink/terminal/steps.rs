//! The steps of a run as a tree of lines, the less telling ones folded away.

use super::glyphs::Glyphs;
use super::paint::{Ink, Line};
use super::words::{fate, saturated};
use crate::wire::figures::count;
use crate::wire::frame::{Step, StepStatus, View};
use crate::wire::hidden::Hidden;
use crate::wire::time::span;

/// Steps nested deeper are drawn at this depth: a line is only so wide.
const DEEPEST: usize = 8;

/// The steps of `view` in at most `max` lines, the line of folded ones included.
///
/// The newest stay; those that run or failed stay longest; a step stays as long
/// as one under it does.
pub(super) fn lines(view: &View, extra_ms: i64, glyphs: &Glyphs, max: usize) -> Vec<Line> {
    let mut rows = Vec::new();
    let mut earlier = Hidden::of_view(view);
    flatten(&view.steps, None, &mut rows, &mut earlier);
    if max == 0 {
        return Vec::new();
    }
    let fits = rows.len() + usize::from(earlier.steps > 0) <= max;
    if !fits {
        fold(&mut rows, max - 1);
        let gone = rows.iter().filter(|row| !row.kept);
        gone.for_each(|row| earlier.add(row.step));
    }
    let mut lines = Vec::with_capacity(max);
    if earlier.steps > 0 {
        let text = format!("… {}", earlier.words());
        lines.push(Line::default().head(Ink::Plain, "  ").body(Ink::Dim, &text));
    }
    let shown = (0..rows.len()).filter(|&index| rows[index].kept);
    lines.extend(shown.map(|index| line(&rows, index, extra_ms, glyphs)));
    lines
}

struct Row<'a> {
    step: &'a Step,
    parent: Option<usize>,
    kept: bool,
}

fn flatten<'a>(
    steps: &'a [Step],
    parent: Option<usize>,
    rows: &mut Vec<Row<'a>>,
    earlier: &mut Hidden,
) {
    for step in steps {
        rows.push(Row {
            step,
            parent,
            kept: true,
        });
        if let Some(child) = &step.child {
            // Of a child that is over its line says enough.
            if !child.state.is_final() {
                earlier.join(Hidden::of_child(child));
            }
            flatten(&child.steps, Some(rows.len() - 1), rows, earlier);
        }
    }
}

/// Folds rows until at most `max` are left.
fn fold(rows: &mut [Row<'_>], max: usize) {
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
    let Some(mut above) = rows[index].parent else {
        return "  ".into();
    };
    let own = if follows(index) {
        glyphs.branch
    } else {
        glyphs.last
    };
    let mut parts = vec![own];
    while let Some(parent) = rows[above].parent
        && parts.len() < DEEPEST
    {
        parts.push(if follows(above) { glyphs.trunk } else { "  " });
        above = parent;
    }
    parts.push("    ");
    parts.iter().rev().copied().collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{frame, step};
    use super::super::glyphs::{ASCII, UNICODE};
    use super::super::paint::Paint;
    use super::*;
    use crate::wire::frame::{Child, State, Totals};

    fn child(title: &str, steps: Vec<Step>) -> Step {
        let mut step = step(title, "", StepStatus::Active, 12_000);
        step.child = Some(Box::new(Child {
            title: title.into(),
            sid: None,
            state: State::Active,
            steps,
            earlier: 0,
            earlier_agents: 0,
            earlier_running: 0,
            totals: Totals::default(),
        }));
        step
    }

    fn ok(title: &str) -> Step {
        step(title, "", StepStatus::Ok, 100)
    }

    fn drawn(steps: Vec<Step>, max: usize, ascii: bool) -> Vec<String> {
        let mut frame = frame("a", 1, State::Active);
        frame.view.steps = steps;
        let paint = Paint {
            colour: false,
            ascii,
        };
        let glyphs = if ascii { &ASCII } else { &UNICODE };
        let lines = lines(&frame.view, 0, glyphs, max);
        lines.iter().map(|line| line.paint(80, paint)).collect()
    }

    fn family() -> Vec<Step> {
        vec![
            child(
                "one",
                vec![
                    ok("a"),
                    child("two", vec![ok("b"), child("three", vec![ok("c")])]),
                    ok("d"),
                ],
            ),
            ok("e"),
        ]
    }

    #[test]
    fn branches_lead_from_children_to_parents() {
        let want = [
            "  ▸ one · 12s",
            "    ├ ✓ a · 0.1s",
            "    ├ ▸ two · 12s",
            "    │ ├ ✓ b · 0.1s",
            "    │ └ ▸ three · 12s",
            "    │   └ ✓ c · 0.1s",
            "    └ ✓ d · 0.1s",
            "  ✓ e · 0.1s",
        ];
        assert_eq!(drawn(family(), 15, false), want);
        let ascii = drawn(family(), 15, true);
        assert_eq!(ascii[4], "    | `-> three - 12s");
    }

    #[test]
    fn a_step_stays_as_long_as_one_under_it() {
        let cases: [(usize, &[&str]); 4] = [
            (
                6,
                &[
                    "  … 3 earlier steps",
                    "  ▸ one · 12s",
                    "    ├ ▸ two · 12s",
                    "    │ └ ▸ three · 12s",
                    "    └ ✓ d · 0.1s",
                    "  ✓ e · 0.1s",
                ],
            ),
            (
                2,
                &[
                    "  … 5 earlier steps, 2 more sub-agents, 2 running",
                    "  ▸ one · 12s",
                ],
            ),
            (1, &["  … 5 earlier steps, 3 more sub-agents, 3 running"]),
            (0, &[]),
        ];
        for (max, want) in cases {
            assert_eq!(drawn(family(), max, false), want, "{max} lines");
        }
    }

    #[test]
    fn a_child_of_a_child_of_a_child_ends_somewhere() {
        let mut deep = ok("leaf");
        for _ in 0..40 {
            deep = child("agent", vec![deep]);
        }
        let lines = drawn(vec![deep], 60, false);
        assert_eq!(lines.len(), 41);
        assert!(lines[40].contains("leaf"), "{}", lines[40]);
    }
}

//! One run as a block of lines: its header, what it does, its counts.

use super::glyphs::Glyphs;
use super::paint::{Ink, Line};
use super::words::{age, spent, tag};
use super::{clean::clean, steps};
use crate::wire::figures::count;
use crate::wire::frame::{Frame, State, Step, StepStatus};
use crate::wire::time::span;

/// A run at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) frame: &'a Frame,
    /// Milliseconds since the frame came.
    pub(super) extra_ms: i64,
    /// The spinner's turn; `None` where nothing may turn.
    pub(super) spin: Option<usize>,
    pub(super) ascii: bool,
    /// Step lines at most.
    pub(super) max_steps: usize,
}

/// Commentary lines at most.
const COMMENTARY: usize = 3;

impl Scene<'_> {
    /// The whole block.
    pub(super) fn block(&self) -> Vec<Line> {
        self.within(usize::MAX)
    }

    /// The block in at most `max` lines, and at least its header. Steps give
    /// way first to a few, then what was asked, the commentary and the counts.
    pub(super) fn within(&self, max: usize) -> Vec<Line> {
        if max <= 1 {
            return vec![self.brief()];
        }
        let mut head = vec![self.header()];
        head.extend(self.waiting());
        let mut foot: Vec<Line> = self.footer().into_iter().collect();
        let mut asked: Vec<Line> = self.request().into_iter().collect();
        asked.extend(self.commentary());
        let steps = self.steps(usize::MAX).len();
        if head.len() + asked.len() + steps.min(5) + foot.len() > max {
            asked.clear();
        }
        if head.len() + asked.len() + steps.min(3) + foot.len() > max {
            foot.clear();
        }
        let room = max.saturating_sub(head.len() + asked.len() + foot.len());
        head.extend(asked);
        head.extend(self.steps(room));
        head.extend(foot);
        head.truncate(max);
        head
    }

    /// The header with what runs right now: a block in one line.
    pub(super) fn brief(&self) -> Line {
        let view = &self.frame.view;
        let Some(step) = pending(&view.steps) else {
            return self.header();
        };
        let line = self
            .sign()
            .head(Ink::Bold, &view.agent)
            .head(Ink::Dim, " · ");
        let line = match &step.child {
            Some(child) => line.body(Ink::Plain, &child.title),
            None => steps::phrase(line, step),
        };
        self.counts(line)
    }

    fn header(&self) -> Line {
        let line = self.sign().body(Ink::Bold, &self.frame.view.agent);
        self.counts(line)
    }

    /// The beginning of a header: a sign and the state in a word.
    fn sign(&self) -> Line {
        let state = &self.frame.state;
        let (sign, sign_ink, tag_ink) = self.glyphs().run(state, self.spin);
        Line::default()
            .head(sign_ink, sign)
            .head(Ink::Plain, " ")
            .head(tag_ink, &tag(state))
            .head(Ink::Plain, " ")
    }

    /// The end of a header.
    fn counts(&self, mut line: Line) -> Line {
        let view = &self.frame.view;
        if let Some(age) = age(self.frame, self.extra_ms) {
            line = line.tail(Ink::Dim, &age);
        }
        if view.totals.tools > 0 {
            line = line.tail(Ink::Dim, &count(view.totals.tools, "tool"));
        }
        if view.totals.failed > 0 {
            line = line.tail(Ink::Red, &format!("{} failed", view.totals.failed));
        }
        match &view.note {
            Some(note) => line.tail(Ink::Amber, note),
            None => line,
        }
    }

    /// What was asked, in quotes.
    fn request(&self) -> Option<Line> {
        let request = self.frame.view.request.as_deref()?;
        let request = clean(request);
        let request = request.trim();
        (!request.is_empty()).then(|| {
            Line::default()
                .head(Ink::Plain, "  ")
                .body(Ink::Dim, &format!("\"{request}\""))
        })
    }

    fn commentary(&self) -> Vec<Line> {
        let all = &self.frame.view.commentary;
        let newest = &all[all.len().saturating_sub(COMMENTARY)..];
        let line = |text: &String| {
            Line::default()
                .head(Ink::Dim, "  > ")
                .body(Ink::Plain, text)
        };
        newest.iter().map(line).collect()
    }

    /// What it waits for.
    fn waiting(&self) -> Option<Line> {
        let waiting = self.frame.view.blocked.as_ref()?;
        if self.frame.state != State::Blocked {
            return None;
        }
        let (sign, ink, _) = self.glyphs().run(&State::Blocked, None);
        let mut line = Line::default()
            .head(Ink::Plain, "  ")
            .head(ink, sign)
            .head(Ink::Plain, " ")
            .body(Ink::Amber, &format!("waiting for {}", waiting.words()));
        if let Some(what) = &waiting.what {
            line = line.body(Ink::Plain, ": ").body(Ink::Plain, what);
        }
        match (self.frame.at, waiting.since) {
            (Some(at), Some(since)) => {
                let ms = at.since_ms(since).saturating_add(self.extra_ms);
                Some(line.tail(Ink::Dim, &span(ms)))
            }
            _ => Some(line),
        }
    }

    fn steps(&self, room: usize) -> Vec<Line> {
        let max = self.max_steps.min(room);
        steps::lines(&self.frame.view, self.extra_ms, self.glyphs(), max)
    }

    /// The plan and what was spent; at the end also what kinds of work it was.
    fn footer(&self) -> Option<Line> {
        let view = &self.frame.view;
        let mut parts = Vec::new();
        if let Some(plan) = view.plan.as_ref().filter(|plan| plan.total > 0) {
            parts.push(match &plan.current {
                Some(current) if !self.frame.state.is_final() => {
                    format!("{} of {}: {current}", plan.done, plan.total)
                }
                _ => format!("{} of {}", plan.done, plan.total),
            });
        }
        parts.extend(spent(&view.totals));
        if let Some(context) = &view.context
            && let Some(size) = context.size.filter(|size| *size > 0)
        {
            let percent = u128::from(context.used) * 100 / u128::from(size);
            if percent > 0 {
                parts.push(format!("{percent}% context"));
            }
        }
        parts.extend(view.model.clone());
        // They may be many: where the line is cut, they are what goes.
        if self.frame.state.is_final() && !view.totals.kinds.is_empty() {
            let kinds = view.totals.kinds.iter();
            let kinds: Vec<_> = kinds
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            parts.push(kinds.join(", "));
        }
        if parts.is_empty() {
            return None;
        }
        let line = Line::default().head(Ink::Plain, "  ");
        Some(line.body(Ink::Dim, &parts.join(" · ")))
    }

    fn glyphs(&self) -> &'static Glyphs {
        Glyphs::of(self.ascii)
    }
}

/// The newest step that runs; of a child's steps the innermost.
fn pending(steps: &[Step]) -> Option<&Step> {
    let runs = |step: &&Step| matches!(step.status, StepStatus::Active | StepStatus::Blocked);
    let step = steps.iter().rev().find(runs)?;
    let inner = step.child.as_ref().and_then(|child| pending(&child.steps));
    Some(inner.unwrap_or(step))
}

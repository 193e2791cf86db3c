//! The box: header, commentary, steps, footer.

use crate::safe::clip;
use crate::wire::figures;
use crate::wire::frame::{Frame, State, Step, View};
use crate::wire::hidden::Hidden;
use crate::wire::time::Time;

use super::phrase;
use super::prune::{prune, pruned};
use super::settings::{Markup, Settings};

/// The longest item of a plan in a footer, in graphemes.
const CURRENT: usize = 40;

/// Most files that a final box names.
const FILES: usize = 5;

/// What a text needs to know besides the view: the frame's state and time.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The frame's state.
    pub state: &'a State,
    /// The moment it speaks of.
    pub at: Option<Time>,
    /// Since when nobody looks any more, because live-status itself stops: the
    /// footer says so, and the run goes on.
    pub paused: Option<Time>,
}

impl<'a> Moment<'a> {
    /// The moment of `frame`.
    #[must_use]
    pub fn of(frame: &'a Frame) -> Self {
        Self {
            state: &frame.state,
            at: frame.at,
            paused: None,
        }
    }
}

/// The text of a box, rendered from a frame's structured view alone.
///
/// At most `settings.max_lines` step lines and `settings.max_chars` characters:
/// where there is no room, older steps are folded first. No line is ever cut
/// inside, since half a code span would not be inert.
#[must_use]
pub fn text(view: &View, moment: Moment<'_>, settings: &Settings) -> String {
    let page = Page {
        view,
        moment,
        settings,
        markup: settings.markup,
    };
    let mut lines = settings.max_lines;
    let mut speech = true;
    loop {
        let text = page.text(lines, speech);
        if text.chars().count() <= settings.max_chars {
            return text;
        }
        match (lines, speech) {
            (0, true) => speech = false,
            (0, false) => break,
            _ => lines /= 2,
        }
    }
    let tag = moment.state.tag();
    tag.chars().take(settings.max_chars).collect()
}

struct Page<'a> {
    view: &'a View,
    moment: Moment<'a>,
    settings: &'a Settings,
    markup: Markup,
}

impl Page<'_> {
    fn text(&self, lines: usize, speech: bool) -> String {
        let is_final = self.moment.state.is_final();
        let mut above = vec![self.header()];
        if let (true, Some(wait)) = (speech, self.waiting()) {
            above.push(wait);
        }
        if let (true, true, Some(note)) = (is_final, speech, &self.view.note) {
            above.push(format!("Reason: {}", self.markup.text(note)));
        }
        let mut below = Vec::new();
        if is_final && !self.settings.trail {
            below.extend(self.summary());
        }
        if is_final {
            below.extend(self.changes());
        }
        self.steps(lines, &mut below);
        if let (true, Some(why)) = (speech, &self.view.why) {
            below.push(format!("why: {}", self.markup.code(why)));
        }
        below.extend(self.footer());
        let end = self.markup.line_end();
        let quote = if speech && !is_final {
            self.quote()
        } else {
            None
        };
        match quote {
            Some(quote) => format!(
                "{}\n{quote}{}{}",
                above.join(end),
                self.markup.quote_end(),
                below.join(end)
            ),
            None => {
                above.append(&mut below);
                above.join(end)
            }
        }
    }

    /// `[ACTIVE] **main** · 38s · 5 tools`
    fn header(&self) -> String {
        let (view, is_final) = (self.view, self.moment.state.is_final());
        let mut parts = vec![format!(
            "{} {}",
            self.moment.state.tag(),
            self.markup.bold(&view.agent)
        )];
        parts.extend(view.ms.map(|ms| match is_final {
            true => phrase::took(ms),
            false => phrase::running(ms),
        }));
        if view.totals.tools > 0 {
            parts.push(figures::count(view.totals.tools, "tool"));
        }
        if let (false, Some(note)) = (is_final, &view.note) {
            parts.push(self.markup.text(note));
        }
        parts.join(self.markup.dot())
    }

    /// `Waiting for permission since 14:30 · may it publish?`
    fn waiting(&self) -> Option<String> {
        let wait = self.view.blocked.as_ref()?;
        let mut line = format!("Waiting for {}", wait.words());
        if let Some(since) = wait.since.and_then(|since| self.minute(since)) {
            line.push_str(" since ");
            line.push_str(&since);
        }
        if let Some(what) = &wait.what {
            // Not a colon: `14:30:` has the form of an emoji.
            line.push_str(self.markup.dot());
            line.push_str(&self.markup.text(what));
        }
        Some(line)
    }

    fn quote(&self) -> Option<String> {
        let said = self.view.commentary.iter();
        let lines: Vec<_> = said
            .map(|line| format!("> {}", self.markup.text(line)))
            .collect();
        (!lines.is_empty()).then(|| lines.join(self.markup.line_end()))
    }

    /// `Reading 4 · Running 3 · 1 failed`
    fn summary(&self) -> Option<String> {
        let totals = &self.view.totals;
        let kinds = totals.kinds.iter();
        let mut parts: Vec<_> = kinds
            .map(|(kind, calls)| format!("{} {calls}", self.markup.text(kind)))
            .collect();
        let named: u64 = totals.kinds.iter().map(|(_, calls)| calls).sum();
        if totals.tools > named && named > 0 {
            parts.push(format!("{} more", totals.tools - named));
        }
        if totals.failed > 0 {
            parts.push(format!("{} failed", totals.failed));
        }
        (!parts.is_empty()).then(|| parts.join(self.markup.dot()))
    }

    fn steps(&self, room: usize, lines: &mut Vec<String>) {
        let all = &self.view.steps;
        let mut earlier = Hidden::of_view(self.view);
        let summed_up = self.moment.state.is_final() && !self.settings.trail;
        let is_flat = all.iter().all(|step| step.child.is_none());
        if is_flat && !summed_up && room > 0 {
            // Most boxes: of sixty steps a few are shown, and a box is drawn often.
            let steps = pruned(all, &mut earlier, room, true);
            return self.level(&steps, earlier, 0, lines);
        }
        let mut steps = all.clone();
        if summed_up {
            // The summary counts them; what failed or was cut off is named.
            let done = *self.moment.state == State::Done;
            steps.retain(|step| step.child.is_some() || stands_out(step, done));
            earlier = Hidden::default();
        }
        steps.iter_mut().for_each(close);
        if room == 0 {
            steps.iter().for_each(|step| earlier.add(step));
            let some = earlier.steps > 0 && self.settings.max_lines > 0;
            lines.extend(some.then(|| self.markup.fold(earlier)));
            return;
        }
        prune(&mut steps, &mut earlier, room, true);
        self.level(&steps, earlier, 0, lines);
    }

    fn level(&self, steps: &[Step], earlier: Hidden, depth: usize, lines: &mut Vec<String>) {
        let indent = self.markup.indent().repeat(depth);
        if earlier.steps > 0 {
            lines.push(format!("{indent}{}", self.markup.fold(earlier)));
        }
        for step in steps {
            lines.push(format!("{indent}{}", self.step(step)));
            if let Some(child) = &step.child
                && !child.steps.is_empty()
            {
                self.level(&child.steps, Hidden::of_child(child), depth + 1, lines);
            }
        }
    }

    /// ``✗ Running `cargo test` · 31s · exit 101``
    fn step(&self, step: &Step) -> String {
        let markup = self.markup;
        let name = match (&step.child, &step.detail) {
            (Some(child), _) => markup.bold(&child.title),
            (None, Some(detail)) => format!("{} {}", markup.text(&step.title), markup.code(detail)),
            (None, None) => markup.text(&step.title),
        };
        let mut parts = vec![format!("{} {name}", markup.mark(&step.status))];
        let running = phrase::runs(&step.status);
        parts.extend(step.ms.map(|ms| match running {
            true => phrase::running(ms),
            false => phrase::took(ms),
        }));
        if let Some(child) = step.child.as_ref().filter(|child| child.totals.tools > 0) {
            parts.push(figures::count(child.totals.tools, "tool"));
            if child.totals.failed > 0 && child.steps.is_empty() {
                parts.push(format!("{} failed", child.totals.failed));
            }
        }
        // Lines added and removed mean nothing to any markup within a line.
        let counts = |note: &str| note.bytes().all(|byte| b"+- 0123456789".contains(&byte));
        parts.extend(step.note.as_deref().map(|note| match counts(note) {
            true => note.to_owned(),
            false => markup.text(note),
        }));
        parts.join(markup.dot())
    }

    /// `[ACTIVE] 2 of 5 · 12.4k tokens · $0.08 · 14:32`
    fn footer(&self) -> Option<String> {
        let (view, is_final) = (self.view, self.moment.state.is_final());
        let mut parts = Vec::new();
        parts.extend(self.plan());
        if let (false, Some(changes)) = (is_final, &view.changes) {
            parts.push(phrase::changes(changes));
        }
        if view.totals.tokens > 0 {
            parts.push(figures::tokens(view.totals.tokens));
        }
        parts.extend(view.totals.cost_usd.and_then(figures::cost));
        if !is_final {
            parts.extend(view.context.and_then(phrase::context));
        }
        match view.compactions {
            0 => {}
            1 => parts.push("compacted".into()),
            times => parts.push(format!("compacted {times} times")),
        }
        if !is_final {
            // A box that nobody updates any more shows its age.
            let paused = self.moment.paused.and_then(|at| self.minute(at));
            parts.extend(match paused {
                Some(minute) => Some(format!("updates paused at {minute}")),
                None => self.moment.at.and_then(|at| self.minute(at)),
            });
        }
        let tag = self.moment.state.tag();
        match (parts.is_empty(), is_final) {
            (true, true) => None,
            (true, false) => Some(tag),
            (false, _) => Some(format!("{tag} {}", parts.join(self.markup.dot()))),
        }
    }

    /// `2 of 5 (Write the tests)`
    fn plan(&self) -> Option<String> {
        let plan = self.view.plan.as_ref().filter(|plan| plan.total > 0)?;
        let done = format!("{} of {}", plan.done, plan.total);
        // What is over works on nothing.
        let current = plan.current.as_deref().filter(|text| !text.is_empty());
        let current = current.filter(|_| !self.moment.state.is_final());
        Some(match current {
            Some(text) => format!("{done} ({})", self.markup.text(&clip(text, CURRENT))),
            None => done,
        })
    }

    /// ``3 files +16 -3 · `config.rs` +12 -3 · `lib.rs` +4 · 1 more``; of a single one its name says all.
    fn changes(&self) -> Option<String> {
        let changes = self.view.changes.as_ref()?;
        let named = changes.named.len().min(FILES) as u64;
        let single = changes.files == 1 && named == 1;
        let all = (!single).then(|| phrase::changes(changes));
        let mut parts: Vec<String> = all.into_iter().collect();
        for file in changes.named.iter().take(FILES) {
            let lines = phrase::lines(file.added.unwrap_or(0), file.removed.unwrap_or(0));
            let name = self.markup.code(&file.path);
            parts.push(
                format!("{name} {}", lines.unwrap_or_default())
                    .trim_end()
                    .into(),
            );
        }
        if named > 0 && changes.files > named {
            parts.push(format!("{} more", changes.files - named));
        }
        Some(parts.join(self.markup.dot()))
    }

    fn minute(&self, at: Time) -> Option<String> {
        at.minute(&self.settings.timezone)
    }
}

/// Whether the final box of a run that is `done` or not names the step: what failed, and a job
/// that outlives the run.
fn stands_out(step: &Step, done: bool) -> bool {
    use crate::wire::frame::StepStatus::{Background, Error, Stopped, Unknown};
    match step.status {
        Error | Background => true,
        Stopped | Unknown => !done,
        _ => false,
    }
}

/// A sub-agent that is over is one line.
fn close(step: &mut Step) {
    if let Some(child) = &mut step.child {
        if child.state.is_final() {
            child.steps.clear();
        }
        child.steps.iter_mut().for_each(close);
    }
}

//! What the agent said on the way: the newest lines of its commentary.

use std::collections::VecDeque;

use crate::safe::clip_bytes;
use crate::wire::event::{Name, Phase, Text, TextMode};
use crate::wire::time::Time;

use super::cut;

/// Longest commentary, in characters.
const MAX_ALL: usize = 1_000;

/// Longest text that is cut into lines, in bytes: its end is what is shown.
const MAX_TEXT_BYTES: usize = 8_192;

/// How many texts are kept.
const MAX_TEXTS: usize = 24;

/// The newest texts of a run.
///
/// A text whose phase the source does not tell is commentary once a call
/// follows it; until then it may be the answer, which never enters a box, and
/// it was the answer where the turn is over first.
#[derive(Debug, Default)]
pub(super) struct Speech {
    texts: VecDeque<Said>,
}

/// A line, and when it was begun.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    at: Option<Time>,
    text: String,
}

#[derive(Debug, Default)]
struct Said {
    /// None where it is progress, not the assistant's.
    id: Option<Name>,
    lines: VecDeque<Line>,
    /// What may go on.
    open: String,
    /// When that was begun.
    begun: Option<Time>,
    /// It is not waited for: it is whole, or something followed.
    paused: bool,
    commentary: bool,
    /// It is known to be the answer.
    answer: bool,
}

impl Speech {
    /// Takes in what the assistant said at `when`.
    pub(super) fn hear(&mut self, text: &Text, when: Option<Time>) {
        let same = |said: &Said| said.id.as_ref() == Some(&text.id);
        let known = self.texts.iter().rposition(same);
        // Another text follows: what came before is not waited for.
        let others = self.texts.iter_mut().filter(|said| !same(said));
        others.for_each(|said| said.paused = true);
        let said = self.at(known, Some(&text.id));
        match text.mode {
            TextMode::Delta => said.go_on(&text.text, when),
            TextMode::Replace => said.replace(&text.text, when),
            TextMode::Whole | TextMode::Other(_) => {
                said.replace(&text.text, when);
                said.paused = true;
            }
        }
        match text.phase {
            Phase::Commentary => (said.commentary, said.answer) = (true, false),
            Phase::Final => (said.commentary, said.answer) = (false, true),
            Phase::Unknown | Phase::Other(_) => {}
        }
    }

    /// Takes in progress that is to be shown.
    pub(super) fn note(&mut self, text: &str, when: Option<Time>) {
        self.pause();
        let newest = self.texts.len().checked_sub(1);
        let known = newest.filter(|&at| self.texts[at].id.is_none());
        let said = self.at(known, None);
        (said.commentary, said.paused) = (true, true);
        said.finish();
        said.begun = when;
        said.push(text, when);
    }

    /// A call followed: what was said before it was not the answer.
    pub(super) fn went_on(&mut self) {
        self.pause();
        for said in &mut self.texts {
            said.commentary |= !said.answer;
        }
    }

    /// The turn is over: what was not said on its way was its answer, even where the run goes on.
    pub(super) fn answered(&mut self) {
        self.pause();
        for said in &mut self.texts {
            said.answer |= !said.commentary;
        }
    }

    /// Nothing more is waited for.
    pub(super) fn pause(&mut self) {
        self.texts.iter_mut().for_each(|said| said.paused = true);
    }

    /// The last lines at `now`, oldest first: each at most 220 characters, 1,000
    /// in all, without controls.
    pub(super) fn lines(&self, now: Option<Time>) -> Vec<Line> {
        let texts = self.texts.iter().filter(|said| said.commentary);
        let lines = texts.flat_map(|said| said.lines.iter().cloned().chain(said.open(now)));
        last_of(lines.collect())
    }

    /// The text at that place, else a new one.
    fn at(&mut self, known: Option<usize>, id: Option<&Name>) -> &mut Said {
        let at = known.unwrap_or_else(|| {
            if self.texts.len() >= MAX_TEXTS {
                self.texts.pop_front();
            }
            self.texts.push_back(Said {
                id: id.cloned(),
                ..Said::default()
            });
            self.texts.len() - 1
        });
        &mut self.texts[at]
    }
}

impl Said {
    /// More of it came.
    fn go_on(&mut self, text: &str, when: Option<Time>) {
        if self.paused {
            self.finish();
        } else if cut::waited(self.begun, when) == Some(true) {
            let (whole, rest) = cut::told(&self.open);
            let (line, rest) = (cut::line(whole), rest.to_owned());
            self.add(line);
            self.open = rest;
            self.begun = when;
        }
        self.paused = false;
        if self.open.is_empty() {
            self.begun = when;
        }
        self.push(text, when);
    }

    /// It is `text` from now on.
    fn replace(&mut self, text: &str, when: Option<Time>) {
        let (before, begun) = (self.lines.len(), self.begun.or(when));
        let first = self.lines.front().map_or(begun, |line| line.at);
        self.lines.clear();
        self.open.clear();
        self.paused = false;
        self.begun = first;
        self.push(text, when);
        if self.lines.len() == before {
            // The same line grew.
            self.begun = begun;
        }
    }

    /// Adds `text` to what is open, and takes off the lines that are whole.
    fn push(&mut self, text: &str, when: Option<Time>) {
        self.open.push_str(text);
        if self.open.len() > MAX_TEXT_BYTES {
            let surplus = self.open.len() - MAX_TEXT_BYTES;
            // One more than the surplus cut off in front, up to a boundary.
            let cut = clip_bytes(&self.open, surplus + 3).len();
            self.open.drain(..cut);
        }
        let text = std::mem::take(&mut self.open);
        let mut rest = text.as_str();
        while let Some((line, behind)) = cut::first(rest) {
            self.add(line);
            self.begun = when;
            rest = behind;
        }
        rest.clone_into(&mut self.open);
    }

    /// Makes a line of what is open.
    fn finish(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.add(cut::line(&open));
    }

    fn add(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        let at = self.begun;
        self.lines.push_back(Line { at, text });
        let mut chars = 0;
        let counted = self.lines.iter().rev().take_while(|line| {
            chars += line.text.chars().count();
            chars <= MAX_ALL
        });
        let surplus = self.lines.len() - counted.count();
        self.lines.drain(..surplus);
    }

    /// What is open, as far as it is shown at `now`.
    fn open(&self, now: Option<Time>) -> Option<Line> {
        let waited = cut::waited(self.begun, now);
        let shown = match waited {
            Some(false) if !self.paused => return None,
            Some(true) if !self.paused => cut::told(&self.open).0,
            _ => &self.open,
        };
        let text = cut::line(shown);
        let at = self.begun;
        (!text.is_empty()).then_some(Line { at, text })
    }
}

/// The newest of the lines of several runs, oldest first: 1,000 characters in all.
pub(super) fn newest(mut lines: Vec<Line>) -> Vec<String> {
    lines.sort_by_key(|line| line.at);
    let lines = last_of(lines).into_iter();
    lines.map(|line| line.text).collect()
}

fn last_of(mut lines: Vec<Line>) -> Vec<Line> {
    let mut chars = 0;
    let fit = lines.iter().rev().take_while(|line| {
        chars += line.text.chars().count();
        chars <= MAX_ALL
    });
    let surplus = lines.len() - fit.count();
    lines.split_off(surplus)
}

#[cfg(test)]
#[path = "speech_tests.rs"]
mod tests;

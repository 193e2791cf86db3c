//! What the agent said on the way: the newest lines of its commentary.

use std::collections::VecDeque;

use crate::safe::{clip, clip_bytes, neutralise};
use crate::wire::event::{Name, Phase, Text, TextMode};

/// Longest line, in graphemes.
const MAX_LINE: usize = 220;

/// Longest commentary, in characters.
const MAX_ALL: usize = 1_000;

/// Longest text kept of one id, in bytes: its end is what is shown.
const MAX_TEXT_BYTES: usize = 4_096;

/// How many texts are kept.
const MAX_TEXTS: usize = 8;

/// The newest texts of a run.
///
/// A text whose phase the source does not tell is commentary once a call
/// follows it; until then it may be the answer, which never enters a box.
#[derive(Debug, Default)]
pub(super) struct Speech {
    texts: VecDeque<Said>,
}

#[derive(Debug)]
struct Said {
    id: Name,
    text: String,
    commentary: bool,
    /// It is known to be the answer.
    answer: bool,
}

impl Speech {
    pub(super) fn hear(&mut self, text: &Text) {
        let known = self.texts.iter_mut().rev().find(|said| said.id == text.id);
        let said = match known {
            Some(said) => said,
            None => {
                if self.texts.len() >= MAX_TEXTS {
                    self.texts.pop_front();
                }
                self.texts.push_back(Said {
                    id: text.id.clone(),
                    text: String::new(),
                    commentary: false,
                    answer: false,
                });
                let Some(said) = self.texts.back_mut() else {
                    return;
                };
                said
            }
        };
        match text.mode {
            TextMode::Delta => said.text.push_str(&text.text),
            TextMode::Whole | TextMode::Replace | TextMode::Other(_) => {
                said.text.clone_from(&text.text);
            }
        }
        if said.text.len() > MAX_TEXT_BYTES {
            let surplus = said.text.len() - MAX_TEXT_BYTES;
            // One more than the surplus cut off in front, up to a boundary.
            let cut = clip_bytes(&said.text, surplus + 3).len();
            said.text.drain(..cut);
        }
        match text.phase {
            Phase::Commentary => (said.commentary, said.answer) = (true, false),
            Phase::Final => (said.commentary, said.answer) = (false, true),
            Phase::Unknown | Phase::Other(_) => {}
        }
    }

    /// A call followed: what was said before it was not the answer.
    pub(super) fn went_on(&mut self) {
        for said in &mut self.texts {
            said.commentary |= !said.answer;
        }
    }

    /// The last lines, oldest first: each at most 220 graphemes, 1,000
    /// characters in all, without controls.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut chars = 0;
        let texts = self.texts.iter().rev().filter(|said| said.commentary);
        for line in texts.flat_map(|said| said.text.lines().rev()) {
            let line = neutralise::line(line);
            if line.is_empty() {
                continue;
            }
            let line = clip(&line, MAX_LINE).into_owned();
            chars += line.chars().count();
            if chars > MAX_ALL {
                break;
            }
            lines.push(line);
        }
        lines.reverse();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(id: &str, phase: &str, mode: &str, text: &str) -> Text {
        Text {
            id: id.into(),
            phase: phase.into(),
            mode: mode.into(),
            text: text.into(),
        }
    }

    #[test]
    fn only_commentary_is_shown() {
        type Said<'a> = &'a [(&'a str, &'a str, &'a str, &'a str)];
        let cases: [(&str, Said<'_>, bool, &[&str]); 6] = [
            (
                "commentary",
                &[("a", "commentary", "whole", "one\n\ntwo")],
                false,
                &["one", "two"],
            ),
            ("the answer", &[("a", "final", "whole", "42")], true, &[]),
            (
                "perhaps the answer",
                &[("a", "unknown", "whole", "hm")],
                false,
                &[],
            ),
            (
                "not the answer after all",
                &[("a", "unknown", "whole", "hm")],
                true,
                &["hm"],
            ),
            (
                "deltas join",
                &[
                    ("a", "commentary", "delta", "on"),
                    ("a", "commentary", "delta", "e"),
                ],
                false,
                &["one"],
            ),
            (
                "a replacement replaces",
                &[
                    ("a", "commentary", "whole", "x"),
                    ("a", "commentary", "replace", "y"),
                ],
                false,
                &["y"],
            ),
        ];
        for (why, said, went_on, want) in cases {
            let mut speech = Speech::default();
            for (id, phase, mode, words) in said {
                speech.hear(&text(id, phase, mode, words));
            }
            if went_on {
                speech.went_on();
            }
            assert_eq!(speech.lines(), want, "{why}");
        }
    }

    #[test]
    fn long_speech_keeps_its_end() {
        let mut speech = Speech::default();
        for number in 0..3_000 {
            let line = format!("{number} {}\n", "é".repeat(number % 400));
            speech.hear(&text("a", "commentary", "delta", &line));
        }
        let lines = speech.lines();
        assert!(lines.last().is_some_and(|line| line.starts_with("2999 ")));
        assert!(lines.iter().map(|line| line.chars().count()).sum::<usize>() <= MAX_ALL);
        assert!(lines.iter().all(|line| line.chars().count() <= MAX_LINE));
    }
}

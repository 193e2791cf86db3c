//! What a post says: cut as the server measures it, and compared before it is sent.

use sha2::{Digest, Sha256};

use unicode_segmentation::UnicodeSegmentation as _;

use crate::wire::frame::State;

/// What a new post says: no word of an agent, so that it can notify nobody.
pub const FIRST_TEXT: &str = "[ACTIVE] one moment…";
/// The longest message that every server of today takes, in Unicode characters.
pub(super) const LONGEST: usize = 16_383;
/// What stays free below a server's limit.
const SPARE: usize = 200;

/// What a box shows, or is to show.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) state: State,
    pub(super) rev: u64,
}

impl Shown {
    /// What a new post shows.
    pub(super) fn first() -> Self {
        Self {
            text: FIRST_TEXT.to_owned(),
            state: State::Active,
            rev: 0,
        }
    }
}

/// A message, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) message: String,
    /// Of message and state, in hexadecimal: equal means nobody would see a difference.
    pub(super) hash: String,
}

impl Content {
    /// `text` without what no server takes, and no longer than `limit` allows.
    pub(super) fn new(text: &str, state: &State, limit: usize) -> Self {
        let message = match has_controls(text) {
            true => text.chars().filter(|&c| !means_nothing(c)).collect(),
            false => text.to_owned(),
        };
        Self::of(cut(message, limit.saturating_sub(SPARE)), state)
    }

    /// Half of it: the server's limit is lower than it said.
    pub(super) fn halved(&self, state: &State) -> Self {
        let half = self.message.chars().count() / 2;
        Self::of(cut(self.message.clone(), half), state)
    }

    fn of(message: String, state: &State) -> Self {
        let mut hash = Sha256::new();
        hash.update(state.as_str());
        hash.update([0]);
        hash.update(&message);
        let digit = |four: u8| char::from_digit(four.into(), 16).unwrap_or_default();
        let hash = hash.finalize()[..16]
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
            .collect();
        Self { message, hash }
    }
}

/// NUL is answered with a 500 for ever; other controls mean nothing here.
fn means_nothing(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Whether there is a character that [means nothing](means_nothing), by its bytes: C0, DEL, or C1,
/// whose first byte is 0xC2.
fn has_controls(text: &str) -> bool {
    let mut before = 0;
    text.bytes().any(|byte| {
        let c1 = before == 0xC2 && byte < 0xA0;
        before = byte;
        c1 || byte == 0x7F || (byte < b' ' && !matches!(byte, b'\n' | b'\t'))
    })
}

/// Cuts whole lines from the end, so that no fence and no code span is left open.
fn cut(message: String, limit: usize) -> String {
    if message.chars().count() <= limit {
        return message;
    }
    const MORE: &str = "…";
    let mut kept = String::new();
    let mut left = limit.saturating_sub(1);
    for line in message.split_inclusive('\n') {
        let count = line.chars().count();
        if count > left {
            break;
        }
        left -= count;
        kept.push_str(line);
    }
    if kept.trim().is_empty() {
        kept.clear();
        for grapheme in message.graphemes(true) {
            left = match left.checked_sub(grapheme.chars().count()) {
                Some(left) => left,
                None => break,
            };
            kept.push_str(grapheme);
        }
    }
    kept.push_str(MORE);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_that_a_server_never_takes() {
        let content = Content::new("a\0b\u{1b}[1m\n\tc", &State::Active, LONGEST);
        assert_eq!(content.message, "ab[1m\n\tc");
        for c in '\0'..='\u{17F}' {
            assert_eq!(has_controls(&format!("·{c}é")), means_nothing(c), "{c:?}");
        }
    }

    #[test]
    fn long_texts_lose_whole_lines_and_are_measured_in_characters() {
        let text = format!("head\n{}", "😀 line\n".repeat(5_000));
        let content = Content::new(&text, &State::Active, LONGEST);
        let count = content.message.chars().count();
        assert!((16_000..=LONGEST - SPARE).contains(&count), "{count}");
        assert!(content.message.ends_with("line\n…"));
        let one = Content::new(&"x".repeat(20_000), &State::Active, 4_000);
        assert!(one.message.chars().count() <= 3_800);
        assert!(content.halved(&State::Active).message.chars().count() <= count / 2);
        let fits = "😀".repeat(LONGEST - SPARE);
        assert_eq!(Content::new(&fits, &State::Active, LONGEST).message, fits);
    }

    #[test]
    fn the_state_is_part_of_what_is_seen() {
        let hash = |text, state| Content::new(text, &state, LONGEST).hash;
        assert_eq!(hash("a", State::Active), hash("a", State::Active));
        assert_ne!(hash("a", State::Active), hash("a", State::Done));
        assert_ne!(hash("a", State::Active), hash("b", State::Active));
    }
}

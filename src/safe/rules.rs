//! The rules: one scan for their words, and what each word leads to.
//!
//! All words of all rules are looked for at once; a rule looks only at the bytes
//! around its word. Nothing else is compiled, so a text without secrets costs one
//! pass, and no rule can take more than linear time.

mod assign;
mod names;
mod prefix;
mod provider;
mod shape;
mod special;
mod value;
mod walk;
mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use shape::Shape;
use special::Special;
use walk::Walk;
use words::{Hit, Words};

/// How a replaced secret begins.
pub(super) const MARK: &[u8] = b"[REDACTED:";

/// How far before its word a secret may begin, in bytes; as far as a whole character.
const MOST_BEFORE: usize = 64;

/// One secret in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: &'static str,
    /// Of two that overlap, the lower rank names the kind.
    pub(super) rank: u8,
}

/// What a word leads to.
enum Lead {
    Mark,
    Noun,
    Prefix(&'static str, Shape),
    Infix(&'static str, usize, Shape),
    Provider(&'static str, Vec<Shape>),
    Special(Special),
}

/// All words, and their leads.
pub(super) struct Rules {
    words: Words,
    leads: Vec<Vec<Lead>>,
}

impl Rules {
    /// The one set of rules, built on first use.
    pub(super) fn shared() -> &'static Self {
        static RULES: OnceLock<Rules> = OnceLock::new();
        RULES.get_or_init(Self::build)
    }

    fn build() -> Self {
        let mut words: BTreeMap<&'static str, Vec<Lead>> = BTreeMap::new();
        let mut lead = |word, lead| words.entry(word).or_default().push(lead);
        lead("[redacted:", Lead::Mark);
        for &(kind, head, rest) in prefix::PREFIXES {
            if let Some(shape) = Shape::parse(rest) {
                lead(head, Lead::Prefix(kind, shape));
            }
        }
        for &(kind, mark, before, whole) in prefix::INFIXES {
            if let Some(shape) = Shape::parse(whole) {
                lead(mark, Lead::Infix(kind, before, shape));
            }
        }
        for &(kind, names, shapes) in provider::PROVIDERS {
            for name in names {
                let shapes = shapes
                    .iter()
                    .filter_map(|shape| Shape::parse(shape))
                    .collect();
                lead(name, Lead::Provider(kind, shapes));
            }
        }
        for &(word, special) in special::SPECIALS {
            lead(word, Lead::Special(special));
        }
        for noun in assign::NOUNS {
            lead(noun, Lead::Noun);
        }
        Self {
            words: Words::new(words.keys().copied().collect()),
            leads: words.into_values().collect(),
        }
    }

    /// All secrets in `text` that begin in its first `head` bytes, and perhaps more;
    /// in no order, overlaps included.
    pub(super) fn find(&self, text: &[u8], head: usize) -> Vec<Found> {
        let mut all = Vec::new();
        let mut name_end = 0;
        let mut skip = 0;
        self.words.find(
            text,
            head.saturating_add(MOST_BEFORE),
            |Hit { word, start, end }| {
                if start < skip {
                    return;
                }
                for lead in &self.leads[word] {
                    let found = match lead {
                        Lead::Mark => {
                            skip = mark_end(text, end).unwrap_or(skip);
                            None
                        }
                        Lead::Noun => assign::find(text, start, end, &mut name_end),
                        Lead::Prefix(kind, shape) => prefixed(text, start, end, kind, shape),
                        Lead::Infix(kind, before, shape) => {
                            infixed(text, start, *before, kind, shape)
                        }
                        Lead::Provider(kind, shapes) => provided(text, end, kind, shapes),
                        Lead::Special(special) => special(text, start, end),
                    };
                    if let Some(found) = found {
                        // What lies in a long secret goes with it.
                        if found.rank == 0 || found.end - found.start > 256 {
                            skip = skip.max(found.end);
                        }
                        all.push(found);
                    }
                }
            },
        );
        all
    }
}

/// Where a mark ends whose head ends at `at`.
fn mark_end(text: &[u8], at: usize) -> Option<usize> {
    let kind = text[at..].iter().take(40);
    let length = kind
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'-')
        .count();
    (text.get(at + length) == Some(&b']')).then_some(at + length + 1)
}

/// Whether a token may start at `at`: not inside a word, but behind an escape.
fn is_token_start(text: &[u8], at: usize) -> bool {
    let before = &text[..at];
    let Some(&last) = before.last() else {
        return true;
    };
    if !last.is_ascii_alphanumeric() {
        return last != b']' || !ends_in_mark(before);
    }
    let tail = &before[before.len().saturating_sub(8)..];
    let escape = tail.len() >= 2 && tail[tail.len() - 2] == b'\\' && b"nrtbf".contains(&last);
    let hex = |digits: usize| {
        tail.len() > digits
            && tail[tail.len() - digits..]
                .iter()
                .all(u8::is_ascii_hexdigit)
    };
    let percent = hex(2) && tail[tail.len() - 3] == b'%';
    let unicode = hex(4) && tail.len() >= 6 && tail[tail.len() - 6..].starts_with(b"\\u");
    // `ESC [ 3 2 m`, a colour right before it.
    let colour = last == b'm'
        && tail[..tail.len() - 1]
            .iter()
            .rev()
            .find(|b| !b.is_ascii_digit() && **b != b';')
            .is_some_and(|&b| b == b'[');
    escape || percent || unicode || colour
}

fn ends_in_mark(before: &[u8]) -> bool {
    let tail = &before[before.len().saturating_sub(64)..];
    let open = tail.iter().rposition(|&b| b == b'[');
    open.is_some_and(|open| tail[open..].starts_with(MARK))
}

fn prefixed(
    text: &[u8],
    start: usize,
    end: usize,
    kind: &'static str,
    shape: &Shape,
) -> Option<Found> {
    if !is_token_start(text, start) {
        return None;
    }
    let last = shape.end(text, end)?;
    // A cookie or scheme in the head is no part of the secret.
    let start = if matches!(text[end - 1], b'=' | b' ') {
        end
    } else {
        start
    };
    let body = &text[end..last];
    (value::is_drawn(body, false, shape.may_be_words()) && !value::contains(body, MARK)).then_some(
        Found {
            start,
            end: last,
            kind,
            rank: 1,
        },
    )
}

fn infixed(
    text: &[u8],
    at: usize,
    before: usize,
    kind: &'static str,
    shape: &Shape,
) -> Option<Found> {
    let start = at.checked_sub(before)?;
    if !is_token_start(text, start) {
        return None;
    }
    let end = shape.end(text, start)?;
    value::is_drawn(&text[start..end], false, false).then_some(Found {
        start,
        end,
        kind,
        rank: 1,
    })
}

fn provided(text: &[u8], end: usize, kind: &'static str, shapes: &[Shape]) -> Option<Found> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let tail = text[end..].iter().take(50).take_while(|b| part(b)).count();
    let spaced = is_flag(text, end);
    let mut walk = Walk::new(text, end + tail, spaced);
    while let Some(candidate) = walk.next() {
        let start = candidate.start;
        for shape in shapes {
            let Some(last) = shape.end(text, start) else {
                continue;
            };
            let value = &text[start..last];
            if value::is_drawn(value, shape.is_digits(), true) {
                return Some(Found {
                    start,
                    end: last,
                    kind,
                    rank: 2,
                });
            }
        }
        if !walk.pass(candidate) {
            return None;
        }
    }
    None
}

/// Whether the word before `end` belongs to `--flag` or `ENV NAME`.
fn is_flag(text: &[u8], end: usize) -> bool {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let name = text[..end].iter().rev().take(64).take_while(part).count();
    let start = end - name;
    text[start..].starts_with(b"--")
        || text[..start].ends_with(b"ENV ")
        || text[..start].ends_with(b"setx ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_the_tables_parses() {
        for (kind, _, rest) in prefix::PREFIXES {
            assert!(Shape::parse(rest).is_some(), "{kind}: {rest}");
        }
        for (kind, _, before, whole) in prefix::INFIXES {
            assert!(Shape::parse(whole).is_some(), "{kind}: {whole}");
            assert!(before + 4 <= MOST_BEFORE, "{kind}: {whole}");
        }
        for (kind, _, shapes) in provider::PROVIDERS {
            for shape in *shapes {
                assert!(Shape::parse(shape).is_some(), "{kind}: {shape}");
            }
        }
    }
}

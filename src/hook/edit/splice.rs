//! One element into a list or an object of JSON, and out of it, by bytes.

use std::ops::Range;

use jsonc_parser::ast::{Array, Object};
use jsonc_parser::common::Ranged as _;

use super::tree::Layout;

/// A list or an object by the bytes of its text.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    /// Between its brackets.
    inside: Range<usize>,
    /// Its elements, or its fields with their names.
    items: Vec<Range<usize>>,
}

impl From<&Array<'_>> for Holder {
    fn from(array: &Array<'_>) -> Self {
        let items = array.elements.iter();
        Self {
            inside: array.range.start + 1..array.range.end - 1,
            items: items.map(|item| item.start()..item.end()).collect(),
        }
    }
}

impl From<&Object<'_>> for Holder {
    fn from(object: &Object<'_>) -> Self {
        let items = object.properties.iter();
        Self {
            inside: object.range.start + 1..object.range.end - 1,
            items: items.map(|item| item.range.start..item.range.end).collect(),
        }
    }
}

impl Holder {
    /// The indentation that a new element gets.
    pub(super) fn indent(&self, text: &str, layout: &Layout) -> String {
        let last = self
            .items
            .last()
            .and_then(|item| own_line(text, item.start));
        last.map_or_else(
            || format!("{}{}", line_indent(text, self.inside.start), layout.unit),
            str::to_owned,
        )
    }

    /// The text with `item` behind the last element.
    pub(super) fn insert(&self, text: &str, item: &str, layout: &Layout) -> String {
        let Some(last) = self.items.last() else {
            return self.insert_first(text, item, layout);
        };
        let (at, lead) = match own_line(text, last.start) {
            Some(indent) => (
                last.end + remark(&text[last.end..]),
                format!("{}{indent}", layout.newline),
            ),
            None => (last.end, " ".to_owned()),
        };
        let (head, remark, tail) = (&text[..last.end], &text[last.end..at], &text[at..]);
        format!("{head},{remark}{lead}{item}{tail}")
    }

    fn insert_first(&self, text: &str, item: &str, layout: &Layout) -> String {
        let (head, tail) = text.split_at(self.inside.start);
        let root = head.trim_start().len() == 1;
        if root && self.inside.is_empty() && layout.lines {
            let (newline, unit) = (layout.newline, &layout.unit);
            return format!("{head}{newline}{unit}{item}{newline}{tail}");
        }
        // Right behind the bracket, where nobody else writes: so it is known again.
        format!("{head}{item}{tail}")
    }

    /// Whether `item` is all there is, in brackets that were made with it.
    pub(super) fn was_made_for(&self, text: &str, item: usize) -> bool {
        let Some(range) = self.items.get(item) else {
            return false;
        };
        let before = &text[self.inside.start..range.start];
        let after = &text[range.end..self.inside.end];
        let blank = |text: &str| text.chars().all(char::is_whitespace);
        let after = after.trim_start();
        self.items.len() == 1
            && !before.is_empty()
            && blank(before)
            && blank(after.strip_prefix(',').unwrap_or(after))
    }

    /// The text with nothing between the brackets.
    pub(super) fn clear(&self, text: &str) -> String {
        format!("{}{}", &text[..self.inside.start], &text[self.inside.end..])
    }

    /// The text without element `item`, and with every remark beside it.
    pub(super) fn remove(&self, text: &str, item: usize) -> String {
        let Some(range) = self.items.get(item).cloned() else {
            return text.to_owned();
        };
        let previous = item
            .checked_sub(1)
            .and_then(|before| self.items.get(before));
        match (self.items.get(item + 1), previous) {
            (Some(next), _) => {
                let gap = &text[range.end..next.start];
                let cut = match is_plain(gap) {
                    true => next.start,
                    false => range.end + comma(gap).map_or(0, |at| at + 1),
                };
                format!("{}{}", &text[..range.start], &text[cut..])
            }
            (None, Some(previous)) => {
                let gap = &text[previous.end..range.start];
                let (head, tail) = (&text[..previous.end], &text[range.end..]);
                if is_plain(gap) {
                    return format!("{head}{tail}");
                }
                let (before, after) = match comma(gap) {
                    Some(at) => (&gap[..at], &gap[at + 1..]),
                    None => (gap, ""),
                };
                let mut remark = format!("{before}{after}");
                // A remark to the end of its line needs that end.
                if tail
                    .trim_start_matches([' ', '\t', ','])
                    .starts_with(['\r', '\n'])
                {
                    remark.truncate(remark.trim_end().len());
                }
                format!("{head}{remark}{tail}")
            }
            (None, None) => {
                let rest = &text[range.end..];
                let rest = rest.strip_prefix(',').unwrap_or(rest);
                format!("{}{rest}", &text[..range.start])
            }
        }
    }
}

/// The blanks before `at`, if nothing else stands before it in its line.
fn own_line(text: &str, at: usize) -> Option<&str> {
    let start = text[..at].rfind('\n')? + 1;
    let before = &text[start..at];
    before.chars().all(char::is_whitespace).then_some(before)
}

/// The indentation of the line that holds `at`.
fn line_indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start().len()]
}

/// How long the remark is that ends the line, blanks before it included; 0 where there is none.
fn remark(rest: &str) -> usize {
    let line = rest.split('\n').next().unwrap_or(rest);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let text = line.trim_start();
    let closed = text.starts_with("/*")
        && text.trim_end().ends_with("*/")
        && text.matches("*/").count() == 1;
    match text.starts_with("//") || closed {
        true => line.len(),
        false => 0,
    }
}

/// Whether nothing but a comma and blanks stand there.
fn is_plain(gap: &str) -> bool {
    gap.chars()
        .all(|letter| letter == ',' || letter.is_whitespace())
}

/// Where the comma is that is no part of a remark.
fn comma(gap: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(rest) = gap.get(at..) {
        let step = if rest.starts_with("//") {
            rest.find('\n')? + 1
        } else if rest.starts_with("/*") {
            rest.find("*/")? + 2
        } else if rest.starts_with(',') {
            return Some(at);
        } else {
            rest.chars().next()?.len_utf8()
        };
        at += step;
    }
    None
}

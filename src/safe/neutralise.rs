//! Text that a chat server shows as it stands, and does nothing else with.
//!
//! Where a character must lose its meaning, a backslash is used where every
//! parser honours it, else a look-alike: Mattermost mentions `\@name` and
//! `&#64;name` all the same, and a zero-width character of our own would be lost
//! if the text were cleaned a second time.

use std::borrow::Cow;

pub use super::line::line;
pub use super::mrkdwn::{mrkdwn, mrkdwn_code};

/// Stands for a text that is empty once cleaned.
pub(super) const NOTHING: &str = "…";

/// `text` as one line of Markdown text that means only itself.
///
/// For CommonMark and Mattermost, outside code: no mention, link, image, emphasis,
/// code, list, heading, quote, table, HTML, emoji, `~channel`, `#hashtag`, formula
/// or hard break, wherever in a line the result is put. Empty stays empty.
pub fn markdown(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 8);
    let start = block_start(&text, &mut out);
    let mut chars = text[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|&(_, next)| next);
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' if next.is_some_and(|next| next == '#' || next.is_ascii_alphanumeric()) => {
                out.push_str("&amp;");
            }
            '#' if !next.is_some_and(char::is_alphabetic) => out.push_str("\\#"),
            '.' if follows_www(&text[..start + at]) => out.push(ONE_DOT),
            _ => out.push(look_alike(c, next).unwrap_or(c)),
        }
    }
    out
}

/// `text` as one Markdown code span.
///
/// Mattermost and CommonMark look for nothing inside. The backtick run is longer
/// than any in `text`; an empty text gives a span with `…`. Two spans must not
/// touch: put a space between them.
pub fn code(text: &str) -> String {
    let text = line(text);
    let text = if text.is_empty() {
        Cow::Borrowed(NOTHING)
    } else {
        text
    };
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// U+2024: drawn as a full stop, part of no host name.
pub(super) const ONE_DOT: char = '\u{2024}';

/// The character drawn like `c` that no chat server gives a meaning, where `c`
/// followed by `next` has one.
pub(super) fn look_alike(c: char, next: Option<char>) -> Option<char> {
    match c {
        // Measured silent on Mattermost; also unmakes e-mail addresses.
        '@' => Some('\u{FF20}'),
        '~' => Some('\u{223C}'),
        '$' => Some('\u{FF04}'),
        '^' => Some('\u{02C6}'),
        '#' if next.is_some_and(char::is_alphabetic) => Some('\u{FF03}'),
        // `:emoji:`, `scheme://`, `mailto:`: all need something right behind.
        ':' if next.is_some_and(|next| next != ' ') => Some('\u{2236}'),
        _ => None,
    }
}

/// Whether `before` ends in `www` or `www2`, which a dot turns into a link.
pub(super) fn follows_www(before: &str) -> bool {
    let name = before.trim_end_matches(|c: char| c.is_ascii_digit());
    let tail = name.len().checked_sub(3).and_then(|at| name.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("www"))
}

/// Writes what would start a block at the head of a line, made inert, and says
/// how many bytes of `text` that was.
fn block_start(text: &str, out: &mut String) -> usize {
    let first = text.as_bytes().first().copied().unwrap_or_default();
    match first {
        b'-' | b'+' => {
            out.extend(['\\', char::from(first)]);
            1
        }
        // A line of `=` makes a heading of the line above it.
        b'=' if text.bytes().all(|b| b == b'=' || b == b' ') => {
            out.push('\u{FF1D}');
            1
        }
        b':' => {
            out.push('\u{2236}');
            1
        }
        b'0'..=b'9' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            out.push_str(&text[..digits]);
            match text.as_bytes().get(digits) {
                Some(&mark @ (b'.' | b')')) => {
                    out.extend(['\\', char::from(mark)]);
                    digits + 1
                }
                _ => digits,
            }
        }
        _ => 0,
    }
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_what_was_written() {
        let cases = [
            ("plain words, 3 of 5 (60%)", "plain words, 3 of 5 (60%)"),
            ("ask @channel", "ask \u{FF20}channel"),
            ("\\@all", "\\\\\u{FF20}all"),
            ("&#64;all &amp; a & b", "&amp;\\#64;all &amp;amp; a & b"),
            ("[a](http://b)", "\\[a\\](http\u{2236}//b)"),
            (
                "see www.x.org, WWW2.x",
                "see www\u{2024}x.org, WWW2\u{2024}x",
            ),
            ("- a", "\\- a"),
            ("12. a", "12\\. a"),
            ("12) a", "12\\) a"),
            ("# a #b", "\\# a \u{FF03}b"),
            ("> a", "&gt; a"),
            ("===", "\u{FF1D}=="),
            ("a :x: b: c", "a \u{2236}x: b: c"),
            (
                "snake_case *x* ~~y~~",
                "snake\\_case \\*x\\* \u{223C}\u{223C}y\u{223C}\u{223C}",
            ),
            ("a\\\nb", "a\\\\ b"),
            ("", ""),
        ];
        for (text, want) in cases {
            assert_eq!(markdown(text), want, "text: {text:?}");
        }
    }

    #[test]
    fn a_code_span_outlasts_the_backticks_inside() {
        let cases = [
            ("ls -la", "`ls -la`"),
            ("a `b` c", "``a `b` c``"),
            ("`b`", "`` `b` ``"),
            ("```", "```` ``` ````"),
            ("a\nb", "`a b`"),
            ("", "`…`"),
            (" \u{200B}\t", "`…`"),
        ];
        for (text, want) in cases {
            assert_eq!(code(text), want, "text: {text:?}");
        }
    }
}

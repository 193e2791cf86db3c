//! The last look at rendered Markdown before it is posted.
//!
//! What `render` makes is inert already; a frame that came through a pipe may be
//! somebody else's. Emphasis, quotes, lists and code stay; nothing calls,
//! links, embeds or hides.

use std::borrow::Cow;

use super::chars::{Kind, kind};
use super::neutralise::{ONE_DOT, follows_www, look_alike};

/// `text` with everything made inert that could mention, link or embed; outside
/// code spans alone, since a server looks for nothing inside them.
///
/// What is inert already comes back as it is, so twice is once.
#[must_use]
pub fn guard(text: &str) -> Cow<'_, str> {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        // A fence would reach over lines: its marks become text.
        let fenced = line.trim_start().starts_with("```");
        guard_line(line, fenced, &mut out);
    }
    if out == text {
        return Cow::Borrowed(text);
    }
    Cow::Owned(out)
}

/// One line; a code span that does not end in it is none, so that lines cannot work together.
fn guard_line(line: &str, fenced: bool, out: &mut String) {
    let mut at = 0;
    loop {
        // Most of a line means nothing to anybody, and is taken as it is.
        let inert = inert(&line[at..]);
        out.push_str(&line[at..at + inert]);
        at += inert;
        let rest = &line[at..];
        let Some(c) = rest.chars().next() else {
            return;
        };
        let behind = &rest[c.len_utf8()..];
        let next = behind.chars().next();
        at += c.len_utf8();
        match c {
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation()) => {
                // An escape: both characters are text, but a mention is one all the same.
                let mark = next.unwrap_or_default();
                out.push('\\');
                out.push(
                    look_alike(mark, behind.chars().nth(1))
                        .filter(|_| mark == '@')
                        .unwrap_or(mark),
                );
                at += mark.len_utf8();
            }
            '`' => {
                let run = rest.bytes().take_while(|&byte| byte == b'`').count();
                at += run - 1;
                match closing(&rest[run..], run).filter(|_| !fenced) {
                    Some(end) => {
                        at += end + run;
                        show(&rest[..run + end + run], out);
                    }
                    None => (0..run).for_each(|_| out.push_str("\\`")),
                }
            }
            c if hides(c) => {}
            // `[text](target)`, `[text][name]`, `[name]: target`.
            ']' if matches!(next, Some('(' | '[' | ':')) => out.push_str("\\]"),
            '<' => out.push_str("&lt;"),
            // A time keeps its colon, a price its sign.
            ':' | '$' if next.is_some_and(|next| next.is_ascii_digit()) => out.push(c),
            '@' | '~' | '$' | '^' | '#' | ':' => {
                out.push(look_alike(c, next.filter(|&c| c != '\n')).unwrap_or(c))
            }
            '.' if follows_www(&line[..at - 1]) => out.push(ONE_DOT),
            c => out.push(c),
        }
    }
}

/// How many bytes at the head of `text` are plain ASCII that is looked for nowhere.
fn inert(text: &str) -> usize {
    let is_inert = |byte: &u8| !ACTIVE[usize::from(*byte)];
    text.bytes().take_while(is_inert).count()
}

/// Bytes at which [`guard_line`] looks more closely: what it may change, and all that is no plain ASCII.
const ACTIVE: [bool; 256] = {
    let mut active = [true; 256];
    active[b'\n' as usize] = false;
    let mut byte = b' ';
    while byte <= b'~' {
        active[byte as usize] = matches!(
            byte,
            b'\\' | b'`' | b']' | b'<' | b':' | b'$' | b'@' | b'~' | b'^' | b'#' | b'.'
        );
        byte += 1;
    }
    active
};

/// Writes what is seen of `text`.
fn show(text: &str, out: &mut String) {
    match text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        true => out.push_str(text),
        false => out.extend(text.chars().filter(|&c| !hides(c))),
    }
}

/// Where the run of exactly `run` backticks begins that closes a span.
fn closing(text: &str, run: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|&&byte| byte == b'`').count();
        if length == run {
            return Some(at);
        }
        at += length.max(1);
    }
    None
}

/// Whether a character draws nothing, or draws others elsewhere.
fn hides(c: char) -> bool {
    matches!(kind(c), Kind::Control | Kind::Nothing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inert_stays_as_it_is() {
        for text in [
            "[ACTIVE] **main** · 38s · 5 tools  \n✓ Reading `config.rs` · 0.2s  \n[ACTIVE] 2 of 5 · 14:32",
            "> Comparing \\[old\\] paths \\` and `x`",
            "✗ Running `` a`b @x `` · exit 101",
        ] {
            assert!(matches!(guard(text), Cow::Borrowed(_)), "{:?}", guard(text));
        }
    }

    #[test]
    fn what_calls_links_or_embeds_is_made_inert() {
        for text in [
            "@all",
            "\\@all",
            "https://example.org/x",
            "www.example.org",
            "![x](http://a.b/c.png)",
            "[x](/c)",
            "[x][y]",
            "[x]: /c",
            "<a href=x>",
            "~town-square",
            "#tag",
            "`open @all",
            "`open\n`@all`",
            "\\``@all`x`",
            "```\n@all\n```",
            "a\u{202e}b",
        ] {
            let safe = guard(text);
            assert_eq!(guard(&safe), safe, "idempotent");
            assert_ne!(safe, text);
            let events: Vec<_> = pulldown_cmark::Parser::new(&safe).collect();
            let outside: String = events
                .iter()
                .filter_map(|event| match event {
                    pulldown_cmark::Event::Text(text) => Some(text.as_ref()),
                    pulldown_cmark::Event::Code(_) | pulldown_cmark::Event::SoftBreak => None,
                    pulldown_cmark::Event::Start(pulldown_cmark::Tag::Paragraph)
                    | pulldown_cmark::Event::End(_) => None,
                    other => unreachable!("{text:?} became {other:?}"),
                })
                .collect();
            for bad in ["@", "://", "www.", "\u{202e}", "~", "#tag"] {
                assert!(!outside.contains(bad), "{text:?}: {outside:?} has {bad}");
            }
        }
    }
}

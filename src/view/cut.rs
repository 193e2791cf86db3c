//! Where what an agent says is cut into lines of progress.
//!
//! A line ends at a blank line, at 220 characters, or where the agent paused for
//! 2.5 s. Texts come in pieces that nobody could search for secrets, so no cut is
//! made inside a word: half a secret no longer looks like one.

use crate::safe::clip::reach;
use crate::safe::{clip, neutralise, words};
use crate::wire::time::Time;

/// Longest line, in user-perceived characters.
pub(super) const MAX_LINE: usize = 220;

/// A line is not waited for longer, in milliseconds.
const PAUSE_MS: i64 = 2_500;

/// The longest last word that may be taken for a whole one, in bytes.
const SHORT_WORD: usize = 24;

/// Stands for a word that is longer than a line, and for a private key.
const ELISION: &str = "…";

/// The first line of `text` that is whole, and what follows it; `None` while more may belong to it.
pub(super) fn first(text: &str) -> Option<(String, &str)> {
    let near = &text[..reach(text, MAX_LINE + 1)];
    match words::key_at(text) {
        Some(0) => {
            let end = words::key_end(text)?;
            return Some((ELISION.to_owned(), text[end..].trim_start()));
        }
        Some(at) if at < near.len() && blank_line(&near[..at]).is_none() => {
            return Some((line(&text[..at]), &text[at..]));
        }
        _ => {}
    }
    if let Some(end) = blank_line(near) {
        return Some((line(&text[..end]), text[end..].trim_start()));
    }
    if reach(text, MAX_LINE) == text.len() {
        return None;
    }
    // Where it is too long anyway, a line of its own stays one.
    let full = &near[..reach(near, MAX_LINE)];
    if let Some(end) = full.rfind('\n').or_else(|| last_break(near)) {
        return Some((line(&text[..end]), text[end..].trim_start()));
    }
    let end = text.find(|c: char| !c.is_ascii() || c.is_ascii_whitespace())?;
    Some((ELISION.to_owned(), text[end..].trim_start()))
}

/// The words of `text` that are surely whole, and the rest.
pub(super) fn told(text: &str) -> (&str, &str) {
    if let Some(at) = words::key_at(text) {
        return text.split_at(at);
    }
    let last = text.rsplit(|c: char| c.is_whitespace()).next();
    let word = last.unwrap_or_default();
    let stem = word.trim_end_matches(['.', '!', '?', '…', ':', ')']);
    let is_end = stem.len() < word.len() && word.len() <= SHORT_WORD;
    if word.is_empty() || is_end && stem.chars().all(char::is_alphabetic) {
        return (text, "");
    }
    match last_break(text) {
        Some(end) => (&text[..end], text[end..].trim_start()),
        None => ("", text),
    }
}

/// All of `text`, which is shorter than two lines, as one line.
pub(super) fn line(text: &str) -> String {
    if let Some(at) = words::key_at(text) {
        return [&*neutralise::line(&text[..at]), ELISION].concat();
    }
    let clean = neutralise::line(text);
    match last_break(&clean) {
        None if reach(&clean, MAX_LINE) < clean.len() => ELISION.to_owned(),
        _ => clip(&clean, MAX_LINE).into_owned(),
    }
}

/// Whether what began `then` has been waited for; `None` where nobody knows.
pub(super) fn waited(then: Option<Time>, now: Option<Time>) -> Option<bool> {
    Some(now?.since_ms(then?) >= PAUSE_MS)
}

/// The end of the first line that a blank one follows.
fn blank_line(text: &str) -> Option<usize> {
    let mut ends = memchr::memchr_iter(b'\n', text.as_bytes());
    ends.find(|end| {
        let rest = text[end + 1..].trim_start_matches([' ', '\t', '\r']);
        rest.starts_with('\n')
    })
}

/// The last place in the first 220 characters where a cut parts no word.
fn last_break(text: &str) -> Option<usize> {
    words::last_break(text, MAX_LINE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every line of `text`, and what is left.
    fn all(mut text: &str) -> (Vec<String>, String) {
        let mut lines = Vec::new();
        while let Some((line, rest)) = first(text) {
            lines.push(line);
            text = rest;
        }
        (lines, text.to_owned())
    }

    #[test]
    fn a_line_ends_at_a_blank_one_or_where_it_is_full() {
        let full = "ab ".repeat(73) + "c";
        let cases: [(&str, &[&str], &str); 10] = [
            ("", &[], ""),
            ("one", &[], "one"),
            ("one\ntwo", &[], "one\ntwo"),
            ("one\n\ntwo", &["one"], "two"),
            ("one\r\n \t\r\ntwo\n\n", &["one", "two"], ""),
            ("one\n", &[], "one\n"),
            (&full, &[], &full),
            (&format!("{full} d"), &[&full], "d"),
            (
                &format!("{full}d e"),
                &[full.trim_end_matches(" c")],
                "cd e",
            ),
            (&format!("{} b", "a".repeat(221)), &["…"], "b"),
        ];
        for (text, lines, left) in cases {
            let got = all(text);
            assert_eq!(
                (got.0.as_slice(), &*got.1),
                (
                    &lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>()[..],
                    left
                ),
                "{text:?}"
            );
        }
        assert_eq!(all(&"a".repeat(900)).0, [""; 0], "its end may yet come");
        let wide = all(&"漢".repeat(500));
        assert_eq!(wide.0, ["漢".repeat(220), "漢".repeat(220)], "no spaces");
        assert_eq!(wide.1, "漢".repeat(60));
    }

    #[test]
    fn a_pause_cuts_behind_a_whole_word() {
        let cases = [
            ("", ("", "")),
            ("Read", ("", "Read")),
            ("Reading the fi", ("Reading the ", "fi")),
            ("Reading the ", ("Reading the ", "")),
            ("Reading the file.", ("Reading the file.", "")),
            ("It is sk-abc.", ("It is ", "sk-abc.")),
            ("The password: hunt", ("The ", "password: hunt")),
            (
                "A key: -----BEGIN RSA PRIVATE KEY-----\nMIIE",
                ("A key: ", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
            ),
            (
                "It is eyJhbGciOiJIUzI1NiIsInR5cCI.",
                ("It is ", "eyJhbGciOiJIUzI1NiIsInR5cCI."),
            ),
        ];
        for (text, want) in cases {
            assert_eq!(told(text), want, "{text:?}");
        }
        let at = |ms| Some(Time(ms));
        assert_eq!(waited(at(0), at(2_499)), Some(false));
        assert_eq!(waited(at(0), at(2_500)), Some(true));
        assert_eq!(waited(None, at(2_500)), None);
    }

    #[test]
    fn a_private_key_is_left_out_however_far_it_came() {
        let begun = format!(
            "Here:\n-----BEGIN RSA PRIVATE KEY-----\n{}",
            "MIIEpQIBAAKCAQEA ".repeat(40)
        );
        let (lines, left) = all(&begun);
        assert_eq!(lines, ["Here:"]);
        assert_eq!((line(&left), told(&left).0), ("…".to_owned(), ""));
        let whole = format!("{begun}\n-----END RSA PRIVATE KEY-----\nThat is it.");
        let (lines, left) = all(&whole);
        assert_eq!(
            (lines.as_slice(), &*left),
            (&["Here:".to_owned(), "…".to_owned()][..], "That is it.")
        );
    }

    proptest! {
        #[test]
        fn every_line_is_short_and_no_word_is_parted(text in "([a-z0-9]{1,30}[ \n]{1,3}){0,80}") {
            let (lines, left) = all(&text);
            let shown: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
            let words: Vec<&str> = text.split_whitespace().collect();
            prop_assert!(lines.iter().all(|line| line.chars().count() <= MAX_LINE));
            prop_assert_eq!([shown, left.split_whitespace().collect()].concat(), words);
        }

        #[test]
        fn any_text_is_cut_without_harm(text in "[ \na-b\u{e9}\u{301}\u{200d}\u{1f469}=:漢\u{7}]{0,900}") {
            let (lines, left) = all(&text);
            prop_assert!(lines.iter().all(|line| clip(line, MAX_LINE) == *line));
            let (whole, rest) = told(&left);
            prop_assert!(whole.len() + rest.len() <= left.len());
        }
    }
}

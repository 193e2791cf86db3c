//! Where a text that comes in pieces may be parted, so that no secret is.
//!
//! Half a secret no longer looks like one: what is told, or shown, of a text that
//! goes on ends behind a whole word, never behind `password:`, and never in a
//! private key.

use unicode_segmentation::UnicodeSegmentation as _;

/// How a private key begins and ends: it has many lines, and none alone tells what it is.
const KEY: (&str, &str) = ("-----BEGIN ", "-----END ");

/// What a line of a key ends in.
const DASHES: &str = "-----";

/// The last place in the first `graphemes` of `text` where a cut parts no word.
pub fn last_break(text: &str, graphemes: usize) -> Option<usize> {
    let mut found = None;
    let mut before = false;
    // What follows `password:` belongs to it.
    let mut bound = false;
    let most = graphemes.saturating_add(1);
    for (at, character) in text.grapheme_indices(true).take(most) {
        let blank = character.trim().is_empty();
        // Many languages put no space between their words; no secret is written in them.
        let breaks = !character.is_ascii() || blank;
        if at > 0 && !bound && (breaks || before) {
            found = Some(at);
        }
        before = breaks;
        bound = matches!(character, ":" | "=") || bound && blank;
    }
    found
}

/// Where the first private key of `text` begins.
pub fn key_at(text: &str) -> Option<usize> {
    text.find(KEY.0)
}

/// Where the private key ends that `text` begins with; `None` while it goes on.
pub fn key_end(text: &str) -> Option<usize> {
    let end = text.find(KEY.1)? + KEY.1.len();
    let rest = &text[end..];
    let dashes = rest.find(DASHES).map(|at| at + DASHES.len());
    let stop = rest.find('\n').into_iter().chain(dashes).min()?;
    Some(end + stop)
}

/// How much of `text`, which may go on, can be told already: whole words, and whole keys.
pub fn whole(text: &str) -> usize {
    let mut from = 0;
    while let Some(at) = key_at(&text[from..]) {
        match key_end(&text[from + at..]) {
            Some(end) => from += at + end,
            None => return from + at,
        }
    }
    from + last_break(&text[from..], usize::MAX).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_ends_behind_a_whole_word() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE abc\n-----END RSA PRIVATE KEY-----";
        let cases = [
            ("", ""),
            ("Rea", ""),
            ("Reading", ""),
            ("Reading ", "Reading"),
            ("Reading the fi", "Reading the "),
            ("The password: hunt", "The "),
            ("The password: hunter2 is", "The password: hunter2 "),
            ("漢字", "漢"),
            (&key[..50], ""),
            (&format!("A {}", &key[..50]), "A "),
            (&key[..key.len() - 1], ""),
            (key, key),
            (&format!("{key}\nThat is"), &format!("{key}\nThat ")),
        ];
        for (text, want) in cases {
            assert_eq!(&text[..whole(text)], want, "{text:?}");
        }
    }
}

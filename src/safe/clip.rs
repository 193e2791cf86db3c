//! Cutting text where a person would not mind. Redact first: half a secret no
//! longer looks like one.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

use super::chars::{MARKS_A_BASE, is_mark};

/// `text` cut to at most `graphemes` user-perceived characters.
///
/// A cut text ends in `…`, which counts. At most four combining marks stay on a
/// base, so that one grapheme cannot be a kilobyte.
pub fn clip(text: &str, graphemes: usize) -> Cow<'_, str> {
    // More than this cannot stay, whatever marks go: a base without them is still one.
    let text = &text[..reach(text, graphemes.saturating_add(1))];
    if text.is_ascii() {
        return match (text.len() <= graphemes, graphemes) {
            (true, _) => Cow::Borrowed(text),
            (false, 0) => Cow::Borrowed(""),
            (false, _) => Cow::Owned(ellipsis(&text[..graphemes - 1])),
        };
    }
    let text = limit_marks(text);
    if start_of(&text, graphemes).is_none() {
        return text;
    }
    let Some(kept) = graphemes.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let cut = start_of(&text, kept).unwrap_or(0);
    Cow::Owned(ellipsis(&text[..cut]))
}

/// How many bytes of `text` are as many as `graphemes` user-perceived characters can have.
///
/// [`clip`] keeps nothing of what is behind them.
pub fn reach(text: &str, graphemes: usize) -> usize {
    if text.len() <= graphemes {
        text.len()
    } else if text.is_ascii() {
        graphemes
    } else {
        start_of(text, graphemes).unwrap_or(text.len())
    }
}

/// Where grapheme number `index` starts, if there are so many.
fn start_of(text: &str, index: usize) -> Option<usize> {
    let (mut at, mut left) = (0, index);
    loop {
        let run = text.as_bytes()[at..].iter().take(left + 1);
        let run = run.take_while(|b| matches!(b, b'\n' | b' '..=b'~')).count();
        // Printable ASCII is a grapheme a byte; only the last may carry marks.
        let alone = run.saturating_sub(1);
        (at, left) = (at + alone, left - alone);
        if left == 0 {
            return (at < text.len()).then_some(at);
        }
        at += text[at..].graphemes(true).next()?.len();
        left -= 1;
    }
}

/// The longest head of `text` that ends at a character boundary and has at most
/// `bytes` bytes.
pub fn clip_bytes(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn ellipsis(head: &str) -> String {
    format!("{}…", head.trim_end())
}

/// Drops the fifth and later combining marks of each base.
fn limit_marks(text: &str) -> Cow<'_, str> {
    // The first mark is U+0300, in UTF-8 CC 80. All bytes are looked at: many at once.
    if text.bytes().fold(0, u8::max) < 0xCC {
        return Cow::Borrowed(text);
    }
    let Some(at) = too_many(text) else {
        return Cow::Borrowed(text);
    };
    let mut out = text[..at].to_owned();
    let mut marks = MARKS_A_BASE;
    out.extend(text[at..].chars().filter(|&c| {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        marks <= MARKS_A_BASE
    }));
    Cow::Owned(out)
}

/// Where the first base has one mark more than it may.
fn too_many(text: &str) -> Option<usize> {
    let (mut at, mut marks, mut end) = (0, 0, 0);
    loop {
        // What is below is no mark, and most of any text.
        at += text.as_bytes()[at..].iter().position(|&b| b >= 0xCC)?;
        let c = text[at..].chars().next()?;
        marks = match is_mark(c) {
            true if at == end => marks + 1,
            true => 1,
            false => 0,
        };
        if marks > MARKS_A_BASE {
            return Some(at);
        }
        at += c.len_utf8();
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_shows_itself_and_fits() {
        let cases = [
            ("", 5, ""),
            ("hello", 5, "hello"),
            ("hello!", 5, "hell…"),
            ("a b c d", 5, "a b…"),
            ("hello", 1, "…"),
            ("hello", 0, ""),
            ("é", 0, ""),
            ("日本語テキスト", 4, "日本語…"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦x", 2, "👩‍👩‍👧‍👦…"),
            ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
            ("🇩🇪🇫🇷🇪🇸", 2, "🇩🇪…"),
        ];
        for (text, graphemes, want) in cases {
            let got = clip(text, graphemes);
            assert_eq!(got, want, "text: {text:?} at {graphemes}");
            assert!(got.graphemes(true).count() <= graphemes, "text: {text:?}");
            assert_eq!(clip(&got, graphemes), got, "again: {text:?}");
        }
    }

    #[test]
    fn what_is_behind_the_reach_changes_nothing() {
        let texts = [
            "plain words and more of them",
            "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}e x 日本語テキスト",
            "👩‍👩‍👧‍👦👩‍👩‍👧‍👦x🇩🇪🇫🇷🇪🇸",
            "🇩\u{301}\u{301}\u{301}\u{301}\u{301}🇪🇫🇷",
            "👩\u{301}\u{301}\u{301}\u{301}\u{200d}👧‍👦 and",
        ];
        for text in texts {
            for graphemes in 0..30 {
                let head = &text[..reach(text, graphemes + 1)];
                let want = limit_marks(text);
                let want = match start_of(&want, graphemes) {
                    None => want.into_owned(),
                    Some(_) if graphemes == 0 => String::new(),
                    Some(_) => ellipsis(&want[..reach(&want, graphemes - 1)]),
                };
                assert_eq!(clip(text, graphemes), want, "{text:?} at {graphemes}");
                assert_eq!(clip(head, graphemes), want, "{head:?} at {graphemes}");
            }
        }
    }

    #[test]
    fn a_tower_of_marks_is_one_short_grapheme() {
        let tower = format!("a{}b{}", "\u{300}".repeat(900), "\u{20DD}".repeat(3));
        let want = format!("a{}b{}", "\u{300}".repeat(4), "\u{20DD}".repeat(3));
        assert_eq!(clip(&tower, 9), want);
    }

    #[test]
    fn bytes_are_cut_between_characters() {
        let cases = [
            ("abc", 9, "abc"),
            ("abc", 2, "ab"),
            ("aé", 2, "a"),
            ("日本", 5, "日"),
        ];
        for (text, bytes, want) in cases {
            assert_eq!(clip_bytes(text, bytes), want, "text: {text:?} at {bytes}");
        }
    }
}

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
    // One above is enough to know that it is too long, and most texts are plain so far.
    let head = &text.as_bytes()[..text.len().min(graphemes.saturating_add(1))];
    if head.is_ascii() {
        return match (text.len() <= graphemes, graphemes) {
            (true, _) => Cow::Borrowed(text),
            (false, 0) => Cow::Borrowed(""),
            (false, _) => Cow::Owned(ellipsis(&text[..graphemes - 1])),
        };
    }
    // More than one above cannot stay, whatever marks go: a base without them is still one.
    let kept = graphemes.saturating_sub(1);
    let cut = start_of(text, kept);
    let end = cut.and_then(|cut| start_behind(text, cut, graphemes - kept));
    let reach = end.and_then(|end| start_behind(text, end, 1));
    let text = limit_marks(&text[..reach.unwrap_or(text.len())]);
    let (cut, end) = match text {
        Cow::Borrowed(_) => (cut, end),
        Cow::Owned(_) => (start_of(&text, kept), start_of(&text, graphemes)),
    };
    match (cut, end) {
        (_, None) => text,
        _ if graphemes == 0 => Cow::Borrowed(""),
        (cut, _) => Cow::Owned(ellipsis(&text[..cut.unwrap_or(0)])),
    }
}

/// How many bytes of `text` are as many as `graphemes` user-perceived characters can have.
///
/// [`clip`] keeps nothing of what is behind them.
pub fn reach(text: &str, graphemes: usize) -> usize {
    let head = &text.as_bytes()[..text.len().min(graphemes.saturating_add(1))];
    if head.is_ascii() {
        text.len().min(graphemes)
    } else {
        start_of(text, graphemes).unwrap_or(text.len())
    }
}

/// Where grapheme number `index` starts, if there are so many.
fn start_of(text: &str, index: usize) -> Option<usize> {
    start_behind(text, 0, index)
}

/// Where the grapheme starts that is number `index` behind the one that starts `at`.
fn start_behind(text: &str, mut at: usize, index: usize) -> Option<usize> {
    let mut left = index;
    loop {
        let run = text.as_bytes()[at..].iter().take(left + 1);
        let run = run.take_while(|b| matches!(b, b'\n' | b' '..=b'~')).count();
        let more = text[at + run..].chars().take(left + 1 - run);
        let more = more.take_while(|&c| is_alone(c));
        let (mut count, mut end, mut last) = (run, at + run, 1);
        for c in more {
            last = c.len_utf8();
            (count, end) = (count + 1, end + last);
        }
        // Each of those is a grapheme, and only the last may carry marks.
        if count > 0 {
            (at, left) = (end - last, left - (count - 1));
        }
        if left == 0 {
            return (at < text.len()).then_some(at);
        }
        at += text[at..].graphemes(true).next()?.len();
        left -= 1;
    }
}

/// Whether a character is a grapheme wherever it stands before another such one: printable ASCII,
/// the letters of Europe, the usual punctuation, kana and the common Chinese characters.
///
/// The Unicode Standard, Annex 29: their property is `Other`, or `LF`, and between two of these is a break.
fn is_alone(c: char) -> bool {
    matches!(c,
        '\n' | ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{482}'
        | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}')
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
    [head.trim_end(), "…"].concat()
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
            "plain — “words” with é, ß, я and 日本語 e\u{301}\n— and more",
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
    fn who_stands_alone_is_a_grapheme_before_any_other() {
        let alone: Vec<char> = ('\0'..='\u{ffff}').filter(|&c| is_alone(c)).collect();
        for pair in alone.windows(2) {
            for text in [
                [pair[0], pair[1]],
                [pair[1], pair[0]],
                [pair[0], 'a'],
                ['a', pair[0]],
            ] {
                let text = String::from_iter(text);
                assert_eq!(text.graphemes(true).count(), 2, "{text:?}");
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

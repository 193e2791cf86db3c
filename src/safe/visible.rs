//! Text for people in which nothing acts and nothing hides.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::chars::{Kind, MARKS_A_BASE, kind};

/// `text` as one line in which whatever would act or hide is seen: as `\n`, `\u{1b}` or `\u{202e}`.
///
/// For messages that name a file or quote a record. [`line`](super::neutralise::line) would drop it,
/// and with it what sets two names apart. Line ends, controls, bidirectional and zero-width characters
/// and the fifth and later combining marks of a base are spelled out; so what people read is one line
/// whatever the name. Clean text is borrowed. Doing it twice changes nothing.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut marks = 0;
    for c in text.chars() {
        let kind = kind(c);
        marks = if kind == Kind::Mark { marks + 1 } else { 0 };
        let is_seen = match kind {
            Kind::Plain => true,
            Kind::Mark => marks <= MARKS_A_BASE,
            Kind::Space => !ends_a_line(c) && !c.is_control(),
            Kind::Control | Kind::Nothing => false,
        };
        // A String takes everything.
        let _ = match is_seen {
            true => out.write_char(c),
            false => write!(out, "{}", c.escape_default()),
        };
    }
    Cow::Owned(out)
}

/// The two that are no controls.
fn ends_a_line(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_or_hides_is_spelled_out() {
        let cases = [
            ("", ""),
            ("cannot read  a.jsonl", "cannot read  a.jsonl"),
            ("a\u{1b}[31m\nb\t\r", r"a\u{1b}[31m\nb\t\r"),
            ("\u{9b}1m\u{85}\u{7f}\0", r"\u{9b}1m\u{85}\u{7f}\u{0}"),
            ("pay\u{202e}tset", r"pay\u{202e}tset"),
            (
                "z\u{200b}e\u{feff}ro\u{e0041}",
                r"z\u{200b}e\u{feff}ro\u{e0041}",
            ),
            ("a\u{2028}b\u{2029}c", r"a\u{2028}b\u{2029}c"),
            (
                "\u{fffd}\"it's\" \\ 名前 é e\u{301} 👍\u{fe0f}",
                "\u{fffd}\"it's\" \\ 名前 é e\u{301} 👍\u{fe0f}",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(visible(text), want, "{text:?}");
            assert_eq!(visible(want), want, "again: {text:?}");
        }
        let tower = format!("a{}b", "\u{301}".repeat(6));
        let want = format!("a{}{}b", "\u{301}".repeat(4), r"\u{301}".repeat(2));
        assert_eq!(visible(&tower), want);
    }

    #[test]
    fn no_character_that_acts_or_hides_stays_and_no_other_goes() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let kept = visible(&text) == text;
            let want = match kind(c) {
                Kind::Plain | Kind::Mark => true,
                Kind::Control | Kind::Nothing => false,
                Kind::Space => !c.is_control() && !ends_a_line(c),
            };
            assert_eq!(kept, want, "U+{:04X}", u32::from(c));
            assert!(kept || visible(&text).is_ascii(), "U+{:04X}", u32::from(c));
        }
    }
}

//! One line of harmless length.

use crate::safe::clip::clip;
use crate::safe::neutralise::line;

/// Puts `text` on one harmless line of at most `limit` graphemes; what was cut ends in `…`.
pub(super) fn tidy(text: &str, limit: usize) -> String {
    clip(&line(text), limit).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_short_line() {
        let cases = [
            ("", 5, ""),
            (" a\n\tb ", 5, "a b"),
            ("abcdef", 5, "abcd…"),
            ("a\u{1b}[31mb", 9, "ab"),
            ("a\u{202e}b\u{200b}c", 9, "abc"),
        ];
        for (text, limit, want) in cases {
            assert_eq!(tidy(text, limit), want, "text: {text:?}");
        }
    }
}

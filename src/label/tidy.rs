//! One line of harmless length.

use unicode_segmentation::UnicodeSegmentation;

/// Puts `text` on one line of at most `limit` graphemes.
///
/// Control characters and those that turn, hide or join text go; white space
/// becomes single spaces. What was cut ends in `…`, which counts.
pub(super) fn tidy(text: &str, limit: usize) -> String {
    // One grapheme can be endless: a letter with a thousand accents.
    let most_chars = limit.saturating_mul(8).saturating_add(8);
    let mut line = String::new();
    let mut taken = 0;
    for char in text.chars() {
        if taken == most_chars {
            break;
        }
        if char.is_whitespace() {
            if line.is_empty() || line.ends_with(' ') {
                continue;
            }
            line.push(' ');
        } else if char.is_control() || is_unseen(char) {
            continue;
        } else {
            line.push(char);
        }
        taken += 1;
    }
    let whole = line.trim_end();
    let Some((end, _)) = whole.grapheme_indices(true).nth(limit) else {
        return whole.to_owned();
    };
    let last = whole[..end]
        .grapheme_indices(true)
        .next_back()
        .map_or(0, |(start, _)| start);
    let mut cut = whole[..last].trim_end().to_owned();
    cut.push('…');
    cut
}

/// The first `most_bytes` of `text`, fewer rather than half a character.
pub(super) fn head(text: &str, most_bytes: usize) -> &str {
    let mut end = most_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Characters that steer their neighbours without being seen.
fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
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
            ("abcde", 5, "abcde"),
            ("a\u{1b}[31mb", 9, "a[31mb"),
            ("a\u{202e}b\u{200b}c", 9, "abc"),
            ("ééééé", 3, "éé…"),
            ("a\u{2028}b", 9, "a b"),
        ];
        for (text, limit, want) in cases {
            assert_eq!(tidy(text, limit), want, "text: {text:?}");
        }
    }
}

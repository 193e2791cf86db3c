//! The last filter before the terminal: what an agent wrote must not move the
//! cursor, change a title, reach the clipboard or reorder a line.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Combining marks that one character may carry.
const MARKS: usize = 4;

/// `text` as one line that only shows characters.
///
/// Escape sequences go whole; line ends and tabs become spaces; other controls,
/// and what is invisible or changes direction, go.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut marks = 0;
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\u{9b}' => skip_control(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut rest),
            '\n' | '\r' | '\t' | '\u{0b}' | '\u{0c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                marks = 0;
                out.push(' ');
            }
            c if c.is_control() || is_hidden(c) => {}
            c if c.width() == Some(0) => {
                // A mark needs a character to stand on, and only so many fit.
                if marks < MARKS && !out.is_empty() {
                    out.push(c);
                }
                marks += 1;
            }
            c => {
                marks = 0;
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// Skips what follows ESC.
fn skip_escape(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    match ahead.next() {
        Some('[') => {
            *rest = ahead;
            skip_control(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            *rest = ahead;
            skip_string(rest);
        }
        // Intermediates and one final character.
        Some(' '..='/') => {
            *rest = ahead;
            let end = rest.clone();
            let taken = end.take_while(|c| matches!(c, ' '..='/')).count();
            rest.nth(taken);
        }
        Some('0'..='~') => *rest = ahead,
        _ => {}
    }
}

/// Skips a control sequence: parameters, intermediates and the final character.
fn skip_control(rest: &mut std::str::Chars<'_>) {
    loop {
        let mut ahead = rest.clone();
        match ahead.next() {
            Some(' '..='?') => *rest = ahead,
            Some('@'..='~') => {
                *rest = ahead;
                return;
            }
            _ => return,
        }
    }
}

/// Skips a control string up to BEL or ST. One that is not ended takes only its
/// introducer along: the text behind it may be worth reading.
fn skip_string(rest: &mut std::str::Chars<'_>) {
    let mut ahead = rest.clone();
    while let Some(c) = ahead.next() {
        match c {
            '\u{7}' | '\u{9c}' => {
                *rest = ahead;
                return;
            }
            '\u{1b}' if ahead.clone().next() == Some('\\') => {
                ahead.next();
                *rest = ahead;
                return;
            }
            '\u{1b}' | '\n' => return,
            _ => {}
        }
    }
}

/// Characters nobody sees, or that change how others are seen.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..='\u{10ffff}'
    ) || (c as u32) & 0xfffe == 0xfffe
        || ('\u{fdd0}'..='\u{fdef}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_stays() {
        let cases = [
            ("plain", "plain"),
            ("naïve 漢字 ✓", "naïve 漢字 ✓"),
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b[2J\x1b[Hgone", "gone"),
            ("\u{9b}2Jgone", "gone"),
            ("a\x1b]52;c;ZXZpbA==\x07b", "ab"),
            ("a\x1b]0;title\x1b\\b", "ab"),
            ("a\u{9d}0;title\u{9c}b", "ab"),
            ("a\x1b]0;never ended", "a0;never ended"),
            ("a\x1bPq#0\x1b\\b\x1b_x\x1b\\c", "abc"),
            ("a\x1b(0b\x1bcc", "abc"),
            ("a\x1b", "a"),
            ("a\x1b[", "a"),
            ("one\r\ntwo\tthree", "one  two three"),
            ("bell\x07 back\x08 nul\0 del\x7f", "bell back nul del"),
            ("left\u{202e}right\u{2066}", "leftright"),
            ("zero\u{200b}width\u{feff}", "zerowidth"),
            ("tag\u{e0041}", "tag"),
            (
                "\u{301}e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
                "e\u{301}\u{301}\u{301}\u{301}",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(clean(text), want, "{text:?}");
            assert_eq!(clean(&clean(text)), want, "twice: {text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_control_survives(text in "(\\PC|[\\x00-\\x1f\\x7f-\\x9f\\]\\[;?m\\\\])*") {
            let text = clean(&text).into_owned();
            proptest::prop_assert!(!text.chars().any(char::is_control), "{text:?}");
        }
    }
}

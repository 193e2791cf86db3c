//! One plain line: no control, no escape sequence, nothing invisible.

use std::borrow::Cow;
use std::str::Chars;

use super::chars::{Kind, MARKS_A_BASE, kind};

/// `text` as one plain line.
///
/// White space of every sort, line ends included, is folded to single spaces and
/// trimmed. ANSI sequences go whole; controls, bidirectional and zero-width
/// characters, tags, fillers and noncharacters go; at most four combining marks stay
/// on a base. Clean ASCII is borrowed. Doing it twice changes nothing.
pub fn line(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    let mut marks = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match kind(c) {
            Kind::Plain => marks = 0,
            // A mark with nothing before it would sit on our own text.
            Kind::Mark if marks < MARKS_A_BASE && !out.is_empty() => marks += 1,
            Kind::Mark | Kind::Nothing => continue,
            Kind::Space => {
                space = !out.is_empty();
                marks = 0;
                continue;
            }
            Kind::Control => {
                skip_sequence(c, &mut rest);
                continue;
            }
        }
        if space {
            out.push(' ');
            space = false;
        }
        out.push(c);
    }
    Cow::Owned(out)
}

/// Printable ASCII with no space at either end and no two in a row.
fn is_plain(bytes: &[u8]) -> bool {
    let mut before = b' ';
    for &b in bytes {
        if !(0x20..0x7F).contains(&b) || (b == b' ' && before == b' ') {
            return false;
        }
        before = b;
    }
    before != b' ' || bytes.is_empty()
}

/// Skips the rest of the terminal sequence that `c` starts, if it does.
fn skip_sequence(c: char, rest: &mut Chars<'_>) {
    match c {
        '\u{1B}' => match rest.clone().next() {
            Some('[') => {
                rest.next();
                skip_csi(rest);
            }
            Some(']' | 'P' | 'X' | '^' | '_') => {
                rest.next();
                skip_string(rest);
            }
            // ESC, intermediates, one final: `ESC ( B`, `ESC c`.
            Some(_) => {
                skip_while(rest, |c| matches!(c, ' '..='/'));
                skip_if(rest, |c| matches!(c, '0'..='~'));
            }
            None => {}
        },
        '\u{9B}' => skip_csi(rest),
        '\u{90}' | '\u{98}' | '\u{9D}'..='\u{9F}' => skip_string(rest),
        _ => {}
    }
}

fn skip_csi(rest: &mut Chars<'_>) {
    skip_while(rest, |c| matches!(c, '0'..='?'));
    skip_while(rest, |c| matches!(c, ' '..='/'));
    skip_if(rest, |c| matches!(c, '@'..='~'));
}

/// A string ends with BEL or ST; one that never does ends with its line.
fn skip_string(rest: &mut Chars<'_>) {
    loop {
        match rest.clone().next() {
            None | Some('\n' | '\r' | '\u{18}' | '\u{1A}') => return,
            Some('\u{07}' | '\u{9C}') => {
                rest.next();
                return;
            }
            Some('\u{1B}') => {
                // ESC \ is ST; any other ESC starts a sequence of its own.
                let mut after = rest.clone();
                after.next();
                if after.next() == Some('\\') {
                    *rest = after;
                }
                return;
            }
            Some(_) => {
                rest.next();
            }
        }
    }
}

fn skip_while(rest: &mut Chars<'_>, skipped: impl Fn(char) -> bool) {
    while rest.clone().next().is_some_and(&skipped) {
        rest.next();
    }
}

fn skip_if(rest: &mut Chars<'_>, skipped: impl Fn(char) -> bool) {
    if rest.clone().next().is_some_and(skipped) {
        rest.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_a_person_would_read() {
        let cases = [
            ("", ""),
            ("cargo test", "cargo test"),
            (" a\n\n\tb  c ", "a b c"),
            ("\u{1B}[31mred\u{1B}[0m", "red"),
            ("\u{9B}1;31mred", "red"),
            ("\u{1B}]0;title\u{7}a\u{1B}]8;;http://x\u{1B}\\b", "ab"),
            ("\u{1B}]52;c;cHduZWQ=", ""),
            ("\u{1B}]0;open\nnext", "next"),
            ("\u{1B}Pq#0;2\u{9C}six", "six"),
            ("\u{1B}(Bx\u{1B}cy\u{1B}", "xy"),
            ("\u{1B}[\u{1B}[31m31mx", "31mx"),
            ("a\u{0}b\u{7F}c\u{85}d\u{9F}", "abc d"),
            ("pay\u{202E}tset\u{202C}", "paytset"),
            ("z\u{200B}e\u{200D}r\u{2060}o\u{FEFF}", "zero"),
            ("t\u{E0041}\u{E007F}ag", "tag"),
            ("a\u{2028}b\u{2029}c\u{A0}\u{3000}d", "a b c d"),
            ("non\u{FDD0}\u{FFFF}\u{10FFFE}", "non"),
            ("soft\u{AD}hy\u{34F}phen\u{E0100}", "softhyphen"),
            ("\u{301}\u{301}a", "a"),
            ("名前 é ok 👍\u{FE0F}", "名前 é ok 👍\u{FE0F}"),
        ];
        for (text, want) in cases {
            assert_eq!(line(text), want, "text: {text:?}");
            assert_eq!(line(want), want, "again: {text:?}");
        }
    }

    #[test]
    fn clean_ascii_is_borrowed() {
        assert!(matches!(line("cargo test -p api"), Cow::Borrowed(_)));
        assert!(matches!(line(""), Cow::Borrowed(_)));
        assert!(matches!(line("a  b"), Cow::Owned(_)));
    }

    #[test]
    fn a_tower_of_marks_keeps_four_floors() {
        let tower = format!("a{}b", "\u{301}".repeat(1000));
        assert_eq!(line(&tower), format!("a{}b", "\u{301}".repeat(4)));
    }
}

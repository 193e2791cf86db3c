//! What a character is to a person who reads one line.

use super::marks::MARKS;

/// Combining marks that one base may carry; real scripts need no more.
pub(super) const MARKS_A_BASE: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Seen as itself.
    Plain,
    /// White space or a line end.
    Space,
    /// C0, DEL or C1; may start a terminal sequence.
    Control,
    /// A combining mark (general category M).
    Mark,
    /// Draws nothing, or draws other characters elsewhere.
    Nothing,
}

pub(super) fn kind(c: char) -> Kind {
    match c {
        '\t'..='\r' | ' ' | '\u{85}' | '\u{A0}' => Kind::Space,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => Kind::Control,
        '!'..='~' => Kind::Plain,
        // The bulk of CJK text, before any table is asked.
        '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}' => Kind::Plain,
        _ if is_nothing(c) => Kind::Nothing,
        _ if c.is_whitespace() => Kind::Space,
        _ if is_mark(c) => Kind::Mark,
        _ => Kind::Plain,
    }
}

/// Whether `c` has the general category M.
pub(super) fn is_mark(c: char) -> bool {
    if c < '\u{300}' {
        return false;
    }
    let c = u32::from(c);
    // Ranges are (first, last): behind an odd count of bounds `c` is inside one.
    let behind = MARKS.partition_point(|&bound| bound < c);
    behind % 2 == 1 || MARKS.get(behind) == Some(&c)
}

/// Format characters (general category Cf), default ignorables, noncharacters.
///
/// The two variation selectors that choose between emoji and text stay: people
/// see what they do. The others carry hidden data and go.
fn is_nothing(c: char) -> bool {
    matches!(c,
        '\u{AD}'
        | '\u{34F}'
        | '\u{600}'..='\u{605}'
        | '\u{61C}'
        | '\u{6DD}'
        | '\u{70F}'
        | '\u{890}'..='\u{891}'
        | '\u{8E2}'
        | '\u{115F}'..='\u{1160}'
        | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FE00}'..='\u{FE0D}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{110BD}'
        | '\u{110CD}'
        | '\u{13430}'..='\u{1343F}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
        || u32::from(c) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = char> {
        '\0'..=char::MAX
    }

    fn class(pattern: &str) -> impl Fn(char) -> bool {
        let regex = regex::Regex::new(pattern).expect("a class");
        move |c| regex.is_match(c.encode_utf8(&mut [0; 4]))
    }

    #[test]
    fn the_table_of_marks_is_that_of_unicode() {
        let marks = class(r"\p{M}");
        for c in all() {
            assert_eq!(is_mark(c), marks(c), "{c:?} U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn every_format_and_control_character_goes() {
        let hidden = class(r"[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]");
        for c in all().filter(|&c| hidden(c)) {
            let selector = matches!(c, '\u{FE0E}' | '\u{FE0F}');
            let kept = matches!(kind(c), Kind::Plain | Kind::Mark);
            assert_eq!(kept, selector, "U+{:04X}", u32::from(c));
        }
    }
}

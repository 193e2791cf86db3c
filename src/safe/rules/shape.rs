//! The shape of a token, written small: `h8 '-' h4` or `(test|live) '_' a24-99`.
//!
//! A part is a literal in quotes, a choice in parentheses, or a class letter with
//! how often: `a36`, `w20-40`, `w50+`. Matching is bounded by the shape's length.

/// A class of bytes, by its letter in a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// `d`: 0-9.
    Digit,
    /// `h`: hexadecimal, any case.
    Hex,
    /// `a`: ASCII letters and digits.
    Alnum,
    /// `u`: capitals and digits.
    Upper,
    /// `q`: base32, as in AWS key ids.
    Base32,
    /// `z`: ASCII letters.
    Letter,
    /// `w`: letters, digits, `_`, `-`.
    Word,
    /// `e`: `w` and `=`.
    WordEq,
    /// `t`: `w`, `=` and `.`.
    Dotted,
    /// `v`: what needs no escape in a URL.
    Unreserved,
    /// `b`: base64 without padding.
    Base64,
    /// `f`: either base64 with padding.
    Base64Full,
    /// `p`: the padding `=`.
    Pad,
    /// `s`: anything visible but quotes and brackets.
    Visible,
}

impl Class {
    fn of(letter: u8) -> Option<Self> {
        Some(match letter {
            b'd' => Self::Digit,
            b'h' => Self::Hex,
            b'a' => Self::Alnum,
            b'u' => Self::Upper,
            b'q' => Self::Base32,
            b'z' => Self::Letter,
            b'w' => Self::Word,
            b'e' => Self::WordEq,
            b't' => Self::Dotted,
            b'v' => Self::Unreserved,
            b'b' => Self::Base64,
            b'f' => Self::Base64Full,
            b'p' => Self::Pad,
            b's' => Self::Visible,
            _ => return None,
        })
    }

    pub(super) fn has(self, b: u8) -> bool {
        match self {
            Self::Digit => b.is_ascii_digit(),
            Self::Hex => b.is_ascii_hexdigit(),
            Self::Alnum => b.is_ascii_alphanumeric(),
            Self::Upper => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Self::Base32 => b.is_ascii_uppercase() || matches!(b, b'2'..=b'7'),
            Self::Letter => b.is_ascii_alphabetic(),
            Self::Word => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'),
            Self::WordEq => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'='),
            Self::Dotted => b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'=' | b'.'),
            Self::Unreserved => b.is_ascii_alphanumeric() || b"_~.-".contains(&b),
            Self::Base64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'),
            Self::Base64Full => {
                b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'_' | b'-' | b'=')
            }
            Self::Pad => b == b'=',
            Self::Visible => b.is_ascii_graphic() && !b"\"'`<>()[]{}\\,;".contains(&b),
        }
    }
}

#[derive(Clone, Debug)]
enum Part {
    Literal(&'static str),
    Choice(Vec<&'static str>),
    Run(Class, usize, usize),
}

/// A parsed shape.
#[derive(Clone, Debug)]
pub(super) struct Shape(Vec<Part>);

impl Shape {
    /// Parses `text`; `None` if it is not a shape.
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        text.split(' ').map(part).collect::<Option<_>>().map(Self)
    }

    /// Where the token that starts at `start` ends, if it has this shape and ends
    /// where a token may end.
    pub(super) fn end(&self, text: &[u8], start: usize) -> Option<usize> {
        fit(&self.0, text, start, None)
    }

    /// Whether the whole of it is digits, whose entropy is lower.
    pub(super) fn is_digits(&self) -> bool {
        matches!(self.0.as_slice(), [Part::Run(Class::Digit, ..)])
    }

    /// Whether words joined by `-` or `_` could have this shape.
    pub(super) fn may_be_words(&self) -> bool {
        self.0.iter().any(|part| {
            matches!(
                part,
                Part::Run(
                    Class::Word | Class::WordEq | Class::Dotted | Class::Letter | Class::Visible,
                    ..
                )
            )
        })
    }
}

fn part(text: &'static str) -> Option<Part> {
    let inner = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(literal) = inner('\'', '\'') {
        return Some(Part::Literal(literal));
    }
    if let Some(choices) = inner('(', ')') {
        return Some(Part::Choice(choices.split('|').collect()));
    }
    let class = Class::of(*text.as_bytes().first()?)?;
    let count = text.get(1..)?;
    let (min, max) = match (count.strip_suffix('+'), count.split_once('-')) {
        (Some(min), _) => (min.parse().ok()?, 4096),
        (None, Some((min, max))) => (min.parse().ok()?, max.parse().ok()?),
        (None, None) => (count.parse().ok()?, count.parse().ok()?),
    };
    Some(Part::Run(class, min, max))
}

fn fit(parts: &[Part], text: &[u8], at: usize, last: Option<Class>) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else {
        return is_end(text, at, last).then_some(at);
    };
    match part {
        Part::Literal(literal) => {
            let end = literal_end(literal, text, at)?;
            fit(rest, text, end, None)
        }
        Part::Choice(choices) => choices
            .iter()
            .filter_map(|choice| literal_end(choice, text, at))
            .find_map(|end| fit(rest, text, end, None)),
        &Part::Run(class, min, max) => {
            let run = text.get(at..)?.iter().take(max);
            let longest = run.take_while(|&&b| class.has(b)).count();
            if longest < min {
                None
            } else if rest.is_empty() {
                fit(rest, text, at + longest, Some(class))
            } else {
                (min..=longest)
                    .rev()
                    .find_map(|run| fit(rest, text, at + run, Some(class)))
            }
        }
    }
}

fn literal_end(literal: &str, text: &[u8], at: usize) -> Option<usize> {
    let end = at + literal.len();
    let there = text.get(at..end)?;
    there
        .eq_ignore_ascii_case(literal.as_bytes())
        .then_some(end)
}

/// A token does not end inside a longer one.
fn is_end(text: &[u8], at: usize, last: Option<Class>) -> bool {
    let Some(&next) = text.get(at) else {
        return true;
    };
    if next == b'.' {
        return !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    }
    if text[at..].starts_with(super::MARK) {
        return false;
    }
    let in_word = next.is_ascii_alphanumeric() || next == b'_';
    !in_word && !last.is_some_and(|class| class.has(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_fits_the_whole_token_or_nothing() {
        let cases = [
            ("a4", "ab12", Some(4)),
            ("a4", "ab123", None),
            ("a4", "ab1", None),
            ("a4", "ab12-x", Some(4)),
            ("w4", "ab12-x", None),
            ("a4", "ab12.", Some(4)),
            ("a4", "ab12.js", None),
            ("h2 '-' h2", "0f-a1\"", Some(5)),
            ("(live|test) '_' a3+", "test_abc9 ", Some(9)),
            ("w1-5 '_' w3", "a_b_abc", Some(7)),
            ("a2 p0-2", "ab==", Some(4)),
        ];
        for (shape, text, want) in cases {
            let parsed = Shape::parse(shape).expect(shape);
            assert_eq!(parsed.end(text.as_bytes(), 0), want, "{shape} on {text}");
        }
    }
}

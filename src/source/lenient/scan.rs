//! One pass over JSON that is as strict as a parser and builds nothing.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::marks::{BLOCK, Marks, SHORT, leading_digits, short};
use super::text::{decode, decode_up_to};

/// Something that can be read from where a scanner stands.
pub trait Scan<'a>: Default {
    /// Reads one value into `self`; `None` where the JSON is broken or of another shape.
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()>;
}

impl<'a, T: Scan<'a>> Scan<'a> for Vec<T> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        scanner.items(|scanner| {
            // Made where it stays: one may be large.
            self.push(T::default());
            self.last_mut()?.scan(scanner)
        })
    }
}

/// Reads all of `text`; `None` where it is broken or of another shape.
pub fn read<'a, T: Scan<'a>>(text: &'a str) -> Option<T> {
    let mut value = T::default();
    read_into(&mut value, text).map(|()| value)
}

/// The same into a fresh `value`: one of kilobytes is not carried about.
pub fn read_into<'a, T: Scan<'a>>(value: &mut T, text: &'a str) -> Option<()> {
    let mut scanner = Scanner::new(text);
    value.scan(&mut scanner)?;
    if scanner.peek().is_some() {
        return None;
    }
    // Inside strings nothing below a space may stand. No writer of lines makes such
    // bytes, so the slow way to tell where they stand is rare.
    if scanner.controls != 0 {
        serde_json::from_str::<IgnoredAny>(text).ok()?;
    }
    Some(())
}

/// A place in a JSON text.
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// Not zero once a byte below a space was seen in a string.
    controls: u64,
}

impl<'a> Scanner<'a> {
    /// Begins with the first byte of `text`.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            controls: 0,
        }
    }

    /// The next byte behind white space; `None` at the end.
    pub fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at)?, b' ' | b'\n' | b'\t' | b'\r') {
            self.at += 1;
        }
        Some(bytes[self.at])
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.take(byte).then_some(())
    }

    /// Walks an object; `field` reads or skips the value behind each key.
    pub fn object(
        &mut self,
        mut field: impl FnMut(Cow<'a, str>, &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.expect(b'{')?;
        if self.take(b'}') {
            return Some(());
        }
        loop {
            self.peek()?;
            let start = self.at + 1;
            let escapes = self.string()?;
            let key = &self.text[start..self.at - 1];
            self.expect(b':')?;
            if escapes {
                field(decode(key, usize::MAX), self)?;
            } else {
                field(Cow::Borrowed(key), self)?;
            }
            if !self.take(b',') {
                return self.expect(b'}');
            }
        }
    }

    /// Walks an array; `item` reads or skips each value.
    pub fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.take(b']') {
            return Some(());
        }
        loop {
            item(self)?;
            if !self.take(b',') {
                return self.expect(b']');
            }
        }
    }

    /// Skips a key and the colon behind it.
    fn key(&mut self) -> Option<()> {
        self.peek()?;
        self.string()?;
        self.expect(b':')
    }

    /// Any value, as it is written.
    pub fn raw(&mut self) -> Option<&'a str> {
        self.written(Self::skip)
    }

    /// What `scan` reads, as it is written.
    pub fn written(&mut self, scan: impl FnOnce(&mut Self) -> Option<()>) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        scan(self)?;
        Some(&self.text[start..self.at])
    }

    /// The first `bytes` bytes of the text of a string, which is passed whole.
    ///
    /// What is given is read as [`decode`](super::decode) reads it, whatever its escapes; what is left out
    /// behind it has to be what a parser takes.
    pub fn text(&mut self, bytes: usize) -> Option<Cow<'a, str>> {
        if self.peek()? != b'"' {
            return None;
        }
        let inner = self.at + 1;
        let (text, length) = decode_up_to(&self.text[inner..], bytes);
        // It is cut between two characters, never inside an escape.
        self.at = inner + length;
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            self.at += 1;
        } else {
            self.long_string()?;
        }
        Some(text)
    }

    /// Skips any value, however deep.
    pub fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' => self.skip_nested(),
            first => self.skip_plain(first),
        }
    }

    /// Skips an object or an array.
    fn skip_nested(&mut self) -> Option<()> {
        let mut open = Open::default();
        loop {
            let first = self.peek()?;
            if let b'{' | b'[' = first {
                self.at += 1;
                // `{` and `}`, `[` and `]` are two apart.
                if !self.take(first + 2) {
                    if first == b'{' {
                        self.key()?;
                    }
                    open.push(first == b'{');
                    continue;
                }
            } else {
                self.skip_plain(first)?;
            }
            loop {
                let Some(is_object) = open.last() else {
                    return Some(());
                };
                if self.take(b',') {
                    if is_object {
                        self.key()?;
                    }
                    break;
                }
                self.expect(if is_object { b'}' } else { b']' })?;
                open.pop();
            }
        }
    }

    /// Skips a value that holds no others, and whose first byte is `first`.
    #[inline(always)]
    fn skip_plain(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.string().map(drop),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// A string, from its opening quote to behind its closing one; whether it has escapes.
    #[inline(always)]
    fn string(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        self.at += 1;
        // Most strings are keys, names and ids.
        if let Some(&block) = bytes[self.at..].first_chunk::<SHORT>()
            && let Some((length, controls)) = short(block)
        {
            self.controls |= u64::from(controls);
            self.at += length + 1;
            return Some(false);
        }
        self.long_string()
    }

    /// The rest of a string of any length.
    #[inline(never)]
    fn long_string(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        let (mut carry, mut escapes) = (0, 0);
        while self.at < bytes.len() {
            // What a block has cannot be foreseen: to ask first would take longer than to do it.
            let marks = Marks::of(&bytes[self.at..]);
            let escaped = marks.escaped(&mut carry);
            let end = marks.quotes & !escaped;
            // What is behind the end is no part of this string.
            let before = end.wrapping_sub(1) & !end;
            self.controls |= marks.controls & before;
            escapes |= escaped & before;
            let others = escaped & before & !(marks.quotes_and_backslashes() | marks.letters);
            if others != 0 && !are_escapes(&bytes[self.at..], others) {
                return None;
            }
            if end != 0 {
                self.at += end.trailing_zeros() as usize + 1;
                return Some(escapes != 0);
            }
            self.at += BLOCK;
        }
        None
    }

    fn word<const LENGTH: usize>(&mut self, word: &[u8; LENGTH]) -> Option<()> {
        let is_next = self.text.as_bytes()[self.at..].first_chunk() == Some(word);
        self.at += LENGTH;
        is_next.then_some(())
    }

    fn number(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let some_digits = |from: usize| {
            let end = digits_end(bytes, from);
            (end > from).then_some(end)
        };
        let mut at = self.at + usize::from(bytes.get(self.at) == Some(&b'-'));
        at = match bytes.get(at)? {
            b'0' => at + 1,
            _ => some_digits(at)?,
        };
        if let Some(b'.') = bytes.get(at) {
            at = some_digits(at + 1)?;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            let is_signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
            at = some_digits(at + 1 + usize::from(is_signed))?;
        }
        self.at = at;
        Some(())
    }
}

/// Which of the values that are open are objects: a bit for each, the innermost in the lowest.
#[derive(Default)]
struct Open {
    bits: u64,
    depth: usize,
    /// Those of more than 64.
    outer: Vec<u64>,
}

impl Open {
    fn push(&mut self, is_object: bool) {
        if self.depth == 64 {
            self.outer.push(self.bits);
            self.depth = 0;
        }
        self.bits = self.bits << 1 | u64::from(is_object);
        self.depth += 1;
    }

    fn last(&self) -> Option<bool> {
        (self.depth > 0).then_some(self.bits & 1 == 1)
    }

    fn pop(&mut self) {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth == 0
            && let Some(bits) = self.outer.pop()
        {
            (self.bits, self.depth) = (bits, 64);
        }
    }
}

/// Where the digits end that begin at `at`.
fn digits_end(bytes: &[u8], mut at: usize) -> usize {
    // How many there are cannot be foreseen: a loop that asks after each takes longer.
    while let Some(&block) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let digits = leading_digits(block);
        at += digits;
        if digits < SHORT {
            return at;
        }
    }
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at += 1;
    }
    at
}

/// What a byte behind a backslash is: an escape, one with four hexadecimal digits, or none.
const ESCAPE: u8 = 0;
const DIGITS: u8 = 1;
const NONE: u8 = 2;
const ESCAPES: [u8; 256] = {
    let mut escapes = [NONE; 256];
    let letters = b"\"\\/bfnrt";
    let mut at = 0;
    while at < letters.len() {
        escapes[letters[at] as usize] = ESCAPE;
        at += 1;
    }
    escapes[b'u' as usize] = DIGITS;
    escapes
};

/// Whether the bytes of a block that are `escaped` may be; `text` begins with the block.
#[inline(never)]
fn are_escapes(text: &[u8], escaped: u64) -> bool {
    let mut kinds = ESCAPE;
    let mut rest = escaped;
    while rest != 0 {
        let at = rest.trailing_zeros() as usize;
        kinds |= text
            .get(at)
            .map_or(NONE, |&byte| ESCAPES[usize::from(byte)]);
        rest &= rest - 1;
    }
    // Few are of the kind that takes a second look.
    match kinds {
        ESCAPE => true,
        DIGITS => have_digits(text, escaped),
        _ => false,
    }
}

/// Whether four hexadecimal digits follow each `u` that is `escaped`.
fn have_digits(text: &[u8], escaped: u64) -> bool {
    let mut rest = escaped;
    while rest != 0 {
        let at = rest.trailing_zeros() as usize;
        let digits = text.get(at + 1..at + 5);
        if text[at] == b'u' && !digits.is_some_and(|four| four.iter().all(u8::is_ascii_hexdigit)) {
            return false;
        }
        rest &= rest - 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::lenient::Raw;
    use proptest::prelude::*;

    #[test]
    fn it_takes_what_a_parser_takes_and_refuses_what_it_refuses() {
        let texts = [
            "{}",
            "[]",
            "[ 1 , 2 ]",
            "{\"a\":{\"b\":[{}]}}",
            "-0.5e+7",
            "[12345678901234567890, 1234567890123456.7500000000000000001e+10]",
            "[1234567890123456.]",
            "[1234567890123456x ]",
            "01",
            "1.",
            "-",
            "1e",
            ".5",
            "+1",
            "true",
            "tru",
            "nullx",
            "\"a\\u00e9\"",
            "\"a\\u00g9\"",
            "\"\\x\"",
            "\"a",
            "\"a\\",
            "\"a\\\"",
            "\"a\\\\\"",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\":1]",
            "[}",
            "1 2",
            "",
            " ",
            "\"a\tb\"",
            "\"a\u{0}b\"",
            "{\"a\":\"\\ud83d\"}",
            "[[[[]]]]",
            "[[]",
            "]",
            "\u{feff}{}",
        ];
        for text in texts {
            let want = serde_json::from_str::<IgnoredAny>(text).is_ok();
            assert_eq!(read::<Raw<'_>>(text).is_some(), want, "{text:?}");
        }
    }

    #[test]
    fn values_close_in_the_order_they_were_opened_however_deep() {
        for depth in [1, 63, 64, 65, 127, 128, 129, 500] {
            let open: String = (0..depth)
                .map(|at| if at % 3 == 0 { "[" } else { "{\"a\":" })
                .collect();
            let mut close: Vec<u8> = (0..depth)
                .rev()
                .map(|at| if at % 3 == 0 { b']' } else { b'}' })
                .collect();
            let is_read = |close: &[u8]| {
                let text = format!("{open}1{}", String::from_utf8_lossy(close));
                read::<Raw<'_>>(&text).is_some()
            };
            assert!(is_read(&close), "{depth} levels");
            assert!(!is_read(&close[1..]), "{depth} levels, one left open");
            for at in 0..depth {
                close[at] ^= b']' ^ b'}';
                assert!(!is_read(&close), "{depth} levels, {at} closed as another");
                close[at] ^= b']' ^ b'}';
            }
        }
    }

    #[test]
    fn escapes_count_wherever_a_block_ends() {
        for before in 0..150 {
            for escape in ["\\\\", "\\\"", "\\u00e9", "\\\\\\\""] {
                for after in ["\"", "a\"", "", "\\", "\"\""] {
                    let text = format!("\"{}{escape}{after}", "a".repeat(before));
                    let want = serde_json::from_str::<IgnoredAny>(&text).is_ok();
                    assert_eq!(read::<Raw<'_>>(&text).is_some(), want, "{text}");
                }
            }
        }
    }

    #[test]
    fn an_odd_escape_is_forgiven_where_it_is_shown_alone() {
        let long = "x".repeat(100);
        let cases = [
            (format!(r#""ls \x41{long}""#), Some("ls x41xx")),
            (format!(r#""ls {long}\x41""#), None),
        ];
        for (text, want) in cases {
            let read = Scanner::new(&text).text(8);
            assert_eq!(read.as_deref(), want, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_text_is_cut_and_what_follows_it_is_read(
            parts in proptest::collection::vec("[a-z]{0,70}|[é\u{1F600}\"\\\\\n\t\u{1}]{0,6}", 0..6),
            bytes in 0..200_usize,
        ) {
            let text = parts.concat();
            let json = serde_json::json!([text, 1]).to_string();
            let mut scanner = Scanner::new(&json);
            let mut read = Vec::new();
            scanner.items(|scanner| {
                let item = match read.is_empty() {
                    true => scanner.text(bytes)?.into_owned(),
                    false => scanner.raw()?.to_owned(),
                };
                read.push(item);
                Some(())
            });
            prop_assert_eq!(read.len(), 2, "{}", json);
            prop_assert!(text.starts_with(&read[0]) && read[0].len() <= bytes);
            prop_assert!(text.len() > bytes || read[0] == text);
            prop_assert_eq!(&read[1], "1");
        }

        #[test]
        fn it_agrees_with_a_parser_on_any_text(
            text in r#"[\[\]{}:, "]{0,6}("(a|\\\\|\\"|\\u00e9|\\x|é|\n)*"|[-0-9.eE]{1,4}|true|null|[\[\]{}:,]){0,9}"#,
        ) {
            let want = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert_eq!(read::<Raw<'_>>(&text).is_some(), want, "{:?}", text);
        }
    }
}

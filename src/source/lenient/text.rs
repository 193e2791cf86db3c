//! The text inside a JSON string.

use std::borrow::Cow;

use super::marks::{self, BLOCK, Marks, SHORT};

/// Few texts with escapes are longer, and an allocator is quick with so little.
const USUAL: usize = 900;

/// Bytes as text, what is no UTF-8 replaced.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // The plain check is an order of magnitude faster, and nearly always enough.
    simdutf8::basic::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The largest index up to `bytes` at which `text` may be cut.
fn floor_char(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return text.len();
    }
    (0..=bytes)
        .rev()
        .find(|&index| text.is_char_boundary(index))
        .unwrap_or(0)
}

/// Decodes the JSON string that begins at `inner`, its opening quote left out, up to its
/// closing one or to `bytes` bytes.
pub fn decode(inner: &str, bytes: usize) -> Cow<'_, str> {
    decode_up_to(inner, bytes).0
}

/// The same, and how many bytes of `inner` that took.
pub(super) fn decode_up_to(inner: &str, bytes: usize) -> (Cow<'_, str>, usize) {
    let end = plain(inner, bytes);
    if inner.as_bytes().get(end) == Some(&b'\\') && end < bytes {
        let (text, end) = unescape(inner, end, bytes);
        (Cow::Owned(text), end)
    } else {
        (Cow::Borrowed(&inner[..end]), end)
    }
}

/// Bytes up to the first quote or backslash, at most `bytes`, cut at a character.
fn plain(text: &str, bytes: usize) -> usize {
    let reach = floor_char(text, bytes);
    marks::first(&text.as_bytes()[..reach]).unwrap_or(reach)
}

/// Decodes as [`decode`] does, from the first backslash at `start` on.
fn unescape(inner: &str, start: usize, bytes: usize) -> (String, usize) {
    let text = inner.as_bytes();
    let mut specials = Specials::new(text);
    // Where the text ends is not known yet.
    let most = inner.len().min(bytes);
    let mut out = Vec::with_capacity(most.min(start + USUAL) + SHORT);
    let mut at = 0;
    loop {
        let end = specials.next(at);
        let room = bytes - out.len();
        if end - at >= room {
            let fits = floor_char(&inner[at..end], room);
            out.extend_from_slice(&text[at..at + fits]);
            at += fits;
            break;
        }
        append(&mut out, text, at, end);
        at = end;
        let (Some(b'\\'), Some(&letter)) = (text.get(at), text.get(at + 1)) else {
            break;
        };
        let before = out.len();
        let length = match MEANT[usize::from(letter)] {
            0 if letter == b'u' => 2 + unicode(&inner[at + 2..], &mut out),
            0 => {
                // No escape at all, but a parser was not asked: the letter stays.
                let length = inner[at + 1..].chars().next().map_or(1, char::len_utf8);
                out.extend_from_slice(&text[at + 1..at + 1 + length]);
                1 + length
            }
            byte => {
                out.push(byte);
                2
            }
        };
        if out.len() > bytes {
            out.truncate(before);
            break;
        }
        at += length;
    }
    (String::from_utf8(out).unwrap_or_default(), at)
}

/// Appends `text[from..to]`.
fn append(out: &mut Vec<u8>, text: &[u8], from: usize, to: usize) {
    let length = to - from;
    match text[from..].first_chunk::<SHORT>() {
        // A block of fixed size is copied at once; what is behind the end goes again.
        Some(block) if length <= SHORT => {
            out.extend_from_slice(block);
            out.truncate(out.len() - SHORT + length);
        }
        _ => out.extend_from_slice(&text[from..to]),
    }
}

/// The lines of the JSON string that begins at `inner`, its opening quote left out, up to `bytes`
/// bytes of it: as they are written where that tells them apart as well, else decoded.
pub(super) fn lines(inner: &str, bytes: usize) -> Vec<Cow<'_, str>> {
    let inner = &inner[..floor_char(inner, bytes)];
    let text = inner.as_bytes();
    let mut specials = Specials::new(text);
    let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
    loop {
        let end = specials.next(at);
        match text.get(end..) {
            Some([b'\\', b'n', ..]) => {
                lines.push(Cow::Borrowed(&inner[start..end]));
                start = end + 2;
                at = start;
            }
            // These stand for what is no line break, in the same way wherever one writer writes it.
            Some([b'\\', b'"' | b'\\' | b'/' | b't' | b'b' | b'f', ..]) => at = end + 2,
            Some([b'\\', b'u', ..]) if !is_break(&inner[end + 2..]) => at = end + 2,
            Some([b'\\', _, ..]) => {
                let text = decode(inner, bytes);
                return text
                    .lines()
                    .map(|line| Cow::Owned(line.to_owned()))
                    .collect();
            }
            _ => {
                // As of any text, the empty rest behind the last line is none.
                let last = (end > start).then(|| Cow::Borrowed(&inner[start..end]));
                lines.extend(last);
                return lines;
            }
        }
    }
}

/// How many lines the JSON string has that begins at `inner`, its opening quote left out.
pub(super) fn count_lines(inner: &str) -> u64 {
    let text = inner.as_bytes();
    let (mut lines, mut start, mut carry) = (0, 0, 0);
    let mut end = text.len();
    for at in (0..text.len()).step_by(BLOCK) {
        let marks = Marks::of(&text[at..]);
        let mut escaped = 0;
        if marks.backslashes | carry != 0 {
            escaped = marks.escaped(&mut carry);
        }
        let close = marks.quotes & !escaped;
        let mut rest = escaped & close.wrapping_sub(1) & !close;
        while rest != 0 {
            let letter = at + rest.trailing_zeros() as usize;
            rest &= rest - 1;
            match text.get(letter) {
                Some(b'n') => start = letter + 1,
                Some(b'u') if hex(&inner[letter + 1..]) == Some(0xa) => start = letter + 5,
                _ => continue,
            }
            lines += 1;
        }
        if close != 0 {
            end = at + close.trailing_zeros() as usize;
            break;
        }
    }
    // As of any text, the empty rest behind the last line is none.
    lines + u64::from(end > start)
}

/// Whether the four digits behind `\u` stand for a part of a line break.
fn is_break(digits: &str) -> bool {
    hex(digits).is_none_or(|code| matches!(code, 0xa | 0xd))
}

/// Where the quotes and backslashes of a text are, found a block at a time.
struct Specials<'a> {
    text: &'a [u8],
    /// Where the block begins whose marks these are.
    base: usize,
    marks: u64,
}

impl<'a> Specials<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            base: 0,
            marks: Marks::of(text).quotes_and_backslashes(),
        }
    }

    /// The first one from `at` on, which only grows from call to call; else the end of the text.
    fn next(&mut self, at: usize) -> usize {
        let mut at = at;
        loop {
            if let Some(left @ 0..BLOCK) = at.checked_sub(self.base) {
                let rest = self.marks & (u64::MAX << left);
                if rest != 0 {
                    return self.base + rest.trailing_zeros() as usize;
                }
                at = self.base + BLOCK;
            }
            if at >= self.text.len() {
                return self.text.len();
            }
            self.base = at;
            self.marks = Marks::of(&self.text[at..]).quotes_and_backslashes();
        }
    }
}

/// What stands for which byte behind a backslash; 0 where it takes a longer look.
const MEANT: [u8; 256] = {
    let mut meant = [0; 256];
    let mut ascii = 1;
    while ascii < 0x80 {
        meant[ascii] = match ascii as u8 {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => 0,
            itself => itself,
        };
        ascii += 1;
    }
    meant
};

/// Appends what four digits behind `\u` stand for, and gives how many bytes that took: half a pair
/// stands for nothing.
fn unicode(rest: &str, out: &mut Vec<u8>) -> usize {
    let high = hex(rest);
    let Some(tail) = rest.get(4..) else {
        push(char::REPLACEMENT_CHARACTER, out);
        return rest.len();
    };
    let low = tail
        .strip_prefix("\\u")
        .and_then(|tail| hex(tail).filter(|unit| (0xdc00..0xe000).contains(unit)));
    let (code, length) = match (high, low) {
        (Some(high @ 0xd800..0xdc00), Some(low)) => (
            Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)),
            10,
        ),
        (high, _) => (high, 4),
    };
    let letter = code.and_then(char::from_u32);
    push(letter.unwrap_or(char::REPLACEMENT_CHARACTER), out);
    length
}

fn push(letter: char, out: &mut Vec<u8>) {
    out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn lines_are_those_of_the_decoded_text(
            parts in proptest::collection::vec("[a-z]{0,40}|[é/\u{1F600}\"\\\\\n\r\t\u{1}]{0,6}", 0..12),
            spelled in 0..3,
        ) {
            let mut json = serde_json::to_string(&parts.concat()).expect("writes");
            // Other writers spell it in another way.
            match spelled {
                0 => {}
                1 => json = json.replace('/', "\\/").replace('é', "\\u00e9"),
                _ => json = json.replace("\\n", "\\u000a"),
            }
            let text: String = serde_json::from_str(&json).expect("reads");
            let all: Vec<_> = lines(&json[1..], usize::MAX);
            let want: Vec<_> = text.lines().collect();
            prop_assert_eq!(count_lines(&json[1..]), want.len() as u64);
            prop_assert_eq!(all.len(), want.len());
            for (line, want) in all.iter().zip(want) {
                let line = match line {
                    Cow::Borrowed(written) => decode(written, usize::MAX),
                    Cow::Owned(line) => Cow::Borrowed(&**line),
                };
                prop_assert_eq!(line, want);
            }
            // However it is cut, it ends.
            for bytes in 0..json.len() {
                let most = text.lines().count();
                prop_assert!(lines(&json[1..], bytes).len() <= most);
                if json.is_char_boundary(bytes) && bytes > 0 {
                    prop_assert!(count_lines(&json[1..bytes]) <= most as u64);
                }
            }
        }

        #[test]
        fn it_reads_what_a_writer_writes_up_to_any_length(
            parts in proptest::collection::vec("[a-z]{0,40}|[é\u{1F600}\"\\\\\n\t\u{1}]{0,6}", 0..12),
            bytes in 0..400_usize,
            behind in "[a-z\"\\\\]{0,70}",
        ) {
            let text = parts.concat();
            let json = serde_json::to_string(&text).expect("writes");
            let inner = format!("{}{behind}", &json[1..]);
            let (read, length) = decode_up_to(&inner, bytes);
            prop_assert_eq!(&*read, &text[..floor_char(&text, bytes)]);
            let is_whole = inner.as_bytes().get(length) == Some(&b'"');
            prop_assert_eq!(is_whole, read.len() == text.len());
            prop_assert_eq!(length == json.len() - 2, is_whole);
        }
    }
}

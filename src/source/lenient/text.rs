//! The text inside a JSON string.

use std::borrow::Cow;

use super::marks::{self, BLOCK, Marks};

/// Few texts with escapes are longer, and an allocator is quick with so little.
const USUAL: usize = 800;

/// Longer ones take whole steps of this: an allocator that keeps what was freed by its size, as
/// that of glibc does, walks a list of all sizes there are.
const STEP: usize = 1024;

/// Lines of code are hardly shorter on average.
const USUAL_LINE: usize = 24;

/// Bytes of the longest character.
const CHARACTER: usize = 4;

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
    let mut out = Decoded::new(most, most.min(start + USUAL));
    let mut at = 0;
    loop {
        let end = specials.next(at);
        let room = bytes - out.length;
        if end - at >= room {
            let fits = floor_char(&inner[at..end], room);
            out.append(text, at, at + fits);
            at += fits;
            break;
        }
        out.append(text, at, end);
        at = end;
        let (Some(b'\\'), Some(&letter)) = (text.get(at), text.get(at + 1)) else {
            break;
        };
        let before = out.length;
        let length = match MEANT[usize::from(letter)] {
            0 if letter == b'u' => {
                let (meant, length) = unicode(&inner[at + 2..]);
                out.push(meant);
                2 + length
            }
            0 => {
                // No escape at all, but a parser was not asked: the letter stays.
                let letter = inner[at + 1..].chars().next();
                let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.push(letter);
                1 + letter.len_utf8()
            }
            byte => {
                out.push_byte(byte);
                2
            }
        };
        if out.length > bytes {
            out.length = before;
            break;
        }
        at += length;
    }
    (out.into_text(), at)
}

/// A text that is being decoded: where it ends is kept apart, so that blocks may be copied over it.
struct Decoded {
    bytes: Vec<u8>,
    length: usize,
    /// It hardly gets longer than this: no escape is shorter than what it stands for.
    most: usize,
}

impl Decoded {
    #[expect(
        clippy::slow_vector_initialization,
        reason = "glibc before 2.41 looks for zeroed memory in its slow way"
    )]
    fn new(most: usize, bytes: usize) -> Self {
        let room = room_for(bytes);
        let mut zeroed = Vec::with_capacity(room);
        zeroed.resize(room, 0);
        Self {
            bytes: zeroed,
            length: 0,
            most,
        }
    }

    /// Appends `text[from..to]`, and leaves room for a character.
    #[inline(always)]
    fn append(&mut self, text: &[u8], from: usize, to: usize) {
        let length = to - from;
        // A block of fixed size is copied at once; what is behind the end is written over.
        if length < BLOCK - CHARACTER
            && let Some(block) = text[from..].first_chunk::<BLOCK>()
            && let Some(room) = self.bytes[self.length..].first_chunk_mut::<BLOCK>()
        {
            *room = *block;
            self.length += length;
        } else {
            self.append_long(&text[from..to]);
        }
    }

    #[inline(never)]
    fn append_long(&mut self, text: &[u8]) {
        let end = self.length + text.len();
        if self.bytes.len() < end + BLOCK {
            let room = room_for((4 * end).min(self.most).max(end));
            self.bytes.reserve_exact(room - self.bytes.len());
            self.bytes.resize(room, 0);
        }
        self.bytes[self.length..end].copy_from_slice(text);
        self.length = end;
    }

    fn push_byte(&mut self, byte: u8) {
        self.bytes[self.length] = byte;
        self.length += 1;
    }

    fn push(&mut self, letter: char) {
        let letter = letter.encode_utf8(&mut self.bytes[self.length..]);
        self.length += letter.len();
    }

    fn into_text(mut self) -> String {
        self.bytes.truncate(self.length);
        String::from_utf8(self.bytes).unwrap_or_default()
    }
}

/// What a text of `bytes` bytes takes, with a block behind it.
fn room_for(bytes: usize) -> usize {
    match bytes + BLOCK {
        usual @ ..=STEP => usual,
        long => long.next_multiple_of(STEP),
    }
}

/// The lines of the JSON string that begins at `inner`, its opening quote left out, up to `bytes`
/// bytes of it: as they are written where that tells them apart as well, else decoded.
pub(super) fn lines(inner: &str, bytes: usize) -> Vec<Cow<'_, str>> {
    let inner = &inner[..floor_char(inner, bytes)];
    let mut lines = Vec::with_capacity(inner.len() / USUAL_LINE + 1);
    let mut start = 0;
    let (end, has_returns) = each_break(inner, |end, next| {
        lines.push(Cow::Borrowed(&inner[start..end]));
        start = next;
    });
    if has_returns {
        let text = decode(inner, usize::MAX);
        let lines = text.lines().map(|line| Cow::Owned(line.to_owned()));
        return lines.collect();
    }
    // As of any text, the empty rest behind the last line is none.
    let last = (end > start).then(|| Cow::Borrowed(&inner[start..end]));
    lines.extend(last);
    lines
}

/// How many lines the JSON string has that begins at `inner`, its opening quote left out.
pub(super) fn count_lines(inner: &str) -> u64 {
    let (mut lines, mut start) = (0, 0);
    let (end, _) = each_break(inner, |_, next| {
        lines += 1;
        start = next;
    });
    lines + u64::from(end > start)
}

/// Calls `each` with where a line ends and the next begins, for each line break of the JSON string
/// that begins at `inner`. Gives where the text ends, and whether a carriage return may be in it, or
/// an escape that no writer writes.
fn each_break(inner: &str, mut each: impl FnMut(usize, usize)) -> (usize, bool) {
    let text = inner.as_bytes();
    let (mut carry, mut has_returns) = (0, false);
    for base in (0..text.len()).step_by(BLOCK) {
        let marks = Marks::of(&text[base..]);
        let escaped = marks.escaped(&mut carry);
        let close = marks.quotes & !escaped;
        let inside = escaped & close.wrapping_sub(1) & !close;
        // What else is escaped stands for no line break, in the same way wherever one writer
        // writes it.
        let mut rest = inside & !(marks.quotes_and_backslashes() | marks.tabs);
        while rest != 0 {
            let letter = base + rest.trailing_zeros() as usize;
            match text.get(letter) {
                Some(b'n') => each(letter - 1, letter + 1),
                Some(b'u') => match inner.get(letter + 1..).and_then(hex) {
                    Some(0xa) => each(letter - 1, letter + 5),
                    Some(0xd) | None => has_returns = true,
                    Some(_) => {}
                },
                Some(b'/' | b'b' | b'f') => {}
                Some(_) => has_returns = true,
                // It was cut within the escape.
                None => return (letter - 1, has_returns),
            }
            rest &= rest - 1;
        }
        if close != 0 {
            return (base + close.trailing_zeros() as usize, has_returns);
        }
    }
    (text.len() - carry as usize, has_returns)
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

/// What four digits behind `\u` stand for, and how many bytes that took: half a pair stands for
/// nothing.
fn unicode(rest: &str) -> (char, usize) {
    let high = hex(rest);
    let Some(tail) = rest.get(4..) else {
        return (char::REPLACEMENT_CHARACTER, rest.len());
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
    (letter.unwrap_or(char::REPLACEMENT_CHARACTER), length)
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_text_takes_one_of_a_few_sizes() {
        for start in [0, 500, 4_000] {
            for length in [900, 3_000, 20_000, 100_000] {
                let text = ["a".repeat(start), "two\nlines ".repeat(length / 10)].concat();
                let json = serde_json::to_string(&text).expect("writes");
                for bytes in [5 << 10, usize::MAX] {
                    let (Cow::Owned(text), _) = decode_up_to(&json[1..], bytes) else {
                        unreachable!("it has escapes")
                    };
                    let capacity = text.capacity();
                    assert_eq!(capacity % STEP, 0, "{start} {length} {bytes}: {capacity}");
                    let most = json.len().min(bytes).min(4 * (start + length));
                    assert!(
                        capacity < most + BLOCK + STEP,
                        "{start} {length} {bytes}: {capacity}"
                    );
                }
            }
        }
    }

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
            prop_assert_eq!(count_lines(&json[1..]), text.lines().count() as u64);
            let inner = &json[1..];
            for bytes in 0..=inner.len() {
                let cut = &inner[..floor_char(inner, bytes)];
                let text = decode(cut, usize::MAX);
                let all = lines(inner, bytes);
                let all: Vec<_> = all.iter().map(|line| match line {
                    Cow::Borrowed(written) => decode(written, usize::MAX),
                    Cow::Owned(line) => Cow::Borrowed(&**line),
                }).collect();
                let want: Vec<_> = text.lines().collect();
                prop_assert_eq!(count_lines(cut), want.len() as u64, "{:?}", cut);
                prop_assert_eq!(all, want, "{:?}", cut);
            }
        }

        #[test]
        fn it_reads_what_a_writer_writes_up_to_any_length(
            parts in proptest::collection::vec("[a-z]{0,90}|[é\u{1F600}\"\\\\\n\t\u{1}]{0,6}", 0..24),
            bytes in 0..2_000_usize,
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

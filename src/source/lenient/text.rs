//! The text inside a JSON string.

use std::borrow::Cow;

use super::marks::{self, SHORT, padded, quotes_and_backslashes};

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
    let mut out = Vec::with_capacity(inner.len().min(bytes) + 2 * SHORT);
    out.extend_from_slice(&text[..start]);
    let mut at = start;
    while out.len() < bytes {
        // A block of fixed size is copied at once; what is behind a mark goes again.
        let block: [u8; SHORT] = padded(&text[at.min(text.len())..], b'"');
        let marks = quotes_and_backslashes(block);
        let plain = (marks.trailing_zeros() as usize).min(SHORT);
        out.extend_from_slice(&block);
        out.truncate(out.len() - SHORT + plain);
        at += plain;
        if out.len() >= bytes {
            let (length, end) = (out.len(), at);
            let over = (length - bytes..).find(|over| inner.is_char_boundary(end - over));
            out.truncate(length - over.unwrap_or(length));
            break;
        }
        if marks != 0 {
            if block[plain % SHORT] == b'"' {
                break;
            }
            let Some(length) = escape(&inner[at + 1..], &mut out) else {
                break;
            };
            at += 1 + length;
        }
    }
    (String::from_utf8(out).unwrap_or_default(), at)
}

/// Appends what the escape stands for whose backslash is before `rest`; gives its length.
fn escape(rest: &str, out: &mut Vec<u8>) -> Option<usize> {
    let byte = match *rest.as_bytes().first()? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => return Some(1 + unicode(&rest[1..], out)),
        ascii @ ..0x80 => ascii,
        _ => {
            // No escape at all, but a parser was not asked.
            let letter = rest.chars().next()?.len_utf8();
            out.extend_from_slice(&rest.as_bytes()[..letter]);
            return Some(letter);
        }
    };
    out.push(byte);
    Some(1)
}

/// The same behind `\u`: half a pair stands for nothing.
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

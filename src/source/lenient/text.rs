//! The text inside a JSON string.

use std::borrow::Cow;

use super::marks;

/// Bytes as text, what is no UTF-8 replaced.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // The plain check is an order of magnitude faster, and nearly always enough.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
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
    let end = plain(inner, bytes);
    if inner.as_bytes().get(end) == Some(&b'\\') && end < bytes {
        Cow::Owned(unescape(inner, end, bytes))
    } else {
        Cow::Borrowed(&inner[..end])
    }
}

/// Bytes up to the first quote or backslash, at most `bytes`, cut at a character.
fn plain(text: &str, bytes: usize) -> usize {
    let reach = floor_char(text, bytes);
    marks::first(&text.as_bytes()[..reach]).unwrap_or(reach)
}

/// Decodes as [`decode`] does, from the first backslash at `start` on.
fn unescape(inner: &str, start: usize, bytes: usize) -> String {
    let mut out = String::with_capacity(inner.len().min(bytes));
    out.push_str(&inner[..start]);
    let mut rest = &inner[start..];
    while out.len() < bytes {
        let end = plain(rest, bytes - out.len());
        out.push_str(&rest[..end]);
        if rest.as_bytes().get(end) != Some(&b'\\') || out.len() >= bytes {
            break;
        }
        rest = &rest[end + 1..];
        let Some(letter) = rest.chars().next() else {
            break;
        };
        rest = &rest[letter.len_utf8()..];
        match letter {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'u' => {
                let high = hex(rest);
                rest = rest.get(4..).unwrap_or("");
                let low = rest
                    .strip_prefix("\\u")
                    .and_then(|tail| hex(tail).filter(|unit| (0xdc00..0xe000).contains(unit)));
                match (high, low) {
                    (Some(high @ 0xd800..0xdc00), Some(low)) => {
                        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        rest = rest.get(6..).unwrap_or("");
                    }
                    (Some(unit), _) => {
                        out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                    }
                    (None, _) => out.push(char::REPLACEMENT_CHARACTER),
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.get(..4)?, 16).ok()
}

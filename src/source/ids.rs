//! Names for what has none of its own, and how much of a text is read.

use sha2::{Digest, Sha256};

use crate::wire::event::Name;

/// Texts are decoded up to this many bytes, more than is shown: what is cut
/// before redaction could hide half of a secret from it.
pub(super) const TEXT_BYTES: usize = 12 << 10;
/// The same for each string of a tool's input.
pub(super) const INPUT_BYTES: usize = 5 << 10;

/// A name for a record that has no id of its own.
pub(super) fn line_id(line: &[u8]) -> Name {
    let mut hash = Sha256::new();
    hash.update(line);
    short(hash)
}

/// A request's id: a hash of its uncleaned text and its time, the same under every record id.
pub(super) fn request_id(text: &str, at_ms: Option<i64>) -> Name {
    let mut hash = Sha256::new();
    hash.update((text.len() as u64).to_be_bytes());
    hash.update(text);
    hash.update(at_ms.unwrap_or(0).to_be_bytes());
    short(hash)
}

/// The first 16 hexadecimal digits.
fn short(hash: Sha256) -> Name {
    let hash = hash.finalize();
    let head = hash
        .first_chunk()
        .map_or(0, |head| u64::from_be_bytes(*head));
    format!("{head:016x}").into()
}

/// Whether a text has the shape of a UUID.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() >= 36
        && text.as_bytes()[..36]
            .iter()
            .enumerate()
            .all(|(at, byte)| match at {
                8 | 13 | 18 | 23 => *byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
}

//! Where a JSON string ends or an escape begins, found 32 bytes at a time.

use wide::u8x32;

/// How many bytes are looked at at once.
pub(super) const BLOCK: usize = 32;

/// Which of the first bytes of `bytes` are quotes or backslashes; the first in the lowest bit.
pub(super) fn marks(bytes: &[u8]) -> u32 {
    let block = bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut block = [0; BLOCK];
        block[..bytes.len()].copy_from_slice(bytes);
        block
    });
    let block = u8x32::from(block);
    let quotes = block.simd_eq(u8x32::splat(b'"'));
    let backslashes = block.simd_eq(u8x32::splat(b'\\'));
    (quotes | backslashes).to_bitmask()
}

/// The index of the first quote or backslash.
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).step_by(BLOCK).find_map(|at| {
        let found = marks(&bytes[at..]);
        (found != 0).then(|| at + found.trailing_zeros() as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_wherever_it_stands() {
        for length in 0..100 {
            let mut text = vec![b'a'; length];
            assert_eq!(first(&text), None, "{length} letters");
            for at in 0..length {
                for mark in [b'"', b'\\'] {
                    text[at] = mark;
                    assert_eq!(first(&text), Some(at), "{length} letters, a mark at {at}");
                    text[at] = b'a';
                }
            }
        }
    }
}

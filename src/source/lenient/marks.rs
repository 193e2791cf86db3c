//! What stands out in a JSON string, found many bytes at a time.

use wide::u8x16;

/// How many bytes are looked at at once where strings are long.
pub(super) const BLOCK: usize = 64;
/// The same where they are short.
pub(super) const SHORT: usize = 16;

/// Which bytes of a block are special; the first in the lowest bit.
pub(super) struct Marks {
    pub(super) quotes: u64,
    pub(super) backslashes: u64,
    /// Bytes below a space.
    pub(super) controls: u64,
    /// `n`, `r` and `t`: what nearly all escapes but those of the above are made of.
    pub(super) letters: u64,
    /// Of these the tabs.
    pub(super) tabs: u64,
}

impl Marks {
    /// The marks of the first bytes of `bytes`, spaces behind its end.
    #[inline(always)]
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes.first_chunk() {
            Some(block) => Self::of_block(block),
            None => Self::of_block(&padded(bytes, b' ')),
        }
    }

    #[inline(always)]
    fn of_block(block: &[u8; BLOCK]) -> Self {
        let (quarters, _) = block.as_chunks();
        let mut marks = Self {
            quotes: 0,
            backslashes: 0,
            controls: 0,
            letters: 0,
            tabs: 0,
        };
        let mut lowest = u8x16::splat(b' ');
        for (number, &quarter) in quarters.iter().enumerate() {
            let quarter = u8x16::from(quarter);
            let put = |is: u8x16| u64::from(is.to_bitmask()) << (number * SHORT);
            marks.quotes |= put(quarter.simd_eq(u8x16::splat(b'"')));
            marks.backslashes |= put(quarter.simd_eq(u8x16::splat(b'\\')));
            let n = quarter.simd_eq(u8x16::splat(b'n'));
            let r = quarter.simd_eq(u8x16::splat(b'r'));
            let t = quarter.simd_eq(u8x16::splat(b't'));
            marks.letters |= put(n | r | t);
            marks.tabs |= put(t);
            lowest = lowest.min(quarter);
        }
        // Hardly any block has one.
        if lowest != u8x16::splat(b' ') {
            marks.controls = controls(block);
        }
        marks
    }

    pub(super) fn quotes_and_backslashes(&self) -> u64 {
        self.quotes | self.backslashes
    }

    /// Which bytes have a backslash before them that counts; `carry` holds whether the last
    /// byte of this block is such a backslash, and held it of the block before.
    pub(super) fn escaped(&self, carry: &mut u64) -> u64 {
        const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        // Of a run of backslashes every second one is escaped: the borrow of a
        // subtraction runs along it, and ends on one side or the other.
        let begins = self.backslashes & !*carry;
        let run = ((begins << 1) | ODD).wrapping_sub(begins) ^ ODD;
        let escaped = run ^ (self.backslashes | *carry);
        *carry = (run & self.backslashes) >> (BLOCK - 1);
        escaped
    }
}

/// Which bytes of a block are below a space: line breaks, where a text is indented.
#[inline(never)]
fn controls(block: &[u8; BLOCK]) -> u64 {
    let (quarters, _) = block.as_chunks::<SHORT>();
    let masks = quarters.iter().enumerate().map(|(number, &quarter)| {
        let bytes = u8x16::from(quarter);
        let are = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
        u64::from(are.to_bitmask()) << (number * SHORT)
    });
    masks.fold(0, |all, mask| all | mask)
}

/// Where the first quote is, and whether a byte below a space stands before it; `None` where there
/// is no quote, or a backslash before it.
#[inline(always)]
pub(super) fn short(block: [u8; SHORT]) -> Option<(usize, bool)> {
    let bytes = u8x16::from(block);
    let quotes = bytes.simd_eq(u8x16::splat(b'"')).to_bitmask();
    let backslashes = bytes.simd_eq(u8x16::splat(b'\\')).to_bitmask();
    let before = quotes.wrapping_sub(1) & !quotes;
    if quotes == 0 || backslashes & before != 0 {
        return None;
    }
    // Behind the quote a line of an indented text may end.
    let controls = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes).to_bitmask();
    Some((quotes.trailing_zeros() as usize, controls & before != 0))
}

/// How many digits the block begins with.
#[inline(always)]
pub(super) fn leading_digits(block: [u8; SHORT]) -> usize {
    let bytes = u8x16::from(block);
    let digits = bytes.max(u8x16::splat(b'0')).min(u8x16::splat(b'9'));
    bytes.simd_eq(digits).to_bitmask().trailing_ones() as usize
}

/// Which of the bytes are quotes or backslashes.
pub(super) fn quotes_and_backslashes(block: [u8; SHORT]) -> u32 {
    let block = u8x16::from(block);
    let quotes = block.simd_eq(u8x16::splat(b'"'));
    let backslashes = block.simd_eq(u8x16::splat(b'\\'));
    (quotes | backslashes).to_bitmask()
}

/// The first bytes of `bytes`, `pad` behind its end.
pub(super) fn padded<const LENGTH: usize>(bytes: &[u8], pad: u8) -> [u8; LENGTH] {
    bytes.first_chunk().copied().unwrap_or_else(|| {
        let mut block = [pad; LENGTH];
        block[..bytes.len()].copy_from_slice(bytes);
        block
    })
}

/// The index of the first quote or backslash.
pub(super) fn first(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < bytes.len() {
        let marks = quotes_and_backslashes(padded(&bytes[at..], b' '));
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize);
        }
        at += SHORT;
    }
    None
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

    #[test]
    fn every_second_backslash_of_a_run_is_escaped() {
        for start in 0..BLOCK {
            for length in 1..=2 * BLOCK - start {
                let mut text = [b'a'; 2 * BLOCK];
                text[start..start + length].fill(b'\\');
                let mut carry = 0;
                for half in 0..2 {
                    let marks = Marks::of(&text[half * BLOCK..]);
                    let escaped = marks.escaped(&mut carry);
                    for bit in 0..BLOCK {
                        let at = half * BLOCK + bit;
                        let want = at > start && at <= start + length && (at - start) % 2 == 1;
                        let got = escaped >> bit & 1 == 1;
                        assert_eq!(got, want, "{length} backslashes from {start}: {at}");
                    }
                }
            }
        }
    }
}

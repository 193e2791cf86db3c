//! A small hash for recognising bytes again, also in a later process.
//!
//! Cursors hold it, so it must never change; the standard library's hashers
//! promise no such thing. It is no defence against an author of collisions:
//! who can write a transcript can write any transcript.

/// Hashes `bytes`: eight at a time by folded multiplication.
pub(super) fn of(bytes: &[u8]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    const KEY: u64 = 0xd6e8_feb8_6659_fd93;
    let mut state = SEED ^ (bytes.len() as u64).wrapping_mul(KEY);
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let mut eight = [0; 8];
        eight.copy_from_slice(word);
        state = fold(state ^ u64::from_le_bytes(eight), KEY);
    }
    let mut eight = [0; 8];
    let rest = words.remainder();
    eight[..rest.len()].copy_from_slice(rest);
    fold(fold(state ^ u64::from_le_bytes(eight), KEY), SEED)
}

/// The product's two halves together, so that every bit reaches every other.
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left | 1 << 63) * u128::from(right);
    (product as u64) ^ (product >> 64) as u64 ^ left.rotate_left(29)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn values_never_change_between_versions() {
        let cases: [(&[u8], u64); 3] = [
            (b"", 0xcb04_5195_4417_4382),
            (b"a", 0x2540_d0ca_1541_0214),
            (b"12345678 and more", 0xd177_6c7e_7add_7ea8),
        ];
        for (bytes, want) in cases {
            assert_eq!(of(bytes), want, "{bytes:?}");
        }
    }

    #[test]
    fn one_changed_bit_gives_another_hash() {
        let mut seen = HashSet::new();
        for length in 0..300 {
            let mut bytes = vec![0; length];
            assert!(seen.insert(of(&bytes)), "{length} zero bytes");
            for at in 0..length {
                for bit in [1, 128] {
                    bytes[at] ^= bit;
                    assert!(seen.insert(of(&bytes)), "byte {at} of {length}, bit {bit}");
                    bytes[at] ^= bit;
                }
            }
        }
    }
}

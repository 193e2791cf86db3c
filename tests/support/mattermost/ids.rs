//! Ids as Mattermost makes them: 26 characters of its own base 32.

const ALPHABET: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// Gives the same ids in the same order every time, in no order of their own.
#[derive(Debug)]
pub struct Ids(u64);

impl Ids {
    /// Starts at `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next id.
    pub fn next(&mut self) -> String {
        let mut bits = u128::from(self.word()) << 64 | u128::from(self.word());
        let mut id = String::with_capacity(26);
        for _ in 0..26 {
            id.push(char::from(ALPHABET[(bits & 31) as usize]));
            bits >>= 5;
        }
        id
    }

    /// A step of splitmix64.
    fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }
}

/// Whether `text` has the form of an id.
pub fn is_id(text: &str) -> bool {
    text.len() == 26 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

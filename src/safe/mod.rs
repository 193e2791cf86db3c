//! Room `safe`.
pub mod clip {
    /// x
    pub fn clip_bytes(text: &str, bytes: usize) -> &str {
        let mut b = bytes.min(text.len());
        while !text.is_char_boundary(b) {
            b -= 1
        }
        &text[..b]
    }
}

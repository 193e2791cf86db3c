//! Lines without an id or a time: which of them were read before.

use std::hash::BuildHasher as _;

use foldhash::HashMap;
use foldhash::quality::RandomState;

/// A transcript of more lines is told again where it is rewritten.
const MOST: usize = 16_384;

/// The lines of a transcript, as often as each was read.
#[derive(Debug, Default)]
pub(in crate::source) struct Lines {
    known: HashMap<u64, u32>,
    /// What of them was not met again since reading began anew.
    left: Option<HashMap<u64, u32>>,
    state: RandomState,
}

impl Lines {
    /// Whether a line is a new one, and not one of before that is read again.
    pub(in crate::source) fn is_new(&mut self, line: &[u8]) -> bool {
        let hash = self.state.hash_one(line);
        if let Some(count) = self.left.as_mut().and_then(|left| left.get_mut(&hash))
            && *count > 0
        {
            *count -= 1;
            return false;
        }
        if self.known.len() < MOST {
            *self.known.entry(hash).or_default() += 1;
        }
        true
    }

    /// The transcript is read from its first byte again.
    pub(in crate::source) fn again(&mut self) {
        self.left = Some(self.known.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_read_again_are_no_news() {
        let mut lines = Lines::default();
        let read = |lines: &mut Lines, text: &str| -> String {
            let new = text.bytes().filter(|line| lines.is_new(&[*line]));
            new.map(char::from).collect()
        };
        assert_eq!(read(&mut lines, "abab"), "abab");
        lines.again();
        assert_eq!(read(&mut lines, "xabbac"), "xc", "whatever their order");
        assert_eq!(read(&mut lines, "a"), "a", "once more than before");
        lines.again();
        assert_eq!(read(&mut lines, "abcxaab"), "");
    }
}

//! What a connection holds between two calls of the system.

use ureq::unversioned::transport::Buffers;

/// Least room for what `ureq` writes next; with less, what waits goes out first.
const LEAST: usize = 4 << 10;
/// What `ureq` asks for beside the output.
const SCRATCH: usize = 10 << 10;

/// Output that gathers until an answer is awaited, and input that was read and not yet taken.
#[derive(Debug)]
pub(super) struct Gathering {
    output: Vec<u8>,
    /// How much of the output waits to be sent.
    waiting: usize,
    input: Vec<u8>,
    /// What of the input was not yet taken.
    unread: std::ops::Range<usize>,
    /// Whether the last look at the input took any of it.
    progress: bool,
}

impl Gathering {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            output: vec![0; bytes.max(2 * LEAST)],
            waiting: 0,
            input: vec![0; bytes.max(SCRATCH)],
            unread: 0..0,
            progress: false,
        }
    }

    /// So much more of the output is to be sent; whether that has to be now.
    pub(super) fn gather(&mut self, amount: usize) -> bool {
        self.waiting += amount;
        self.output.len() - self.waiting < LEAST
    }

    /// What waits to be sent.
    pub(super) fn gathered(&self) -> &[u8] {
        &self.output[..self.waiting]
    }

    /// All of it was sent.
    pub(super) fn sent(&mut self) {
        self.waiting = 0;
    }
}

impl Buffers for Gathering {
    fn output(&mut self) -> &mut [u8] {
        &mut self.output[self.waiting..]
    }

    fn input(&self) -> &[u8] {
        &self.input[self.unread.clone()]
    }

    fn input_append_buf(&mut self) -> &mut [u8] {
        if self.unread.start > 0 {
            self.input.copy_within(self.unread.clone(), 0);
            self.unread = 0..self.unread.len();
        }
        &mut self.input[self.unread.end..]
    }

    fn input_appended(&mut self, amount: usize) {
        self.unread.end += amount;
    }

    fn input_consume(&mut self, amount: usize) {
        self.progress = amount > 0;
        self.unread.start += amount;
    }

    fn tmp_and_output(&mut self) -> (&mut [u8], &mut [u8]) {
        if self.input_append_buf().len() < SCRATCH {
            self.input.resize(self.unread.end + SCRATCH, 0);
        }
        (
            &mut self.input[self.unread.end..],
            &mut self.output[self.waiting..],
        )
    }

    fn can_use_input(&self) -> bool {
        !self.unread.is_empty() && self.progress
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_gathers_and_what_is_not_taken_stays() {
        let mut buffers = Gathering::new(32 << 10);
        for part in ["head ", "body"] {
            buffers.output()[..part.len()].copy_from_slice(part.as_bytes());
            assert!(!buffers.gather(part.len()));
        }
        assert_eq!(buffers.gathered(), b"head body");
        assert!(buffers.gather(28 << 10), "little room is left");
        buffers.sent();
        assert_eq!(buffers.gathered(), b"");

        buffers.input_append_buf()[..6].copy_from_slice(b"answer");
        buffers.input_appended(6);
        assert!(!buffers.can_use_input(), "nobody looked at it yet");
        buffers.input_consume(3);
        assert_eq!(buffers.input(), b"wer");
        let room = buffers.input_append_buf().len();
        assert_eq!((buffers.input(), room), (&b"wer"[..], (32 << 10) - 3));
    }
}

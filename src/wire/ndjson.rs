//! One JSON object a line: reading with a cap and a byte offset, and adding a field in place.

use std::io::{self, BufRead};

/// The longest line a filter reads, in bytes; a longer one is counted and skipped.
pub const MAX_LINE_BYTES: usize = 32 << 20;

/// One turn of [`Lines::next_into`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// A whole line is in the buffer, without its newline.
    Line {
        /// Where it starts, in bytes from the start of the input.
        offset: u64,
    },
    /// A line over [`MAX_LINE_BYTES`] was skipped.
    TooLong {
        /// Where it starts, in bytes from the start of the input.
        offset: u64,
        /// Its length in bytes, without the newline.
        bytes: u64,
    },
    /// The input ended; a last line without a newline was given as a line.
    End,
}

/// The lines of a stream, each with the offset it starts at.
pub struct Lines<R> {
    input: R,
    offset: u64,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// Reads from `input`, whose first byte has offset 0.
    pub fn new(input: R) -> Self {
        Self {
            input,
            offset: 0,
            ended: false,
        }
    }

    /// Whether the next line would have to wait: no whole one is buffered.
    ///
    /// A filter flushes its output then, and holds nothing back for half a line.
    pub fn drained(&mut self) -> bool
    where
        R: Buffered,
    {
        !self.input.has_line()
    }

    /// Whether a newline ended the line that was given last: the input may break off in the midst of one.
    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Puts the next line in `line`, which is cleared first.
    ///
    /// # Errors
    ///
    /// What reading the input gave.
    pub fn next_into(&mut self, line: &mut Vec<u8>) -> io::Result<Read> {
        line.clear();
        let offset = self.offset;
        let mut bytes = 0_u64;
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                self.ended = false;
                self.offset += bytes;
                return Ok(match bytes {
                    0 => Read::End,
                    bytes if bytes > MAX_LINE_BYTES as u64 => Read::TooLong { offset, bytes },
                    _ => Read::Line { offset },
                });
            }
            let newline = memchr::memchr(b'\n', chunk);
            let part = &chunk[..newline.unwrap_or(chunk.len())];
            bytes += part.len() as u64;
            if bytes <= MAX_LINE_BYTES as u64 {
                line.extend_from_slice(part);
            } else {
                // Let go of it at once: memory stays within the cap.
                *line = Vec::new();
            }
            let taken = part.len() + usize::from(newline.is_some());
            self.input.consume(taken);
            if newline.is_some() {
                self.ended = true;
                self.offset += bytes + 1;
                return Ok(if bytes > MAX_LINE_BYTES as u64 {
                    Read::TooLong { offset, bytes }
                } else {
                    Read::Line { offset }
                });
            }
        }
    }
}

/// A reader that knows how much it could give without waiting.
pub trait Buffered {
    /// Whether a line end is at hand.
    fn has_line(&self) -> bool;
}

impl<R: io::Read> Buffered for io::BufReader<R> {
    fn has_line(&self) -> bool {
        memchr::memchr(b'\n', self.buffer()).is_some()
    }
}

/// Adds `,"name":value` before the last `}` of the JSON object in `line`.
///
/// Nothing else of the line changes, so fields and spellings this version does
/// not know stay as they came. Gives `false`, and leaves `line` alone, where it
/// does not end in `}`.
pub fn add_field(line: &mut Vec<u8>, name: &str, value: &impl serde::Serialize) -> bool {
    let end = line.trim_ascii_end().len();
    if end < 2 || line[end - 1] != b'}' {
        return false;
    }
    let empty = line[..end - 1].trim_ascii_end().ends_with(b"{");
    let mut field = Vec::with_capacity(64);
    if !empty {
        field.push(b',');
    }
    field.push(b'"');
    field.extend_from_slice(name.as_bytes());
    field.extend_from_slice(b"\":");
    if serde_json::to_writer(&mut field, value).is_err() {
        return false;
    }
    line.truncate(end - 1);
    line.extend_from_slice(&field);
    line.push(b'}');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_carry_their_offsets() {
        let mut lines = Lines::new(io::BufReader::with_capacity(2, &b"one\n\nthree"[..]));
        let mut line = Vec::new();
        let mut seen = Vec::new();
        while let Read::Line { offset } = lines.next_into(&mut line).expect("memory reads") {
            let text = String::from_utf8(line.clone()).expect("ascii");
            seen.push((offset, text, lines.is_ended()));
        }
        let want = [(0, "one", true), (4, "", true), (5, "three", false)];
        assert_eq!(
            seen,
            want.map(|(offset, text, ended)| (offset, text.to_owned(), ended))
        );
    }

    #[test]
    fn half_a_line_at_hand_is_waited_for() {
        let mut lines = Lines::new(io::BufReader::new(&b"a\nb\nhalf"[..]));
        let mut line = Vec::new();
        for (want, drained) in [("a", false), ("b", true), ("half", true)] {
            lines.next_into(&mut line).expect("reads");
            assert_eq!(
                (line.as_slice(), lines.drained()),
                (want.as_bytes(), drained)
            );
        }
    }

    #[test]
    fn a_field_is_added_and_the_rest_stays_as_it_came() {
        let cases = [
            (
                r#"{"a":2e70,"a":1.50}"#,
                r#"{"a":2e70,"a":1.50,"label":{"x":1}}"#,
            ),
            ("{ }", r#"{ "label":{"x":1}}"#),
            ("{}", r#"{"label":{"x":1}}"#),
        ];
        for (line, want) in cases {
            let mut bytes = line.as_bytes().to_vec();
            assert!(
                add_field(&mut bytes, "label", &serde_json::json!({"x": 1})),
                "{line}"
            );
            assert_eq!(String::from_utf8(bytes).expect("utf-8"), want);
        }
        let mut broken = b"[1]".to_vec();
        assert!(!add_field(&mut broken, "label", &1));
        assert_eq!(broken, b"[1]");
    }
}

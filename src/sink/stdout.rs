//! Frames as they are: one line of JSON each.

use std::fmt;
use std::io::Write;

use super::{Caps, Markup, Moment, Put, Sink, written};
use crate::wire::frame::Frame;
use crate::wire::receipt::Did;

/// Writes every frame to a stream, each with one `write`, flushed at once.
pub struct Stdout {
    out: Box<dyn Write + Send>,
    line: Vec<u8>,
}

impl Stdout {
    /// Writes to `out`, mostly the standard output.
    #[must_use]
    pub fn new(out: Box<dyn Write + Send>) -> Self {
        Self {
            out,
            line: Vec::new(),
        }
    }
}

impl fmt::Debug for Stdout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stdout").finish_non_exhaustive()
    }
}

impl Sink for Stdout {
    fn name(&self) -> &'static str {
        "stdout"
    }

    fn caps(&self) -> Caps {
        Caps {
            markup: Markup::Markdown,
            max_chars: None,
            paced: false,
            rate_per_second: 0.0,
            threads: 1,
        }
    }

    fn put(&mut self, frame: &Frame, _: Moment) -> Put {
        self.line.clear();
        frame.write(&mut self.line);
        let result = self
            .out
            .write_all(&self.line)
            .and_then(|()| self.out.flush());
        written(self.name(), frame, Did::Created, result)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::super::Done;
    use super::super::terminal::fixture::frame;
    use super::*;
    use crate::wire::frame::State;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one thread").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_frame_is_written_byte_for_byte() {
        let shared = Shared::default();
        let mut sink = Stdout::new(Box::new(shared.clone()));
        let mut want = Vec::new();
        for rev in 1..=3 {
            let frame = frame("key", rev, State::Active);
            frame.write(&mut want);
            let put = sink.put(&frame, Moment::default());
            assert_eq!(put.done, Done::Applied);
            assert_eq!((put.receipt.rev, &*put.receipt.sink), (rev, "stdout"));
        }
        assert_eq!(*shared.0.lock().expect("one thread"), want);
    }

    #[test]
    fn a_closed_pipe_is_the_end_and_a_full_disk_is_a_failure() {
        let cases = [
            (io::ErrorKind::BrokenPipe, Done::Closed),
            (io::ErrorKind::StorageFull, Done::Lost),
        ];
        for (kind, want) in cases {
            let mut sink = Stdout::new(Box::new(Broken(kind)));
            let put = sink.put(&frame("key", 1, State::Active), Moment::default());
            assert_eq!(put.done, want, "{kind}");
            assert!(put.receipt.error.is_some(), "{kind}");
        }
    }
}

//! The threads of one sink: a slow server holds up nobody.

use std::io::Write as _;
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};

use super::inputs::{Feeder, Input};
use super::reader::wire_time;
use crate::sink::{Close, Done, Moment, Sink};
use crate::wire::frame::Frame;

enum Order {
    Put(Box<Frame>),
    Remark(String),
    Close(Close),
}

/// A sink on as many threads of its own as it has use for.
///
/// All take from one queue; the outbox before it sees to it that no box is in
/// two hands.
pub(super) struct Workers {
    orders: Sender<Order>,
    /// Falls silent when the last thread ends.
    left: Receiver<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(
        number: usize,
        sink: Box<dyn Sink>,
        start: Instant,
        answers: &Feeder,
    ) -> Self {
        let (orders, inbox) = unbounded();
        let (leaving, left) = unbounded::<()>();
        let more: Vec<_> = (1..sink.caps().threads)
            .map_while(|_| sink.another())
            .collect();
        let handles = std::iter::once(sink).chain(more);
        let threads = handles.enumerate().filter_map(|(hand, sink)| {
            let worker = Worker {
                number,
                sink,
                start,
                inbox: inbox.clone(),
                answers: answers.clone(),
                _leaving: leaving.clone(),
            };
            let name = format!("sink-{number}-{hand}");
            std::thread::Builder::new()
                .name(name)
                .spawn(move || worker.work())
                .ok()
        });
        let threads = threads.collect();
        Self {
            orders,
            left,
            threads,
        }
    }

    /// Brings the frame's box to it.
    pub(super) fn put(&self, frame: Box<Frame>) {
        // Threads that are gone have told so by their last answer.
        let _ = self.orders.send(Order::Put(frame));
    }

    /// Tells a person something.
    pub(super) fn remark(&self, text: String) {
        let _ = self.orders.send(Order::Remark(text));
    }

    /// Waits for the threads, until then at most: a reader that reads nothing holds a sink
    /// for ever.
    pub(super) fn close(self, why: Close, until: Option<Instant>) {
        for _ in &self.threads {
            let _ = self.orders.send(Order::Close(why));
        }
        let stuck = until
            .is_some_and(|until| self.left.recv_deadline(until) == Err(RecvTimeoutError::Timeout));
        if !stuck {
            for thread in self.threads {
                // A sink that panicked has nothing left to clean up.
                let _ = thread.join();
            }
        }
    }
}

/// One thread of a sink.
struct Worker {
    number: usize,
    sink: Box<dyn Sink>,
    start: Instant,
    inbox: Receiver<Order>,
    answers: Feeder,
    /// Dropped at the end, however that comes.
    _leaving: Sender<()>,
}

impl Worker {
    fn work(mut self) {
        loop {
            let order = match self.sink.tick(self.moment()) {
                None => self
                    .inbox
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                Some(wait) => self.inbox.recv_timeout(wait),
            };
            match order {
                Ok(Order::Put(frame)) => {
                    let begun = Instant::now();
                    let put = self.sink.put(&frame, self.moment());
                    let wall = self.moment().wall;
                    self.answers.gauges().answered(&frame, &put, wall);
                    let closed = put.done == Done::Closed;
                    let answer = Input::Settled(self.number, begun.elapsed(), Box::new(put));
                    if self.answers.tell(answer).is_err() || closed {
                        return;
                    }
                }
                Ok(Order::Remark(text)) => {
                    if !self.sink.remark(&text, self.moment()) {
                        // Standard error may be full or closed; the boxes matter more.
                        let line = format!("live-status: {text}\n");
                        let _ = std::io::stderr().write_all(line.as_bytes());
                    }
                }
                Ok(Order::Close(why)) => {
                    self.sink.close(why, self.moment());
                    return;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.start.elapsed(),
            wall: wire_time(SystemTime::now()),
        }
    }
}

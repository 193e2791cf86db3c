//! The threads of one sink: a slow server holds up nobody.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Instant, SystemTime};

use super::exchange::{Exchange, Order};
use super::inputs::{Feeder, Input};
use super::reader::wire_time;
use crate::safe::visible;
use crate::sink::{Done, Moment, Sink};
use crate::wire::receipt::Receipt;

/// Is told of every answer of a sink, on the thread that got it.
pub type Receipts = Box<dyn FnMut(&Receipt) + Send>;

/// Has `sink` work for `exchange`, on as many threads of its own as it has use for.
pub(super) fn start(
    number: usize,
    sink: Box<dyn Sink>,
    exchange: &Arc<Exchange>,
    receipts: &Arc<Mutex<Receipts>>,
    feeder: &Feeder,
) -> Vec<JoinHandle<()>> {
    let more: Vec<_> = (1..sink.caps().threads)
        .map_while(|_| sink.another())
        .collect();
    let handles = std::iter::once(sink).chain(more);
    let threads = handles.enumerate().filter_map(|(hand, sink)| {
        exchange.enter(number);
        let worker = Worker {
            number,
            sink,
            exchange: Arc::clone(exchange),
            receipts: Arc::clone(receipts),
            feeder: feeder.clone(),
        };
        let name = format!("sink-{number}-{hand}");
        std::thread::Builder::new()
            .name(name)
            .spawn(move || worker.work())
            .ok()
    });
    threads.collect()
}

/// One thread of a sink.
struct Worker {
    number: usize,
    sink: Box<dyn Sink>,
    exchange: Arc<Exchange>,
    receipts: Arc<Mutex<Receipts>>,
    feeder: Feeder,
}

impl Worker {
    fn work(mut self) {
        loop {
            let tick = self.sink.tick(self.moment());
            match self.exchange.take(self.number, tick) {
                Order::Put(frame) => {
                    let begun = Instant::now();
                    let put = self.sink.put(&frame, self.moment());
                    let latency = begun.elapsed();
                    let gauges = self.feeder.gauges();
                    gauges.answered(&frame, &put, self.moment().wall);
                    let is_news = {
                        // Held over both, so that receipts come in the order of what they tell of;
                        // settled first, so that no frame waits for whoever reads receipts.
                        let mut receipts =
                            self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
                        let is_news = self.exchange.settle(self.number, &put, latency);
                        receipts(&put.receipt);
                        is_news
                    };
                    if is_news {
                        // A loop that has ended needs no telling.
                        let _ = self.feeder.tell(Input::Settled);
                    }
                    if put.done == Done::Closed {
                        return;
                    }
                }
                Order::Remark(text) => {
                    // It may quote the name of a file, which is anybody's.
                    let text = visible(&text);
                    if !self.sink.remark(&text, self.moment()) {
                        // Standard error may be full or closed; the boxes matter more.
                        let line = format!("live-status: {text}\n");
                        let _ = std::io::stderr().write_all(line.as_bytes());
                    }
                }
                // That is done above.
                Order::Tick => {}
                Order::Close(why) => {
                    if let Err(error) = self.sink.close(why, self.moment()) {
                        self.exchange.unwritten(self.number, &error);
                    }
                    return;
                }
            }
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.exchange.now(),
            wall: wire_time(SystemTime::now()),
        }
    }
}

impl Drop for Worker {
    /// However it ends.
    fn drop(&mut self) {
        self.exchange.leave(self.number);
    }
}

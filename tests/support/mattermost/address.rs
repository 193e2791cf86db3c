//! An address that listens, and the connections that came in over it.

use std::collections::HashMap;
use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// An address that listens.
#[derive(Debug)]
pub struct Address {
    pub address: SocketAddr,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Address {
    /// Listens there and hands every connection to `welcome`, which is not to keep it waiting.
    pub fn listen(
        at: SocketAddr,
        welcome: impl Fn(TcpStream) + Send + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(at)?;
        let address = listener.local_addr()?;
        let closing = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&closing);
        let accept = move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                // A client that is gone before it is accepted is no matter.
                let Ok(stream) = stream else { continue };
                welcome(stream);
            }
        };
        Ok(Self {
            address,
            closing,
            thread: Some(std::thread::spawn(accept)),
        })
    }

    /// Listens no more: from then on connections are refused.
    pub fn close(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        // The connection wakes the listener, which then sees that it is the end.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The connections that are open.
#[derive(Debug, Default)]
pub struct Connections(Mutex<Numbered>);

#[derive(Debug, Default)]
struct Numbered {
    opened: u64,
    open: HashMap<u64, TcpStream>,
}

impl Connections {
    /// Takes one in; its number, the first is 1.
    pub fn opened(&self, stream: TcpStream) -> u64 {
        let mut all = self.all();
        all.opened += 1;
        let number = all.opened;
        all.open.insert(number, stream);
        number
    }

    /// Lets one go.
    pub fn closed(&self, number: u64) {
        self.all().open.remove(&number);
    }

    /// Closes all of them.
    pub fn close(&self) {
        for stream in self.all().open.values() {
            // One that is closed already is what was wanted.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all().open.len()
    }

    fn all(&self) -> MutexGuard<'_, Numbered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

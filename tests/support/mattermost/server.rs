//! The server: two addresses, a thread for each connection, one world.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::bell::Bell;
use super::connection;
use super::faults::Faults;
use super::rate::Limiter;
use super::record::Recorded;
use super::stop::Stop;
use super::world::World;

/// What all connections share.
#[derive(Debug)]
pub struct Server {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    records: Mutex<Vec<Recorded>>,
    connections: Mutex<Connections>,
    /// Grows with every restart; a connection of an earlier process is served no more.
    process: AtomicU64,
    /// Rings at every arrival and every answer.
    pub bell: Bell,
    pub stop: Stop,
}

#[derive(Debug, Default)]
struct Connections {
    opened: u64,
    open: HashMap<u64, TcpStream>,
}

impl Server {
    /// A server that nobody can reach yet.
    pub fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            records: Mutex::default(),
            connections: Mutex::default(),
            process: AtomicU64::default(),
            bell: Bell::default(),
            stop: Stop::default(),
        }
    }

    /// All that it knows.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The faults in force.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests so far, in the order of their arrival.
    pub fn records(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Becomes another process: what is only in memory is forgotten, every connection is closed.
    pub fn restart(&self) {
        let mut world = self.world();
        world.pending.clear();
        world.warm.clear();
        drop(world);
        self.disconnect();
    }

    /// Closes every connection.
    pub fn disconnect(&self) {
        self.process.fetch_add(1, Ordering::SeqCst);
        for stream in self.connections().open.values() {
            // One that is closed already is what was wanted.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// The number of the process that the server is by now.
    pub fn process(&self) -> u64 {
        self.process.load(Ordering::SeqCst)
    }

    /// Connections that are open, for a test that counts them.
    pub fn open_connections(&self) -> usize {
        self.connections().open.len()
    }

    fn connections(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self, stream: TcpStream) -> u64 {
        let mut connections = self.connections();
        connections.opened += 1;
        let number = connections.opened;
        connections.open.insert(number, stream);
        number
    }

    fn closed(&self, number: u64) {
        self.connections().open.remove(&number);
    }
}

/// An address that listens.
#[derive(Debug)]
pub struct Address {
    pub address: SocketAddr,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Address {
    /// Listens on loopback and serves every connection in a thread of its own.
    pub fn open(server: &Arc<Server>, port: u16, limiter: Option<Limiter>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let server = Arc::clone(server);
        let limiter = limiter.map(|limiter| Arc::new(Mutex::new(limiter)));
        let closing = Arc::new(AtomicBool::new(false));
        let closed = Arc::clone(&closing);
        let accept = move || {
            for stream in listener.incoming() {
                if closed.load(Ordering::SeqCst) {
                    return;
                }
                // A client that is gone before it is accepted is no matter.
                let Ok(stream) = stream else { continue };
                welcome(&server, stream, limiter.clone());
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

fn welcome(server: &Arc<Server>, stream: TcpStream, limiter: Option<Arc<Mutex<Limiter>>>) {
    let Ok(other) = stream.try_clone() else {
        return;
    };
    let number = server.opened(other);
    let server = Arc::clone(server);
    std::thread::spawn(move || {
        connection::serve(&server, stream, limiter.as_deref());
        server.closed(number);
    });
}

//! The server: two addresses, a thread for each connection, one world.

use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::address::{Address, Connections};
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
    connections: Connections,
    /// Grows with every restart; a connection of an earlier process is served no more.
    process: AtomicU64,
    /// Rings at every arrival and every answer.
    pub bell: Bell,
    pub stop: Stop,
}

impl Server {
    /// A server that nobody can reach yet.
    pub fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::default(),
            records: Mutex::default(),
            connections: Connections::default(),
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
        self.connections.close();
    }

    /// The number of the process that the server is by now.
    pub fn process(&self) -> u64 {
        self.process.load(Ordering::SeqCst)
    }

    /// Connections that are open, for a test that counts them.
    pub fn open_connections(&self) -> usize {
        self.connections.count()
    }
}

/// Listens on loopback and serves every connection in a thread of its own.
pub fn open(server: &Arc<Server>, port: u16, limiter: Option<Limiter>) -> io::Result<Address> {
    let server = Arc::clone(server);
    let limiter = limiter.map(|limiter| Arc::new(Mutex::new(limiter)));
    Address::listen((Ipv4Addr::LOCALHOST, port).into(), move |stream| {
        welcome(&server, stream, limiter.clone());
    })
}

fn welcome(server: &Arc<Server>, stream: TcpStream, limiter: Option<Arc<Mutex<Limiter>>>) {
    let Ok(other) = stream.try_clone() else {
        return;
    };
    let number = server.connections.opened(other);
    let server = Arc::clone(server);
    std::thread::spawn(move || {
        connection::serve(&server, stream, limiter.as_deref());
        server.connections.closed(number);
    });
}

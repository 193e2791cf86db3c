//! The proxy in the hand of a test.

use std::net::SocketAddr;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::passed::{End, Passed};
use super::relay;
use super::toxic::Toxic;
use crate::fake_mattermost::{
    Address, Bell, Call, Connections, Fake, Faults, Held, Moment, Request, Rule, Stop,
};

/// What decides of requests that no rule meets.
type Chance = Box<dyn FnMut(&Request) -> Option<Toxic> + Send>;

/// What all connections share.
pub struct Shared {
    pub upstream: SocketAddr,
    rules: Mutex<Faults<Toxic>>,
    chance: Mutex<Option<Chance>>,
    passed: Mutex<Book>,
    connections: Connections,
    bell: Bell,
    pub stop: Stop,
}

/// All that passed, and how many moments there were.
#[derive(Default)]
struct Book {
    passed: Vec<Passed>,
    moments: u64,
}

impl Book {
    fn moment(&mut self) -> u64 {
        self.moments += 1;
        self.moments
    }
}

impl Shared {
    /// Writes down a request that came; its number and what befalls it.
    pub fn came(&self, connection: u64, request: &Request) -> (usize, Option<(Toxic, Arc<Held>)>) {
        let mut toxic = locked(&self.rules).take(request);
        if let (None, Some(chance)) = (&toxic, &mut *locked(&self.chance)) {
            toxic = chance(request).map(|toxic| (toxic, Arc::default()));
        }
        let mut book = locked(&self.passed);
        let came = book.moment();
        let mut passed = Passed::new(connection, request, came);
        passed.toxic = toxic.as_ref().map(|(toxic, _)| toxic.name());
        book.passed.push(passed);
        let number = book.passed.len() - 1;
        drop(book);
        self.bell.ring();
        (number, toxic)
    }

    /// The server answered.
    pub fn answered(&self, number: usize, status: u16) {
        locked(&self.passed).passed[number].status = Some(status);
        self.bell.ring();
    }

    /// It is over for the client, unless it was before.
    pub fn over(&self, number: usize, end: End) {
        let mut book = locked(&self.passed);
        if book.passed[number].over.is_none() {
            let over = book.moment();
            book.passed[number].over = Some(over);
            book.passed[number].over_at = Some(Instant::now());
            book.passed[number].end = Some(end);
        }
        drop(book);
        self.bell.ring();
    }

    /// The client was gone when its answer came.
    pub fn left(&self, number: usize) {
        locked(&self.passed).passed[number].end = Some(End::Left);
        self.bell.ring();
    }
}

/// A proxy that runs until it is dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    address: Address,
}

impl Proxy {
    /// A proxy before `fake`, on a free port.
    pub fn before(fake: &Fake) -> Self {
        Self::at(([127, 0, 0, 1], 0).into(), fake).expect("loopback has free ports")
    }

    /// The same at an address of one's choice.
    ///
    /// # Errors
    ///
    /// When one cannot listen there.
    pub fn at(at: SocketAddr, fake: &Fake) -> std::io::Result<Self> {
        let upstream = fake.url();
        let upstream = upstream.trim_start_matches("http://").parse();
        let shared = Arc::new(Shared {
            upstream: upstream.expect("the fake has an address"),
            rules: Mutex::default(),
            chance: Mutex::default(),
            passed: Mutex::default(),
            connections: Connections::default(),
            bell: Bell::default(),
            stop: Stop::default(),
        });
        let served = Arc::clone(&shared);
        let address = Address::listen(at, move |stream| {
            let Ok(other) = stream.try_clone() else {
                return;
            };
            let shared = Arc::clone(&served);
            let number = shared.connections.opened(other);
            std::thread::spawn(move || {
                relay::serve(&shared, &stream, number);
                drop(stream);
                shared.connections.closed(number);
            });
        })?;
        Ok(Self { shared, address })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://{}", self.address.address)
    }

    pub fn port(&self) -> u16 {
        self.address.address.port()
    }

    /// Adds a rule.
    pub fn fault(&self, rule: Rule<Toxic>) {
        locked(&self.shared.rules).add(rule);
    }

    /// Holds the next request of a sort, or its answer.
    pub fn hold(&self, call: Call, moment: Moment) -> Arc<Held> {
        let rule = Rule::on(call, Toxic::Hold { moment }).times(1);
        let held = Arc::clone(rule.held());
        self.fault(rule);
        held
    }

    /// From now on `chance` decides of every request that no rule meets.
    pub fn leave_to(&self, chance: impl FnMut(&Request) -> Option<Toxic> + Send + 'static) {
        *locked(&self.shared.chance) = Some(Box::new(chance));
    }

    /// From now on everything passes; who is held goes on.
    pub fn heal(&self) {
        locked(&self.shared.rules).clear();
        *locked(&self.shared.chance) = None;
    }

    /// Closes every connection, in an orderly way.
    pub fn disconnect(&self) {
        self.shared.connections.close();
    }

    /// Every request so far, in the order of arrival.
    pub fn passed(&self) -> Vec<Passed> {
        locked(&self.shared.passed).passed.clone()
    }

    /// Those of a sort.
    pub fn passed_of(&self, call: Call) -> Vec<Passed> {
        let book = locked(&self.shared.passed);
        let passed = book.passed.iter().filter(|passed| passed.call == call);
        passed.cloned().collect()
    }

    /// Waits until `look` is content, which is asked after every arrival, answer and end.
    ///
    /// # Panics
    ///
    /// When that takes longer than anything should; `what` says what was missed.
    pub fn wait_until(&self, what: &str, look: impl Fn(&Self) -> bool) {
        if self.shared.bell.wait_until(|| look(self)) {
            return;
        }
        let lines: Vec<String> = self.passed().iter().map(Passed::line).collect();
        unreachable!("no {what}; there passed\n{}", lines.join("\n"));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stop.say();
        self.heal();
        self.address.close();
        self.disconnect();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

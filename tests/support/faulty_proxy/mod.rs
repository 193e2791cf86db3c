//! A faulty proxy between the program and the fake server, on loopback.
//!
//! It speaks HTTP/1.1 on both sides and passes one request at a time of each connection, whole; what was
//! upgraded passes as bytes. What it does to a request or to its answer ([`Toxic`]) is told by the same rules
//! as the faults of the fake itself, and it writes down what passed, which is what tests wait for.
//!
//! What the fake does to itself is a fault of the server; what happens here is one of the way there: the
//! server has done its part, or has never heard of it.

mod answer;
mod passed;
mod proxy;
mod relay;
mod toxic;

pub use self::{
    passed::{End, Passed},
    proxy::Proxy,
    toxic::Toxic,
};

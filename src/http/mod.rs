//! What an operator's tools ask of us: health, readiness and figures.
//!
//! Off unless an address is set. Whoever may read is decided before anything is
//! said, and what is said are numbers and classes: never a name, a path, an
//! address or a word of a transcript. Only on a socket of its own, where we talk to
//! ourselves, a box is told of by its key.
//!
//! | file | holds |
//! |---|---|
//! | `address` | where we listen, and whether that is this machine alone |
//! | `request` | bytes become a request, within a cap |
//! | `access` | who may ask |
//! | `answer` | what is answered |
//! | `pages` | what a listener has pages about |
//! | `picture` | what is known at a moment, and how well we are |
//! | `histogram` | spans, counted by length |
//! | `health`, `metrics` | the picture as JSON, and as Prometheus reads it |
//! | `server` | sockets and threads |
//! | `stream` | what connections of both kinds can do |

mod access;
mod address;
mod answer;
mod health;
mod histogram;
mod metrics;
mod pages;
mod picture;
mod request;
mod server;
mod stream;

pub use access::Access;
pub use address::{BadListen, Listen};
pub use histogram::{BOUNDS_MS, Histogram};
pub use pages::{Crowd, Look, Pages, Tell};
pub use picture::{Breaker, Counts, Fault, Picture, Reason, Source, Status};
pub use server::{Server, Serving};

//! Where pure rooms and IO rooms meet: transcripts become events, events become boxes.
//!
//! [`reader`] joins the follower with the dialects; [`pipeline`] joins label,
//! view and render; [`world`] joins frames with sinks, and is pure; [`live`]
//! is the loop around them; [`ledger`] joins sinks with the store; [`gauges`] are
//! what it tells of itself.
//!
//! # How it works
//!
//! ```text
//! reader -> (channel) -> loop -> pipeline -> exchange <-> threads of a sink <-> server
//! standard input of post ------------------> exchange
//! ```
//!
//! Everything that waits stands in one world, under one lock: the exchange.
//! Frames are offered there. A thread of a sink takes a frame from it, brings the box to it,
//! settles it in the world, writes the receipt and takes the next: from one edit to the next no
//! other thread is woken. Threads with nothing to do rest in a crew; one of them minds the time.
//! The loop is woken by events, by a signal, and at the end, once all is shown.

mod census;
mod clean;
pub mod dress;
mod exchange;
mod family;
pub mod following;
pub mod gauges;
pub mod hooked;
pub mod inputs;
#[cfg(test)]
mod interleavings;
pub mod ledger;
mod lineage;
mod links;
pub mod live;
pub mod owed;
pub mod pipeline;
pub mod pulse;
pub mod reader;
pub mod reload;
pub mod remarks;
pub mod replay;
pub mod resume;
pub mod stop;
mod ticks;
pub mod told;
mod workers;
pub mod world;

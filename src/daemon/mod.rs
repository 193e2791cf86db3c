//! Where pure rooms and IO rooms meet: transcripts become events, events become boxes.
//!
//! [`reader`] joins the follower with the dialects; [`pipeline`] joins label,
//! view and render; [`world`] joins frames with sinks, and is pure; [`live`]
//! carries its effects out on threads; [`ledger`] joins sinks with the store;
//! [`gauges`] are what it tells of itself.

mod census;
mod clean;
mod family;
pub mod following;
pub mod gauges;
pub mod inputs;
pub mod ledger;
mod links;
pub mod live;
pub mod pipeline;
pub mod pulse;
pub mod reader;
pub mod reload;
pub mod remarks;
pub mod replay;
pub mod resume;
pub mod stop;
mod ticks;
mod workers;
pub mod world;

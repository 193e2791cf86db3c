//! Where pure rooms and IO rooms meet: transcripts become events, events become boxes.

mod clean;
mod family;
mod links;
pub mod reader;
mod remarks;
mod resume;
mod ticks;

//! What travels between the stages: events, frames and receipts, one JSON
//! object a line.
//!
//! Names are stable: adding a field, a type or an enum value is compatible,
//! changing one is not. Every enumeration here is open on the wire: a value
//! this version does not know is kept as it came.

pub mod about;
mod civil;
pub mod event;
pub mod figures;
pub mod frame;
pub mod glance;
pub mod hidden;
mod json;
pub mod kept;
pub mod ndjson;
pub mod open;
pub mod receipt;
pub mod secret;
pub mod status;
pub mod time;
pub(crate) mod unread;

//! Dialects: one record of a transcript becomes events.
//!
//! A dialect keeps the state of one session and is handed its records in their
//! order. It opens nothing and knows no clock: records, rows and places reach
//! it as arguments, so the same records always give the same events.

mod lenient;
pub mod openclaw;
mod out;

pub use out::{Identity, Out, Remark, Remarks};

//! Dialects: one record of a transcript becomes events.
//!
//! A dialect keeps the state of one session and is handed its records in their
//! order. It opens nothing and knows no clock: records, rows and places reach
//! it as arguments, so the same records always give the same events. The table
//! of dialects is at the foot of `dialect.rs`.

mod about;
mod acp;
mod claude;
mod codex;
mod dialect;
mod ids;
mod lenient;
pub mod openclaw;
mod out;
mod recognise;
mod seen;
mod track;

pub use about::{About, Fit, Knows};
pub use dialect::{Broken, Dialect, Settings, Source};
pub use openclaw::{Row, Status};
pub use out::{Identity, Out, Remark, Remarks};
pub use recognise::{LOOKED_AT, Recognised, recognise};

//! Dialects: one record of a transcript becomes events.
//!
//! A dialect keeps the state of one session and is handed its records in their
//! order. It opens nothing and knows no clock: records, rows and places reach
//! it as arguments, so the same records always give the same events. The table
//! of dialects is at the foot of `dialect.rs`.

mod about;
mod acp;
mod begins;
mod checklist;
mod claude;
mod codex;
mod copilot;
mod cursor;
mod dialect;
mod diff;
mod droid;
mod gemini;
mod genai;
mod grok;
mod ids;
mod kimi;
mod lenient;
pub mod openclaw;
mod opencode;
mod out;
mod pi;
mod qwen;
mod recognise;
mod seen;
mod tags;
mod touched;
mod track;
mod trouble;
mod verdict;

pub use about::{About, Fit, Knows};
pub(crate) use begins::begins;
pub use dialect::{Broken, Dialect, Settings, Source};
pub use openclaw::{Harness, Row, Status};
pub use out::{Identity, Out, Remark, Remarks};
pub use recognise::{LOOKED_AT, Recognised, could_be, recognise};

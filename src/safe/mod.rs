//! Room `safe`: what makes hostile text harmless. Pure; any room may use it.
//!
//! Everything in a transcript is written by a model that reads the internet, so
//! it is hostile until it went through here, in this order:
//!
//! 1. [`Redactor::redact`] takes secrets out, on the whole text;
//! 2. [`clip()`] cuts what is too long (never before 1: half a secret no longer matches);
//! 3. [`neutralise`] makes the rest plain text for one place that shows it.
//!
//! What is said about the work (messages, findings) passes [`visible()`] as it leaves.

pub mod clip;
pub mod neutralise;
pub mod redact;
pub mod words;

mod chars;
mod guard;
mod line;
mod marks;
mod mrkdwn;
mod rules;
mod visible;

#[cfg(test)]
mod hostile;

pub use clip::{clip, clip_bytes};
pub use guard::guard;
pub use redact::Redactor;
pub use visible::visible;

//! Integration tests: the real binary, a closed-off home, a fixed clock.

mod board;
mod compat;
mod conformance;
mod filters;
mod properties;
mod rules;
mod secrets;
mod support;

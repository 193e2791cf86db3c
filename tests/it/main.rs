//! Integration tests: the real binary, a closed-off home, a fixed clock.

mod board;
mod rules;
mod secrets;
mod support;

//! A tool call becomes the phrase a person reads.

mod shell;
mod tidy;

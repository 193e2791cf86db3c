//! The disk, parser and hostile-input rows of the fault matrix, with the real binary.
//!
//! `tests/FAULTS.md` maps each row to its test.

mod aside;
mod growth;
mod harness;
mod limits;
mod output;
mod places;
mod rewrite;
mod writer;

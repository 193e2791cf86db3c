//! The disk, parser and hostile-input rows of the fault matrix, with the real binary.
//!
//! `tests/FAULTS.md` maps each row to its test.

mod aside;
mod growth;
pub mod harness;
mod hostile;
pub mod keeping;
mod kept;
mod limits;
mod model;
mod named;
mod output;
mod places;
mod records;
mod rewrite;
pub mod state;
pub mod stopped;
mod store;
pub mod writer;

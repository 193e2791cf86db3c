//! DISK: what must outlive the process.
//!
//! A state directory that is ours alone, cursors that grow by what changed, the
//! boxes that were made, and locks by role. What a cursor says is the caller's
//! business.

mod boxes;
mod cursors;
mod dir;
mod lock;
mod network;

pub use boxes::{Boxes, BoxesError};
pub use cursors::{LoadError, Loaded, Room, append, load, save};
pub use dir::{Places, StateDir, StateError};
pub use lock::{Lock, LockError};

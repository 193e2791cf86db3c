//! DISK: what must outlive the process.
//!
//! A state directory that is ours alone, cursors that grow by what changed, the
//! boxes that were made, the spool of hooks, and locks by role. What a cursor says
//! is the caller's business.

mod boxes;
mod cursors;
mod dir;
mod lock;
mod network;
mod spool;
mod spool_watch;

pub use boxes::{Boxes, BoxesError};
pub use cursors::{LoadError, Loaded, Room, load, save, save_changes};
pub use dir::{Places, StateDir, StateError};
pub use lock::{Lock, LockError};
pub use spool::{SpoolLine, SpoolReader, append};
pub use spool_watch::watch_spool;

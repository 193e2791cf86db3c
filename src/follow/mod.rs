//! DISK: growing files and SQLite stores become whole records with a cursor.
//!
//! This room knows where OpenClaw keeps things and when they change; what a
//! record means is not its business. The system's watches only wake it: what is
//! true is what a look at the disk says.
//!
//! The walk: [`Follower::new`], [`scan`](Follower::scan), [`read`](Follower::read)
//! every session; with [`watch`](Follower::watch) armed before, then
//! [`wait`](Follower::wait) and read what changed.

mod bounds;
mod claims;
mod cursor;
mod database;
mod discover;
mod follower;
mod hash;
mod inbox;
mod index;
mod lines;
mod names;
mod open;
mod place;
mod queries;
mod reading;
mod root;
mod rows;
mod scan;
mod session;
mod tables;
mod tail;
#[cfg(test)]
mod tests;
mod wait;
mod watch;

pub use cursor::{Cursor, Hex};
pub use discover::{Found, Surroundings, discover};
pub use follower::Follower;
pub use inbox::Waker;
pub use root::{BadRoot, Root};
pub use session::{
    At, Change, Counters, Era, Id, Note, Options, Piece, ReadError, RowSeen, Session,
};
pub use watch::Mode;

//! DISK: growing files and SQLite stores become whole records with a cursor.
//!
//! This room knows where agents keep things and when they change; what a
//! record means is not its business. The system's watches only wake it: what is
//! true is what a look at the disk says.
//!
//! The walk: [`Follower::new`], [`scan`](Follower::scan), [`read`](Follower::read)
//! every session; with [`watch`](Follower::watch) armed before the scan, then
//! [`wait`](Follower::wait), read what changed, and take the changed
//! [`rows`](Follower::rows).
//!
//! What cannot be known: a rewrite that keeps the first KiB and the 256 bytes
//! before the cursor; lines of a file that was unlinked before they were read,
//! since idle files are not held open; a rewritten row in a store of the time
//! before generations; a change of a part, where parts are files, in a message
//! behind the newest eight of its session, until the message itself is written again,
//! and of a message behind the newest 64.

mod agenda;
mod beside;
mod bounds;
mod cabinet;
mod changes;
mod claims;
mod cursor;
mod database;
mod discover;
mod document;
mod drawers;
mod entry;
mod follower;
mod forget;
mod hash;
mod homes;
mod index;
mod interest;
mod layout;
mod layouts;
mod lines;
mod listing;
mod looks;
mod messages;
mod names;
mod open;
mod place;
mod pointer;
mod queries;
mod reading;
mod resuming;
mod root;
mod rows;
mod scan;
mod session;
mod skim;
mod sniff;
mod streams;
mod tables;
mod tail;
#[cfg(test)]
mod tests;
mod wait;
mod wake;
mod watch;

pub use agenda::Agenda;
pub use cursor::{Cursor, Hex};
pub use discover::{Found, Surroundings, awaited, awaited_others, discover};
pub use follower::Follower;
pub use layout::{Files, Layout, Shape, Sid};
pub use layouts::LAYOUTS;
pub use lines::bare;
pub use root::{BadRoot, Root};
pub use session::{
    At, Change, Counters, Era, Id, Note, Options, Piece, ReadError, RowSeen, Session,
};
pub use sniff::{Likeness, first_records, likenesses, loose_lines};
pub use wake::Waker;
pub use watch::Mode;

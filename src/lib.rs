//! live-status mirrors the work of AI agents into one self-updating status box.
//!
//! It is a toolkit of Unix filters over one library. The walk of one line:
//!
//! ```text
//! follow -> source -> (events) -> label -> view -> render -> (frames) -> outbox -> sink -> (receipts)
//! ```
//!
//! # The rooms, in reading order
//!
//! | room | kind | holds | imports |
//! |---|---|---|---|
//! | `wire` | base | what travels: events, frames, receipts | |
//! | `safe` | base | what makes hostile text harmless | wire |
//! | `source` | pure | one record becomes events; a dialect is a file | wire, safe |
//! | `hook` | pure | what an agent's hooks say becomes its status; their files with ours in them | wire, safe |
//! | `label` | pure | a tool call becomes the phrase a person reads | wire, safe |
//! | `view` | pure | events fold into the state of a run | wire, safe |
//! | `render` | pure | a view becomes a frame with its text | wire, safe, view |
//! | `outbox` | pure | which frame goes out when | wire, safe |
//! | `follow` | IO | growing files and stores become whole records | wire, safe |
//! | `store` | IO | what must outlive the process | wire, safe |
//! | `sink` | IO | brings a box to a frame | wire, safe |
//! | `http` | IO | health and figures, for those who may ask | wire, safe |
//! | `service` | IO | logs, the supervisor, the PID file: a process nobody watches | wire, safe |
//! | `daemon` | shell | the loop of `run`, joining pure rooms and IO rooms | wire, safe, source, hook, label, view, render, outbox, follow, store, sink, http, service |
//! | `cli` | shell | a verb is a file: arguments and `run` | wire, safe, source, hook, label, view, render, outbox, follow, store, sink, http, service, daemon |
//!
//! Pure rooms never touch files, network, environment or the clock: `now` and
//! settings reach them as arguments. `tests/it/rooms.rs` holds every `crate::`
//! path against this table.

pub mod cli;
pub mod daemon;
pub mod follow;
pub mod hook;
pub mod http;
pub mod label;
pub mod outbox;
pub mod render;
pub mod safe;
pub mod service;
pub mod sink;
pub mod source;
pub mod store;
pub mod view;
pub mod wire;

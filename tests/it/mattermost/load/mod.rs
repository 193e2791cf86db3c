//! Load: many live runs before the fake server, by the real program.
//!
//! What is counted here is counted at the server, by requests: times belong to the benches. Sizes are
//! those that a commit can wait for, times LIVE_STATUS_FAULT_ROUNDS.

mod crowd;
mod flood;
mod many;

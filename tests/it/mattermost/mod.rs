//! The fake Mattermost, held to the contract with its fault switches, and the sink before it.

mod asked;
mod between;
mod canary;
mod client;
mod contract;
mod control;
mod create;
mod edit;
mod events;
mod faults;
mod finish;
mod flood;
mod hostile;
mod http;
mod kills;
mod lessons;
mod life;
mod load;
mod network;
mod others;
pub mod process;
mod proxy;
mod races;
pub mod rig;
#[cfg(target_os = "linux")]
mod rows;
mod sorts;
mod torn;
mod unattended;
mod unfinished;

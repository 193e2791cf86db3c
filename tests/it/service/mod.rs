//! `run` as a service: real processes, asked, signalled and supervised.

mod asked;
mod awaited;
mod background;
mod closed;
mod damaged;
mod flood;
mod health;
mod jumps;
mod kept;
mod logs;
mod notify;
mod pid;
mod reload;
mod remote;
pub mod rig;
mod rules;
mod stops;

//! `run` as a service: real processes, asked, signalled and supervised.

mod asked;
mod awaited;
mod background;
mod closed;
mod flood;
mod health;
mod kept;
mod logs;
mod notify;
mod pid;
mod reload;
mod rig;
mod rules;
mod stops;

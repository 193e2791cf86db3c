//! The fake Mattermost, held to the contract with its fault switches, and the sink before it.

mod asked;
mod client;
mod contract;
mod control;
mod create;
mod edit;
mod events;
mod faults;
mod http;
mod lessons;
mod life;
mod network;
mod others;
mod rig;
mod sorts;

//! The fake Mattermost, held to the contract with its fault switches, and the sink before it.

mod contract;
mod create;
mod edit;
mod life;
mod others;
mod rig;

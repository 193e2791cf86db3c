//! The fake Mattermost: held to the contract, what it tells a test, and its fault switches.

mod asked;
mod client;
mod contract;
mod control;
mod events;
mod faults;
mod http;
mod sorts;

<<<<<<< HEAD
//! The fake Mattermost, held to the contract with its fault switches, and the sink before it.

mod contract;
mod create;
mod edit;
mod life;
mod others;
mod rig;
=======
//! The fake Mattermost: held to the contract, what it tells a test, and its fault switches.

mod asked;
mod client;
mod contract;
mod control;
mod events;
mod faults;
mod http;
mod sorts;
>>>>>>> fake

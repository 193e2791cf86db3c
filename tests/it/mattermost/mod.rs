//! The fake Mattermost: held to the contract, and its fault switches.

mod contract;

//! What the hooks of agents call, how they are set up, and the status that comes of them.

mod beside;
mod call;
mod setup;
mod status;

//! Mattermost: one box a run, made once, edited in place.
//!
//! | file | holds |
//! |---|---|
//! | `endpoint` | where the server is, and whether a token may go there |
//! | `client` | requests with deadlines, answers with a cap |
//! | `marker` | what tells whose a post is |

mod client;
mod endpoint;
mod marker;

pub use client::{Answer, Client, Lost, Tokens};
pub use endpoint::{BadAddress, Endpoint};

//! HTTP/1.1, as much of it as a Mattermost client meets.

mod answer;
mod received;
mod request;

pub use answer::{Answer, Failure};
pub use received::Received;
pub use request::{Reader, Request};

//! HTTP/1.1, as much of it as a Mattermost client meets.

mod answer;
mod request;

pub use answer::{Answer, Failure};
pub use request::{Reader, Request};

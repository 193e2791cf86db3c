//! The four things an agent's event can mean.

use crate::wire::event::AgentState;

/// What an event says of its agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bucket {
    /// It works.
    Working,
    /// A person is asked.
    Blocked,
    /// Its turn is over.
    Done,
    /// It failed.
    Error,
}

impl From<Bucket> for AgentState {
    fn from(bucket: Bucket) -> Self {
        match bucket {
            Bucket::Working => Self::Working,
            Bucket::Blocked => Self::Blocked,
            Bucket::Done => Self::Idle,
            Bucket::Error => Self::Error,
        }
    }
}

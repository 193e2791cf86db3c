//! Room `hook`: what an agent's hooks say becomes its status. Pure: no clock, no disk.
//!
//! An agent calls `live-status hook` at its events. What it says is cut down to a few short fields and
//! appended to the spool as one line; whoever follows reads the line, and what it means is said here.
//!
//! | file | holds |
//! |---|---|
//! | `bucket` | working, blocked, done, error |
//! | `names` | every name of an event and its bucket: [`by_name`], for those who have only the name |
//! | `payload` | the fields that matter, out of a payload of any size, whole or broken |
//! | `meaning` | [`by_payload`]: the refined reading |
//! | `line` | a line of the spool, and the event it becomes |
//! | `merge` | hooks beside transcripts: which of the two is believed |
//! | `agents` | the agents whose hooks can be set up, and what is registered with each |
//! | `edit` | their files with our hooks put in or taken out, and nothing else changed |

pub mod agents;
mod bucket;
pub mod edit;
mod line;
mod meaning;
mod merge;
mod names;
mod payload;

pub use bucket::Bucket;
pub use line::{Heard, MAX_LINE, line};
pub use meaning::{Meaning, by_payload};
pub use merge::Merge;
pub use names::by_name;
pub use payload::{Payload, is_whole};

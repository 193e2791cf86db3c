//! Room `view`: events fold into the state of a run. Pure: no clock, no disk.
//!
//! [`Board::fold`] takes one event at a time; what it learns is kept by session,
//! and everything that joins sessions (who is whose child, whether a run is over)
//! is concluded from those facts when it is asked for. So the order in which
//! sessions interleave does not matter, and a record read twice changes nothing.
//!
//! | file | holds |
//! |---|---|
//! | `settings` | the times after which something is concluded |
//! | `key` | names of sessions and runs; what a fold touched |
//! | `step` | one call of a tool, or a sub-agent |
//! | `run` | what is known of one run; `record` folds into it, `wait` is what it waits for, `ending` its end |
//! | `speech`, `spend`, `seen` | its commentary, its tokens, ids that were seen; `cut` makes lines of what is said |
//! | `session` | one transcript: its runs and how far it was read |
//! | `board` | all sessions; `fold` walks one event in |
//! | `family` | who is whose child |
//! | `kin` | a run's children, each at the step that started it |
//! | `verdict` | the state of a run, and why: section 4 of the design as code |
//! | `standing`, `statuses` | how one agent stands in one word, and every change of it |
//! | `totals` | counts over a family |
//! | `look`, `child` | [`RunView`] and [`ChildView`]: what a renderer asks |
//! | `forget` | what keeps memory bounded |

mod board;
mod child;
mod cut;
mod ending;
mod family;
mod files;
mod fold;
mod forget;
mod key;
mod kin;
mod look;
mod nested;
mod record;
mod run;
#[cfg(test)]
pub(crate) mod scene;
mod seen;
mod session;
mod settings;
mod speech;
mod spend;
mod standing;
mod statuses;
mod step;
mod totals;
mod verdict;
mod wait;

#[cfg(test)]
mod tests;

pub use board::Board;
pub use child::ChildView;
pub use key::{RunKey, Touched};
pub use kin::Kin;
pub use look::{RunView, Wait};
pub use settings::Settings;
pub use standing::Standing;
pub use statuses::Statuses;
pub use step::{Agent, Step};
pub use verdict::{Note, Verdict};

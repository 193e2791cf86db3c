//! What an operator and a supervisor see of the process.
//!
//! | file | holds |
//! |---|---|
//! | `level` | how much is logged, by any name that operators know |
//! | `limit` | repeats, left out and counted |
//! | `line` | one line of a log, as text or JSON |
//! | `log` | where lines go |
//! | `notify` | READY, WATCHDOG and the like, for systemd |
//! | `private` | directories that are ours alone |
//! | `pid` | the PID file |
//! | `detach` | a process without a terminal, started by ourselves |

pub mod detach;
mod level;
mod limit;
mod line;
pub mod log;
mod notify;
mod pid;
mod private;

pub use level::Level;
pub use limit::Limit;
pub use line::Format;
pub use log::Log;
pub use notify::Supervisor;
pub use pid::{BadPidFile, PidFile};
pub use private::{Unsafe, check};

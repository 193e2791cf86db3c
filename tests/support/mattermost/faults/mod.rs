//! Faults on demand: rules that a test sets, or a by-hand user over `/__faults`.

mod action;
mod carry;
mod control;
mod down;
mod held;
mod rule;
mod writers;

pub use action::{Action, Moment};
pub use carry::{Course, carry};
pub use control::control;
pub use held::Held;
pub use rule::{Call, Faults, Rule};

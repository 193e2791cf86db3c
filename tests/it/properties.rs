//! What holds for every input, end to end through the library.

pub mod hostile;
mod mixed;
mod random;

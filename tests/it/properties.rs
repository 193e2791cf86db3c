//! What holds for every input, end to end through the library.

mod hostile;
mod mixed;
mod random;

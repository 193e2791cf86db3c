//! The `live-status` binary.

fn main() {}

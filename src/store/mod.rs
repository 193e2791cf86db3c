//! Room `store`: see the map in `lib.rs`.

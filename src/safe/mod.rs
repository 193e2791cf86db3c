//! Room `safe`: see the map in `lib.rs`.

//! Room `source`: see the map in `lib.rs`.

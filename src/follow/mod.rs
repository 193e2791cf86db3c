//! Room `follow`: see the map in `lib.rs`.

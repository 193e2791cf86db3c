//! Room `sink`: see the map in `lib.rs`.

//! Room `label`: see the map in `lib.rs`.

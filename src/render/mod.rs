//! Room `render`: see the map in `lib.rs`.

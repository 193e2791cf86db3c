//! Room `outbox`: see the map in `lib.rs`.

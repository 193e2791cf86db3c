//! What a listener has pages about.

use std::sync::Arc;

use super::picture::Picture;

/// Gives what is known now.
pub type Look = Arc<dyn Fn() -> Picture + Send + Sync>;

/// Gives what is known of a box, as JSON; nothing where it is unknown.
pub type Tell = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Gives how many sessions wait for a box.
pub type Crowd = Arc<dyn Fn() -> u64 + Send + Sync>;

/// The pages of one listener; it has no others.
#[derive(Clone)]
pub enum Pages {
    /// `/health`, `/ready` and `/metrics`: numbers and classes, for whoever may ask.
    Health(Look),
    /// `/boxes/KEY` and `/waiting`: what a box waits for, and how many wait for one, for ourselves alone.
    Boxes(Tell, Crowd),
}

//! Settings that a running loop can take.

use std::time::Duration;

use super::pipeline::Pipeline;
use super::world::World;
use crate::label::Labeller;
use crate::{render, view};

/// Settings that replace those of a running loop.
pub struct Reload {
    /// How calls become phrases.
    pub labeller: Labeller,
    /// How events are folded.
    pub view: view::Settings,
    /// How boxes are drawn.
    pub drawing: render::Settings,
    /// Least time between two edits of one box.
    pub min_gap: Duration,
}

impl std::fmt::Debug for Reload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reload").finish_non_exhaustive()
    }
}

impl Reload {
    /// Takes them: what comes from now on is labelled, folded, drawn and paced by them.
    pub(super) fn take(self, pipeline: Option<&mut Pipeline>, world: &mut World) {
        world.set(self.min_gap, self.drawing.clone());
        if let Some(pipeline) = pipeline {
            pipeline.set(self.labeller, self.view, self.drawing);
        }
    }
}

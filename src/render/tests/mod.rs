//! Boxes as people see them, and what no agent can make of one.

mod any;
mod boxes;
mod frames;
mod hostile;
mod steady;
mod wanted;

use crate::view::scene::Scene;
use crate::view::{self, Board};
use crate::wire::frame::Frame;

use super::{Renderer, Settings};

/// Every frame of `scenes`, one after the other, and those at the end of input.
fn frames(scenes: &[Scene], settings: Settings) -> Vec<Frame> {
    let mut board = Board::new(view::Settings::default());
    let mut renderer = Renderer::new(settings);
    let events = scenes.iter().flat_map(|scene| &scene.events);
    let mut frames: Vec<_> = events
        .flat_map(|event| renderer.step(&mut board, event))
        .collect();
    frames.extend(renderer.finish(&board));
    frames
}

/// The text of the last frame.
fn last(scenes: &[Scene], settings: Settings) -> String {
    let frames = frames(scenes, settings);
    let text = frames.last().and_then(|frame| frame.text.as_ref()?.any());
    text.unwrap_or_default().to_owned()
}

//! The text that a sink reads, drawn where a frame has none or one that is too long. Pure.

use std::sync::Arc;

use crate::render;
use crate::sink::{Caps, Markup};
use crate::wire::frame::Frame;

/// The frame as a sink can show it; the same one where nothing is to be drawn.
pub(super) fn dressed(frame: &Arc<Frame>, caps: &Caps, drawing: &render::Settings) -> Arc<Frame> {
    let came = frame.text.as_ref();
    let (markup, text) = match caps.markup {
        Markup::View => return Arc::clone(frame),
        Markup::Markdown => (
            render::Markup::Markdown,
            came.and_then(|text| text.markdown.as_ref()),
        ),
        Markup::Mrkdwn => (
            render::Markup::Mrkdwn,
            came.and_then(|text| text.mrkdwn.as_ref()),
        ),
        Markup::Plain => (
            render::Markup::Plain,
            came.and_then(|text| text.plain.as_ref()),
        ),
    };
    let longest = caps.max_chars.unwrap_or(usize::MAX);
    // A byte count is never below the count of characters.
    let fits = |text: &String| text.len() <= longest || text.chars().count() <= longest;
    if text.is_some_and(fits) {
        return Arc::clone(frame);
    }
    let settings = render::Settings {
        markup,
        max_chars: drawing.max_chars.min(longest),
        ..drawing.clone()
    };
    let drawn = render::text(&frame.view, render::Moment::of(frame), &settings);
    let mut frame = Frame::clone(frame);
    let text = frame.text.get_or_insert_default();
    let place = match markup {
        render::Markup::Markdown => &mut text.markdown,
        render::Markup::Mrkdwn => &mut text.mrkdwn,
        render::Markup::Plain => &mut text.plain,
    };
    *place = Some(drawn);
    Arc::new(frame)
}

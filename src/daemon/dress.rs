//! The text that a sink reads, drawn where a frame has none or one that is too long. Pure.

use std::sync::Arc;

use crate::render;
use crate::sink::{Caps, Markup};
use crate::wire::frame::Frame;
use crate::wire::glance;

/// Reads a frame, as much of it as sinks of those `caps` show: where each of them reads a text
/// that came along, no more than a [`glance`] is taken at its view.
///
/// # Errors
///
/// It is no frame.
pub fn read(line: &[u8], caps: &[Caps]) -> serde_json::Result<Frame> {
    // Who takes every frame as it comes passes it on whole.
    if caps.iter().all(|caps| caps.paced) {
        let frame = glance::read(line)?;
        if caps.iter().all(|caps| is_dressed(&frame, caps)) {
            return Ok(frame);
        }
    }
    serde_json::from_slice(line)
}

/// Whether a frame came with a text that a sink of those `caps` can show.
fn is_dressed(frame: &Frame, caps: &Caps) -> bool {
    let came = frame.text.as_ref();
    let text = match caps.markup {
        Markup::View => return false,
        Markup::Markdown => came.and_then(|text| text.markdown.as_deref()),
        Markup::Mrkdwn => came.and_then(|text| text.mrkdwn.as_deref()),
        Markup::Plain => came.and_then(|text| text.plain.as_deref()),
    };
    let longest = caps.max_chars.unwrap_or(usize::MAX);
    // A byte count is never below the count of characters.
    text.is_some_and(|text| text.len() <= longest || text.chars().count() <= longest)
}

/// The frame as a sink can show it; the same one where nothing is to be drawn.
pub(super) fn dressed(frame: &Arc<Frame>, caps: &Caps, drawing: &render::Settings) -> Arc<Frame> {
    let markup = match caps.markup {
        Markup::View => return Arc::clone(frame),
        Markup::Markdown => render::Markup::Markdown,
        Markup::Mrkdwn => render::Markup::Mrkdwn,
        Markup::Plain => render::Markup::Plain,
    };
    if is_dressed(frame, caps) {
        return Arc::clone(frame);
    }
    let longest = caps.max_chars.unwrap_or(usize::MAX);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(markdown: Option<&str>) -> Arc<Frame> {
        let line = serde_json::json!({
            "v": 1, "type": "frame", "key": "k", "source": "s", "sid": "x", "run": "r", "rev": 1, "state": "active",
            "title": "t", "view": {"agent": "main", "totals": {"tools": 0}}, "text": {"markdown": markdown},
        });
        Arc::new(serde_json::from_value(line).expect("a frame"))
    }

    #[test]
    fn a_text_is_drawn_where_there_is_none_or_one_that_is_too_long() {
        let caps = |markup| Caps {
            markup,
            max_chars: Some(40),
            paced: true,
            rate_per_second: 0.0,
            threads: 1,
        };
        let long = "é".repeat(41);
        let fits = "é".repeat(40);
        let cases = [
            (Some(fits.as_str()), Markup::Markdown, true),
            (Some("short"), Markup::Markdown, true),
            (Some(long.as_str()), Markup::Markdown, false),
            (None, Markup::Markdown, false),
            (Some("short"), Markup::Plain, false),
            (None, Markup::View, true),
        ];
        for (text, markup, same) in cases {
            let came = frame(text);
            let shown = dressed(&came, &caps(markup), &render::Settings::default());
            assert_eq!(Arc::ptr_eq(&came, &shown), same, "{text:?} {markup:?}");
            if !same {
                let text = shown.text.clone().unwrap_or_default();
                let read = match markup {
                    Markup::Plain => text.plain,
                    _ => text.markdown,
                };
                let count = read.map_or(0, |text| text.chars().count());
                assert!((1..=40).contains(&count), "{count} {markup:?}");
            }
        }
    }
}

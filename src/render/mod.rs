//! Room `render`: a view becomes a frame with its text. Pure: no clock, no disk.
//!
//! [`Renderer::step`] folds an event into a board and gives the frames it makes
//! visible; [`text()`] renders the text from a frame's `view` alone, so a sink can
//! do it again for its own markup or size.
//!
//! | file | holds |
//! |---|---|
//! | `settings` | what the reader of the boxes asked for |
//! | `renderer` | which frames an event makes visible |
//! | `frame` | one frame, within its limit of bytes |
//! | `bounds` | how long a text may be |
//! | `structure` | the structured view of a run |
//! | `prune` | which steps stay where there is no room for all |
//! | `text` | the box: header, commentary, steps, footer |
//! | `style` | the marks of each markup |
//! | `phrase` | numbers and notes as people say them |

mod bounds;
mod frame;
mod phrase;
mod prune;
mod renderer;
mod settings;
mod structure;
mod style;
mod text;

#[cfg(test)]
mod tests;

pub use renderer::Renderer;
pub use settings::{Commentary, Markup, Settings};
pub use structure::why;
pub use text::{Moment, text};

//! How long a text or a name may be in a frame.

use crate::safe::{clip, clip_bytes, neutralise};
use crate::wire::event::Name;

/// `text` as one line of at most `graphemes`, and not much longer in bytes.
pub(super) fn short(text: &str, graphemes: usize) -> String {
    // Bytes first: what is far too long is not worth being cleaned. A grapheme
    // of many code points may not outgrow the frame.
    let text = neutralise::line(clip_bytes(text, graphemes * 32));
    clip_bytes(&clip(&text, graphemes), graphemes * 8).to_owned()
}

/// A name that is too long to travel is cut, and told apart by a hash.
pub(super) fn id(name: &Name) -> Name {
    const LONGEST: usize = 200;
    if name.len() <= LONGEST {
        return name.clone();
    }
    let hash = crate::wire::frame::key("", "", name);
    format!("{}…{hash}", clip_bytes(name, LONGEST / 2)).into()
}

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

/// A name as it travels: one that is too long, or holds controls, is made short
/// and plain, and told apart by a hash.
pub(super) fn id(name: &Name) -> Name {
    const LONGEST: usize = 200;
    if name.len() <= LONGEST && !name.chars().any(char::is_control) {
        return name.clone();
    }
    let hash = crate::wire::frame::key("", "", name);
    let start = neutralise::line(clip_bytes(name, LONGEST / 2));
    format!("{start}…{hash}").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_short_in_graphemes_and_in_bytes() {
        let cases = [
            ("hello", 5, "hello"),
            ("hello there", 5, "hell…"),
            ("a\n\tb\u{1b}[31m", 9, "a b"),
        ];
        for (text, graphemes, want) in cases {
            assert_eq!(short(text, graphemes), want, "{text:?}");
        }
        let tower = "e\u{301}\u{302}\u{303}\u{304}".repeat(9_000);
        assert!(short(&tower, 50).len() <= 400);
    }

    #[test]
    fn odd_names_stay_apart() {
        let long = "x".repeat(300);
        let names = [
            long.clone(),
            format!("{long}y"),
            "a\u{1}".into(),
            "a\u{2}".into(),
        ];
        let mut ids: Vec<_> = names.iter().map(|name| id(&name.as_str().into())).collect();
        assert!(
            ids.iter()
                .all(|id| id.len() < 200 && !id.contains(char::is_control))
        );
        ids.dedup();
        assert_eq!(ids.len(), 4);
        assert_eq!(&*id(&"s1".into()), "s1");
    }
}

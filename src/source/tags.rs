//! Tags that programs put around what a person wrote, and texts for the model alone.

/// The text between `<name>` and `</name>`.
pub(super) fn tag<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let open = format!("<{name}>");
    let start = text.find(&open)? + open.len();
    let end = text[start..].find(&format!("</{name}>"))? + start;
    Some(text[start..end].trim())
}

/// The text without the tags `names` and what is between them.
pub(super) fn without(text: &str, names: &[&str]) -> String {
    let mut kept = text.to_owned();
    for name in names {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        while let Some(start) = kept.find(&open) {
            match kept[start..].find(&close) {
                Some(end) => kept.replace_range(start..start + end + close.len(), ""),
                None => kept.truncate(start),
            }
        }
    }
    kept
}

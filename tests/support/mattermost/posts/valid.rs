//! When a post may be stored.

use super::super::http::Failure;
use super::super::options::Options;
use super::super::props;
use super::Post;

/// Runes that a deletion adds to the props: `,"deleteBy":"…"` with an id.
const DELETED_BY_RUNES: usize = 40;
/// Longest type that its column holds.
const TYPE_CHARS: usize = 26;

/// The checks that come before the database.
pub fn valid(post: &Post, file_ids: usize, options: &Options) -> Result<(), Failure> {
    if post.message.chars().count() > options.max_post_size {
        let id = if options.is_newer() {
            "model.post.is_valid.message_length.app_error"
        } else {
            "model.post.is_valid.msg.app_error"
        };
        return Err(Failure::new(400, id));
    }
    let known = ["", "slack_attachment", "me"].contains(&post.kind.as_str());
    if !known && !post.kind.starts_with("custom_") && !post.kind.starts_with("system_") {
        return Err(Failure::new(400, "model.post.is_valid.type.app_error"));
    }
    if file_ids > 10 {
        return Err(Failure::new(400, "model.post.is_valid.file_ids.app_error"));
    }
    if props::runes(&post.props) > options.max_props_runes() {
        return Err(Failure::new(400, "model.post.is_valid.props.app_error"));
    }
    Ok(())
}

/// What the database itself says to a new row.
pub fn insertable(post: &Post) -> Result<(), Failure> {
    if post.message.contains('\0') || post.kind.chars().count() > TYPE_CHARS {
        return Err(Failure::new(500, "app.post.save.app_error"));
    }
    Ok(())
}

/// What the database itself says to a changed row.
pub fn updatable(post: &Post) -> Result<(), Failure> {
    if post.message.contains('\0') {
        return Err(Failure::new(500, "app.post.update.app_error"));
    }
    Ok(())
}

/// Whether the mark of a deletion still fits into the props.
pub fn deletable(post: &Post, options: &Options) -> Result<(), Failure> {
    if props::runes(&post.props) + DELETED_BY_RUNES > options.max_props_runes()
        && !options.is_newer()
    {
        return Err(Failure::new(500, "app.post.delete.app_error"));
    }
    Ok(())
}

/// The hashtags of a message, as the server keeps them.
pub fn hashtags(message: &str) -> String {
    let tag = |word: &str| {
        let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
        let name = word.strip_prefix('#')?;
        let fits = name
            .chars()
            .all(|c| c.is_alphanumeric() || "-_.".contains(c));
        let begins = name.chars().next().is_some_and(char::is_alphabetic);
        (fits && begins && name.chars().count() > 1).then(|| word.to_owned())
    };
    let tags: Vec<String> = message.split_whitespace().filter_map(tag).collect();
    tags.join(" ")
}

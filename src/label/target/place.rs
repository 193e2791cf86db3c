//! Places: base names of paths, hosts of URLs, files of patches.

use serde_json::Value;

use super::{MOST_GRAPHEMES, PATHS, first};
use crate::label::shell;
use crate::label::tidy::tidy;
use crate::safe::clip_bytes;

/// Only this much of a patch is searched for file names.
const MOST_PATCH_BYTES: usize = 64 << 10;

/// `a.rs`, or `a.rs and 2 more`.
pub(super) fn paths(value: &Value) -> Option<String> {
    match value {
        Value::Array(items) => {
            let path = |item: &Value| match item {
                Value::Object(_) => first(item, PATHS, &|value| base_name(value.as_str()?)),
                _ => base_name(item.as_str()?),
            };
            and_more(items.iter().take(200).filter_map(path))
        }
        _ => base_name(value.as_str()?),
    }
}

fn and_more(mut names: impl Iterator<Item = String>) -> Option<String> {
    let first = names.next()?;
    match names.filter(|name| *name != first).count() {
        0 => Some(first),
        more => Some(format!("{first} and {more} more")),
    }
}

/// The last part of a path; the host of a URL.
fn base_name(path: &str) -> Option<String> {
    let path = path.trim();
    if path.len() > shell::MOST_BYTES || path.contains(char::is_control) || is_data(path) {
        return None;
    }
    let path = match path.split_once("://") {
        Some(("file", rest)) => rest,
        Some(_) => return host(path),
        None => path,
    };
    let base = path
        .trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()?;
    (!matches!(base, "" | "." | ".." | "~")).then(|| tidy(base, MOST_GRAPHEMES))
}

fn is_data(path: &str) -> bool {
    path.get(..5)
        .is_some_and(|head| head.eq_ignore_ascii_case("data:"))
}

/// The host of a URL, with its port where that is not the scheme's own.
pub(super) fn host(url: &str) -> Option<String> {
    let url = url.trim();
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if scheme.eq_ignore_ascii_case("file") {
        return base_name(rest);
    }
    let is_scheme = scheme
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte));
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let authority = authority.rsplit('@').next()?.to_ascii_lowercase();
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (authority.as_str(), ""),
    };
    let is_address = name.len() > 2 && name.starts_with('[') && name.ends_with(']') && {
        let inside = &name[1..name.len() - 1];
        inside
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || b":.".contains(&byte))
    };
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|char| char.is_alphanumeric() || "-._".contains(char));
    // A password with a slash in it makes its user look like the host.
    let is_known = name.contains('.') || name == "localhost" || is_address;
    let is_doubtful = !is_known && (scheme.is_empty() || behind.contains('@'));
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_scheme || !(is_name || is_address) || is_doubtful || !is_port {
        return None;
    }
    let is_default = matches!(
        (scheme.to_ascii_lowercase().as_str(), port),
        (_, "") | ("http" | "ws", "80") | ("https" | "wss" | "", "443")
    );
    let text = if is_default {
        name.to_owned()
    } else {
        format!("{name}:{port}")
    };
    Some(tidy(&text, MOST_GRAPHEMES))
}

/// The files named in the head lines of a patch.
pub(super) fn patched(patch: &str) -> Option<String> {
    let patch = clip_bytes(patch, MOST_PATCH_BYTES);
    let name = |line: &str| {
        let path = ["Update", "Add", "Delete"].iter().find_map(|verb| {
            line.strip_prefix("*** ")?
                .strip_prefix(verb)?
                .strip_prefix(" File: ")
        });
        path.and_then(base_name)
    };
    and_more(patch.lines().filter_map(name)).or_else(|| {
        // Only behind `--- old`: an added line may begin with `++ ` as well.
        let (_, new) = patch
            .lines()
            .zip(patch.lines().skip(1))
            .find(|(old, new)| old.starts_with("--- ") && new.starts_with("+++ "))?;
        let path = new[4..].split('\t').next()?.trim();
        base_name(path).filter(|_| path != "/dev/null")
    })
}

//! The object that a file holds.

use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::follow::open::{self, Opened};

/// What a message says of its beginning.
#[derive(Deserialize)]
struct Begun {
    #[serde(default)]
    time: Option<Created>,
}

#[derive(Deserialize)]
struct Created {
    #[serde(default)]
    created: Option<f64>,
}

/// Why a file gives no record.
#[derive(Debug, PartialEq)]
pub(super) enum Unread {
    /// It is not there any more, or half written: there will be another change.
    Yet,
    /// What is wrong with it.
    Broken(String),
}

/// The object in a file, of `cap` bytes at most, and when what it is of was begun, where it says so.
pub(super) fn object(
    path: &Path,
    cap: usize,
    links: bool,
) -> Result<(String, Option<i64>), Unread> {
    let bytes = match open::open(path, links) {
        Ok(Opened::File(file, _)) => {
            let mut bytes = Vec::new();
            let most = cap as u64 + 1;
            file.take(most).read_to_end(&mut bytes).map(|_| bytes)
        }
        Ok(Opened::Missing) => return Err(Unread::Yet),
        Ok(Opened::Other(what)) => return Err(Unread::Broken(format!("skipped: {what}"))),
        Err(error) => Err(error),
    };
    let bytes = bytes.map_err(|error| Unread::Broken(format!("cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    let begun = match bytes.len() <= cap {
        true => begun(&text)?,
        // Who reads it hears that it is too long, and nothing of what is in it.
        false => None,
    };
    Ok((text.into_owned(), begun))
}

/// When the object in `text` says that it was begun.
fn begun(text: &str) -> Result<Option<i64>, Unread> {
    // An odd member ends the first look: what is behind it goes on into a record as it is.
    let read = serde_json::from_str::<Begun>(text)
        .or_else(|_| serde_json::from_str::<IgnoredAny>(text).map(|_| Begun { time: None }));
    match read {
        // An array may stand for what has fields, too.
        Ok(begun) if text.starts_with('{') => {
            let created = begun.time.and_then(|time| time.created);
            Ok(created.map(|created| created as i64))
        }
        Ok(_) => Err(Unread::Broken("skipped: no JSON object".to_owned())),
        Err(error) if error.is_eof() => Err(Unread::Yet),
        Err(error) => Err(Unread::Broken(format!("skipped: no JSON object: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_whole_or_half_written_or_broken() {
        let broken = || Err(Unread::Broken(String::new()));
        let cases = [
            (r#"{"time":{"created":7}}"#, Ok(Some(7))),
            (r#"{"id":"m"}"#, Ok(None)),
            (r#"{"time":"odd","id":"m"}"#, Ok(None)),
            (r#"{"time":"odd","id":"m" "x":1}"#, broken()),
            (r#"{"time":"odd","id":"m"} }"#, broken()),
            (r#"{"time":"odd","id":"#, Err(Unread::Yet)),
            (r#"{"id":"m","time":{"created":7}"#, Err(Unread::Yet)),
            ("", Err(Unread::Yet)),
            ("[", Err(Unread::Yet)),
            ("[]", broken()),
            (r#"[{"created":7}]"#, broken()),
            ("null", broken()),
            ("garbage", broken()),
            ("\u{feff}{}", broken()),
        ];
        for (text, want) in cases {
            let read = begun(text).map_err(|why| match why {
                Unread::Broken(_) => Unread::Broken(String::new()),
                Unread::Yet => Unread::Yet,
            });
            assert_eq!(read, want, "{text}");
        }
    }
}

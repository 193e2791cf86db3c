//! The object that a file holds.

use std::io::Read as _;
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::ids::Reading;
use crate::follow::open::{self, Opened};

/// The object that a file holds.
#[derive(Debug, PartialEq)]
pub(super) struct Object {
    pub(super) text: String,
    /// When what it is of was begun, in milliseconds, where it says so.
    pub(super) begun: Option<i64>,
    /// Its id.
    pub(super) id: Option<String>,
    /// The id of the message that it is a part of.
    pub(super) message: Option<String>,
    /// It is an answer that is not finished.
    pub(super) is_open: bool,
}

/// Whether the object in `text` is an answer that was not finished at `done`, in milliseconds.
pub(super) fn ends_after(text: &str, done: i64) -> bool {
    said(text).is_ok_and(|said| said.ends_after(done))
}

/// What an object says of itself, whatever stands there.
#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    id: Value,
    #[serde(default, rename = "messageID")]
    message: Value,
    #[serde(default)]
    time: Value,
    #[serde(default)]
    role: Value,
    #[serde(default)]
    error: Value,
}

impl Said {
    /// When an answer was finished, in milliseconds.
    fn completed(&self) -> Option<i64> {
        let at = self
            .time
            .get("completed")
            .filter(|_| self.role == "assistant");
        at.and_then(Value::as_f64).map(|at| at as i64)
    }

    fn ends_after(&self, done: i64) -> bool {
        self.is_open() || self.completed().is_some_and(|at| at > done)
    }

    fn is_open(&self) -> bool {
        let completed = self.time.get("completed").unwrap_or(&Value::Null);
        self.role == "assistant" && completed.is_null() && self.error.is_null()
    }
}

/// Why a file gives no record.
#[derive(Debug, PartialEq)]
pub(super) enum Unread {
    /// It is not there any more, or half written: there will be another change.
    Yet,
    /// What is wrong with it.
    Broken(String),
}

/// The object in a file.
pub(super) fn object(path: &Path, reading: Reading) -> Result<Object, Unread> {
    let bytes = match open::open(path, reading.links) {
        Ok(Opened::File(file, _)) => {
            let mut bytes = Vec::new();
            let most = reading.cap as u64 + 1;
            file.take(most).read_to_end(&mut bytes).map(|_| bytes)
        }
        Ok(Opened::Missing) => return Err(Unread::Yet),
        Ok(Opened::Other(what)) => return Err(Unread::Broken(format!("skipped: {what}"))),
        Err(error) => Err(error),
    };
    let bytes = bytes.map_err(|error| Unread::Broken(format!("cannot be read: {error}")))?;
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    let said = match bytes.len() <= reading.cap {
        true => said(&text)?,
        // Who reads it hears that it is too long, and nothing of what is in it.
        false => Said::default(),
    };
    let created = said.time.get("created").and_then(Value::as_f64);
    Ok(Object {
        text: text.into_owned(),
        begun: created.map(|created| created as i64),
        is_open: said.is_open(),
        id: word(&said.id),
        message: word(&said.message),
    })
}

/// An id, which may be the name of a file or of a folder and of nothing further away.
fn word(id: &Value) -> Option<String> {
    const LONGEST: usize = 200;
    let id = id.as_str()?;
    let plain = !id.is_empty() && id.len() <= LONGEST && !id.starts_with('.');
    (plain && !id.contains(['/', '\0'])).then(|| id.to_owned())
}

/// What the object in `text` says of itself.
fn said(text: &str) -> Result<Said, Unread> {
    // What comes twice ends the first look: it goes on into a record as it is.
    let read = serde_json::from_str::<Said>(text)
        .or_else(|_| serde_json::from_str::<IgnoredAny>(text).map(|_| Said::default()));
    match read {
        // An array may stand for what has fields, too.
        Ok(said) if text.starts_with('{') => Ok(said),
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
            (r#"{"time":[],"time":{"created":7}}"#, Ok(None)),
            ("", Err(Unread::Yet)),
            ("[", Err(Unread::Yet)),
            ("[]", broken()),
            (r#"[{"created":7}]"#, broken()),
            ("null", broken()),
            ("garbage", broken()),
            ("\u{feff}{}", broken()),
        ];
        for (text, want) in cases {
            let read = said(text).map_err(|why| match why {
                Unread::Broken(_) => Unread::Broken(String::new()),
                Unread::Yet => Unread::Yet,
            });
            let read = read.map(|said| said.time["created"].as_i64());
            assert_eq!(read, want, "{text}");
        }
    }

    #[test]
    fn an_answer_is_open_until_it_is_complete_or_failed() {
        let cases = [
            (r#"{"role":"assistant","time":{"created":7}}"#, true),
            (r#"{"role":"assistant"}"#, true),
            (
                r#"{"role":"assistant","time":{"created":7,"completed":null}}"#,
                true,
            ),
            (
                r#"{"role":"assistant","time":{"created":7,"completed":8}}"#,
                false,
            ),
            (r#"{"role":"assistant","error":{"name":"X"}}"#, false),
            (r#"{"role":"user","time":{"created":7}}"#, false),
            ("{}", false),
        ];
        for (text, want) in cases {
            assert_eq!(said(text).expect(text).is_open(), want, "{text}");
            for done in [7, 8] {
                let ends = want || (done < 8 && text.contains("completed"));
                assert_eq!(ends_after(text, done), ends, "{done}: {text}");
            }
        }
    }

    #[test]
    fn an_id_leads_nowhere_else() {
        let cases = [
            (r#"{"id":"msg_1"}"#, Some("msg_1")),
            (r#"{"time":7,"id":"msg_1"}"#, Some("msg_1")),
            (r#"{"id":"m","id":"n"}"#, None),
            (r#"{"id":7}"#, None),
            (r#"{"id":""}"#, None),
            (r#"{"id":".."}"#, None),
            (r#"{"id":"../../m"}"#, None),
            (r#"{"id":"/m"}"#, None),
            ("{}", None),
        ];
        for (text, want) in cases {
            let said = said(text).expect(text);
            assert_eq!(word(&said.id).as_deref(), want, "{text}");
        }
    }
}

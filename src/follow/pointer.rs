//! Where an index entry says that its transcript is.
//!
//! Every entry of every index is looked at when following begins, and of dozens
//! of fields three are wanted: they are found without reading the others.

use std::borrow::Cow;
use std::path::{Component, Path};

use super::names;
use super::skim::Skim;

/// The fields of an entry that say where its transcript is.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Pointer<'a> {
    pub(super) session_id: Option<Cow<'a, str>>,
    session_file: Option<Cow<'a, str>>,
    /// Milliseconds since 1970.
    pub(super) updated_at: Option<f64>,
}

impl<'a> Pointer<'a> {
    /// Reads an entry, which is JSON, as far as it can be read: a field of an odd type counts as absent.
    pub(super) fn read(json: &'a [u8]) -> Self {
        Self::plain(&mut Skim(json)).unwrap_or_else(|| {
            let value: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
            let text = |name| Some(Cow::Owned(value.get(name)?.as_str()?.to_owned()));
            Self {
                session_id: text("sessionId"),
                session_file: text("sessionFile"),
                updated_at: value.get("updatedAt").and_then(serde_json::Value::as_f64),
            }
        })
    }

    /// Goes behind an entry as OpenClaw writes it; `None` where a name or a wanted value has
    /// an escape or an odd type, or stands there twice.
    pub(super) fn plain(rest: &mut Skim<'a>) -> Option<Self> {
        let mut found = Self::default();
        rest.take(b'{')?;
        if rest.next() == Some(b'}') {
            rest.take(b'}')?;
            return Some(found);
        }
        loop {
            let name = rest.name()?;
            rest.take(b':')?;
            let first = rest.next()?;
            let fresh = match name {
                b"sessionId" => found.session_id.replace(rest.string()?.into()).is_none(),
                b"sessionFile" => found.session_file.replace(rest.string()?.into()).is_none(),
                b"updatedAt" => {
                    let digits = rest.scalar();
                    let number = std::str::from_utf8(digits).ok()?.parse().ok()?;
                    // What is no number in JSON may be one to the parser: `nan`.
                    (first == b'-' || first.is_ascii_digit())
                        && found.updated_at.replace(number).is_none()
                }
                _ => rest.skip(first).map(|()| true)?,
            };
            match rest.next()? {
                b',' if fresh => rest.take(b',')?,
                b'}' if fresh => {
                    rest.take(b'}')?;
                    return Some(found);
                }
                _ => return None,
            }
        }
    }

    /// The transcript's file name in its sessions directory, and whether a path in the entry was refused.
    ///
    /// The directory of `sessionFile` is not looked at: a container writes the
    /// path of its own mount. A path with `..` is refused.
    pub(super) fn file_names(&self) -> (Vec<Cow<'_, str>>, bool) {
        let mut found = Vec::with_capacity(2);
        let mut refused = false;
        if let Some(text) = self.session_file.as_deref().filter(|text| !text.is_empty()) {
            match last_name(text) {
                Some(name) if names::is_component(name) && names::is_transcript(name.as_ref()) => {
                    found.push(Cow::Borrowed(name));
                }
                _ => refused = true,
            }
        }
        if let Some(id) = self
            .session_id
            .as_deref()
            .filter(|id| names::is_component(id))
            && !found
                .iter()
                .any(|name| names::is_file_of((**name).as_ref(), id))
        {
            let name = [id, names::SUFFIX].concat();
            if names::is_transcript(name.as_ref()) {
                found.push(Cow::Owned(name));
            }
        }
        (found, refused)
    }
}

/// The last name of a path; `None` where there is none, or where the path climbs.
fn last_name(text: &str) -> Option<&str> {
    let path = Path::new(text);
    // Taking a path apart is slow, and hardly any holds two dots in a row.
    let climbs = text.contains("..") && path.components().any(|part| part == Component::ParentDir);
    match text.rsplit('/').next() {
        _ if climbs => None,
        Some(name) if name.ends_with(names::SUFFIX) => Some(name),
        _ => path.file_name().and_then(|name| name.to_str()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the fields are by a reader that reads everything.
    fn whole(json: &[u8]) -> Pointer<'static> {
        let value: serde_json::Value = serde_json::from_slice(json).expect("JSON");
        let text = |name: &str| Some(Cow::Owned(value.get(name)?.as_str()?.to_owned()));
        Pointer {
            session_id: text("sessionId"),
            session_file: text("sessionFile"),
            updated_at: value.get("updatedAt").and_then(serde_json::Value::as_f64),
        }
    }

    #[test]
    fn fields_are_found_among_any_others() {
        let cases = [
            (r#"{}"#, true),
            (r#" { } "#, true),
            (
                r#"{"sessionId":"a","x":{"sessionId":"b","y":["]}",{}]},"updatedAt":-1.5e3}"#,
                true,
            ),
            (
                "{\n\t\"z\" : \"\\\\\" ,\r\n\"sessionFile\" : \"é\" , \"sessionId\" : \"\" }",
                true,
            ),
            (r#"{"a":true,"b":null,"c":[],"d":12}"#, true),
            (r#"{"a":"\"","sessionId":"\u0061"}"#, false),
            (r#"{"session\u0049d":"a"}"#, false),
            (r#"{"sessionId":"a","sessionId":"b"}"#, false),
            (r#"{"sessionId":null,"updatedAt":7}"#, false),
            (r#"{"sessionId":"a","updatedAt":"7"}"#, false),
            (r#"{"sessionId":["a"]}"#, false),
            (r#"{"updatedAt":null}"#, false),
        ];
        for (json, plain) in cases {
            let json = json.as_bytes();
            let text = String::from_utf8_lossy(json);
            assert_eq!(Pointer::read(json), whole(json), "{text}");
            assert_eq!(Pointer::plain(&mut Skim(json)).is_some(), plain, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_entry_is_read_as_a_whole_reader_reads_it(
            fields in proptest::collection::vec(
                ("sessionId|sessionFile|updatedAt|[a-z\"\\\\]{0,3}", value()), 0..6),
            pretty: bool,
        ) {
            let map: serde_json::Map<_, _> = fields.into_iter().collect();
            let json = match pretty {
                true => serde_json::to_vec_pretty(&map),
                false => serde_json::to_vec(&map),
            };
            let json = json.expect("JSON");
            prop_assert_eq!(Pointer::read(&json), whole(&json));
        }

        #[test]
        fn bytes_that_are_no_json_do_no_harm(json in "[{}\\[\\]\":,\\\\ a1]{0,24}") {
            let _ = Pointer::read(json.as_bytes());
        }
    }

    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[a-zé/.\"\\\\{}\\[\\],]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Into::into),
                proptest::collection::hash_map("sessionId|x", inner, 0..3)
                    .prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    #[test]
    fn an_entry_leads_to_a_name_in_its_own_directory() {
        let cases: [(&str, &[&str], bool); 8] = [
            (r#"{"sessionId":"a"}"#, &["a.jsonl"], false),
            (
                r#"{"sessionId":"a","sessionFile":"b.jsonl"}"#,
                &["b.jsonl", "a.jsonl"],
                false,
            ),
            (
                r#"{"sessionId":"a","sessionFile":"/home/node/.openclaw/agents/m/sessions/a.jsonl"}"#,
                &["a.jsonl"],
                false,
            ),
            (
                r#"{"sessionId":"a","sessionFile":"../../b.jsonl"}"#,
                &["a.jsonl"],
                true,
            ),
            (
                r#"{"sessionId":"a","sessionFile":"/etc/passwd"}"#,
                &["a.jsonl"],
                true,
            ),
            (r#"{"sessionId":"../../x"}"#, &[], false),
            (
                r#"{"sessionId":"a","sessionId":"b","updatedAt":"x"}"#,
                &["b.jsonl"],
                false,
            ),
            (r#"{"sessionId":7}"#, &[], false),
        ];
        for (json, want, refused) in cases {
            let pointer = Pointer::read(json.as_bytes());
            let (names, was_refused) = pointer.file_names();
            assert_eq!(names, want, "{json}");
            assert_eq!(was_refused, refused, "{json}");
        }
    }
}

//! Cursors as they are kept from one process to the next.

use std::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize};

/// How far a session was read, so that a later process can go on.
///
/// It is taken up again only where the transcript's bytes are still the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", try_from = "Fields")]
pub enum Cursor {
    /// In a file.
    File {
        /// Its path as shown.
        path: String,
        /// Device and inode; they may change when nothing else does.
        dev: u64,
        /// See `dev`.
        ino: u64,
        /// Bytes that were read; the start of a line.
        offset: u64,
        /// Hash of the first `head_len` bytes.
        head: Hex,
        /// See `head`.
        head_len: u16,
        /// Hash of the up to 256 bytes before `offset`.
        marker: Hex,
        /// Hash of the first line; with `rewrites` it names the generation.
        first: Hex,
        /// How often the file was found rewritten.
        rewrites: u32,
        /// Bytes of the whole file when it was last seen.
        size: u64,
        /// Nanoseconds since 1970.
        mtime_ns: i64,
    },
    /// In a store.
    Store {
        /// Its path as shown.
        path: String,
        /// The session's id.
        sid: String,
        /// The transcript's generation.
        generation: Option<String>,
        /// The last row that was read; -1 before the first.
        seq: i64,
    },
}

/// A hash, written as 16 hexadecimal digits: JSON numbers lose bits in many readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hex(pub(super) u64);

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

struct Digits;

impl Visitor<'_> for Digits {
    type Value = Hex;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hexadecimal digits")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hex, E> {
        u64::from_str_radix(text, 16).map(Hex).map_err(E::custom)
    }
}

/// A cursor as it stands in JSON, whatever its kind: thousands are read at a start, and a tagged
/// enum would copy each of them once more.
#[derive(Deserialize)]
struct Fields {
    kind: Kind,
    path: String,
    dev: Option<u64>,
    ino: Option<u64>,
    offset: Option<u64>,
    head: Option<Hex>,
    head_len: Option<u16>,
    marker: Option<Hex>,
    first: Option<Hex>,
    rewrites: Option<u32>,
    size: Option<u64>,
    mtime_ns: Option<i64>,
    sid: Option<String>,
    generation: Option<String>,
    seq: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    File,
    Store,
}

impl TryFrom<Fields> for Cursor {
    type Error = String;

    fn try_from(fields: Fields) -> Result<Self, String> {
        fn must<T>(name: &str, value: Option<T>) -> Result<T, String> {
            value.ok_or_else(|| format!("missing field `{name}`"))
        }
        Ok(match fields.kind {
            Kind::File => Self::File {
                path: fields.path,
                dev: must("dev", fields.dev)?,
                ino: must("ino", fields.ino)?,
                offset: must("offset", fields.offset)?,
                head: must("head", fields.head)?,
                head_len: must("head_len", fields.head_len)?,
                marker: must("marker", fields.marker)?,
                first: must("first", fields.first)?,
                rewrites: must("rewrites", fields.rewrites)?,
                size: must("size", fields.size)?,
                mtime_ns: must("mtime_ns", fields.mtime_ns)?,
            },
            Kind::Store => Self::Store {
                path: fields.path,
                sid: must("sid", fields.sid)?,
                generation: fields.generation,
                seq: must("seq", fields.seq)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_version_kept_is_read() {
        let file = r#"{"kind":"file","path":"/s/a.jsonl","dev":1,"ino":2,"offset":3,"head":"00000000000000ff","head_len":3,"marker":"ffffffffffffffff","first":"0000000000000000","rewrites":4,"size":5,"mtime_ns":-6}"#;
        let store = r#"{"kind":"store","path":"/s/x.sqlite","sid":"a","generation":null,"seq":-1}"#;
        let want = [
            Cursor::File {
                path: "/s/a.jsonl".to_owned(),
                dev: 1,
                ino: 2,
                offset: 3,
                head: Hex(255),
                head_len: 3,
                marker: Hex(u64::MAX),
                first: Hex(0),
                rewrites: 4,
                size: 5,
                mtime_ns: -6,
            },
            Cursor::Store {
                path: "/s/x.sqlite".to_owned(),
                sid: "a".to_owned(),
                generation: None,
                seq: -1,
            },
        ];
        for (json, want) in [file, store].into_iter().zip(want) {
            let read: Cursor = serde_json::from_str(json).expect("reads");
            assert_eq!(read, want, "{json}");
            assert_eq!(serde_json::to_string(&read).expect("writes"), json);
        }
    }

    #[test]
    fn a_cursor_without_its_place_is_none() {
        for json in [
            r#"{"kind":"file","path":"/s/a.jsonl","offset":3}"#,
            r#"{"kind":"store","path":"/s/x.sqlite","seq":3}"#,
            r#"{"kind":"hook","path":"/s/x.sqlite","sid":"a","seq":3}"#,
            r#"{"path":"/s/x.sqlite","sid":"a","seq":3}"#,
        ] {
            assert!(serde_json::from_str::<Cursor>(json).is_err(), "{json}");
        }
    }
}

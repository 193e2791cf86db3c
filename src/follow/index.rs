//! The index of an agent's sessions: `sessions.json`, one object of key and entry.
//!
//! It is replaced several times a turn and may have tens of megabytes, so only
//! a hash is kept of each entry, and a large one is read as a stream.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::{Duration, Instant};

use foldhash::HashMap;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::open::Stat;
use super::pointer::Pointer;
use super::session::Id;
use super::skim::Skim;

/// Above this many bytes the index is read as a stream.
const SLURP_BYTES: u64 = 4 * 1024 * 1024;

/// What is remembered of an index.
#[derive(Default)]
pub(super) struct Index {
    /// The file as it was when last read.
    pub(super) stat: Option<Stat>,
    /// It may have changed since in a way that `stat` does not show.
    pub(super) unsure: bool,
    /// Rows by a hash of their key.
    pub(super) rows: HashMap<u64, Known>,
    /// Not to be read again before: a large index must not eat the process.
    pub(super) not_before: Option<Instant>,
    /// A change waits for `not_before`.
    pub(super) waiting: bool,
    /// Counts the readings, to find rows that vanished.
    pub(super) round: u32,
}

/// What is remembered of a row.
pub(super) struct Known {
    /// Hash of its bytes.
    pub(super) hash: u64,
    /// The session it claims; [`Id::MAX`] where it claims none.
    claims: Id,
    /// The reading that saw it last.
    pub(super) round: u32,
}

impl Known {
    pub(super) fn new(hash: u64, id: Option<Id>, round: u32) -> Self {
        Self {
            hash,
            claims: id.unwrap_or(Id::MAX),
            round,
        }
    }

    /// The session it claims.
    pub(super) fn id(&self) -> Option<Id> {
        (self.claims != Id::MAX).then_some(self.claims)
    }
}

impl Index {
    /// Puts off the next reading in proportion to what this one took.
    pub(super) fn rest(&mut self, now: Instant, took: Duration) {
        let pause = took * 10;
        self.not_before =
            (pause > Duration::from_millis(20)).then(|| now + pause.min(Duration::from_secs(1)));
        self.waiting = false;
    }
}

/// Takes a key, its entry, and where that says its transcript is.
pub(super) type EachEntry<'a> = dyn FnMut(&str, &[u8], Pointer<'_>) + 'a;

/// Reads an index of `size` bytes and gives `row` each key with its entry.
///
/// A small one is read into `buffer`. Whatever stands behind the object is ignored. On an error the rows before it
/// were given, and perhaps twice.
pub(super) fn read(
    file: File,
    size: u64,
    buffer: &mut Vec<u8>,
    row: &mut EachEntry<'_>,
) -> serde_json::Result<()> {
    if size <= SLURP_BYTES {
        buffer.clear();
        buffer.reserve(size as usize + 1);
        let mut file = file.take(SLURP_BYTES * 2);
        file.read_to_end(buffer).map_err(serde_json::Error::io)?;
        if skim(Skim(buffer), row).is_some() {
            return Ok(());
        }
        // Broken, or not as OpenClaw writes it: a parser knows which.
        let mut json = serde_json::Deserializer::from_slice(buffer);
        let read = Rows::<&RawValue>(row, PhantomData).deserialize(&mut json);
        read.or_else(|error| edited(buffer, row).ok_or(error))
    } else {
        let reader = BufReader::with_capacity(256 * 1024, file);
        let mut json = serde_json::Deserializer::from_reader(reader);
        Rows::<Box<RawValue>>(row, PhantomData).deserialize(&mut json)
    }
}

/// Gives each row of an index that a person edited, as OpenClaw of January 2026 reads it: JSON5. `None` where it
/// is not even that.
fn edited(bytes: &[u8], row: &mut EachEntry<'_>) -> Option<()> {
    let options = ParseOptions {
        allow_missing_commas: false,
        ..ParseOptions::default()
    };
    let text = std::str::from_utf8(bytes).ok()?;
    // Unlike what reads into a type of ours, this goes no deeper than its stack bears.
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).ok()?;
    let Value::Object(rows) = parsed.value?.into() else {
        return None;
    };
    for (key, entry) in rows.iter().filter(|(_, entry)| entry.is_object()) {
        let json = entry.to_string();
        row(key, json.as_bytes(), Pointer::read(json.as_bytes()));
    }
    Some(())
}

/// Gives each row of an index as OpenClaw writes it, in one pass; `None` once it is not.
fn skim(mut rest: Skim<'_>, row: &mut EachEntry<'_>) -> Option<()> {
    rest.take(b'{')?;
    if rest.next() == Some(b'}') {
        return Some(());
    }
    loop {
        let key = rest.string()?;
        rest.take(b':')?;
        let first = rest.next()?;
        if first == b'{' {
            let begins = rest.0;
            let pointer = Pointer::plain(&mut rest)?;
            row(key, &begins[..begins.len() - rest.0.len()], pointer);
        } else {
            rest.skip(first)?;
        }
        match rest.next()? {
            b',' => rest.take(b',')?,
            b'}' => return Some(()),
            _ => return None,
        }
    }
}

/// Gives each row to a function; `Raw` holds the text of an entry, borrowed where all of it is in memory.
struct Rows<'f, Raw>(&'f mut EachEntry<'f>, PhantomData<Raw>);

impl<'de, Raw> DeserializeSeed<'de> for Rows<'_, Raw>
where
    Raw: Deserialize<'de> + Deref<Target = RawValue>,
{
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, Raw> Visitor<'de> for Rows<'_, Raw>
where
    Raw: Deserialize<'de> + Deref<Target = RawValue>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of session keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            let value: Raw = map.next_value()?;
            if value.get().starts_with('{') {
                let json = value.get().as_bytes();
                (self.0)(&key, json, Pointer::read(json));
            }
        }
        Ok(())
    }
}

/// Whether an index that cannot be parsed now may be whole in a moment.
pub(super) fn describe(error: &serde_json::Error) -> String {
    match error.io_error_kind() {
        Some(kind) => format!("cannot read the index: {}", io::Error::from(kind)),
        None => format!("the index is no JSON yet, its earlier state stays: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<(String, String)>, bool) {
        use std::io::{Seek, Write};
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(text.as_bytes()).expect("written");
        file.rewind().expect("rewound");
        let mut seen = Vec::new();
        let whole = read(
            file,
            text.len() as u64,
            &mut Vec::new(),
            &mut |key, json, _| {
                seen.push((key.to_owned(), String::from_utf8_lossy(json).into_owned()));
            },
        );
        (seen, whole.is_ok())
    }

    #[test]
    fn rows_come_as_they_stand_and_junk_behind_is_ignored() {
        let cases = [
            ("{}", 0, true),
            (r#"{"a": {"x":1.50}, "b":{}}"#, 2, true),
            (r#"{"a":{}} trailing"#, 1, true),
            (r#"{"a":{},"version":3,"b":null}"#, 1, true),
            (r#"{"a":{},"b":{"x":"#, 1, false),
            (
                "{\n \"a\" : {\n  \"x\": [1, \"}\"]\n } ,\n \"b\": {}\n}\n",
                2,
                true,
            ),
            (r#"{"a":{},"\u0062":{},"c":{"sessionId":7}}"#, 3, true),
            (r#"{"a":{"x":nul},"b":{}}"#, 2, true),
            (r#"{"a":{}]"#, 1, false),
            (
                "{// kept\n 'a': {sessionId: 's1', x: +1,},\n b: {}, c: null,}",
                2,
                true,
            ),
            ("{'a': {}, 'b': {'x':", 0, false),
            ("", 0, false),
            ("[]", 0, false),
        ];
        for (text, count, whole) in cases {
            let (mut seen, ok) = rows(text);
            seen.dedup();
            assert_eq!((seen.len(), ok), (count, whole), "{text}");
        }
        assert_eq!(rows(r#"{"a": {"x":1.50} }"#).0[0].1, r#"{"x":1.50}"#);
        assert_eq!(rows("{a: {'x': .5, /* */}}").0[0].1, r#"{"x":0.5}"#);
        let deep = "[".repeat(1 << 20);
        assert!(!rows(&format!("{{a: {deep}")).1, "and no stack is spent");
    }
}

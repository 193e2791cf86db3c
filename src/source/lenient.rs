//! JSON read the way transcripts need it: only what is asked for, in one pass,
//! and never failing a record over a field that nobody looks at.
//!
//! Serde's derive refuses duplicate keys, `String` refuses a lone surrogate and
//! a number field refuses `1e999`. Writers of transcripts produce all three, so
//! scalars are kept as the raw text they came as and decoded on demand.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// Bytes as text, what is no UTF-8 replaced.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // The plain check is an order of magnitude faster, and nearly always enough.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Any JSON value, as the text it came as; empty where the field is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }
}

impl<'a> Raw<'a> {
    /// Whether the field is there and not `null`.
    pub fn is_some(self) -> bool {
        !self.0.is_empty() && self.0 != "null"
    }

    /// Whether it is the literal `true`.
    pub fn is_true(self) -> bool {
        self.0 == "true"
    }

    /// The decoded text of a string; `None` for anything else.
    pub fn text(self) -> Option<Cow<'a, str>> {
        self.prefix(usize::MAX)
    }

    /// The first `bytes` bytes of the decoded text of a string, cut at a character.
    ///
    /// A lone surrogate becomes U+FFFD, as every reader of UTF-8 would show it.
    pub fn prefix(self, bytes: usize) -> Option<Cow<'a, str>> {
        self.0.strip_prefix('"').map(|inner| decode(inner, bytes))
    }

    /// The text of a string that is not empty.
    pub fn word(self) -> Option<Cow<'a, str>> {
        self.text().filter(|text| !text.is_empty())
    }

    /// A whole number; a fraction is cut, and what does not fit is saturated.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of a float saturates"
    )]
    pub fn int(self) -> Option<i64> {
        let text = self.0;
        if let Ok(number) = text.parse::<i64>() {
            return Some(number);
        }
        self.float().map(|number| number as i64)
    }

    /// A number; what is too large is infinite.
    pub fn float(self) -> Option<f64> {
        let first = self.0.bytes().next()?;
        (first == b'-' || first.is_ascii_digit()).then(|| self.0.parse().ok())?
    }

    /// Bytes of the decoded text, near enough: escapes count as they are written.
    pub fn size(self) -> u64 {
        self.0.trim_matches('"').len() as u64
    }

    /// The typed contents of an object; the default for anything else.
    pub fn object<T: Deserialize<'a> + Default>(self) -> T {
        if self.0.starts_with('{') {
            serde_json::from_str(self.0).unwrap_or_default()
        } else {
            T::default()
        }
    }

    /// The items of an array; nothing for anything else.
    pub fn items(self) -> Vec<Raw<'a>> {
        if self.0.starts_with('[') {
            serde_json::from_str(self.0).unwrap_or_default()
        } else {
            Vec::new()
        }
    }

    /// The field `name` of an object; empty for anything else. The last one wins.
    pub fn field(self, name: &str) -> Raw<'a> {
        if !self.0.starts_with('{') {
            return Raw::default();
        }
        let fields: Fields<'a> = serde_json::from_str(self.0).unwrap_or_default();
        fields
            .0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| *value)
            .unwrap_or_default()
    }

    /// The value with every string cut to `bytes` bytes, at most 64 items a level and 16 levels.
    ///
    /// A number that JSON readers refuse (`1e999`) becomes `null`.
    pub fn value(self, bytes: usize) -> Value {
        value(self, bytes, 16)
    }
}

fn value(raw: Raw<'_>, bytes: usize, levels: u32) -> Value {
    const ITEMS: usize = 64;
    match raw.0.bytes().next() {
        Some(b'"') => raw
            .prefix(bytes)
            .map_or(Value::Null, |text| Value::String(text.into_owned())),
        Some(b'{') if levels > 0 => {
            let fields: Fields<'_> = serde_json::from_str(raw.0).unwrap_or_default();
            let kept = fields.0.into_iter().take(ITEMS);
            Value::Object(
                kept.map(|(key, item)| (key.into_owned(), value(item, bytes, levels - 1)))
                    .collect(),
            )
        }
        Some(b'[') if levels > 0 => {
            let kept = raw.items().into_iter().take(ITEMS);
            Value::Array(kept.map(|item| value(item, bytes, levels - 1)).collect())
        }
        Some(b'{' | b'[') | None => Value::Null,
        Some(_) => serde_json::from_str(raw.0).unwrap_or(Value::Null),
    }
}

/// The largest index up to `bytes` at which `text` may be cut.
fn floor_char(text: &str, bytes: usize) -> usize {
    if bytes >= text.len() {
        return text.len();
    }
    (0..=bytes)
        .rev()
        .find(|&index| text.is_char_boundary(index))
        .unwrap_or(0)
}

/// Decodes the JSON string that begins at `inner`, its opening quote left out, up to its
/// closing one or to `bytes` bytes.
pub fn decode(inner: &str, bytes: usize) -> Cow<'_, str> {
    let end = plain(inner, bytes);
    if inner.as_bytes().get(end) == Some(&b'\\') && end < bytes {
        Cow::Owned(unescape(inner, end, bytes))
    } else {
        Cow::Borrowed(&inner[..end])
    }
}

/// Bytes up to the first quote or backslash, at most `bytes`, cut at a character.
fn plain(text: &str, bytes: usize) -> usize {
    let reach = floor_char(text, bytes);
    memchr::memchr2(b'"', b'\\', &text.as_bytes()[..reach]).unwrap_or(reach)
}

/// Decodes as [`decode`] does, from the first backslash at `start` on.
fn unescape(inner: &str, start: usize, bytes: usize) -> String {
    let mut out = String::with_capacity(inner.len().min(bytes));
    out.push_str(&inner[..start]);
    let mut rest = &inner[start..];
    while out.len() < bytes {
        let end = plain(rest, bytes - out.len());
        out.push_str(&rest[..end]);
        if rest.as_bytes().get(end) != Some(&b'\\') || out.len() >= bytes {
            break;
        }
        rest = &rest[end + 1..];
        let Some(letter) = rest.chars().next() else {
            break;
        };
        rest = &rest[letter.len_utf8()..];
        match letter {
            'n' => out.push('\n'),
            't' => out.push('\t'),
            'r' => out.push('\r'),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'u' => {
                let high = hex(rest);
                rest = rest.get(4..).unwrap_or("");
                let low = rest
                    .strip_prefix("\\u")
                    .and_then(|tail| hex(tail).filter(|unit| (0xdc00..0xe000).contains(unit)));
                match (high, low) {
                    (Some(high @ 0xd800..0xdc00), Some(low)) => {
                        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                        rest = rest.get(6..).unwrap_or("");
                    }
                    (Some(unit), _) => {
                        out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
                    }
                    (None, _) => out.push(char::REPLACEMENT_CHARACTER),
                }
            }
            other => out.push(other),
        }
    }
    out
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.get(..4)?, 16).ok()
}

/// The fields of an object in their order, keys decoded.
#[derive(Default)]
struct Fields<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Walk<'a> {
            type Value = Fields<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'a>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Walk(PhantomData))
    }
}

/// A key, borrowed where it has no escapes.
pub struct Key<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<'a>(PhantomData<&'a ()>);
        impl<'de: 'a, 'a> Visitor<'de> for Text<'a> {
            type Value = Key<'a>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'a>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// An object of a known shape, or nothing where another kind of value stands.
#[derive(Clone, Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Maybe<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("any value")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Maybe<T>, A::Error> {
                T::deserialize(serde::de::value::MapAccessDeserializer::new(map))
                    .map(|value| Maybe(Some(value)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Maybe<T>, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Maybe(None))
            }
            fn visit_unit<E>(self) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            fn visit_i64<E>(self, _: i64) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            fn visit_f64<E>(self, _: f64) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Maybe<T>, E> {
                Ok(Maybe(None))
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// What was odd about an object, though it could be read.
#[derive(Clone, Debug, Default)]
pub struct Odd {
    /// Keys that this version does not know.
    pub unknown: Vec<String>,
    /// Keys that came twice; the last value won.
    pub repeated: u32,
}

/// Declares an object of which some fields are read, some are known and left
/// alone, and others are noted as unknown.
///
/// The last of two equal keys wins, as in the writers' own parser.
macro_rules! lenient {
    (
        $(#[$meta:meta])*
        pub struct $name:ident<'a> {
            $( $(#[$fmeta:meta])* $key:literal => $field:ident: $kind:ty, )*
        }
        known { $($known:pat_param)|* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default)]
        pub struct $name<'a> {
            $( $(#[$fmeta])* pub $field: $kind, )*
            /// What was odd about the object.
            pub odd: $crate::source::lenient::Odd,
            borrow: std::marker::PhantomData<&'a ()>,
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Walk<'a>(std::marker::PhantomData<&'a ()>);
                impl<'de: 'a, 'a> serde::de::Visitor<'de> for Walk<'a> {
                    type Value = $name<'a>;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name<'a>, A::Error> {
                        let mut object = $name::default();
                        $( let mut $field = 0_u32; )*
                        while let Some($crate::source::lenient::Key(key)) = map.next_key()? {
                            $(
                                if key == $key {
                                    object.$field = map.next_value()?;
                                    $field += 1;
                                    continue;
                                }
                            )*
                            map.next_value::<serde::de::IgnoredAny>()?;
                            if !matches!(&*key, $($known)|*) {
                                object.odd.unknown.push(key.into_owned());
                            }
                        }
                        object.odd.repeated = 0 $( + $field.saturating_sub(1) )*;
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Walk(std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use lenient;

#[cfg(test)]
mod tests {
    use super::*;

    lenient! {
        /// A thing.
        pub struct Thing<'a> {
            "name" => name: Raw<'a>,
            "size" => size: Raw<'a>,
            "inner" => inner: Maybe<Inner<'a>>,
        }
        known { "colour" }
    }

    lenient! {
        /// A thing in a thing.
        pub struct Inner<'a> {
            "name" => name: Raw<'a>,
        }
        known { _ }
    }

    #[test]
    fn odd_values_never_fail_a_record() {
        let cases = [
            (r#"{"name":"a","size":1e999}"#, Some("a"), Some(i64::MAX)),
            (
                r#"{"name":"a","name":"b","size":1180591620717411303424}"#,
                Some("b"),
                Some(i64::MAX),
            ),
            (
                r#"{"name":"x\ud83d","size":-0.5,"inner":[1,{"a":2}]}"#,
                Some("x\u{fffd}"),
                Some(0),
            ),
            (
                r#"{"name":"\ud83d\ude00\n\"","size":"7","inner":"text"}"#,
                Some("\u{1f600}\n\""),
                None,
            ),
            (r#"{"name":7,"colour":1,"inner":{"name":"c"}}"#, None, None),
        ];
        for (json, name, size) in cases {
            let thing: Thing<'_> = serde_json::from_str(json).expect(json);
            assert_eq!(thing.name.text().as_deref(), name, "{json}");
            assert_eq!(thing.size.int(), size, "{json}");
        }
        let thing: Thing<'_> =
            serde_json::from_str(r#"{"name":1,"name":2,"new":3,"inner":{"name":"c"}}"#)
                .expect("reads");
        assert_eq!(
            (thing.odd.repeated, thing.odd.unknown),
            (1, vec!["new".to_owned()])
        );
        assert_eq!(
            thing.inner.0.expect("an object").name.text().as_deref(),
            Some("c")
        );
    }

    #[test]
    fn a_prefix_is_cut_at_a_character() {
        let cases = [
            ("\"abc\"", 2, "ab"),
            ("\"aéb\"", 2, "a"),
            (r#""a\nbcd""#, 3, "a\nb"),
            (r#""a\u00e9b""#, 9, "aéb"),
        ];
        for (json, bytes, want) in cases {
            assert_eq!(
                Raw(json).prefix(bytes).as_deref(),
                Some(want),
                "{json} cut at {bytes}"
            );
        }
    }

    #[test]
    fn a_value_is_bounded_in_depth_and_width() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(Raw(&deep).value(9).to_string().len() < 60);
        assert_eq!(
            Raw(r#"{"a":"xxxx","b":1e999,"c":[1.50]}"#)
                .value(2)
                .to_string(),
            r#"{"a":"xx","b":null,"c":[1.5]}"#
        );
    }
}

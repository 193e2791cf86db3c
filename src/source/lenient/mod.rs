//! JSON read the way transcripts need it: only what is asked for, in one pass,
//! and never failing a record over a field that nobody looks at.
//!
//! Serde's derive refuses duplicate keys, `String` refuses a lone surrogate and
//! a number field refuses `1e999`. Writers of transcripts produce all three, so
//! scalars are kept as the raw text they came as and decoded on demand. What
//! nobody asks for is checked and skipped, twice as fast as serde would.

mod marks;
mod scan;
mod text;
mod value;

use std::borrow::Cow;

use serde_json::Value;

pub use scan::{Scan, Scanner, read, read_into};
pub use text::{decode, lossy};

/// So long is a text that is looked through at once, in bytes.
const SHORT: usize = 64;

/// Any JSON value, as the text it came as; empty where the field is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a str);

impl<'a> Scan<'a> for Raw<'a> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        self.0 = scanner.raw()?;
        Some(())
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
        let inner = self.0.strip_prefix('"')?;
        // Nearly all are names and ids, which stand as they are.
        let plain = inner.strip_suffix('"').filter(|text| {
            text.len() <= bytes.min(SHORT) && text.bytes().all(|byte| byte != b'\\')
        });
        Some(plain.map_or_else(|| decode(inner, bytes), Cow::Borrowed))
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
        if let Some(number) = short_int(self.0) {
            return Some(number);
        }
        if let Ok(number) = self.0.parse::<i64>() {
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
    pub fn object<T: Scan<'a>>(self) -> T {
        if self.0.starts_with('{') {
            read(self.0).unwrap_or_default()
        } else {
            T::default()
        }
    }

    /// The items of an array; nothing for anything else.
    pub fn items(self) -> Vec<Raw<'a>> {
        read(self.0).unwrap_or_default()
    }

    /// The lines of a string, of its first `bytes` bytes; `None` for anything else. They count and
    /// compare as the decoded ones, but may stand there as they are written.
    pub fn lines(self, bytes: usize) -> Option<Vec<Cow<'a, str>>> {
        let inner = self.0.strip_prefix('"')?;
        Some(text::lines(inner, bytes))
    }

    /// How many lines a string has; `None` for anything else.
    pub fn count_lines(self) -> Option<u64> {
        self.0.strip_prefix('"').map(text::count_lines)
    }

    /// The field `name` of an object; empty for anything else. The last one wins.
    pub fn field(self, name: &str) -> Raw<'a> {
        let mut found = Raw::default();
        self.each_field(|key, value| {
            if key == name {
                found = value;
            }
        });
        found
    }

    /// The fields of an object in their order; none for anything else.
    pub fn each_field(self, mut each: impl FnMut(Cow<'a, str>, Raw<'a>)) {
        if !self.0.starts_with('{') {
            return;
        }
        Scanner::new(self.0).object(|key, scanner| {
            each(key, Raw(scanner.raw()?));
            Some(())
        });
    }

    /// The value with every string cut to `bytes` bytes, at most 64 items a level and 16 levels.
    ///
    /// A number that JSON readers refuse (`1e999`) becomes `null`.
    pub fn value(self, bytes: usize) -> Value {
        value::of(self, bytes)
    }
}

/// A number of so few digits that it fits, as nearly all have.
fn short_int(digits: &str) -> Option<i64> {
    let digits = digits.as_bytes();
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    digits.iter().try_fold(0, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then(|| number * 10 + i64::from(digit))
    })
}

/// An object of a known shape, or nothing where another kind of value stands.
#[derive(Clone, Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'a, T: Scan<'a>> Scan<'a> for Maybe<T> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        if scanner.peek()? == b'{' {
            self.0.insert(T::default()).scan(scanner)
        } else {
            self.0 = None;
            scanner.skip()
        }
    }
}

/// The objects in an array, empty ones where other values stand; nothing where there is no array.
#[derive(Clone, Debug)]
pub struct Many<T> {
    /// The objects.
    pub all: Vec<T>,
    /// There was an array.
    pub there: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            there: false,
        }
    }
}

impl<'a, T: Scan<'a>> Scan<'a> for Many<T> {
    fn scan(&mut self, scanner: &mut Scanner<'a>) -> Option<()> {
        if scanner.peek()? != b'[' {
            return scanner.skip();
        }
        self.there = true;
        let all = &mut self.all;
        scanner.items(|scanner| {
            let mut one = Maybe::default();
            one.scan(scanner)?;
            all.push(one.0.unwrap_or_default());
            Some(())
        })
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

        impl<'a> $crate::source::lenient::Scan<'a> for $name<'a> {
            fn scan(&mut self, scanner: &mut $crate::source::lenient::Scanner<'a>) -> Option<()> {
                $( let mut $field = 0_u32; )*
                scanner.object(|key, scanner| {
                    #[allow(unreachable_patterns, reason = "`known` may be everything")]
                    match &*key {
                        $( $key => {
                            $field += 1;
                            self.$field = Default::default();
                            return self.$field.scan(scanner);
                        } )*
                        $($known)|* => {}
                        _ => self.odd.unknown.push(key.into_owned()),
                    }
                    scanner.skip()
                })?;
                self.odd.repeated = 0 $( + $field.saturating_sub(1) )*;
                Some(())
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
            let thing: Thing<'_> = read(json).expect(json);
            assert_eq!(thing.name.text().as_deref(), name, "{json}");
            assert_eq!(thing.size.int(), size, "{json}");
        }
        let thing: Thing<'_> =
            read(r#"{"name":1,"name":2,"new":3,"inner":{"name":"c"}}"#).expect("reads");
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
    fn a_whole_number_is_the_same_however_many_digits_it_has() {
        for digits in 1..=19 {
            let number: i64 = "9223372036854775807"[..digits].parse().expect("fits");
            for number in [number, -number] {
                assert_eq!(Raw(&number.to_string()).int(), Some(number));
            }
        }
        for (json, want) in [("", None), ("\"7\"", None), ("7.9", Some(7)), ("-", None)] {
            assert_eq!(Raw(json).int(), want, "{json:?}");
        }
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

    // Fault 28.
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

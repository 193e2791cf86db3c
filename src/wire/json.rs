//! Wire types as JSON, byte for byte what `serde_json` writes, in a fraction of its time.
//!
//! Names of fields need no look for escapes, and texts are looked through many
//! bytes at a time. Numbers are left to `serde_json`.

use serde::ser::{self, Error as _, Impossible, Serialize};
use serde_json::Error;
use wide::u8x16;

/// So many bytes are looked at at once.
const BLOCK: usize = 16;

/// Appends `value`, made of what wire types are made of: structs, lists, maps with
/// names as keys, texts, numbers. Nothing else can be written.
pub(super) fn append<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    value.serialize(Writer { out })
}

/// Appends `text` in quotes.
pub(super) fn quote(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + 2);
    out.push(b'"');
    // A block is copied whole, and cut where a byte needs an escape: copies of a length that
    // nobody can foresee take longer.
    while let Some(block) = rest.first_chunk::<BLOCK>() {
        out.extend_from_slice(block);
        let found = mask(*block);
        if found == 0 {
            rest = &rest[BLOCK..];
        } else {
            let at = found.trailing_zeros() as usize;
            out.truncate(out.len() - BLOCK + at);
            escape(out, rest[at]);
            rest = &rest[at + 1..];
        }
    }
    while let Some(at) = special(rest) {
        out.extend_from_slice(&rest[..at]);
        escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The letter that stands for a byte behind a backslash; 0 where it takes its number.
const LETTERS: [u8; 256] = {
    let mut letters = [0; 256];
    letters[b'\n' as usize] = b'n';
    letters[b'\t' as usize] = b't';
    letters[b'\r' as usize] = b'r';
    letters[8] = b'b';
    letters[12] = b'f';
    letters[b'"' as usize] = b'"';
    letters[b'\\' as usize] = b'\\';
    letters
};

fn escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match LETTERS[usize::from(byte)] {
        0 => {
            let [high, low] = [byte >> 4, byte & 15].map(|four| HEX[usize::from(four)]);
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
        letter => out.extend_from_slice(&[b'\\', letter]),
    }
}

/// The index of the first byte that needs an escape, of fewer than make a block: of most names none.
fn special(bytes: &[u8]) -> Option<usize> {
    // Two looks, which may overlap.
    let is_plain = if let (Some(first), Some(last)) =
        (bytes.first_chunk::<8>(), bytes.last_chunk::<8>())
    {
        is_plain(u64::from_ne_bytes(*first)) && is_plain(u64::from_ne_bytes(*last))
    } else if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let [first, last] = [first, last].map(|four| u64::from(u32::from_ne_bytes(*four)));
        is_plain(first | last << 32)
    } else {
        false
    };
    if is_plain {
        return None;
    }
    let mut bytes = bytes.iter();
    bytes.position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\')
}

/// Whether none of eight bytes needs an escape.
fn is_plain(eight: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // The highest bit of some byte is set if and only if one is below `least`, which is no more
    // than 128.
    let below = |eight: u64, least: u64| eight.wrapping_sub(ONES * least) & !eight & (ONES << 7);
    let is = |byte: u8| below(eight ^ (ONES * u64::from(byte)), 1);
    below(eight, u64::from(b' ')) | is(b'"') | is(b'\\') == 0
}

/// Which bytes of a block need an escape.
fn mask(block: [u8; BLOCK]) -> u32 {
    let block = u8x16::from(block);
    let controls = block.min(u8x16::splat(0x1f)).simd_eq(block);
    let quotes = block.simd_eq(u8x16::splat(b'"'));
    let backslashes = block.simd_eq(u8x16::splat(b'\\'));
    (controls | quotes | backslashes).to_bitmask()
}

/// Writes one value.
struct Writer<'a> {
    out: &'a mut Vec<u8>,
}

/// Writes the items of a list, or the fields of an object, one after the other.
struct Parts<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
    close: u8,
}

impl<'a> Writer<'a> {
    fn open(self, open: u8) -> Parts<'a> {
        self.out.push(open);
        Parts {
            out: self.out,
            is_first: true,
            // `[` and `]`, `{` and `}` are two apart.
            close: open + 2,
        }
    }
}

impl Parts<'_> {
    fn comma(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(b',');
        }
    }

    fn end(self) -> Result<(), Error> {
        self.out.push(self.close);
        Ok(())
    }
}

/// Nothing on the wire is made of this.
fn unused<T>() -> Result<T, Error> {
    Err(Error::custom("wire types have no such values"))
}

macro_rules! numbers {
    ($($name:ident: $kind:ty,)*) => {
        $( fn $name(self, number: $kind) -> Result<(), Error> {
            serde_json::to_writer(self.out, &number)
        } )*
    };
}

impl<'a> ser::Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Parts<'a>;
    type SerializeMap = Parts<'a>;
    type SerializeStruct = Parts<'a>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    numbers! {
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_bytes: &[u8],
    }

    fn serialize_bool(self, is: bool) -> Result<(), Error> {
        self.out
            .extend_from_slice(if is { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        quote(self.out, text);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Error> {
        unused()
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(self.open(b'['))
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Error> {
        unused()
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        unused()
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        unused()
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Parts<'a>, Error> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Parts<'a>, Error> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        unused()
    }
}

impl ser::SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.comma();
        value.serialize(Writer { out: self.out })
    }

    fn end(self) -> Result<(), Error> {
        Parts::end(self)
    }
}

impl ser::SerializeMap for Parts<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.comma();
        key.serialize(Writer { out: self.out })
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.out.push(b':');
        value.serialize(Writer { out: self.out })
    }

    fn end(self) -> Result<(), Error> {
        Parts::end(self)
    }
}

impl ser::SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Error;

    // Where it stands in line, a name is known by its length, and takes no call to copy.
    #[inline(always)]
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.comma();
        self.out.push(b'"');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        value.serialize(Writer { out: self.out })
    }

    fn end(self) -> Result<(), Error> {
        Parts::end(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        append(&mut out, value).expect("writes");
        String::from_utf8(out).expect("utf-8")
    }

    #[test]
    fn an_escape_is_made_wherever_it_is_due() {
        for special in (0..=0x7f_u8).map(char::from).chain(['é', '\u{1F600}']) {
            for length in 0..50 {
                for at in 0..=length {
                    let mut text = "a".repeat(length);
                    text.insert(at, special);
                    let want = serde_json::to_string(&text).expect("writes");
                    assert_eq!(written(&text), want);
                }
            }
        }
    }

    #[test]
    fn values_are_what_serde_json_writes() {
        let value = json!({
            "": [], "a\"b": {}, "c": [null, true, false, -7, 18_446_744_073_709_551_615_u64, 1.5e300, "x\ny"],
            "d": {"e": {"f": [1, [2]]}},
        });
        assert_eq!(written(&value), value.to_string());
        assert_eq!(written(&f64::NAN), "null");
        assert_eq!(written(&Some("x")), r#""x""#);
    }

    proptest! {
        #[test]
        fn any_text_is_what_serde_json_writes(text in any::<String>(), key in any::<String>()) {
            let value = Value::from(serde_json::Map::from_iter([(key, text.into())]));
            prop_assert_eq!(written(&value), value.to_string());
        }
    }
}

//! Any JSON value, bounded in length, width and depth.

use serde_json::{Map, Value};

use super::{Raw, Scanner};

/// Items of a level that are kept.
const ITEMS: usize = 64;
/// Levels that are kept.
const LEVELS: u32 = 16;

/// The value of `raw`; of an object that breaks off, the fields before.
pub(super) fn of(raw: Raw<'_>, bytes: usize) -> Value {
    let mut scanner = Scanner::new(raw.0);
    if scanner.peek() == Some(b'{') {
        let mut map = Map::new();
        fields(&mut scanner, bytes, LEVELS - 1, &mut map);
        return Value::Object(map);
    }
    value(&mut scanner, bytes, LEVELS).unwrap_or_default()
}

fn value(scanner: &mut Scanner<'_>, bytes: usize, levels: u32) -> Option<Value> {
    match scanner.peek()? {
        b'"' => Some(Value::String(scanner.text(bytes)?.into_owned())),
        b'{' if levels > 0 => {
            let mut map = Map::new();
            fields(scanner, bytes, levels - 1, &mut map)?;
            Some(Value::Object(map))
        }
        b'[' if levels > 0 => {
            let mut items = Vec::new();
            scanner.items(|scanner| {
                if items.len() < ITEMS {
                    items.push(value(scanner, bytes, levels - 1)?);
                    Some(())
                } else {
                    scanner.skip()
                }
            })?;
            Some(Value::Array(items))
        }
        b'{' | b'[' => {
            scanner.skip()?;
            Some(Value::Null)
        }
        _ => Some(serde_json::from_str(scanner.raw()?).unwrap_or_default()),
    }
}

fn fields(
    scanner: &mut Scanner<'_>,
    bytes: usize,
    levels: u32,
    map: &mut Map<String, Value>,
) -> Option<()> {
    let mut count = 0;
    scanner.object(|key, scanner| {
        count += 1;
        if count > ITEMS {
            return scanner.skip();
        }
        map.insert(key.into_owned(), value(scanner, bytes, levels)?);
        Some(())
    })
}

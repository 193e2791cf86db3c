//! JSON as Go writes it, because the limit on props counts the runes of that.

use serde_json::{Map, Number, Value};

/// The JSON of `value`, escaped as Go does.
pub fn encode(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// The runes of props as the database would hold them.
pub fn runes(props: &Map<String, Value>) -> usize {
    let mut out = String::new();
    write_map(&mut out, props);
    out.chars().count()
}

/// Numbers of props are doubles in Go: an integer above 2^53 is rounded.
pub fn as_doubles(value: &mut Value) {
    match value {
        Value::Number(number) => *number = double(number),
        Value::Array(items) => items.iter_mut().for_each(as_doubles),
        Value::Object(map) => map.values_mut().for_each(as_doubles),
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

fn double(number: &Number) -> Number {
    const SAFE: f64 = 9e18;
    let Some(double) = number.as_f64() else {
        return number.clone();
    };
    if double.fract() == 0.0 && double.abs() < SAFE {
        return Number::from(double as i64);
    }
    Number::from_f64(double).unwrap_or_else(|| number.clone())
}

fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => write_text(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => write_map(out, map),
    }
}

fn write_map(out: &mut String, map: &Map<String, Value>) {
    out.push('{');
    for (at, (name, value)) in map.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(out, name);
        out.push(':');
        write(out, value);
    }
    out.push('}');
}

fn write_number(out: &mut String, number: &Number) {
    let Some(double) = number.as_f64().filter(|_| number.is_f64()) else {
        out.push_str(&number.to_string());
        return;
    };
    let size = double.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{double:e}");
        let sign = if size >= 1.0 { "e+" } else { "e" };
        out.push_str(&text.replacen('e', sign, 1));
    } else {
        out.push_str(&double.to_string());
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut at = 0;
    for (place, rune) in text.char_indices() {
        // Most of a text stands for itself, and is taken in one piece.
        if !is_escaped(rune) {
            continue;
        }
        out.push_str(&text[at..place]);
        at = place + rune.len_utf8();
        match rune {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            rune => out.push_str(&format!("\\u{:04x}", u32::from(rune))),
        }
    }
    out.push_str(&text[at..]);
    out.push('"');
}

fn is_escaped(rune: char) -> bool {
    matches!(
        rune,
        '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_written_as_go_writes_it() {
        let cases = [
            (json!("<&>"), r#""\u003c\u0026\u003e""#),
            (json!("\u{2028}é\u{1}\n"), r#""\u2028é\u0001\n""#),
            (json!([1, 1.5, null, true]), "[1,1.5,null,true]"),
            (json!(1e21), "1e+21"),
            (json!(1e-7), "1e-7"),
        ];
        for (value, want) in cases {
            assert_eq!(encode(&value), want, "{value}");
        }
    }

    #[test]
    fn numbers_become_doubles() {
        let mut value = json!({"n": 9_007_199_254_740_993_i64, "f": 1.5});
        as_doubles(&mut value);
        assert_eq!(encode(&value), r#"{"f":1.5,"n":9007199254740992}"#);
    }
}

//! A labels file read into its entries, each with its line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use toml::de::{DeTable, DeValue};

use super::rules::BadRule;
use crate::safe::clip_bytes;

/// One key of the file.
pub(super) struct Entry {
    /// Its line, from 1.
    pub(super) line: usize,
    pub(super) key: String,
    /// The string, or the name of what is there instead.
    pub(super) value: Result<String, &'static str>,
}

/// The entries in the order of the file.
pub(super) fn entries(text: &str) -> Result<Vec<Entry>, BadRule> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        of_json(text)
    } else {
        of_toml(text)
    }
}

/// A JSON object with all its keys, the ones given twice as well.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs<'de>;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of patterns and phrases")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn of_json(text: &str) -> Result<Vec<Entry>, BadRule> {
    let Pairs(pairs) = serde_json::from_str(text).map_err(|error| BadRule {
        line: error.line().max(1),
        key: String::new(),
        reason: format!("no valid JSON: {error}"),
    })?;
    let mut entries = Vec::new();
    for (key, value) in pairs {
        match serde_json::from_str(value.get()) {
            Ok(Pairs(inner)) if key == "labels" => {
                entries.extend(
                    inner
                        .into_iter()
                        .map(|(key, value)| json_entry(text, key, value)),
                );
            }
            _ => entries.push(json_entry(text, key, value)),
        }
    }
    Ok(entries)
}

fn json_entry(text: &str, key: String, value: &RawValue) -> Entry {
    // The value is a part of the text; what stands before it is its key.
    let value_at = (value.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let before = text.get(..value_at).unwrap_or("").trim_end();
    let key_end = before.trim_end_matches(':').trim_end().len();
    let found = match value.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(value.get()).map_err(|_| "half a character"),
        Some(b'n') => Err("null"),
        Some(b't' | b'f') => Err("a boolean"),
        Some(b'[') => Err("an array"),
        Some(b'{') => Err("an object"),
        _ => Err("a number"),
    };
    Entry {
        line: line_at(text, key_end),
        key,
        value: found,
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    clip_bytes(text, offset).matches('\n').count() + 1
}

fn of_toml(text: &str) -> Result<Vec<Entry>, BadRule> {
    let table = DeTable::parse(text).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let is_twice = error.message().contains("duplicate key");
        let key = text.get(span.clone()).filter(|_| is_twice).unwrap_or("");
        BadRule {
            line: line_at(text, span.start),
            key: key.trim_matches(['"', '\'']).to_owned(),
            reason: error.message().to_owned(),
        }
    })?;
    let mut found = Vec::new();
    for (key, value) in table.get_ref() {
        match value.get_ref() {
            DeValue::Table(inner) if key.get_ref() == "labels" => {
                for (key, value) in inner {
                    found.push((key.span().start, key.get_ref(), value.get_ref()));
                }
            }
            value => found.push((key.span().start, key.get_ref(), value)),
        }
    }
    found.sort_by_key(|(start, ..)| *start);
    let entry = |(start, key, value): (usize, &toml::de::DeString<'_>, &DeValue<'_>)| Entry {
        line: line_at(text, start),
        key: key.to_string(),
        value: match value {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(_) | DeValue::Float(_) => Err("a number"),
            DeValue::Boolean(_) => Err("a boolean"),
            DeValue::Datetime(_) => Err("a date"),
            DeValue::Array(_) => Err("an array"),
            DeValue::Table(_) => Err("a table"),
        },
    };
    Ok(found.into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Rules;

    #[test]
    fn both_forms_are_read() {
        let cases = [
            "",
            "# nothing\n",
            "{}",
            " \n{\"read\": \"Reading {target}\"}",
            "{\"labels\": {\"read\": \"R\"}, \"exec:*\": \"E\"}",
            "read = 'R'\n\"exec:*\" = \"E {program}\"",
            "[labels]\nread = 'R'\n'/^web_/' = 'W'",
            "\u{feff}read = 'R'",
        ];
        for text in cases {
            assert!(Rules::parse(text).is_ok(), "text: {text:?}");
        }
    }

    #[test]
    fn a_bad_rule_is_named_with_its_line_and_key() {
        let cases = [
            (
                "{\n \"read\": \"R\",\n\n \"exec:*\": \"Running {foo}\"\n}",
                "line 4, key \"exec:*\": unknown field {foo}; use {target}, {name} or {program}",
            ),
            (
                "read = \"R\"\n\n\"exec:*\" = \"Running {foo}\"",
                "line 3, key \"exec:*\": unknown field {foo}; use {target}, {name} or {program}",
            ),
            (
                "{\n\"a\": 1}",
                "line 2, key \"a\": the phrase must be a string, not a number; a pattern with dots needs quotes",
            ),
            (
                "[labels]\na = []",
                "line 2, key \"a\": the phrase must be a string, not an array; a pattern with dots needs quotes",
            ),
            (
                "mcp.x.y = 'Z'",
                "line 1, key \"mcp\": the phrase must be a string, not a table; a pattern with dots needs quotes",
            ),
            (
                "{\"a\": \"x\",\n\"b\": \"a\",\n\"A\": \"y\"}",
                "line 3, key \"A\": already given in line 1",
            ),
            (
                "{\"a\": \"x\",\n\"a\": \"y\"}",
                "line 2, key \"a\": already given in line 1",
            ),
            ("a = 'x'\n\na = 'y'", "line 3, key \"a\": duplicate key"),
            (
                "{\"x\": \"y\",\n \"/(/\": \"z\"}",
                "line 2, key \"/(/\": bad regular expression: unclosed group",
            ),
            (
                "'/a' = 'z'",
                "line 1, key \"/a\": a regular expression is written /between slashes/",
            ),
            ("{\"a\": \"\"}", "line 1, key \"a\": the phrase is empty"),
            ("'' = 'x'", "line 1: the pattern is empty"),
        ];
        for (text, want) in cases {
            let error = Rules::parse(text).expect_err(text);
            assert_eq!(error.to_string(), want, "text: {text:?}");
        }
    }

    #[test]
    fn a_broken_file_is_named_with_its_line() {
        for text in ["{\n\"a\" \"b\"}", "a = 'x'\nb =", "{", "exec:* = 'x'"] {
            let error = Rules::parse(text).expect_err(text);
            assert_eq!(error.key, "", "text: {text:?}");
            let want = text.matches('\n').count() + 1;
            assert_eq!(error.line, want, "text: {text:?}: {error}");
        }
    }
}

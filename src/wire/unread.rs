//! Why a line could not be read, in the words of the man pages: none of a programming language.

use serde::Deserialize;
use serde_json::error::Category;

/// What is wrong with `line`, in which `error` was met.
pub(crate) fn why(line: &[u8], error: &serde_json::Error) -> String {
    match error.classify() {
        Category::Eof => "the JSON breaks off".to_owned(),
        Category::Syntax | Category::Io => {
            format!("no valid JSON at byte {} of the line", error.column())
        }
        Category::Data if line.trim_ascii().first() != Some(&b'{') => {
            "a JSON object is expected".to_owned()
        }
        Category::Data => plain(&error.to_string()),
    }
}

/// The version of `line`, whatever else stands in it.
pub(crate) fn version(line: &[u8]) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    let read = serde_json::from_slice::<Version>(line);
    read.ok().map(|version| version.v)
}

/// A message about a value of the wrong type, without its place: the line is named beside it.
fn plain(message: &str) -> String {
    let message = message
        .rfind(" at line ")
        .map_or(message, |at| &message[..at]);
    let Some((met, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let word = |name: &str| expected == name || expected.starts_with(&format!("{name} "));
    let expected = if ["struct", "a map", "map"].into_iter().any(word) {
        "an object"
    } else if ["a sequence", "sequence", "tuple"].into_iter().any(word) {
        "an array"
    } else if ["u8", "u16", "u32", "u64", "usize", "i32", "i64"]
        .into_iter()
        .any(word)
    {
        "a whole number"
    } else if word("f64") {
        "a number"
    } else {
        expected
    };
    // An array in the place of an object is said to have a length.
    let met = if met.starts_with("invalid length") {
        "invalid type: array"
    } else {
        met
    };
    let met = met.replace("invalid type: sequence", "invalid type: array");
    let met = met.replace("invalid type: map", "invalid type: object");
    format!("{met}, expected {expected}")
}

#[cfg(test)]
mod tests {
    use crate::wire::event::Event;

    #[test]
    fn a_line_that_is_no_event_is_told_in_words_of_json() {
        let head = r#""v":1,"type":"usage","source":"x""#;
        let cases = [
            ("nonsense".to_owned(), "no valid JSON at byte 2 of the line"),
            (r#"{"v":1"#.to_owned(), "the JSON breaks off"),
            ("[1]".to_owned(), "a JSON object is expected"),
            ("7".to_owned(), "a JSON object is expected"),
            (r#"{"v":1}"#.to_owned(), "missing field `type`"),
            (
                r#"{"v":"1","type":"x"}"#.to_owned(),
                "invalid type: string \"1\", expected a whole number",
            ),
            (
                format!(r#"{{{head},"src":[]}}"#),
                "invalid type: array, expected an object",
            ),
            (
                format!(r#"{{{head},"src":{{"kind":"file","off":{{}},"n":0}}}}"#),
                "invalid type: object, expected a whole number",
            ),
        ];
        for (line, want) in cases {
            let error = Event::read(line.as_bytes()).expect_err("no event");
            assert_eq!(error.to_string(), format!("not an event: {want}"), "{line}");
        }
    }
}

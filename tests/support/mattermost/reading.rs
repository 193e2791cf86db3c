//! JSON as Go reads it: what is not text becomes U+FFFD, what follows the value is ignored.

use serde_json::Value;

/// The first JSON value of `body`; `None` where there is none or it is cut off.
pub fn parse(body: &[u8]) -> Option<Value> {
    let text = without_lone_surrogates(&String::from_utf8_lossy(body));
    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    values.next()?.ok()
}

/// Escapes of half a surrogate pair are replaced by the escape of U+FFFD.
fn without_lone_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match unit(rest) {
            Some(0xd800..=0xdbff)
                if matches!(rest.get(6..).and_then(unit), Some(0xdc00..=0xdfff)) =>
            {
                12
            }
            Some(0xd800..=0xdfff) => {
                out.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            Some(_) => 6,
            None => rest.chars().take(2).map(char::len_utf8).sum(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// The code unit of an escape like `\ud800` at the start of `text`.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_text_becomes_a_replacement_character() {
        let cases: [(&[u8], Value); 6] = [
            (b"\"a\xffb\"", json!("a\u{fffd}b")),
            (br#""a\ud800b""#, json!("a\u{fffd}b")),
            (br#""\udc00""#, json!("\u{fffd}")),
            (br#""\ud83d\ude00""#, json!("😀")),
            (br#""\\ud800""#, json!("\\ud800")),
            (b"{} and more", json!({})),
        ];
        for (body, want) in cases {
            assert_eq!(parse(body), Some(want), "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(parse(b"{\"channel_id\":"), None);
        assert_eq!(parse(b""), None);
    }
}

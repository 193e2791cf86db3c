//! Secrets become `[REDACTED:kind]`.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};

use aho_corasick::{AhoCorasick, MatchKind};

use super::rules::{Found, MARK, Rules};

/// A value shorter than this would be found everywhere.
const LEAST_OWN_BYTES: usize = 8;

/// How often the text is looked at again: what a secret hid may be one too.
const PASSES: usize = 8;

/// Takes secrets out of text. Shared behind `&` or `Arc`; the rules are built once
/// a process.
#[derive(Debug)]
pub struct Redactor {
    on: bool,
    own: Option<AhoCorasick>,
    hits: AtomicU64,
}

impl Redactor {
    /// The built-in rules, and `own_values` as they are, in base64 (also inside a
    /// longer text) and percent-encoded.
    ///
    /// Values shorter than 8 bytes are ignored: they would be found everywhere.
    pub fn new(own_values: &[String]) -> Self {
        let mut forms: Vec<Vec<u8>> = own_values
            .iter()
            .map(|value| value.trim())
            .filter(|value| value.len() >= LEAST_OWN_BYTES)
            .flat_map(forms)
            .filter(|form| form.len() >= LEAST_OWN_BYTES)
            .collect();
        forms.sort();
        forms.dedup();
        let own = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        Self {
            on: true,
            own: own.ok().filter(|_| !forms.is_empty()),
            hits: AtomicU64::new(0),
        }
    }

    /// A redactor that changes nothing.
    pub fn off() -> Self {
        Self {
            on: false,
            own: None,
            hits: AtomicU64::new(0),
        }
    }

    /// `text` with each secret replaced; borrowed when there was none.
    ///
    /// Only the secret itself is replaced: `export GITHUB_TOKEN=[REDACTED:github]`.
    /// Redact before cutting: half a secret no longer looks like one. Doing it twice
    /// changes nothing.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        if !self.on {
            return text;
        }
        for _ in 0..PASSES {
            let found = self.find(&text, usize::MAX);
            if found.is_empty() {
                break;
            }
            self.hits.fetch_add(found.len() as u64, Ordering::Relaxed);
            text = Cow::Owned(replace(&text, &found));
        }
        text
    }

    /// The same for a text of which only the first `shown` bytes are kept afterwards:
    /// secrets behind them may stay.
    ///
    /// What is behind them still counts for what begins before.
    pub fn redact_head<'a>(&self, text: &'a str, shown: usize) -> Cow<'a, str> {
        // Once anything is replaced, something else may move to the front.
        if !self.on || self.find(text, shown).is_empty() {
            return Cow::Borrowed(text);
        }
        self.redact(text)
    }

    /// How many secrets were replaced so far.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// What to replace: in order, none touching another, and none left out that
    /// begins in the first `head` bytes.
    fn find(&self, text: &str, head: usize) -> Vec<Found> {
        let mut all = Rules::shared().find(text.as_bytes(), head);
        if let Some(own) = &self.own {
            let hits = own.find_iter(text).map(|hit| Found {
                start: hit.start(),
                end: hit.end(),
                kind: "own",
                rank: 0,
            });
            all.extend(hits);
        }
        all.sort_by_key(|found| (found.start, found.rank));
        let mut merged: Vec<Found> = Vec::new();
        for found in all {
            let found = on_characters(text, found);
            match merged.last_mut() {
                Some(last) if found.start < last.end => {
                    if found.rank < last.rank {
                        (last.kind, last.rank) = (found.kind, found.rank);
                    }
                    last.end = last.end.max(found.end);
                }
                _ => merged.push(found),
            }
        }
        merged
    }
}

fn replace(text: &str, found: &[Found]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for secret in found {
        out.push_str(&text[at..secret.start]);
        out.extend(["[REDACTED:", secret.kind, "]"]);
        at = secret.end;
    }
    out.push_str(&text[at..]);
    out
}

/// Widens to whole characters; the rules work on bytes.
fn on_characters(text: &str, mut found: Found) -> Found {
    while !text.is_char_boundary(found.start) {
        found.start -= 1;
    }
    while !text.is_char_boundary(found.end) {
        found.end += 1;
    }
    found
}

/// How a value may stand in a text.
fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.as_bytes().to_vec()];
    forms.extend((0..3).flat_map(|shift| base64(value.as_bytes(), shift)));
    for hex in [b"0123456789ABCDEF", b"0123456789abcdef"] {
        let mut percent = Vec::new();
        for &b in value.as_bytes() {
            if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) {
                percent.push(b);
            } else {
                percent.extend([b'%', hex[usize::from(b >> 4)], hex[usize::from(b & 15)]]);
            }
        }
        forms.push(percent);
    }
    let json = serde_json::Value::from(value).to_string();
    forms.push(json.trim_matches('"').as_bytes().to_vec());
    // A value that is a mark, or lies in one, would never come to an end.
    forms.retain(|form| !form.windows(4).any(|part| part == &MARK[1..5]));
    forms
}

/// The base64 of `value` behind `shift` unknown bytes, without the characters that
/// depend on its neighbours; and, at the start, with its own end.
fn base64(value: &[u8], shift: usize) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for last in [b"+/", b"-_"] {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(value);
        let bits = bytes.len() * 8;
        let code = |at: usize| {
            let bit = |at: usize| (bytes.get(at / 8).map_or(0, |b| b >> (7 - at % 8))) & 1;
            let six = (0..6).fold(0, |six, offset| six << 1 | bit(at * 6 + offset));
            match six {
                0..26 => b'A' + six,
                26..52 => b'a' + six - 26,
                52..62 => b'0' + six - 52,
                62 => last[0],
                _ => last[1],
            }
        };
        forms.push(((shift * 8).div_ceil(6)..bits / 6).map(code).collect());
        if shift == 0 {
            forms.push((0..bits.div_ceil(6)).map(code).collect());
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(text: &str) -> String {
        Redactor::new(&[]).redact(text).into_owned()
    }

    #[test]
    fn clean_text_is_borrowed() {
        let redactor = Redactor::new(&[]);
        assert!(matches!(
            redactor.redact("cargo test -p api"),
            Cow::Borrowed(_)
        ));
        assert_eq!(redactor.hits(), 0);
        let off = Redactor::off();
        assert!(matches!(off.redact("password=hunter2"), Cow::Borrowed(_)));
    }

    // Fault 88.
    #[test]
    fn only_the_secret_is_replaced() {
        let value = "k3v9x0q2mznw8t5rB7";
        let cases = [
            (
                "export API_TOKEN=@ && make",
                "export API_TOKEN=[REDACTED:token] && make",
            ),
            (
                "DB_PASSWORD=@! make",
                "DB_PASSWORD=[REDACTED:password] make",
            ),
            (
                "{\"apiKey\": \"@\", \"a\": 1}",
                "{\"apiKey\": \"[REDACTED:key]\", \"a\": 1}",
            ),
            (
                r#"{\"token\":\"@\",\"a\":1}"#,
                r#"{\"token\":\"[REDACTED:token]\",\"a\":1}"#,
            ),
            (r"x\nAPI_KEY=@\nb", r"x\nAPI_KEY=[REDACTED:key]\nb"),
            (
                "mysql -u root -p@ db",
                "mysql -u root -p[REDACTED:password] db",
            ),
            (
                "curl -u me:@ http://x",
                "curl -u me:[REDACTED:user-password] http://x",
            ),
            (
                "postgres://me:@@db/x",
                "postgres://me:[REDACTED:url-password]@db/x",
            ),
            (
                "tool --password @ go",
                "tool --password [REDACTED:password] go",
            ),
            (
                "curl -H 'Authorization: Bearer @' x",
                "curl -H 'Authorization: Bearer [REDACTED:auth]' x",
            ),
            (
                "GET /a?access_token=@&b=1",
                "GET /a?access_token=[REDACTED:token]&b=1",
            ),
            ("Cookie: sid=@; theme=dark", "Cookie: [REDACTED:cookie]"),
            (
                "password: string = \"@\"",
                "password: string = \"[REDACTED:password]\"",
            ),
        ];
        for (carrier, want) in cases {
            let text = carrier.replacen('@', value, 1);
            assert_eq!(redact(&text), want, "carrier: {carrier}");
            assert_eq!(redact(want), want, "again: {carrier}");
        }
    }

    #[test]
    fn what_is_shown_is_the_same_whether_the_rest_is_looked_at() {
        let redactor = Redactor::new(&["own-value-1234".to_owned()]);
        let secrets = [
            "API_TOKEN=k3v9x0q2mznw8t5rB7",
            "4f7c1e90ab36d258e7f0c4b19a6d3582-us12",
            "own-value-1234",
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
        ];
        for secret in secrets {
            for before in 0..120 {
                let text = format!("{} {secret} and {secret} end", "x.".repeat(before));
                for shown in [1, 64, 200] {
                    let head = redactor.redact_head(&text, shown);
                    let whole = redactor.redact(&text);
                    let shown = shown.min(head.len()).min(whole.len());
                    assert_eq!(head[..shown], whole[..shown], "{text}");
                }
            }
        }
    }

    #[test]
    fn private_keys_go_whole_even_when_cut() {
        let body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
        let whole = format!(
            "a -----BEGIN RSA {k}-----\n{body}\n-----END RSA {k}----- b",
            k = "PRIVATE KEY"
        );
        assert_eq!(redact(&whole), "a [REDACTED:private-key] b");
        let cut = format!("a -----BEGIN {k}-----\\n{body}", k = "PRIVATE KEY");
        assert_eq!(redact(&cut), "a [REDACTED:private-key]");
        let grep = "grep -r '-----BEGIN PRIVATE KEY-----' src";
        assert_eq!(redact(grep), grep);
    }

    #[test]
    fn own_values_are_found_in_every_form() {
        let own = "s p/a+m&9";
        let redactor = Redactor::new(&[own.to_owned(), "short".to_owned()]);
        let cases = [
            ("x s p/a+m&9 y short", "x [REDACTED:own] y short"),
            ("q=s%20p%2Fa%2Bm%269;", "q=[REDACTED:own];"),
            ("q=s%20p%2fa%2bm%269;", "q=[REDACTED:own];"),
            ("cyBwL2ErbSY5", "[REDACTED:own]"),
        ];
        for (text, want) in cases {
            assert_eq!(redactor.redact(text), want, "text: {text}");
        }
        assert_eq!(redactor.hits(), 4);
    }
}

//! Which dialect a transcript is written in, by its first records.

use super::about::Fit;
use super::dialect::Source;
use super::lenient::lossy;

/// So many records are looked at; whoever has not shown by then what it is will not.
pub const LOOKED_AT: usize = 32;

/// Which source a few records are of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// This one, and no other.
    One(Source),
    /// Several that fit as well as each other.
    Several(Vec<Source>),
    /// None; what was seen, in a few words.
    None(String),
}

/// Says which source `records` are of, the first lines of a file or of a stream.
///
/// The best fit of any record counts: a transcript may begin with records that many write.
#[must_use]
pub fn recognise<'a>(records: impl IntoIterator<Item = &'a [u8]>) -> Recognised {
    let mut fits = vec![Fit::No; Source::ALL.len()];
    let mut seen = String::new();
    for record in records.into_iter().take(LOOKED_AT) {
        let text = lossy(record);
        for (fit, source) in fits.iter_mut().zip(Source::ALL) {
            *fit = (*fit).max((source.about().fit)(&text));
        }
        if seen.is_empty() {
            seen = described(&text);
        }
        if fits.contains(&Fit::Surely) {
            break;
        }
    }
    let best = fits.iter().copied().max().unwrap_or(Fit::No);
    let named = fits.iter().zip(Source::ALL);
    let mut found: Vec<Source> = named
        .filter(|(fit, _)| **fit == best && best > Fit::No)
        .map(|(_, source)| *source)
        .collect();
    match found.pop() {
        None if seen.is_empty() => Recognised::None("nothing yet".to_owned()),
        None => Recognised::None(seen),
        Some(only) if found.is_empty() => Recognised::One(only),
        Some(last) => {
            found.push(last);
            Recognised::Several(found)
        }
    }
}

/// Whether `records` could be of `source`, be it not the likeliest.
#[must_use]
pub fn could_be<'a>(source: Source, records: impl IntoIterator<Item = &'a [u8]>) -> bool {
    let mut records = records.into_iter().take(LOOKED_AT);
    records.any(|record| (source.about().fit)(&lossy(record)) > Fit::No)
}

/// What a record looks like to somebody who does not know it: its type and its keys, no contents.
fn described(text: &str) -> String {
    const KEYS: usize = 6;
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(text.trim()) else {
        return "a first line that is no JSON object".to_owned();
    };
    let mut keys: Vec<&str> = fields.keys().map(String::as_str).collect();
    keys.truncate(KEYS);
    let kind = fields.get("type").and_then(serde_json::Value::as_str);
    let keys = keys.join(", ");
    match kind {
        Some(kind) => format!("a first record of type {kind:?} with the keys {keys}"),
        None => format!("a first record without a type, with the keys {keys}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_is_known_by_what_its_records_are() {
        let claude = r#"{"type":"user","uuid":"u1","parentUuid":null,"sessionId":"S","message":{"role":"user","content":"go"}}"#;
        let openclaw = r#"{"type":"session","version":3,"id":"s","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/"}"#;
        let summary = r#"{"type":"summary","summary":"x","leafUuid":"l"}"#;
        let cases: [(&[&str], Recognised); 5] = [
            (&[claude], Recognised::One(Source::Claude)),
            (&[summary, claude], Recognised::One(Source::Claude)),
            (&["{\"torn", openclaw], Recognised::One(Source::OpenClaw)),
            (
                &[r#"{"type":"weather","sky":"blue"}"#],
                Recognised::None(
                    "a first record of type \"weather\" with the keys sky, type".into(),
                ),
            ),
            (&[], Recognised::None("nothing yet".into())),
        ];
        for (lines, want) in cases {
            let got = recognise(lines.iter().map(|line| line.as_bytes()));
            assert_eq!(got, want, "{lines:?}");
        }
    }

    #[test]
    fn every_source_has_a_name_of_its_own() {
        for source in Source::ALL {
            assert_eq!(Source::named(source.name()), Some(*source));
        }
    }
}

//! When a transcript begins, as its first records tell: who started whom is read in that order.

use memchr::memmem;

use super::lenient::lossy;
use crate::wire::time::Time;

/// What writers call the time of a record, or of a session.
const NAMES: [&str; 6] = [
    "timestamp",
    "startTime",
    "created_at",
    "createdAt",
    "created",
    "time",
];

/// Larger numbers are milliseconds, smaller ones seconds: 1973 and the year 5138 lie there.
const LEAST_MS: f64 = 1e11;

/// The first time in `head`, the beginning of a transcript; `None` where none is told.
///
/// Names are looked for as they are written, not as JSON: the beginning of a transcript may end
/// within a record. Text that an agent wrote has its quotes escaped, and cannot pass for a name.
pub(crate) fn begins(head: &[u8]) -> Option<Time> {
    let times = NAMES.iter().filter_map(|name| {
        let quoted = format!("\"{name}\":");
        let mut found = memmem::find_iter(head, &quoted);
        found.find_map(|at| {
            let is_escaped = at > 0 && head[at - 1] == b'\\';
            let time = time(&head[at + quoted.len()..]).filter(|_| !is_escaped);
            time.map(|time| (at, time))
        })
    });
    times.min().map(|(_, time)| time)
}

/// The time that a value begins with.
fn time(value: &[u8]) -> Option<Time> {
    const LONGEST: usize = 40;
    let value = value.trim_ascii_start();
    let value = lossy(&value[..value.len().min(LONGEST)]);
    if let Some(text) = value.strip_prefix('"') {
        return Time::parse(text.split_once('"')?.0);
    }
    let is_digit = |letter: char| letter.is_ascii_digit() || letter == '.';
    let digits = value.split(|letter| !is_digit(letter)).next()?;
    let number: f64 = digits.parse().ok()?;
    let ms = if number < LEAST_MS {
        number * 1_000.0
    } else {
        number
    };
    #[expect(clippy::cast_possible_truncation, reason = "out of range is refused")]
    Time::from_ms(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_counts_however_it_is_written() {
        let at = |ms| Time::from_ms(ms);
        let cases = [
            (
                r#"{"a":1,"timestamp":"2026-09-25T10:00:00.000Z"}"#,
                at(1_790_330_400_000),
            ),
            (r#"{"timestamp": 1790330400.5,"x":{"#, at(1_790_330_400_500)),
            (
                r#"{"time":{"created":1790330400000}}"#,
                at(1_790_330_400_000),
            ),
            (
                "{\"text\":\"say \\\"timestamp\\\":1790330400000\"}\n{\"timestamp\":1790330401000}",
                at(1_790_330_401_000),
            ),
            (
                r#"{"created_at":"soon","startTime":"2026-09-25T10:00:00Z","timestamp":1}"#,
                at(1_790_330_400_000),
            ),
            (r#"{"timestamp":"2026-09-25T10:0"#, None),
            ("", None),
        ];
        for (head, want) in cases {
            assert_eq!(begins(head.as_bytes()), want, "{head}");
        }
    }
}

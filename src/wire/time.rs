//! Instants and spans as they stand on the wire: RFC 3339 in UTC with milliseconds.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::civil;

/// An instant, in milliseconds since 1970-01-01 UTC.
///
/// On the wire it is a string as `2026-09-25T10:00:07.120Z`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// The earliest and latest millisecond a four-digit year can hold.
const RANGE_MS: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl Time {
    /// The instant of `ms` milliseconds since 1970, or `None` outside the years 0 to 9999.
    #[must_use]
    pub fn from_ms(ms: i64) -> Option<Self> {
        RANGE_MS.contains(&ms).then_some(Self(ms))
    }

    /// Reads RFC 3339 with any offset and any fraction; finer than milliseconds is cut.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let ms = civil::read(text).or_else(|| {
            let stamp: Timestamp = text.parse().ok()?;
            Some(stamp.as_millisecond())
        })?;
        Self::from_ms(ms)
    }

    /// The same instant, `ms` milliseconds later; it stops at the ends of the range.
    #[must_use]
    pub fn plus_ms(self, ms: i64) -> Self {
        Self(
            self.0
                .saturating_add(ms)
                .clamp(*RANGE_MS.start(), *RANGE_MS.end()),
        )
    }

    /// The minute in `zone`, as `14:32`.
    #[must_use]
    pub fn minute(self, zone: &jiff::tz::TimeZone) -> Option<String> {
        let stamp = Timestamp::from_millisecond(self.0).ok()?;
        let local = zone.to_datetime(stamp);
        Some(format!("{:02}:{:02}", local.hour(), local.minute()))
    }

    /// Milliseconds from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).max(0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
        if RANGE_MS.contains(&self.0) {
            return f
                .write_str(std::str::from_utf8(&civil::write(self.0)).map_err(|_| fmt::Error)?);
        }
        let stamp = Timestamp::from_millisecond(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&PRINTER.timestamp_to_string(&stamp))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if RANGE_MS.contains(&self.0)
            && let Ok(text) = std::str::from_utf8(&civil::write(self.0))
        {
            return serializer.serialize_str(text);
        }
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format_args!("{text:?} is no RFC 3339 time")))
    }
}

impl schemars::JsonSchema for Time {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Time".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
            "description": "RFC 3339, UTC, milliseconds"
        })
    }
}

/// A span as people read it: `0.2s`, `38s`, `2m 5s`, `1h 4m`, `3d 2h`.
#[must_use]
pub fn span(ms: i64) -> String {
    let ms = ms.max(0);
    let seconds = ms / 1_000;
    match seconds {
        0..=9 => format!("{}.{}s", seconds, ms % 1_000 / 100),
        10..=59 => format!("{seconds}s"),
        60..=3_599 => format!("{}m {}s", seconds / 60, seconds % 60),
        3_600..=86_399 => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_and_write() {
        let cases = [
            ("2026-09-25T10:00:07.120Z", "2026-09-25T10:00:07.120Z"),
            ("2026-09-25T10:00:07Z", "2026-09-25T10:00:07.000Z"),
            ("2026-09-25T12:00:07.1204+02:00", "2026-09-25T10:00:07.120Z"),
        ];
        for (text, want) in cases {
            assert_eq!(Time::parse(text).expect(text).to_string(), want);
        }
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-09-25"] {
            assert_eq!(Time::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn spans_read_as_people_say_them() {
        let cases = [
            (-5, "0.0s"),
            (240, "0.2s"),
            (9_990, "9.9s"),
            (38_000, "38s"),
            (125_000, "2m 5s"),
            (3_840_000, "1h 4m"),
            (266_400_000, "3d 2h"),
        ];
        for (ms, want) in cases {
            assert_eq!(span(ms), want, "{ms} ms");
        }
    }
}

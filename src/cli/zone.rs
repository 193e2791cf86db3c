//! The time zone of the times that people read.

use std::path::Path;

use jiff::tz::TimeZone;

use super::failure::Failure;

/// Where this machine keeps its zones, and its own.
const ZONES: &str = "/usr/share/zoneinfo";
const OWN: &str = "/etc/localtime";

/// The zone of that name, else this machine's.
///
/// Asking for a zone by its name lists all there are, some hundred folders and files: more than
/// the rest of a short call. Where its file has the usual place, that alone is read.
pub(super) fn time_zone(name: Option<&str>) -> Result<TimeZone, Failure> {
    match name.map(|name| name.trim_start_matches(':')) {
        None => Ok(at(OWN.as_ref(), "").unwrap_or_else(TimeZone::system)),
        // Empty is not the same as absent: it is UTC.
        Some("") => Ok(TimeZone::system()),
        Some("UTC") => Ok(TimeZone::UTC),
        Some(name) => match usual(name) {
            Some(zone) => Ok(zone),
            None => TimeZone::get(name).map_err(|error| {
                Failure::usage(format!("no time zone {name:?}: {error}"))
                    .hint("name one as Europe/Vienna or UTC")
            }),
        },
    }
}

/// The zone whose file has the usual place; another place may be set, and names have spellings.
fn usual(name: &str) -> Option<TimeZone> {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+'))
    };
    if std::env::var_os("TZDIR").is_some() || !name.split('/').all(plain) {
        return None;
    }
    at(&Path::new(ZONES).join(name), name)
}

fn at(path: &Path, name: &str) -> Option<TimeZone> {
    TimeZone::tzif(name, &std::fs::read(path).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::time::Time;

    #[test]
    fn a_zone_read_from_its_file_is_the_one_of_that_name() {
        for name in ["Europe/Vienna", "Asia/Tokyo", "Etc/GMT+5", "UTC"] {
            let Ok(known) = TimeZone::get(name) else {
                continue;
            };
            let zone = time_zone(Some(name)).expect("a zone");
            for ms in [0, 1_782_000_000_000, 1_795_000_000_000] {
                assert_eq!(Time(ms).minute(&zone), Time(ms).minute(&known), "{name}");
            }
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_not_read() {
        for name in [
            "../../etc/localtime",
            "/etc/localtime",
            "Europe/../UTC",
            ".",
            "europe/vienna",
        ] {
            assert_eq!(usual(name), None, "{name}");
        }
        assert!(time_zone(Some("No/Where")).is_err());
    }
}

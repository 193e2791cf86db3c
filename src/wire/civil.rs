//! Dates as they are nearly always written, without a look at a calendar's library.

/// The days of 400 years, after which the calendar begins again.
const ERA_DAYS: i64 = 146_097;
/// Days from 1 March of year 0 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;
const DAY_MS: i64 = 86_400_000;

/// `2026-09-25T10:00:07.120Z` for `ms` milliseconds since 1970, in the years 0 to 9999.
pub(super) fn write(ms: i64) -> [u8; 24] {
    let (year, month, day) = date(ms.div_euclid(DAY_MS));
    // A day has fewer milliseconds than 32 bits.
    let ms = ms.rem_euclid(DAY_MS) as u32;
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let mut put = |at: usize, number: u32| {
        text[at] += (number / 10) as u8;
        text[at + 1] += (number % 10) as u8;
    };
    put(0, year as u32 / 100);
    put(2, year as u32 % 100);
    put(5, month as u32);
    put(8, day as u32);
    put(11, minutes / 60);
    put(14, minutes % 60);
    put(17, seconds);
    put(20, ms / 10);
    text[22] += (ms % 10) as u8;
    text
}

/// The milliseconds of a text as [`write()`] writes it; `None` for any other one.
pub(super) fn read(text: &str) -> Option<i64> {
    let text: &[u8; 24] = text.as_bytes().try_into().ok()?;
    let mut are_digits = true;
    let mut two = |at: usize| {
        let [tens, ones] = [text[at], text[at + 1]].map(|byte| byte.wrapping_sub(b'0'));
        are_digits &= tens < 10 && ones < 10;
        i64::from(tens) * 10 + i64::from(ones)
    };
    let year = two(0) * 100 + two(2);
    let [month, day, hour, minute, second] = [5, 8, 11, 14, 17].map(&mut two);
    // Three digits: the first two of them, then the last two.
    let ms = two(20) / 10 * 100 + two(21);
    let marks = [4, 7, 10, 13, 16, 19, 23].map(|at| text[at]);
    let in_day = hour < 24 && minute < 60 && second < 60;
    let days = days(year, month, day);
    // A day that is not in the calendar is another one there.
    if !are_digits || marks != *b"--T::.Z" || !in_day || date(days) != (year, month, day) {
        return None;
    }
    Some(days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1_000 + ms)
}

/// Year, month and day, counted from a 1 March so that a leap day is the last one of its year.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    // What is within an era takes half the digits.
    let (era, day) = (days.div_euclid(ERA_DAYS), days.rem_euclid(ERA_DAYS) as u32);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + i64::from(year) + i64::from(month <= 2);
    (year, month.into(), day.into())
}

/// Days since 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = (month + 9) % 12;
    let day = (153 * month + 2) / 5 + day - 1;
    era * ERA_DAYS + year * 365 + year / 4 - year / 100 + day - EPOCH_DAYS
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_day_is_what_a_library_says() {
        let first = -62_167_219_200_000_i64;
        // Every day of the first 400 years, and some of each later one.
        let later = (ERA_DAYS..3_652_000).step_by(97);
        for day in (0..ERA_DAYS).chain(later) {
            let ms = first + day * DAY_MS + day * 7_919 % DAY_MS;
            let text = write(ms);
            let text = std::str::from_utf8(&text).expect("ascii");
            assert_eq!(read(text), Some(ms), "{text}");
            let stamp: Timestamp = text.parse().expect("a time");
            assert_eq!(stamp.as_millisecond(), ms, "{text}");
        }
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_others() {
        for text in [
            "",
            "2026-09-25T10:00:07.12Z",
            "2026-09-25t10:00:07.120Z",
            "2026-09-25T10:00:07.120z",
            "2026-09-25 10:00:07.120Z",
            "2026-09-25T10:00:60.000Z",
            "2026-09-25T24:00:00.000Z",
            "2026-02-29T10:00:00.000Z",
            "2026-00-10T10:00:00.000Z",
            "2026-13-10T10:00:00.000Z",
            "2026-01-00T10:00:00.000Z",
            "2026-01-01T10:00:00.00é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("2024-02-29T00:00:00.000Z"), Some(1_709_164_800_000));
    }
}

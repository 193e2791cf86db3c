//! A run in single lines, one for each change of its state.

use jiff::Timestamp;

use super::paint::{Ink, Line, Paint};
use super::words::{age, spent, tag};
use super::{Close, Settings};
use crate::wire::figures::count;
use crate::wire::frame::{Frame, State};
use crate::wire::time::Time;

/// `12:03:04 [ACTIVE] main · "request"`, with its line end.
pub(super) fn line(frame: &Frame, wall: Time, settings: &Settings) -> String {
    let view = &frame.view;
    let mut line = begin(frame, frame.at.unwrap_or(wall), settings);
    if !frame.state.is_final() {
        if let Some(waiting) = view
            .blocked
            .as_ref()
            .filter(|_| frame.state == State::Blocked)
        {
            let what = waiting.what.iter().map(|what| format!(": {what}"));
            let what: String = what.collect();
            let since = waiting.since.map(|since| clock(since, "%H:%M", settings));
            let since = since.map_or(String::new(), |since| format!(" since {since}"));
            line = line.tail(
                Ink::Amber,
                &format!("waiting for {}{since}{what}", waiting.words()),
            );
        }
        if let Some(request) = &view.request {
            line = line.tail(Ink::Dim, &format!("\"{}\"", request.trim()));
        }
        return end(&line, settings);
    }
    if let Some(age) = age(frame, 0) {
        line = line.tail(Ink::Plain, &age);
    }
    if view.totals.tools > 0 {
        line = line.tail(Ink::Plain, &count(view.totals.tools, "tool"));
    }
    if view.totals.failed > 0 {
        line = line.tail(Ink::Red, &format!("{} failed", view.totals.failed));
    }
    for part in view.note.iter().cloned().chain(spent(&view.totals)) {
        line = line.tail(Ink::Plain, &part);
    }
    end(&line, settings)
}

/// What is said of a run that we leave behind while it goes on.
pub(super) fn left(frame: &Frame, why: Close, wall: Time, settings: &Settings) -> String {
    let line = begin(frame, wall, settings);
    end(
        &line.tail(Ink::Amber, &remark(why, wall, settings)),
        settings,
    )
}

/// `updates paused at 14:32`.
pub(super) fn remark(why: Close, wall: Time, settings: &Settings) -> String {
    match why {
        Close::Ended => "the input ended here".into(),
        Close::Paused => format!("updates paused at {}", clock(wall, "%H:%M", settings)),
    }
}

fn begin(frame: &Frame, at: Time, settings: &Settings) -> Line {
    let (_, _, ink) = super::glyphs::UNICODE.run(&frame.state, None);
    Line::default()
        .body(Ink::Dim, &clock(at, "%H:%M:%S", settings))
        .body(Ink::Plain, " ")
        .body(ink, &tag(&frame.state))
        .body(Ink::Plain, " ")
        .body(Ink::Bold, &frame.view.agent)
}

/// Lines for a file have no width; one that somebody made very long is cut.
fn end(line: &Line, settings: &Settings) -> String {
    let paint = Paint {
        colour: settings.colour,
        ascii: settings.ascii,
    };
    let mut text = line.paint(4_096, paint);
    text.push('\n');
    text
}

/// The time of day in the settings' zone.
fn clock(at: Time, format: &str, settings: &Settings) -> String {
    match Timestamp::from_millisecond(at.0) {
        Ok(stamp) => stamp
            .to_zoned(settings.zone.clone())
            .strftime(format)
            .to_string(),
        Err(_) => "--:--".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Memory, frame, rich};
    use super::super::tests::{at, board_with};
    use super::*;
    use crate::sink::Sink;
    use crate::wire::frame::Waiting;

    fn plain(colour: bool, ascii: bool) -> Settings {
        Settings {
            live: false,
            colour,
            ascii,
            zone: jiff::tz::TimeZone::fixed(jiff::tz::offset(2)),
            ..Settings::default()
        }
    }

    /// The lines of a run from its start to its end.
    fn lines(settings: Settings) -> Memory {
        let (memory, mut terminal) = board_with(24, 80, settings);
        terminal.put(&rich("a"), at(0));
        let mut next = rich("a");
        next.rev += 1;
        terminal.put(&next, at(1));
        next.rev += 1;
        next.state = State::Blocked;
        next.view.blocked = Some(Waiting {
            on: "permission".into(),
            what: Some("Run rm?".into()),
            since: None,
        });
        terminal.put(&next, at(2));
        next.rev += 1;
        next.state = State::Active;
        terminal.put(&next, at(2));
        next.rev += 1;
        next.state = State::Blocked;
        next.view.blocked = Some(Waiting {
            on: "plan".into(),
            what: None,
            since: Time::parse("2026-09-25T12:02:04Z"),
        });
        terminal.put(&next, at(2));
        next.rev += 1;
        next.state = State::Done;
        terminal.put(&next, at(3));
        terminal.put(&next, at(4));
        assert_eq!(terminal.tick(at(5)), None, "lines need no clock");
        terminal.put(&frame("b", 1, State::Active), at(6));
        terminal.close(Close::Paused, at(7)).expect("it is written");
        memory
    }

    #[test]
    fn each_change_of_state_is_a_line() {
        let request = "\"Why does the client give up after one timeout?\"";
        assert_eq!(
            lines(plain(false, false)).writes().concat(),
            format!(
                "14:03:04 [ACTIVE] main · {request}\n\
                 14:03:04 [BLOCKED] main · waiting for permission: Run rm? · {request}\n\
                 14:03:04 [ACTIVE] main · {request}\n\
                 14:03:04 [BLOCKED] main · waiting for its plan to be approved since 14:02 · {request}\n\
                 14:03:04 [DONE] main · 38s · 5 tools · 1 failed · 12.4k tokens · $0.08\n\
                 14:03:04 [ACTIVE] main\n\
                 16:32:10 [ACTIVE] main · updates paused at 16:32\n"
            )
        );
    }

    #[test]
    fn ascii_and_colour_are_the_callers_choice() {
        let ascii = lines(plain(false, true)).writes().concat();
        assert!(ascii.is_ascii(), "{ascii}");
        assert!(ascii.contains("[DONE] main - 38s - 5 tools"), "{ascii}");
        let colour = lines(plain(true, false)).writes().concat();
        assert!(colour.contains("\x1b[1m[DONE]\x1b[0m"), "{colour}");
    }
}

//! What is shown of what an agent says, and when.

use super::*;

fn text(id: &str, phase: &str, mode: &str, text: &str) -> Text {
    Text {
        id: id.into(),
        phase: phase.into(),
        mode: mode.into(),
        text: text.into(),
    }
}

#[test]
fn only_commentary_is_shown() {
    type Said<'a> = &'a [(&'a str, &'a str, &'a str, &'a str)];
    let cases: [(&str, Said<'_>, bool, &[&str]); 6] = [
        (
            "commentary",
            &[("a", "commentary", "whole", "one\n\ntwo")],
            false,
            &["one", "two"],
        ),
        ("the answer", &[("a", "final", "whole", "42")], true, &[]),
        (
            "perhaps the answer",
            &[("a", "unknown", "whole", "hm")],
            false,
            &[],
        ),
        (
            "not the answer after all",
            &[("a", "unknown", "whole", "hm")],
            true,
            &["hm"],
        ),
        (
            "deltas join",
            &[
                ("a", "commentary", "delta", "on"),
                ("a", "commentary", "delta", "e"),
            ],
            false,
            &["one"],
        ),
        (
            "a replacement replaces",
            &[
                ("a", "commentary", "whole", "x"),
                ("a", "commentary", "replace", "y"),
            ],
            false,
            &["y"],
        ),
    ];
    for (why, said, went_on, want) in cases {
        let mut speech = Speech::default();
        for (id, phase, mode, words) in said {
            speech.hear(&text(id, phase, mode, words), None);
        }
        if went_on {
            speech.went_on();
        }
        assert_eq!(newest(speech.lines(None)), want, "{why}");
    }
}

#[test]
fn what_was_the_answer_when_its_turn_was_over_stays_one() {
    let mut speech = Speech::default();
    speech.hear(&text("a", "commentary", "whole", "one"), None);
    speech.hear(&text("b", "unknown", "whole", "two"), None);
    speech.went_on();
    speech.hear(&text("c", "unknown", "whole", "42"), None);
    speech.answered();
    speech.hear(&text("d", "unknown", "whole", "three"), None);
    speech.went_on();
    assert_eq!(newest(speech.lines(None)), ["one", "two", "three"]);
}

#[test]
fn deltas_become_lines_at_a_blank_line_a_pause_or_when_something_follows() {
    type Said<'a> = &'a [(i64, &'a str, &'a str)];
    let cases: [(&str, Said<'_>, i64, &[&str]); 9] = [
        ("not yet", &[(0, "a", "Reading the ")], 2_499, &[]),
        (
            "after 2.5 s",
            &[(0, "a", "Reading the fi")],
            2_500,
            &["Reading the"],
        ),
        (
            "whose last word is whole",
            &[(0, "a", "Reading the file.")],
            2_500,
            &["Reading the file."],
        ),
        (
            "a blank line",
            &[(0, "a", "One.\n"), (9, "a", "\nTwo")],
            9,
            &["One."],
        ),
        (
            "the next line is waited for from its own start",
            &[(0, "a", "One.\n"), (2_000, "a", "\nTwo ")],
            2_600,
            &["One."],
        ),
        (
            "a pause cuts",
            &[(0, "a", "One "), (2_600, "a", "two ")],
            2_600,
            &["One"],
        ),
        (
            "no word is parted",
            &[(0, "a", "One tw"), (2_600, "a", "o ")],
            9_000,
            &["One", "two"],
        ),
        (
            "another text follows",
            &[(0, "a", "One"), (1, "b", "Two")],
            1,
            &["One"],
        ),
        (
            "and this one goes on",
            &[(0, "a", "One"), (1, "b", "Two"), (2, "a", "Three")],
            2,
            &["One", "Two"],
        ),
    ];
    let at = |ms| Some(Time(ms));
    for (why, said, now, want) in cases {
        let mut speech = Speech::default();
        for (when, id, words) in said {
            speech.hear(&text(id, "commentary", "delta", words), at(*when));
        }
        assert_eq!(newest(speech.lines(at(now))), want, "{why}");
    }
}

#[test]
fn a_snapshot_takes_the_place_of_the_one_before_and_is_waited_for_as_one() {
    let at = |ms| Some(Time(ms));
    let mut speech = Speech::default();
    let mut said = |when, words: &str| {
        speech.hear(&text("a", "commentary", "replace", words), at(when));
        newest(speech.lines(at(when)))
    };
    assert_eq!(said(0, "Read"), [""; 0]);
    assert_eq!(said(2_000, "Reading all "), [""; 0]);
    assert_eq!(said(2_500, "Reading all "), ["Reading all"]);
    assert_eq!(said(2_600, "Read.\n\nNow "), ["Read."]);
    assert_eq!(said(5_000, "Read.\n\nNow th"), ["Read."]);
    assert_eq!(said(5_100, "Read.\n\nNow th"), ["Read.", "Now"]);
}

#[test]
fn progress_stands_between_what_is_said() {
    let mut speech = Speech::default();
    let at = |ms| Some(Time(ms));
    speech.hear(&text("a", "commentary", "delta", "One"), at(0));
    speech.note("mode: plan", at(1));
    speech.note("mode: code", at(2));
    speech.hear(&text("a", "commentary", "delta", "Two "), at(3));
    speech.hear(&text("b", "final", "delta", "42"), at(4));
    let want = ["One", "mode: plan", "mode: code", "Two"];
    assert_eq!(newest(speech.lines(at(4))), want);
}

#[test]
fn long_speech_keeps_its_end() {
    let mut speech = Speech::default();
    for number in 0..3_000 {
        let line = format!("{number} {}\n", "é".repeat(number % 400));
        speech.hear(&text("a", "commentary", "delta", &line), None);
    }
    let lines = newest(speech.lines(None));
    assert!(lines.last().is_some_and(|line| line.starts_with("2999 ")));
    assert!(lines.iter().map(|line| line.chars().count()).sum::<usize>() <= MAX_ALL);
    assert!(
        lines
            .iter()
            .all(|line| line.chars().count() <= cut::MAX_LINE)
    );
}

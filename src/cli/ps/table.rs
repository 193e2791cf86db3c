//! The table of boxes: aligned, within the width of a terminal.

use console::{Color, Style};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::keys::Keys;
use crate::safe::neutralise::line;
use crate::wire::frame::State;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::{Time, span};

/// The columns, from left to right.
const HEAD: [&str; COLUMNS] = [
    "KEY", "STATE", "SINCE", "AGENT", "CHANNEL", "UPDATED", "WHY",
];
const COLUMNS: usize = 7;
/// What gives way on a narrow terminal, in this order, and how narrow it gets.
const GIVES_WAY: [(usize, usize); 3] = [(WHY, 16), (CHANNEL, 8), (AGENT, 8)];
const STATE: usize = 1;
const AGENT: usize = 3;
const CHANNEL: usize = 4;
const WHY: usize = 6;
/// Between two columns.
const GAP: usize = 2;

/// How the table is to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Columns of the terminal; as wide as it gets where there is none.
    pub(super) width: Option<usize>,
    /// Whether states have colours.
    pub(super) colour: bool,
}

/// The table of `listed`, some of `every` box.
pub(super) fn draw(listed: &[&Kept], every: &[Kept], now: Time, look: Look) -> String {
    let keys = Keys::of(every);
    let rows: Vec<[String; COLUMNS]> = listed
        .iter()
        .map(|kept| row(kept, keys.short(kept), now))
        .collect();
    let widths = widths(&rows, look.width);
    let mut text = String::new();
    put(&mut text, &HEAD.map(str::to_owned), &widths, None);
    for (row, kept) in rows.iter().zip(listed) {
        let style = look.colour.then(|| style(kept));
        put(&mut text, row, &widths, style.as_ref());
    }
    text
}

fn row(kept: &Kept, key: &str, now: Time) -> [String; COLUMNS] {
    let ago = |time: Time| span(now.since_ms(time));
    let about = &kept.about;
    let why = match (&kept.phase, &kept.note) {
        (Phase::Gone, _) => Some("somebody deleted the post"),
        // Nobody sees its state, and that is what matters.
        (_, Some(note)) => Some(note.as_str()),
        (Phase::Intended, _) if kept.is_live() => Some("its post is about to be made"),
        _ => about.why.as_deref(),
    };
    [
        key.to_owned(),
        kept.state.tag(),
        ago(about.turned.unwrap_or(kept.since)),
        who(kept).to_owned(),
        kept.channel.clone(),
        format!("{} ago", ago(kept.at)),
        why.unwrap_or("-").to_owned(),
    ]
    .map(|cell| line(&cell).into_owned())
}

/// Whose box it is: an agent's, or a script's, which gave it a name.
fn who(kept: &Kept) -> &str {
    let is_key = |text: &str| {
        text.len() == 26
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
    };
    match &kept.about.agent {
        Some(agent) => agent,
        // Written before boxes told of their agents.
        None if is_key(&kept.frame) => "-",
        None => &kept.frame,
    }
}

/// How wide each column is; those at the end that a narrow terminal has no room for are left out.
fn widths(rows: &[[String; COLUMNS]], limit: Option<usize>) -> Vec<usize> {
    let mut widths = HEAD.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let Some(limit) = limit else {
        return widths.to_vec();
    };
    for (column, least) in GIVES_WAY {
        let total = widths.iter().sum::<usize>() + GAP * (COLUMNS - 1);
        let narrow = widths[column].saturating_sub(total.saturating_sub(limit));
        widths[column] = narrow.max(least.min(widths[column]));
    }
    let mut used = 0;
    let fits = |width: &usize| {
        used += width + GAP;
        used <= limit + GAP
    };
    widths.into_iter().take_while(fits).collect()
}

/// Appends a line; nothing follows its last word.
fn put(text: &mut String, row: &[String; COLUMNS], widths: &[usize], style: Option<&Style>) {
    let mut owed = 0;
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        text.extend(std::iter::repeat_n(' ', owed));
        let cell = fit(cell, *width);
        owed = width - cell.width() + GAP;
        match style {
            Some(style) if column == STATE => text.push_str(&style.apply_to(cell).to_string()),
            _ => text.push_str(&cell),
        }
    }
    text.push('\n');
}

/// `cell` in at most `width` columns of a terminal.
fn fit(cell: &str, width: usize) -> String {
    if cell.width() <= width {
        return cell.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let mut kept = String::new();
    for c in cell.chars() {
        let columns = c.width().unwrap_or(0);
        if columns > left {
            break;
        }
        left -= columns;
        kept.push(c);
    }
    kept.push('…');
    kept
}

fn style(kept: &Kept) -> Style {
    let colour = match &kept.state {
        State::Active | State::Done => Color::Green,
        State::Blocked => Color::Yellow,
        State::Error | State::Interrupted | State::Other(_) => Color::Red,
    };
    let style = Style::new().fg(colour).force_styling(true);
    if kept.is_live() { style.bold() } else { style }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::wire::about::About;

    const NOW: Time = Time(1_790_330_400_000);

    pub fn kept(key: &str, state: State, seconds_ago: i64) -> Kept {
        Kept {
            key: format!("{key:a<26}"),
            frame: format!("{key:b<26}"),
            sink: "mattermost".into(),
            server: "chat.example.org".into(),
            channel: "8xkqz3w1dbgy7rnpmc5jh4tfae".into(),
            root: None,
            phase: Phase::Live,
            post: Some("p1".into()),
            since: NOW.plus_ms(-125_000),
            seq: 1,
            part: 0,
            hash: String::new(),
            rev: 1,
            state,
            at: NOW.plus_ms(-seconds_ago * 1_000),
            note: None,
            about: About {
                agent: Some("main".into()),
                turned: Some(NOW.plus_ms(-61_000)),
                why: Some("Running cargo test".into()),
                ..About::default()
            },
        }
    }

    fn three() -> [Kept; 3] {
        let script = Kept {
            frame: "nightly".into(),
            about: About::default(),
            note: Some("403 no permission".into()),
            ..kept("klmnopqrst", State::Error, 3_700)
        };
        let wide = Kept {
            about: About {
                agent: Some("番号\u{1b}[31m".into()),
                ..kept("", State::Active, 0).about
            },
            ..kept("klmnopqrsu", State::Blocked, 4)
        };
        [kept("abc", State::Active, 2), script, wide]
    }

    #[test]
    fn the_table_is_aligned_by_what_a_terminal_shows() {
        let every = three();
        let listed: Vec<&Kept> = every.iter().collect();
        let look = Look {
            width: None,
            colour: false,
        };
        let want = "\
KEY         STATE      SINCE  AGENT    CHANNEL                     UPDATED    WHY
abcaaaaa    [ACTIVE]   1m 1s  main     8xkqz3w1dbgy7rnpmc5jh4tfae  2.0s ago   Running cargo test
klmnopqrst  [ERROR]    2m 5s  nightly  8xkqz3w1dbgy7rnpmc5jh4tfae  1h 1m ago  403 no permission
klmnopqrsu  [BLOCKED]  1m 1s  番号     8xkqz3w1dbgy7rnpmc5jh4tfae  4.0s ago   Running cargo test
";
        let drawn = draw(&listed, &every, NOW, look);
        // What made the agent's name hostile is gone, and how wide the column is says the same.
        assert_eq!(drawn, want);
    }

    #[test]
    fn a_narrow_terminal_is_never_overrun() {
        let every = three();
        let listed: Vec<&Kept> = every.iter().collect();
        for width in 10..120 {
            let look = Look {
                width: Some(width),
                colour: false,
            };
            let drawn = draw(&listed, &every, NOW, look);
            for line in drawn.lines() {
                assert!(line.width() <= width, "{width}: {line:?}");
            }
            // What stands first stays longest.
            assert!(
                width < 21 || drawn.contains("klmnopqrst  [ERROR]"),
                "{drawn}"
            );
        }
        assert_eq!(fit("番号番号", 5), "番号…");
        assert_eq!(fit("番号番号", 4), "番…");
    }

    #[test]
    fn colours_are_on_the_state_alone() {
        let every = three();
        let look = Look {
            width: None,
            colour: true,
        };
        let drawn = draw(&[&every[0]], &every, NOW, look);
        assert!(
            drawn.contains("\u{1b}[32m\u{1b}[1m[ACTIVE]\u{1b}[0m  "),
            "{drawn:?}"
        );
        assert_eq!(drawn.matches("\u{1b}[0m").count(), 1);
    }
}

//! Lines of styled text that fit the width they are given.

use unicode_width::UnicodeWidthChar;

use super::clean::clean;

/// How a piece of text looks; each has a plain reading without colour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Bold,
    /// What is there to look up, not to read.
    Dim,
    Green,
    Amber,
    Red,
    GreenTag,
    AmberTag,
    RedTag,
}

impl Ink {
    /// Parameters of "select graphic rendition": colours of the terminal's own
    /// palette, which its owner chose to be readable.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Amber => "33",
            Self::Red => "31",
            Self::GreenTag => "1;32",
            Self::AmberTag => "1;33",
            Self::RedTag => "1;31",
        }
    }
}

/// How lines are put on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paint {
    pub(super) colour: bool,
    pub(super) ascii: bool,
}

/// One line in three parts: its beginning stays, its middle is cut when the
/// line is too long, its end stays as long as the middle has room.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Line {
    head: Vec<(Ink, String)>,
    body: Vec<(Ink, String)>,
    tail: Vec<(Ink, String)>,
}

/// The middle keeps this many columns before the end gives way.
const BODY: usize = 12;

impl Line {
    /// Adds to the beginning. All text is cleaned here, so none is forgotten.
    pub(super) fn head(mut self, ink: Ink, text: &str) -> Self {
        self.head.push((ink, clean(text).into_owned()));
        self
    }

    /// Adds to the middle.
    pub(super) fn body(mut self, ink: Ink, text: &str) -> Self {
        self.body.push((ink, clean(text).into_owned()));
        self
    }

    /// Adds ` · text` to the end.
    pub(super) fn tail(mut self, ink: Ink, text: &str) -> Self {
        self.tail.push((ink, format!(" · {}", clean(text))));
        self
    }

    /// The line in at most `width` columns.
    pub(super) fn paint(&self, width: usize, paint: Paint) -> String {
        let mut brush = Brush {
            out: String::new(),
            paint,
            ink: Ink::Plain,
        };
        let [head, body, tail] = [&self.head, &self.body, &self.tail].map(|part| {
            part.iter()
                .map(|(ink, text)| (*ink, brush.spell(text)))
                .collect()
        });
        let head = brush.part(&head, width);
        let rest = width - head;
        let ends = self.ends(&tail, rest, columns_of(&body));
        let tail: Vec<(Ink, String)> = tail.into_iter().take(ends).collect();
        brush.part(&body, rest - columns_of(&tail));
        brush.part(&tail, columns_of(&tail));
        brush.ink(Ink::Plain);
        brush.out
    }

    /// How many pieces of the end there is room for.
    fn ends(&self, tail: &[(Ink, String)], rest: usize, body: usize) -> usize {
        let mut free = rest.saturating_sub(body.min(BODY));
        let fits = |(_, text): &&(Ink, String)| {
            let columns = columns(text);
            let fits = columns <= free;
            free = free.saturating_sub(columns);
            fits
        };
        tail.iter().take_while(fits).count()
    }
}

/// Columns that `text` takes; never fewer than a terminal gives it.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

fn columns_of(part: &[(Ink, String)]) -> usize {
    part.iter().map(|(_, text)| columns(text)).sum()
}

struct Brush {
    out: String,
    paint: Paint,
    ink: Ink,
}

impl Brush {
    /// Puts as much of `part` as fits in `width` columns; gives what it took.
    fn part(&mut self, part: &Vec<(Ink, String)>, width: usize) -> usize {
        let dots = if self.paint.ascii { "~" } else { "…" };
        let whole = columns_of(part) <= width;
        let room = if whole {
            width
        } else {
            width.saturating_sub(1)
        };
        let mut used = 0;
        for (ink, text) in part {
            let mut end = text.len();
            for (at, c) in text.char_indices() {
                let columns = c.width().unwrap_or(0);
                if used + columns > room {
                    end = at;
                    break;
                }
                used += columns;
            }
            if end > 0 {
                self.ink(*ink);
                self.out.push_str(&text[..end]);
            }
            if end < text.len() {
                break;
            }
        }
        if !whole && width > 0 {
            self.out.push_str(dots);
            used += 1;
        }
        used
    }

    fn ink(&mut self, ink: Ink) {
        if !self.paint.colour || ink == self.ink {
            return;
        }
        if self.ink != Ink::Plain {
            self.out.push_str("\x1b[0m");
        }
        if ink != Ink::Plain {
            self.out.push_str("\x1b[");
            self.out.push_str(ink.code());
            self.out.push('m');
        }
        self.ink = ink;
    }

    /// `text` in the characters that the terminal can show.
    fn spell(&self, text: &str) -> String {
        if !self.paint.ascii || text.is_ascii() {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '…' => out.push_str("..."),
                '·' => out.push('-'),
                '–' | '—' | '‐' | '‑' => out.push('-'),
                '‘' | '’' => out.push('\''),
                '“' | '”' => out.push('"'),
                c if c.is_ascii() => out.push(c),
                c if c.width() == Some(0) => {}
                _ => out.push('?'),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Paint = Paint {
        colour: false,
        ascii: false,
    };

    fn line() -> Line {
        Line::default()
            .head(Ink::Green, "▸ ")
            .body(Ink::Plain, "Running ")
            .body(Ink::Bold, "cargo test --workspace")
            .tail(Ink::Dim, "31s")
            .tail(Ink::Red, "exit 101")
    }

    #[test]
    fn a_long_line_gives_way_in_the_middle_then_at_the_end() {
        let cases = [
            (80, "▸ Running cargo test --workspace · 31s · exit 101"),
            (49, "▸ Running cargo test --workspace · 31s · exit 101"),
            (40, "▸ Running cargo test -… · 31s · exit 101"),
            (30, "▸ Running cargo test --… · 31s"),
            (16, "▸ Running cargo…"),
            (5, "▸ Ru…"),
            (1, "…"),
            (0, ""),
        ];
        for (width, want) in cases {
            assert_eq!(line().paint(width, PLAIN), want, "{width} columns");
        }
    }

    #[test]
    fn wide_characters_are_never_cut_in_half() {
        let line = Line::default().body(Ink::Plain, "漢字漢字漢字");
        for width in 0..14 {
            let text = line.paint(width, PLAIN);
            assert!(columns(&text) <= width, "{width}: {text}");
        }
        assert_eq!(line.paint(6, PLAIN), "漢字…");
    }

    #[test]
    fn colours_are_closed_and_can_be_left_out() {
        let paint = Paint {
            colour: true,
            ..PLAIN
        };
        assert_eq!(
            Line::default()
                .head(Ink::GreenTag, "[DONE]")
                .body(Ink::Plain, " main")
                .tail(Ink::Dim, "2s")
                .paint(80, paint),
            "\x1b[1;32m[DONE]\x1b[0m main\x1b[2m · 2s\x1b[0m"
        );
    }

    #[test]
    fn ascii_is_ascii() {
        let paint = Paint {
            ascii: true,
            ..PLAIN
        };
        let line = Line::default()
            .body(Ink::Plain, "é漢 “it’s” – …")
            .tail(Ink::Dim, "2s");
        for width in 0..40 {
            let text = line.paint(width, paint);
            assert!(
                text.is_ascii() && columns(&text) <= width,
                "{width}: {text}"
            );
        }
        assert_eq!(line.paint(80, paint), "?? \"it's\" - ... - 2s");
    }
}

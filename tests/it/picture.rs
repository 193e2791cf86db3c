//! `examples/board.svg` and `examples/mattermost.svg`: what the terminal shows of the example
//! tree, and what a reader of Markdown makes of one box, drawn.
//!
//! Redraw them with `LIVE_STATUS_DRAW=1 cargo test --test it picture`.

use std::fmt::Write as _;
use std::path::Path;

use pulldown_cmark::{Event as Node, Parser, Tag, TagEnd};
use serde_json::Value;

use crate::board::Board;
use crate::examples::shell;

/// The moment of the picture: one agent waits for an answer, three others work.
const MOMENT: &str = "2026-11-19T14:02:57.500Z";
const ROWS: u16 = 44;
const COLUMNS: u16 = 92;
/// Of one character, in pixels.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;

/// The newest frame of every run that is under way at the moment, in the order in which the runs began.
fn frames() -> Vec<Value> {
    let ran = shell("live-status run --replay examples/openclaw --speed max --to stdout");
    let mut newest: Vec<Value> = Vec::new();
    for frame in ran.ok().lines() {
        if frame["at"].as_str().is_none_or(|at| at > MOMENT) {
            continue;
        }
        match newest.iter_mut().find(|known| known["key"] == frame["key"]) {
            Some(known) => *known = frame,
            None => newest.push(frame),
        }
    }
    newest.retain(|frame| matches!(frame["state"].as_str(), Some("active" | "blocked" | "idle")));
    newest
}

/// How a character looks.
fn style(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        vt100::Color::Idx(1 | 9) => "#ff7b72",
        vt100::Color::Idx(2 | 10) => "#7ee787",
        vt100::Color::Idx(3 | 11) => "#e3b341",
        vt100::Color::Idx(4 | 12) => "#79c0ff",
        vt100::Color::Idx(5 | 13) => "#d2a8ff",
        vt100::Color::Idx(6 | 14) => "#76e3ea",
        vt100::Color::Idx(8) => "#8b949e",
        _ if cell.dim() => "#8b949e",
        _ => "#e6edf3",
    };
    let weight = if cell.bold() {
        " font-weight=\"bold\""
    } else {
        ""
    };
    format!("fill=\"{colour}\"{weight}")
}

/// The screen as an SVG: one `text` for each stretch of one style.
fn draw(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    // What stands below the boxes speaks of the end of the input, which is no part of the picture.
    let line = |row: u16| screen.contents_between(row, 0, row, columns);
    let is_below = |row: &u16| line(*row).trim().is_empty() || line(*row).contains("input ended");
    let rows = (0..rows).find(is_below).unwrap_or(rows);
    let (width, height) = (
        f32::from(columns) * WIDTH + 32.0,
        f32::from(rows) * HEIGHT + 32.0,
    );
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         role=\"img\" aria-label=\"A board with several agents at work\" font-size=\"14\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#0d1117\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let Some(first) = screen.cell(row, column) else {
                break;
            };
            let (start, look) = (column, style(first));
            let mut text = String::new();
            while let Some(cell) = screen.cell(row, column).filter(|cell| style(cell) == look) {
                text.push_str(if cell.has_contents() {
                    cell.contents()
                } else {
                    " "
                });
                column += 1;
            }
            let blank = text.chars().take_while(|c| *c == ' ').count();
            let text = text.trim();
            if text.is_empty() {
                continue;
            }
            let text_width = text.chars().count() as f32 * WIDTH;
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let x = 16.0 + (f32::from(start) + blank as f32) * WIDTH;
            let y = 16.0 + (f32::from(row) + 0.75) * HEIGHT;
            let _ = writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" {look} textLength=\"{text_width:.1}\" xml:space=\"preserve\">{text}</text>"
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}

/// One line of a box as people see it: stretches of text, and how they look.
type Line = Vec<(Look, String)>;

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Plain,
    Bold,
    Code,
}

/// The lines of a box, as a reader of Markdown breaks and marks them.
fn lines(markdown: &str) -> Vec<Line> {
    let (mut lines, mut look) = (vec![Line::new()], Look::Plain);
    for node in Parser::new(markdown) {
        let (look, text) = match node {
            Node::Start(Tag::Strong) => {
                look = Look::Bold;
                continue;
            }
            Node::End(TagEnd::Strong) => {
                look = Look::Plain;
                continue;
            }
            Node::HardBreak | Node::SoftBreak => {
                lines.push(Line::new());
                continue;
            }
            Node::Code(text) => (Look::Code, text),
            Node::Text(text) => (look, text),
            _ => continue,
        };
        lines
            .last_mut()
            .expect("a line")
            .push((look, text.into_string()));
    }
    lines
}

/// A post in a chat, as an SVG.
fn post(markdown: &str) -> String {
    const LINE: f32 = 21.0;
    let lines = lines(markdown);
    let height = lines.len() as f32 * LINE + 62.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 560 {height:.0}\" width=\"560\" role=\"img\" \
         aria-label=\"A status box as a post in a chat\" font-size=\"14\" \
         font-family=\"'Open Sans', 'Segoe UI', 'DejaVu Sans', sans-serif\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#ffffff\" stroke=\"#dddfe4\"/>\n\
         <circle cx=\"34\" cy=\"36\" r=\"16\" fill=\"#1c58d9\"/>\n\
         <circle cx=\"34\" cy=\"36\" r=\"6\" fill=\"#ffffff\"/>\n\
         <text x=\"62\" y=\"33\" fill=\"#3f4350\" font-weight=\"bold\">status</text>\n\
         <text x=\"112\" y=\"33\" fill=\"#6f7280\" font-size=\"10\">BOT</text>\n"
    );
    for (number, line) in lines.iter().enumerate() {
        let y = 56.0 + number as f32 * LINE;
        let _ = write!(
            svg,
            "<text x=\"62\" y=\"{y:.0}\" fill=\"#3f4350\" xml:space=\"preserve\">"
        );
        for (look, text) in line {
            let text = text.replace('&', "&amp;").replace('<', "&lt;");
            let style = match look {
                Look::Plain => "",
                Look::Bold => " font-weight=\"bold\"",
                Look::Code => {
                    " font-family=\"Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"12.5\" fill=\"#1c58d9\""
                }
            };
            let _ = write!(svg, "<tspan{style}>{text}</tspan>");
        }
        svg.push_str("</text>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

#[test]
fn the_picture_of_a_post_is_the_box_that_would_be_posted() {
    let frames = frames();
    let texts = frames
        .iter()
        .filter_map(|frame| frame["text"]["markdown"].as_str());
    let text = texts
        .into_iter()
        .find(|text| text.contains("notes-writer"))
        .expect("the release");
    let svg = post(text);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/mattermost.svg");
    if std::env::var_os("LIVE_STATUS_DRAW").is_some() {
        std::fs::write(&path, &svg).expect("writes");
    }
    let kept = std::fs::read_to_string(&path).expect("a picture");
    assert!(
        kept == svg,
        "examples/mattermost.svg is out of step; run: LIVE_STATUS_DRAW=1 cargo test --test it picture"
    );
}

/// What the terminal shows of `frames`.
fn drawn(frames: &[Value]) -> String {
    let mut board = Board::new(ROWS, COLUMNS);
    let lines: Vec<String> = frames.iter().map(Value::to_string).collect();
    board.feed(&lines.join("\n"));
    draw(board.finish().screen())
}

#[test]
fn the_picture_of_the_readme_is_what_the_terminal_shows() {
    // The clocks on a board run: where a second passes while it is drawn, as on a busy machine,
    // it is another picture, and is drawn again.
    const TRIES: usize = 20;
    let frames = frames();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/board.svg");
    if std::env::var_os("LIVE_STATUS_DRAW").is_some() {
        std::fs::write(&path, drawn(&frames)).expect("writes");
    }
    let kept = std::fs::read_to_string(&path).expect("a picture");
    assert!(
        kept.contains("[BLOCKED]") && kept.contains("notes-writer"),
        "{kept}"
    );
    assert!(
        (0..TRIES).any(|_| drawn(&frames) == kept),
        "examples/board.svg is out of step; run: LIVE_STATUS_DRAW=1 cargo test --test it picture"
    );
}

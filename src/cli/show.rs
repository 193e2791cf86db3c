//! Where boxes are shown: the sinks that `post` and `run` share.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::args::{Color, Global, duration};
use super::failure::Failure;
use crate::outbox;
use crate::sink::stdout::Stdout;
use crate::sink::{Sink, terminal};

/// Where boxes go, and how fast.
#[derive(Args, Debug)]
#[command(next_help_heading = "Where boxes go")]
pub(super) struct Showing {
    /// Where to show the boxes; may be given more than once
    #[arg(long, value_name = "SINK", value_enum, default_values_t = [To::Terminal])]
    pub(super) to: Vec<To>,

    /// Least time between two edits of one box
    #[arg(long, value_name = "TIME", env = "THROTTLE_MS", default_value = "500", value_parser = milliseconds)]
    throttle: Duration,

    /// Show runs that are over in one line, without their steps
    #[arg(long)]
    brief: bool,
}

/// A place that shows boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// A live board on a terminal; elsewhere one line for each change of state
    Terminal,
    /// Every frame as a JSON line, unpaced
    Stdout,
}

/// Which stream a board is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// Standard output.
    Output,
    /// Standard error: the output carries data.
    Error,
}

/// Reads a span; a bare number is milliseconds, as `THROTTLE_MS` has it.
fn milliseconds(text: &str) -> Result<Duration, String> {
    match text.trim().parse::<u64>() {
        Ok(number) => Ok(Duration::from_millis(number)),
        Err(_) => duration(text),
    }
}

impl Showing {
    /// Whether frames go out as lines.
    pub(super) fn is_stdout(&self) -> bool {
        self.to.contains(&To::Stdout)
    }

    /// The sinks that were asked for; a board is drawn on `board`.
    pub(super) fn sinks(
        &self,
        global: &Global,
        zone: jiff::tz::TimeZone,
        max_lines: usize,
        board: On,
    ) -> Result<Vec<Box<dyn Sink>>, Failure> {
        if self.to.contains(&To::Terminal) && self.is_stdout() {
            return Err(Failure::usage(
                "--to terminal and --to stdout would write into each other",
            )
            .hint("choose one of them, or pipe --to stdout into live-status post --to terminal"));
        }
        let make = |to: &To| -> Box<dyn Sink> {
            match to {
                To::Stdout => Box::new(Stdout::new(Box::new(std::io::stdout()))),
                To::Terminal => Box::new(terminal::Terminal::on(
                    self.board(global, zone.clone(), max_lines, board),
                    match board {
                        On::Output => Arc::new(terminal::StandardOutput),
                        On::Error => Arc::new(terminal::StandardError),
                    },
                )),
            }
        };
        let mut kinds = self.to.clone();
        kinds.dedup();
        Ok(kinds.iter().map(make).collect())
    }

    fn board(
        &self,
        global: &Global,
        zone: jiff::tz::TimeZone,
        max_lines: usize,
        on: On,
    ) -> terminal::Settings {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let dumb = var("TERM").is_none_or(|term| term == "dumb");
        let terminal = match on {
            On::Output => std::io::stdout().is_terminal(),
            On::Error => std::io::stderr().is_terminal(),
        };
        let live = terminal && !dumb;
        let colour = match global.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                var("CLICOLOR_FORCE").is_some_and(|force| force != "0")
                    || (live
                        && var("NO_COLOR").is_none()
                        && var("CLICOLOR").is_none_or(|on| on != "0"))
            }
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .into_iter()
            .find_map(var)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let reflows = [
            "VTE_VERSION",
            "KITTY_WINDOW_ID",
            "TMUX",
            "WT_SESSION",
            "WEZTERM_PANE",
            "ALACRITTY_WINDOW_ID",
        ];
        terminal::Settings {
            live,
            colour,
            ascii: !(locale.contains("utf-8") || locale.contains("utf8")),
            reflows: reflows.into_iter().any(|name| var(name).is_some()),
            trail: !self.brief,
            max_steps: max_lines,
            zone,
        }
    }

    /// How fast frames may go out. A terminal has no server that asks for mercy.
    pub(super) fn pace(&self) -> outbox::Settings {
        outbox::Settings {
            min_gap: self.throttle,
            rate_per_second: 0.0,
            ..outbox::Settings::default()
        }
    }
}

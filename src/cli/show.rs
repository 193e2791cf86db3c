//! Where boxes are shown: the sinks that `post` and `run` share.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::args::{Global, duration, whole};
use super::chat::Posting;
use super::failure::Failure;
use super::ledger::Role;
use super::service::Renew;
use crate::daemon::gauges::Gauges;
use crate::outbox;
use crate::sink::stdout::Stdout;
use crate::sink::{Sink, terminal};

/// Where boxes go, and how fast.
#[derive(Args, Debug)]
#[command(next_help_heading = "Where boxes go")]
pub(super) struct Showing {
    /// Where to show the boxes; may be given more than once. Default: mattermost; for run, terminal where no server is set and for --replay
    #[arg(long, value_name = "SINK", value_enum)]
    to: Vec<To>,

    /// Least time between two edits of one box; an end waits half a second at most
    #[arg(long, value_name = "TIME", env = "THROTTLE_MS", default_value = "500", value_parser = milliseconds)]
    throttle: Duration,

    /// Runs that have a live box at once, the others wait; 0 is no limit
    #[arg(
        long,
        value_name = "N",
        env = "MAX_ACTIVE_SESSIONS",
        default_value_t = 200,
        value_parser = whole(0_usize..)
    )]
    max_active_sessions: usize,

    /// Failures of the server in a row after which nothing is sent for a while; 0 never stops
    #[arg(
        long,
        value_name = "N",
        env = "CIRCUIT_BREAKER_THRESHOLD",
        default_value_t = 5,
        value_parser = whole(0_u32..)
    )]
    circuit_breaker_threshold: u32,

    /// How long that while is; then one request finds out
    #[arg(long, value_name = "TIME", env = "CIRCUIT_BREAKER_COOLDOWN_S", default_value = "30", value_parser = duration)]
    circuit_breaker_cooldown: Duration,

    /// Show runs that are over in one line, without their steps
    #[arg(long)]
    brief: bool,

    // Last: what follows would stand under its heading.
    #[command(flatten)]
    pub(super) chat: Posting,
}

/// A place that shows boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum To {
    /// A live board on a terminal; elsewhere one line for each change of state
    Terminal,
    /// Every frame as a JSON line, unpaced
    Stdout,
    /// One post for each run, edited in place, in the thread where it was asked for
    Mattermost,
}

/// The places that boxes go to, each once; a board comes first, since it is told what people are to read.
#[derive(Debug)]
pub(super) struct Places(Vec<To>);

impl Places {
    /// Their names, for a log.
    pub(super) fn names(&self) -> String {
        let name = |to: &To| match to {
            To::Terminal => "terminal",
            To::Stdout => "stdout",
            To::Mattermost => "mattermost",
        };
        self.0.iter().map(name).collect::<Vec<_>>().join(",")
    }

    /// Whether a board is drawn where standard error shows as well.
    pub(super) fn board_at_hand(&self, board: On) -> bool {
        let drawn = match board {
            On::Output => std::io::stdout().is_terminal(),
            On::Error => true,
        };
        self.has(To::Terminal) && drawn && std::io::stderr().is_terminal()
    }

    /// Whether boxes go there.
    pub(super) fn has(&self, to: To) -> bool {
        self.0.contains(&to)
    }
}

/// Who asks for sinks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asking<'a> {
    /// The verb, for people.
    pub(super) verb: &'static str,
    /// What it is to the memory of boxes.
    pub(super) role: Role,
    /// Where it shows whether that memory can be kept.
    pub(super) gauges: &'a Arc<Gauges>,
}

/// The sinks of some places.
pub(super) struct Sinks {
    pub(super) sinks: Vec<Box<dyn Sink>>,
    /// Lets the chat server's sink read its token again.
    pub(super) renew: Option<Renew>,
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
    /// The places that were asked for, else that one.
    ///
    /// # Errors
    ///
    /// Two of them would write into each other.
    pub(super) fn places(&self, otherwise: To) -> Result<Places, Failure> {
        let mut places = self.to.clone();
        if places.is_empty() {
            places.push(otherwise);
        }
        places.sort_unstable();
        places.dedup();
        let places = Places(places);
        if self.chat.dry_run && !places.has(To::Mattermost) {
            return Err(Failure::usage(
                "--dry-run shows what a chat server would be sent, and none is asked for",
            )
            .hint("add --to mattermost"));
        }
        if places.has(To::Terminal) && places.has(To::Stdout) {
            return Err(Failure::usage(
                "--to terminal and --to stdout would write into each other",
            )
            .hint("choose one of them, or pipe --to stdout into live-status post --to terminal"));
        }
        Ok(places)
    }

    /// Where boxes go when nobody said: to the chat server if all is set for it, else here.
    pub(super) fn chat_or_terminal(&self, global: &Global) -> To {
        let missing = self.chat.server.missing();
        if missing.is_none() || self.chat.dry_run {
            return To::Mattermost;
        }
        if self.to.is_empty()
            && let (Some(url), Some(missing)) = (self.chat.server.url_for_people(), missing)
        {
            global.say(format_args!(
                "boxes are shown here: there is {missing} for {url}"
            ));
        }
        To::Terminal
    }

    /// The sinks of `places`; a board is drawn on `board`.
    pub(super) fn sinks(
        &self,
        places: &Places,
        asking: Asking<'_>,
        global: &Global,
        zone: &jiff::tz::TimeZone,
        max_lines: usize,
        board: On,
    ) -> Result<Sinks, Failure> {
        let mut renew: Option<Renew> = None;
        let make = |to: &To| -> Result<Box<dyn Sink>, Failure> {
            Ok(match to {
                To::Mattermost => {
                    let Asking { verb, role, gauges } = asking;
                    let chat = self.chat.sink(verb, role, zone.clone(), gauges)?;
                    renew = Some(Box::new(chat.renewer()));
                    Box::new(chat)
                }
                To::Stdout => Box::new(Stdout::new(Box::new(std::io::stdout()))),
                To::Terminal => Box::new(terminal::Terminal::on(
                    self.board(global, zone.clone(), max_lines, board),
                    match board {
                        On::Output => Arc::new(terminal::StandardOutput),
                        On::Error => Arc::new(terminal::StandardError),
                    },
                )),
            })
        };
        let sinks = places.0.iter().map(make).collect::<Result<_, _>>()?;
        Ok(Sinks { sinks, renew })
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
            colour: global.colours(live),
            ascii: !(locale.contains("utf-8") || locale.contains("utf8")),
            reflows: reflows.into_iter().any(|name| var(name).is_some()),
            trail: !self.brief,
            max_steps: max_lines,
            zone,
        }
    }

    /// How fast the frames of one box may go out; each sink says what its server bears.
    pub(super) fn pace(&self) -> outbox::Settings {
        outbox::Settings {
            live: self.max_active_sessions,
            breaker_threshold: self.circuit_breaker_threshold,
            breaker_cooldown: self.circuit_breaker_cooldown,
            min_gap: self.throttle,
            ..outbox::Settings::default()
        }
    }
}

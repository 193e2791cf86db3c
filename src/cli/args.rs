//! Arguments that several verbs share.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::failure::{Doing as _, Failure};
use crate::label::{Detail, Labeller, Rules};
use crate::render::{self, Commentary, Markup};
use crate::safe::redact::Redactor;
use crate::safe::visible;
use crate::view;
use crate::wire::event::{Cause, Name};
use crate::wire::frame::State;

/// What every verb takes.
#[derive(Args, Debug)]
pub(super) struct Global {
    /// Read settings from FILE instead of the usual places
    #[arg(long, global = true, value_name = "FILE", env = "LIVE_STATUS_CONFIG")]
    pub(super) config: Option<PathBuf>,

    /// Say more on standard error
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,

    /// Say only what went wrong
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,

    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Global {
    /// Whether colours are wanted on an output that is a terminal which can show them, or is not.
    pub(super) fn colours(&self, terminal: bool) -> bool {
        let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                var("CLICOLOR_FORCE").is_some_and(|force| force != "0")
                    || (terminal
                        && var("NO_COLOR").is_none()
                        && var("CLICOLOR").is_none_or(|on| on != "0"))
            }
        }
    }

    /// Says something to the person, unless they asked for quiet.
    pub(super) fn say(&self, message: impl std::fmt::Display) {
        if !self.quiet {
            complain(message);
        }
    }
}

/// Says that something went wrong, even to those who asked for quiet.
pub(super) fn complain(message: impl std::fmt::Display) {
    use std::io::Write as _;
    // Whoever can name a file must not write to the terminal, or lines of his own.
    let text = format!("live-status: {}\n", visible(&message.to_string()));
    // A full or closed standard error must not stop the work.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// So many of what is named by the word for one.
pub(super) fn counted(count: u64, one: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {one}{ending}")
}

/// How events become phrases.
#[derive(Args, Debug)]
#[command(next_help_heading = "Labels")]
pub(super) struct Labelling {
    /// Take phrases from FILE (JSON or TOML) before the built-in ones
    #[arg(long, value_name = "FILE", env = "TOOL_LABELS_FILE")]
    pub(super) labels: Option<PathBuf>,

    /// How much of a tool's input a phrase shows
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Detail::Target)]
    pub(super) detail: Detail,
}

impl Labelling {
    /// The labeller these arguments ask for.
    pub(super) fn labeller(&self) -> Result<Labeller, Failure> {
        let rules = match &self.labels {
            None => Rules::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .doing(|| format!("cannot read {}", path.display()))?;
                Rules::parse(&text).map_err(|bad| {
                    Failure::config(format!("{}: {bad}", path.display())).hint(
                        "a rule is a pattern and a phrase: \"exec:cargo\" = \"Building {target}\"",
                    )
                })?
            }
        };
        Ok(Labeller::new(rules, self.detail))
    }
}

/// What is taken out of texts.
#[derive(Args, Debug)]
#[command(next_help_heading = "Safety")]
pub(super) struct Redaction {
    /// Leave secrets in: for your own eyes only
    #[arg(long)]
    no_redact: bool,

    /// Also take out every line of FILE, as [REDACTED:own]
    #[arg(long, value_name = "FILE", env = "LIVE_STATUS_SECRETS_FILE")]
    secrets_file: Option<PathBuf>,
}

impl Redaction {
    /// The redactor these arguments ask for.
    pub(super) fn redactor(&self) -> Result<Redactor, Failure> {
        if self.no_redact {
            return Ok(Redactor::off());
        }
        let mut own = Vec::new();
        if let Some(path) = &self.secrets_file {
            let text = std::fs::read_to_string(path)
                .doing(|| format!("cannot read {}", path.display()))?;
            own.extend(
                text.lines()
                    .map(str::trim)
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned),
            );
        }
        Ok(Redactor::new(&own))
    }
}

/// How the state of a run is drawn.
#[derive(Args, Debug)]
#[command(next_help_heading = "The box")]
pub(super) struct Drawing {
    /// Markup of the text
    #[arg(long, value_name = "MARKUP", value_enum, default_value_t = Markup::Markdown)]
    pub(super) markup: Markup,

    /// Step lines at most
    #[arg(long, value_name = "N", env = "MAX_STATUS_LINES", default_value_t = 15, value_parser = whole(1..=50_u16))]
    pub(super) max_lines: u16,

    /// Characters at most
    #[arg(long, value_name = "N", env = "MAX_MESSAGE_CHARS", default_value_t = 15_000, value_parser = whole(200..=15_000_u32))]
    pub(super) max_chars: u32,

    /// No box before a run has worked for TIME or used a tool
    #[arg(long, value_name = "TIME", default_value = "1.5s", value_parser = duration)]
    pub(super) after: Duration,

    /// What the agent says on its way, never its answer and never its reasoning
    #[arg(long, value_name = "WHICH", value_enum, default_value_t = Commentary::Off)]
    pub(super) commentary: Commentary,

    /// Kinds of ACP progress that commentary includes, as plan,usage_update; default: none
    #[arg(long, value_name = "TAG", value_delimiter = ',', value_parser = status_tag)]
    pub(super) status_tags: Vec<Name>,

    /// Time zone of the times people read, as Europe/Vienna; default: this machine's
    #[arg(long, value_name = "ZONE", env = "TZ")]
    pub(super) tz: Option<String>,

    /// Keep the steps in the box of a run that is over; else they are summed up
    #[arg(long)]
    pub(super) trail: bool,

    /// Add which rule gave a run its state, and the evidence
    #[arg(long)]
    pub(super) explain: bool,

    /// Nothing pending and nothing new for TIME: the run is over
    #[arg(long, value_name = "TIME", env = "IDLE_TIMEOUT_S", default_value = "60", value_parser = duration)]
    pub(super) idle_timeout: Duration,

    /// A turn that stopped between two steps is given up after TIME
    #[arg(long, value_name = "TIME", env = "MAX_SESSION_DURATION_S", default_value = "1800", value_parser = duration)]
    pub(super) max_duration: Duration,
}

impl Drawing {
    /// Settings of the fold; `causes` besides people get a box.
    pub(super) fn view(&self, causes: Vec<Cause>) -> view::Settings {
        view::Settings {
            after: self.after,
            idle: self.idle_timeout,
            max_duration: self.max_duration,
            commentary: self.commentary != Commentary::Off,
            status_tags: self.status_tags.clone(),
            include: causes,
            ..view::Settings::default()
        }
    }

    /// Settings of the drawing.
    pub(super) fn render(&self) -> Result<render::Settings, Failure> {
        Ok(render::Settings {
            markup: self.markup,
            max_lines: usize::from(self.max_lines),
            max_chars: self.max_chars as usize,
            commentary: self.commentary,
            timezone: super::zone::time_zone(self.tz.as_deref())?,
            explain: self.explain,
            trail: self.trail,
        })
    }
}

/// Reads an ACP `sessionUpdate` kind.
fn status_tag(text: &str) -> Result<Name, String> {
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    match text.trim() {
        "agent_thought_chunk" => Err("reasoning is never shown; leave it out".into()),
        tag if !tag.is_empty() && tag.chars().all(letters) => Ok(tag.into()),
        _ => Err(format!(
            "{text:?} is no kind of ACP progress; name such as plan, usage_update or current_mode_update"
        )),
    }
}

/// Reads a whole number of that range.
pub(super) fn whole<N: FromStr + PartialOrd + Display>(
    range: impl RangeBounds<N> + Clone,
) -> impl Fn(&str) -> Result<N, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| match (range.start_bound(), range.end_bound()) {
            (Bound::Included(least), Bound::Included(most)) => {
                format!("a whole number from {least} to {most} is expected")
            }
            _ => "a whole number is expected".to_owned(),
        })
    }
}

/// Reads a span as `500ms`, `1.5s`, `2m`, `1h`, `3d`; a bare number is seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let bad = || format!("{text:?} is no span of time; write it as 500ms, 1.5s, 2m, 1h or 3d");
    let text = text.trim();
    let unit_at = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        _ => return Err(bad()),
    };
    let number: f64 = number.trim().parse().map_err(|_| bad())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())
}

/// How the work stands that a box shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Stands {
    /// It goes on.
    Active,
    /// It waits for somebody.
    Blocked,
    /// It did what it should.
    Done,
    /// It failed.
    Error,
    /// It was stopped, or nobody knows how it ended.
    Interrupted,
}

impl From<Stands> for State {
    fn from(stands: Stands) -> Self {
        match stands {
            Stands::Active => Self::Active,
            Stands::Blocked => Self::Blocked,
            Stands::Done => Self::Done,
            Stands::Error => Self::Error,
            Stands::Interrupted => Self::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read() {
        let cases = [
            ("500ms", Some(500)),
            ("1.5s", Some(1_500)),
            ("60", Some(60_000)),
            ("2m", Some(120_000)),
            ("1h", Some(3_600_000)),
            ("3d", Some(259_200_000)),
            ("", None),
            ("-1s", None),
            ("2w", None),
            ("1e400s", None),
        ];
        for (text, want) in cases {
            let got = duration(text).ok().map(|span| span.as_millis());
            assert_eq!(got, want, "{text:?}");
        }
    }
}

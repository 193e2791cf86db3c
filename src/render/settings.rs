//! What the reader of the boxes asked for.

use jiff::tz::TimeZone;

/// The markup of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Markup {
    /// Mattermost, and other readers of `CommonMark`
    #[default]
    Markdown,
    /// Slack
    Mrkdwn,
    /// Terminals, logs and mail: no symbol of ours beyond ASCII
    Plain,
}

/// How much of what the agent says on the way is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Commentary {
    /// Nothing
    #[default]
    Off,
    /// The newest line
    Latest,
    /// The newest lines, 1,000 characters in all
    All,
}

/// How views become frames.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The markup of the text.
    pub markup: Markup,
    /// Most step lines in a box; nested ones and fold lines count.
    pub max_lines: usize,
    /// Most characters of a text.
    pub max_chars: usize,
    /// How much commentary is shown.
    pub commentary: Commentary,
    /// Whether a box that is final keeps its steps; else it sums them up.
    pub trail: bool,
    /// The time zone of the minute in the footer.
    pub timezone: TimeZone,
    /// Whether a frame says why its state is what it is.
    pub explain: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            markup: Markup::default(),
            max_lines: 15,
            max_chars: 15_000,
            commentary: Commentary::default(),
            trail: false,
            timezone: TimeZone::UTC,
            explain: false,
        }
    }
}

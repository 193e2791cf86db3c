//! The marks of each markup, and how foreign text is made plain in it.

use crate::safe::neutralise;
use crate::wire::frame::StepStatus;
use crate::wire::hidden::Hidden;

use super::settings::Markup;

impl Markup {
    /// Between the parts of a line.
    pub(super) fn dot(self) -> &'static str {
        match self {
            Self::Markdown | Self::Mrkdwn => " · ",
            Self::Plain => " - ",
        }
    }

    /// Between lines. Two spaces make a line break of what `CommonMark` would
    /// run together; Mattermost breaks lines with and without them.
    pub(super) fn line_end(self) -> &'static str {
        match self {
            Self::Markdown => "  \n",
            Self::Mrkdwn | Self::Plain => "\n",
        }
    }

    /// Behind a quote: without an empty line Markdown takes what follows into it.
    pub(super) fn quote_end(self) -> &'static str {
        match self {
            Self::Markdown => "\n\n",
            Self::Mrkdwn | Self::Plain => "\n",
        }
    }

    /// Before a nested line.
    ///
    /// White space at the head of a line is lost in some readers and makes a
    /// code block in others, so chat gets a line that can be seen.
    pub(super) fn indent(self) -> &'static str {
        match self {
            Self::Markdown | Self::Mrkdwn => "┊ ",
            Self::Plain => "    ",
        }
    }

    /// What a step's line begins with.
    pub(super) fn mark(self, status: &StepStatus) -> &'static str {
        match self {
            Self::Markdown | Self::Mrkdwn => match status {
                StepStatus::Active | StepStatus::Background => "▸",
                StepStatus::Blocked => "◆",
                StepStatus::Ok => "✓",
                StepStatus::Error => "✗",
                StepStatus::Stopped => "■",
                StepStatus::Unknown | StepStatus::Other(_) => "?",
            },
            Self::Plain => match status {
                StepStatus::Active | StepStatus::Background => "...",
                StepStatus::Blocked => "WAITING",
                StepStatus::Ok => "ok",
                StepStatus::Error => "FAILED",
                StepStatus::Stopped => "STOPPED",
                StepStatus::Unknown | StepStatus::Other(_) => "?",
            },
        }
    }

    /// The line for steps that are not shown: `… 12 earlier steps, 7 more sub-agents, 2 running`.
    pub(super) fn fold(self, hidden: Hidden) -> String {
        let hidden = hidden.words();
        match self {
            Self::Markdown | Self::Mrkdwn => format!("… {hidden}"),
            Self::Plain => format!("({hidden})"),
        }
    }

    /// Foreign text as one line that means only itself.
    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Markdown => neutralise::markdown(text),
            Self::Mrkdwn => neutralise::mrkdwn(text),
            // What was cut ends in a symbol of ours.
            Self::Plain => neutralise::line(text).replace('…', "..."),
        }
    }

    /// Foreign text as code.
    pub(super) fn code(self, text: &str) -> String {
        match self {
            Self::Markdown => neutralise::code(text),
            Self::Mrkdwn => neutralise::mrkdwn_code(text),
            Self::Plain => self.text(text),
        }
    }

    /// Foreign text in bold.
    pub(super) fn bold(self, text: &str) -> String {
        let text = self.text(text);
        match self {
            Self::Plain => text,
            _ if text.is_empty() => text,
            Self::Markdown => format!("**{text}**"),
            Self::Mrkdwn => format!("*{text}*"),
        }
    }
}

//! A tool call becomes the phrase a person reads.
//!
//! What a phrase may show of a call's input is the **safe target** alone (see
//! `target`); everything else needs [`Detail::Args`] and is then redacted by
//! whoever asked for it.

mod builtin;
mod known;
mod names;
mod rules;
mod rules_file;
mod shell;
mod target;
mod template;
#[cfg(test)]
mod tests;
mod tidy;

use serde_json::Value;

use crate::wire::event::Label;
use known::Known;
pub use rules::{BadRule, Rules};
pub use shell::{Started, started, started_by_words};
use template::Fields;
use tidy::tidy;

/// The arguments shown with [`Detail::Args`] have at most this many graphemes.
const MOST_ARGUMENTS: usize = 120;
/// What stands before a target has at most this many graphemes.
const MOST_PHRASE: usize = 79;

/// A call as the labeller sees it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The tool's name, where the source gives one.
    pub name: Option<&'a str>,
    /// A title the source gives. It may quote arguments, so it is shown with
    /// [`Detail::Args`] only.
    pub title: Option<&'a str>,
    /// A kind the source gives: `read`, `edit`, `execute`, …
    pub kind: Option<&'a str>,
    /// What the tool is called with: any JSON.
    pub input: &'a Value,
}

/// How much of a call's input a phrase shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Detail {
    /// A safe target: program and subcommand, base name, host
    #[default]
    Target,
    /// The arguments on one line, clipped
    Args,
    /// Nothing
    None,
}

impl std::str::FromStr for Detail {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        <Self as clap::ValueEnum>::from_str(text, true)
    }
}

/// Turns calls into labels. `Default` has the built-in table alone.
#[derive(Clone, Debug, Default)]
pub struct Labeller {
    user: Rules,
    detail: Detail,
}

impl Labeller {
    /// A labeller that asks `user` first and shows as much as `detail` allows.
    #[must_use]
    pub fn new(user: Rules, detail: Detail) -> Self {
        Self { user, detail }
    }

    /// The label of a call.
    ///
    /// Pure, and total: any name and any input have one. The text is one line
    /// of at most 200 graphemes and ends in the target where there is one.
    #[must_use]
    pub fn label(&self, call: &Call<'_>) -> Label {
        let known = self.known(call, 0);
        let user = self.matching(&known).next();
        match user {
            Some(rule) => self.by_user(rule, &known),
            None => by_table(known),
        }
    }

    /// Every rule that matched, best first, and why the first one won; for
    /// people, one line each.
    #[must_use]
    pub fn explain(&self, call: &Call<'_>) -> Vec<String> {
        let known = self.known(call, 0);
        let mut lines = Vec::new();
        for rule in self.matching(&known) {
            let verdict = if lines.is_empty() {
                "won: the most telling of the user's rules"
            } else {
                "lost: a more telling rule matched"
            };
            lines.push(format!(
                "user:{}: {} matched; {verdict}",
                rule.pattern, rule.rank
            ));
        }
        let verdict = if lines.is_empty() {
            "won: no rule of the user matched"
        } else {
            "lost: the user's rules come first"
        };
        lines.push(format!("{}: {verdict}", known.rule));
        let label = self.label(call);
        let target = label.target.as_deref().unwrap_or("none");
        lines.push(format!("phrase: {}; target: {target}", label.text));
        lines
    }

    fn matching(&self, known: &Known<'_>) -> impl Iterator<Item = &rules::Rule> {
        let name = known.name.as_deref().filter(|_| !self.user.is_empty());
        name.into_iter()
            .flat_map(|name| self.user.matching(name, known.program.as_deref()))
            .collect::<Vec<_>>()
            .into_iter()
    }

    fn by_user(&self, rule: &rules::Rule, known: &Known<'_>) -> Label {
        let name = known.name.as_deref().map(|name| tidy(name, 64));
        let (before, target) = rule.template.fill(Fields {
            target: known.target.as_deref(),
            name: name.as_deref(),
            program: known
                .program
                .as_deref()
                .filter(|_| self.detail != Detail::None),
        });
        Label {
            rule: format!("user:{}", rule.pattern),
            ..joined(&before, target.map(str::to_owned))
        }
    }
}

fn by_table(known: Known<'_>) -> Label {
    let (before, target) = match (known.subject, known.target) {
        (Some(subject), _) => (format!("{} ", known.with), Some(subject)),
        (None, Some(target)) => (format!("{} ", known.with), Some(target)),
        (None, None) => (format!("{}...", known.alone), None),
    };
    Label {
        rule: known.rule.into_owned(),
        ..joined(&before, target)
    }
}

/// A label without its rule: what stands before the target, and the target.
fn joined(before: &str, target: Option<String>) -> Label {
    let target = target.filter(|target| !target.is_empty());
    let most = match target {
        Some(_) => MOST_PHRASE,
        None => MOST_PHRASE + MOST_ARGUMENTS,
    };
    let mut text = tidy(before, most);
    if let Some(target) = &target {
        if before.ends_with(char::is_whitespace) && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(target);
    }
    if text.is_empty() {
        text.push_str("Working...");
    }
    Label {
        text,
        target,
        rule: String::new(),
    }
}

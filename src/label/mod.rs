//! A tool call becomes the phrase a person reads.
//!
//! What a phrase may show of a call's input is the **safe target** alone (see
//! `target`); everything else needs [`Detail::Args`] and is then redacted by
//! whoever asked for it.

mod builtin;
mod names;
mod rules;
mod rules_file;
mod shell;
mod target;
mod template;
#[cfg(test)]
mod tests;
mod tidy;

use std::borrow::Cow;

use serde_json::Value;

use crate::wire::event::Label;
use builtin::{Phrase, VERBS, family_of, family_of_kind};
pub use rules::{BadRule, Rules};
use target::Want;
use template::Fields;
use tidy::tidy;

/// The arguments shown with [`Detail::Args`] have at most this many graphemes.
const MOST_ARGUMENTS: usize = 120;
/// What stands before a target has at most this many graphemes.
const MOST_PHRASE: usize = 79;
/// Wrapped calls within wrapped calls beyond which nobody looks.
const MOST_WRAPPED: usize = 4;

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

/// What is known of a call before a user's rule is asked.
struct Known<'a> {
    /// The tool's own name, unwrapped.
    name: Option<Cow<'a, str>>,
    /// Which built-in rule won.
    rule: Cow<'static, str>,
    /// The phrase before a target, and the one without.
    with: Cow<'static, str>,
    alone: Cow<'static, str>,
    /// The tool's own part of the target: `github: create issue`.
    subject: Option<String>,
    /// The target in the input, as far as the detail allows.
    target: Option<String>,
    /// The program that a shell tool runs.
    program: Option<String>,
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
        lines.push(format!(
            "label: {:?}, target {:?}",
            label.text, label.target
        ));
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

    /// What the table knows of a call.
    fn known<'a>(&self, call: &Call<'a>, depth: usize) -> Known<'a> {
        if let Some(inner) = self.unwrapped(call, depth) {
            return inner;
        }
        let name = call.name.map(str::trim).filter(|name| !name.is_empty());
        let input = target::unpacked(call.input);
        let by_name = name.and_then(family_of).or_else(|| {
            // The agent's own tools, brought by its editor's MCP server.
            let (server, tool) = names::mcp(name?)?;
            family_of(tool).filter(|_| server.eq_ignore_ascii_case("acp"))
        });
        let by_title = || call.title.filter(|_| name.is_none()).and_then(family_of);
        if let Some(family) = by_name.or_else(by_title) {
            let rule = format!("builtin:{}", family.names[0]);
            let phrase = action(&input)
                .and_then(|action| {
                    let is_it = |(name, _): &&(&str, Phrase)| *name == action;
                    family.actions.iter().find(is_it)
                })
                .map_or(family.phrase, |(_, phrase)| *phrase);
            return self.with_phrase(call, name, rule, phrase, &input);
        }
        if let Some((server, tool)) = name.and_then(names::mcp) {
            let subject = names::readable_mcp(server, tool);
            return self.with_subject(name, "builtin:mcp", "Using", subject, &input);
        }
        if let Some(family) = call.kind.and_then(family_of_kind) {
            let rule = format!("builtin:kind:{}", family.names[0]);
            return self.with_phrase(call, name, rule, family.phrase, &input);
        }
        let words = name.map(names::readable).unwrap_or_default();
        let by_verb = words.split_once(' ').and_then(|(verb, rest)| {
            let found = VERBS.iter().find(|(known, _)| *known == verb)?;
            Some((found, rest.to_owned()))
        });
        match by_verb {
            Some(((verb, with), rest)) => {
                self.with_subject(name, format!("builtin:{verb}_*"), with, rest, &input)
            }
            None if words.is_empty() => {
                let last = Phrase {
                    with: "Working on",
                    alone: "Working",
                    want: Want::Nothing,
                };
                self.with_phrase(call, name, "builtin:unknown".into(), last, &input)
            }
            None => {
                let subject = match words.ends_with("tool") {
                    true => words,
                    false => format!("{words} tool"),
                };
                self.with_subject(name, "builtin:unknown", "Using", subject, &input)
            }
        }
    }

    /// The call inside OpenClaw's `tool_call{id, args}`.
    fn unwrapped<'a>(&self, call: &Call<'a>, depth: usize) -> Option<Known<'a>> {
        let is_wrapper = call
            .name
            .is_some_and(|name| names::squashed(name) == "toolcall");
        if !is_wrapper || depth >= MOST_WRAPPED {
            return None;
        }
        let input = target::unpacked(call.input);
        let name = ["id", "name", "tool", "tool_name"]
            .iter()
            .find_map(|key| input.get(*key)?.as_str())?;
        let arguments = ["args", "arguments", "input", "params"]
            .iter()
            .find_map(|key| input.get(*key))
            .unwrap_or(&Value::Null);
        let known = self.known(
            &Call {
                name: Some(name),
                title: None,
                kind: None,
                input: arguments,
            },
            depth + 1,
        );
        Some(Known {
            name: known.name.map(|name| Cow::Owned(name.into_owned())),
            ..known
        })
    }

    fn with_phrase<'a>(
        &self,
        call: &Call<'a>,
        name: Option<&'a str>,
        rule: String,
        phrase: Phrase,
        input: &Value,
    ) -> Known<'a> {
        let program = (phrase.want == Want::Shell)
            .then(|| target::program(input))
            .flatten();
        let target = match (self.detail, &program) {
            (Detail::None, _) => None,
            (Detail::Target, Some(program)) => Some(program.target.clone()),
            (Detail::Target, None) => target::safe(phrase.want, input),
            (Detail::Args, _) => {
                target::arguments(phrase.want, input, MOST_ARGUMENTS).or_else(|| {
                    let title = tidy(call.title?, MOST_ARGUMENTS);
                    (!title.is_empty()).then_some(title)
                })
            }
        };
        Known {
            name: name.or(call.kind).map(Cow::Borrowed),
            rule: rule.into(),
            with: phrase.with.into(),
            alone: phrase.alone.into(),
            subject: None,
            target,
            program: program.map(|program| program.name),
        }
    }

    /// A tool known by nothing but its name. The table shows that; a user's
    /// rule for it gets the target which its fields suggest.
    fn with_subject<'a>(
        &self,
        name: Option<&'a str>,
        rule: impl Into<Cow<'static, str>>,
        with: &'static str,
        subject: String,
        input: &Value,
    ) -> Known<'a> {
        let target = match self.detail {
            Detail::None => None,
            Detail::Target if self.user.is_empty() => None,
            Detail::Target => target::safe(Want::Any, input),
            Detail::Args => target::arguments(Want::Nothing, input, MOST_ARGUMENTS),
        };
        let (with, alone, subject) = match self.detail {
            Detail::None => (with.into(), format!("{with} {subject}").into(), None),
            Detail::Target => (with.into(), with.into(), Some(subject)),
            // With arguments the name belongs to the phrase.
            Detail::Args if target.is_some() => {
                (format!("{with} {subject}").into(), with.into(), None)
            }
            Detail::Args => (with.into(), with.into(), Some(subject)),
        };
        Known {
            name: name.map(Cow::Borrowed),
            rule: rule.into(),
            with,
            alone,
            subject,
            target,
            program: None,
        }
    }
}

/// The action a call names, of tools that have several.
fn action(input: &Value) -> Option<String> {
    let action = input.get("action")?.as_str()?;
    (action.len() <= 40).then(|| action.to_ascii_lowercase())
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

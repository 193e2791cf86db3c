//! What the built-in table knows of a call.

use std::borrow::Cow;

use serde_json::Value;

use super::builtin::{Phrase, VERBS, family_of, family_of_kind};
use super::target::{self, Want};
use super::tidy::tidy;
use super::{Call, Detail, Labeller, MOST_ARGUMENTS, names};

/// Wrapped calls within wrapped calls beyond which nobody looks.
const MOST_WRAPPED: usize = 4;

/// What is known of a call before a user's rule is asked.
pub(super) struct Known<'a> {
    /// The tool's own name, unwrapped.
    pub(super) name: Option<Cow<'a, str>>,
    /// Which built-in rule won.
    pub(super) rule: Cow<'static, str>,
    /// The phrase before a target, and the one without.
    pub(super) with: Cow<'static, str>,
    pub(super) alone: Cow<'static, str>,
    /// The tool's own part of the target: `github: create issue`.
    pub(super) subject: Option<String>,
    /// The target in the input, as far as the detail allows.
    pub(super) target: Option<String>,
    /// The program that a shell tool runs.
    pub(super) program: Option<String>,
}

impl Labeller {
    /// What the table knows of a call.
    pub(super) fn known<'a>(&self, call: &Call<'a>, depth: usize) -> Known<'a> {
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

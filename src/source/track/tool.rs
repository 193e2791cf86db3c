//! What the names and inputs of tools tell that many agents have in common: files that are
//! touched (`source/touched.rs`), questions to a person, lists of what is to be done, sub-agents.

use std::borrow::Cow;

use super::{NewCall, Pending, Track};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::{checklist, touched};
use crate::wire::event::{BlockedOn, PlanItem};

const ASKED: [&str; 5] = ["question", "prompt", "questionnaire", "message", "title"];

impl Track {
    /// A tool is called, and what its input tells is told with it; `false` where the call was told before.
    pub(in crate::source) fn tool(&mut self, call: NewCall<'_>, out: &mut Out<'_>) -> bool {
        let (id, input) = (call.id.clone(), call.input);
        let name = plain(call.name.as_deref().unwrap_or_default()).into_owned();
        let title = ["description", "title", "agent", "subagent_type", "name"]
            .into_iter()
            .filter(|_| is_spawn(&name))
            .find_map(|key| input.field(key).prefix(INPUT_BYTES))
            .filter(|title| !title.is_empty());
        let pending = Pending {
            name: call.name.as_deref().map(Into::into),
            title: title.map(|title| title.as_ref().into()),
            touches: touched::by_tool(&name, input),
            ..Pending::default()
        };
        if !self.call(call, pending, out) {
            return false;
        }
        if let Some(on) = asks(&name) {
            let what = asked(input).map(Cow::into_owned);
            self.ask(id.clone(), (on, Some(id)), what, out);
        }
        if let Some(items) = todos(&name, input) {
            self.plan(items, out);
        }
        true
    }

    /// The list of what is to be done is this one now; told only where it changed.
    pub(in crate::source) fn plan(&mut self, items: Vec<PlanItem>, out: &mut Out<'_>) {
        let text = format!("{items:?}");
        if !items.is_empty() && self.planned.as_deref() != Some(text.as_str()) {
            self.planned = Some(text.into());
            self.emit(out, checklist::plan(items));
        }
    }
}

/// A tool's name without what tells one spelling from another.
pub(in crate::source) fn plain(name: &str) -> Cow<'_, str> {
    // Most names are plain as they are.
    if name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
    {
        return Cow::Borrowed(name);
    }
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    Cow::Owned(letters.map(|letter| letter.to_ascii_lowercase()).collect())
}

/// Whether a tool starts a sub-agent.
fn is_spawn(name: &str) -> bool {
    matches!(
        name,
        "task" | "agent" | "subagent" | "spawnagent" | "spawnsubagent" | "delegatetask"
    )
}

/// What a person is asked for by a tool of that name.
fn asks(name: &str) -> Option<BlockedOn> {
    match name {
        "ask"
        | "askuser"
        | "askquestion"
        | "askuserquestion"
        | "askfollowupquestion"
        | "question"
        | "questionnaire"
        | "requestuserinput" => Some(BlockedOn::Question),
        "exitplanmode" | "exitspecmode" | "planexit" => Some(BlockedOn::Plan),
        _ => None,
    }
}

/// What exactly is asked; the first of several questions.
fn asked(input: Raw<'_>) -> Option<Cow<'_, str>> {
    let own = ASKED.into_iter().map(|key| input.field(key));
    let first = input.field("questions").items().into_iter().next();
    let first = first.unwrap_or_default();
    let inner = ASKED.into_iter().map(move |key| first.field(key));
    let mut all = own.chain(inner).chain([first]);
    all.find_map(|raw| raw.prefix(INPUT_BYTES).filter(|text| !text.is_empty()))
}

/// The list in the input of a tool that keeps one.
fn todos(name: &str, input: Raw<'_>) -> Option<Vec<PlanItem>> {
    let keeps = [
        "todowrite",
        "todo",
        "updateplan",
        "writetodos",
        "updatetodos",
    ];
    if !keeps.contains(&name) {
        return None;
    }
    let lists = ["todos", "plan", "items", "steps"].into_iter();
    let list = lists
        .map(|key| input.field(key))
        .find(|list| list.is_some())?;
    Some(match list.text() {
        Some(text) => checklist::lines(&text),
        None => checklist::items(list),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_by_its_letters_and_digits_alone() {
        let cases = [
            ("read", "read"),
            ("web2", "web2"),
            ("Read_File", "readfile"),
            ("écrire", "écrire"),
            ("", ""),
        ];
        for (name, want) in cases {
            assert_eq!(plain(name), want);
        }
    }

    #[test]
    fn inputs_tell_what_is_asked_and_planned() {
        let cases = [
            ("AskUser", r#"{"question":"Which?"}"#, Some("Which?")),
            (
                "question",
                r#"{"questions":[{"question":"This?"},{"question":"That?"}]}"#,
                Some("This?"),
            ),
            ("ask_question", "{}", None),
        ];
        for (name, input, want) in cases {
            assert_eq!(asks(&plain(name)), Some(BlockedOn::Question), "{name}");
            assert_eq!(asked(Raw(input)).as_deref(), want, "{name}");
        }
        assert_eq!(asks("read"), None);
        let list = todos("todowrite", Raw(r#"{"todos":"1. [completed] a"}"#));
        assert_eq!(list.map(|items| items.len()), Some(1));
        assert!(todos("todo", Raw(r#"{"action":"list"}"#)).is_none());
    }
}

//! What the names and inputs of tools tell that many agents have in common: files that are
//! touched, questions to a person, lists of what is to be done, sub-agents.

use std::borrow::Cow;

use super::{NewCall, Pending, Track};
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::{checklist, touched};
use crate::wire::event::{BlockedOn, FileChange, PlanItem};

const PATH: [&str; 6] = [
    "path",
    "file_path",
    "filePath",
    "target_file",
    "relative_workspace_path",
    "filename",
];
const OLD: [&str; 4] = ["old_string", "oldString", "old_str", "oldText"];
const NEW: [&str; 4] = ["new_string", "newString", "new_str", "newText"];
const CONTENT: [&str; 5] = ["content", "contents", "file_text", "code_edit", "text"];
const ASKED: [&str; 5] = ["question", "prompt", "questionnaire", "message", "title"];

impl Track {
    /// A tool is called, and what its input tells is told with it; `false` where the call was told before.
    pub(in crate::source) fn tool(&mut self, call: NewCall<'_>, out: &mut Out<'_>) -> bool {
        let (id, input) = (call.id.clone(), call.input);
        let name = plain(call.name.as_deref().unwrap_or_default());
        let title = ["description", "title", "agent", "subagent_type", "name"]
            .into_iter()
            .filter(|_| is_spawn(&name))
            .find_map(|key| input.field(key).prefix(INPUT_BYTES))
            .filter(|title| !title.is_empty());
        let pending = Pending {
            name: call.name.as_deref().map(Into::into),
            title: title.map(|title| title.as_ref().into()),
            touches: touches(&name, input),
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
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric());
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
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

/// The files that a tool touches if it succeeds.
fn touches(name: &str, input: Raw<'_>) -> Vec<FileChange> {
    let path = PATH.into_iter().find_map(|key| input.field(key).word());
    let path = path.unwrap_or_default();
    match name {
        "applypatch" | "patch" => {
            let keys = ["input", "patch", "patchText", "diff"].into_iter();
            let inner = keys.map(|key| input.field(key)).chain([input]);
            let patch = inner.into_iter().find_map(Raw::text);
            patch.map_or_else(Vec::new, |patch| touched::patched(&patch))
        }
        _ if path.is_empty() => Vec::new(),
        "write" | "writefile" | "create" | "createfile" => {
            vec![touched::written(&path, first(input, &CONTENT))]
        }
        "edit" | "editfile" | "strreplace" | "searchreplace" | "replace" | "multiedit" => {
            let lists = ["edits", "changes"].into_iter();
            let list = lists.map(|key| input.field(key).items());
            let mut list = list.into_iter().flatten().collect::<Vec<_>>();
            if list.is_empty() && first(input, &NEW).is_some() {
                list.push(input);
            }
            vec![edited(&path, &list)]
        }
        "delete" | "deletefile" => vec![FileChange {
            path: path.into_owned(),
            added: None,
            removed: None,
        }],
        _ => Vec::new(),
    }
}

/// A file with all of its edits; how many lines they change is not always told.
fn edited(path: &str, edits: &[Raw<'_>]) -> FileChange {
    let each = edits
        .iter()
        .map(|edit| touched::replaced(path, first(*edit, &OLD), first(*edit, &NEW)));
    let none = FileChange {
        path: path.to_owned(),
        added: None,
        removed: None,
    };
    each.fold(none, |all, one| FileChange {
        added: Some(all.added.unwrap_or(0) + one.added.unwrap_or(0)),
        removed: Some(all.removed.unwrap_or(0) + one.removed.unwrap_or(0)),
        ..all
    })
}

/// The first of `keys` that `input` has.
fn first<'a>(input: Raw<'a>, keys: &[&str]) -> Raw<'a> {
    let mut all = keys.iter().map(|key| input.field(key));
    all.find(|raw| raw.is_some()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_tell_which_files_are_touched() {
        let cases = [
            (
                "Write",
                r#"{"file_path":"a","content":"x\ny"}"#,
                Some(("a", Some(2), None)),
            ),
            (
                "edit",
                r#"{"filePath":"a","oldString":"x","newString":"x\ny"}"#,
                Some(("a", Some(1), Some(0))),
            ),
            (
                "MultiEdit",
                r#"{"file_path":"a","changes":[{"old_str":"x","new_str":"y"},{"old_str":"z","new_str":""}]}"#,
                Some(("a", Some(1), Some(2))),
            ),
            (
                "edit_file",
                r#"{"target_file":"a","instructions":"do"}"#,
                Some(("a", None, None)),
            ),
            (
                "ApplyPatch",
                r#"{"input":"*** Add File: a\n+x"}"#,
                Some(("a", Some(1), Some(0))),
            ),
            ("Read", r#"{"file_path":"a"}"#, None),
            ("write", "{}", None),
        ];
        for (name, input, want) in cases {
            let files = touches(&plain(name), Raw(input));
            let got = files.first();
            let got = got.map(|file| (&*file.path, file.added, file.removed));
            assert_eq!(got, want, "{name} {input}");
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

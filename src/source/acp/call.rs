//! Calls of tools: one message begins a call, others change it, one of them ends it.

use super::Session;
use super::record::Update;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::{Ended, Last, NewCall, Pending};
use crate::wire::event::{FileChange, Name, Outcome, Phase, ToolUpdate};

/// What names a call; an update has only what changed, and a label needs all of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    name: Option<String>,
    title: Option<String>,
    kind: Option<String>,
}

impl Known {
    /// What an update says, and what was known before where it does not.
    fn renewed(self, update: &Update<'_>) -> Self {
        let own = update.meta.field("claudeCode").field("toolName");
        Self {
            name: clipped(update.name).or_else(|| clipped(own)).or(self.name),
            title: clipped(update.title).or(self.title),
            kind: clipped(update.tool_kind).or(self.kind),
        }
    }
}

impl Session {
    /// A call begins, changes or ends.
    pub(super) fn call(&mut self, update: &Update<'_>, out: &mut Out<'_>) {
        let Some(id) = update.call.word() else { return };
        let id: Name = id.as_ref().into();
        self.works(out);
        if !self.track.knows_call(&id) {
            // A call follows, so what was said before it was not the answer.
            self.flush(Phase::Commentary, out);
        }
        self.track.went_on(Last::Assistant, out);
        if !self.started(&id, update, out) && self.track.pending(&id).is_some() {
            self.changed(&id, update, out);
        }
        let outcome = match update.status.text().as_deref() {
            Some("completed") => Outcome::Ok,
            Some("failed") => {
                let refused = self.refused.iter().find(|(refused, _)| *refused == id);
                refused.map_or(Outcome::Error, |(_, outcome)| outcome.clone())
            }
            Some("cancelled") => Outcome::Cancelled,
            _ => return,
        };
        // A call that ran beside the answer may end behind it.
        self.flush(Phase::Unknown, out);
        self.calls.remove(&id);
        let ended = ended(outcome, update);
        self.track.came_back(id, ended, out);
    }

    /// Tells a call that was not told before.
    fn started(&mut self, id: &Name, update: &Update<'_>, out: &mut Out<'_>) -> bool {
        let known = Known::default().renewed(update);
        let parent = update.meta.field("claudeCode").field("parentToolUseId");
        let places = locations(update);
        let call = NewCall {
            id: id.clone(),
            name: known.name.clone(),
            title: known.title.clone(),
            input: input_of(update, places.as_deref()),
            parent: parent.word().map(|parent| parent.as_ref().into()),
        };
        let pending = Pending {
            name: known.name.as_deref().map(Box::from),
            ..Pending::default()
        };
        let is_new = self
            .track
            .call_of_kind(known.kind.clone(), call, pending, out);
        if is_new && self.calls.len() < super::MOST_REQUESTS {
            self.calls.insert(id.clone(), known);
        }
        is_new
    }

    /// Tells what changed of a call that goes on.
    fn changed(&mut self, id: &Name, update: &Update<'_>, out: &mut Out<'_>) {
        let before = self.calls.remove(id).unwrap_or_default();
        let named = (
            before.name.clone(),
            before.title.clone(),
            before.kind.clone(),
        );
        let known = before.renewed(update);
        let places = locations(update);
        let input = input_of(update, places.as_deref());
        let same = named == (known.name.clone(), known.title.clone(), known.kind.clone());
        self.calls.insert(id.clone(), known.clone());
        if same && !input.is_some() {
            return;
        }
        let bytes = if self.track.full {
            usize::MAX
        } else {
            INPUT_BYTES
        };
        let change = ToolUpdate {
            call: id.clone(),
            name: known.name,
            title: known.title,
            kind: known.kind,
            input: match input.is_some() {
                true => input.value(bytes),
                false => serde_json::Value::Null,
            },
        };
        self.track.emit(out, change);
    }
}

/// What a call is given; many agents begin with nothing, and tell the places alone.
fn input_of<'u>(update: &Update<'u>, places: Option<&'u str>) -> Raw<'u> {
    match update.input.is_some() && update.input.0 != "{}" {
        true => update.input,
        false => Raw(places.unwrap_or_default()),
    }
}

fn clipped(raw: Raw<'_>) -> Option<String> {
    let text = raw.prefix(INPUT_BYTES)?;
    (!text.is_empty()).then(|| text.into_owned())
}

/// The places that a call is about, for one that tells nothing else.
fn locations(update: &Update<'_>) -> Option<String> {
    let all = update.locations.items();
    let paths: Vec<_> = all
        .iter()
        .filter_map(|it| it.field("path").word())
        .collect();
    (!paths.is_empty()).then(|| serde_json::json!({ "paths": paths }).to_string())
}

/// How a call ended.
fn ended(outcome: Outcome, update: &Update<'_>) -> Ended {
    let mut ended = Ended::new(outcome);
    let terminal = update.meta.field("terminal_exit");
    let codes = [
        update.output.field("exitCode"),
        update.output.field("exit_code"),
        update.output.field("metadata").field("exit"),
        terminal.field("exit_code"),
    ];
    ended.exit_code = codes.into_iter().find_map(Raw::int);
    if ended.outcome == Outcome::Ok && ended.exit_code.is_some_and(|code| code != 0) {
        ended.outcome = Outcome::Error;
    }
    let blocks = update.content.items();
    let texts = blocks
        .iter()
        .map(|block| block.field("content").field("text"));
    let size: u64 = texts.clone().map(Raw::size).sum();
    ended.bytes = Some(size).filter(|_| !blocks.is_empty());
    if matches!(ended.outcome, Outcome::Error | Outcome::Denied) && ended.exit_code.is_none() {
        let told = [
            update.output.field("error"),
            update.output.field("message"),
            update.output,
        ];
        let mut words = texts.chain(told).filter_map(|raw| raw.prefix(INPUT_BYTES));
        ended.error = words.find_map(|text| {
            let mut lines = text.lines().map(str::trim);
            lines
                .find(|line| !line.is_empty() && !line.starts_with("```"))
                .map(str::to_owned)
        });
    }
    if ended.outcome == Outcome::Ok {
        let diffs = blocks
            .iter()
            .filter(|block| block.field("type").0 == "\"diff\"");
        ended.files = diffs.filter_map(|diff| touched(*diff)).collect();
    }
    ended
}

/// The file of a diff, which has the text before and after.
fn touched(diff: Raw<'_>) -> Option<FileChange> {
    let path = diff.field("path").word()?.into_owned();
    let old = diff.field("oldText").text().unwrap_or_default();
    let new = diff.field("newText").text().unwrap_or_default();
    let (mut old, mut new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // What is the same before and behind is no change.
    while old.last().is_some_and(|line| new.last() == Some(line)) {
        old.pop();
        new.pop();
    }
    let same = old
        .iter()
        .zip(&new)
        .take_while(|(old, new)| old == new)
        .count();
    Some(FileChange {
        path,
        added: Some((new.len() - same) as u64),
        removed: Some((old.len() - same) as u64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_counts_what_changed() {
        let cases = [
            (r#""a\nb\nc""#, r#""a\nx\ny\nc""#, (2, 1)),
            ("null", r#""a\nb\n""#, (2, 0)),
            (r#""a\nb""#, r#""""#, (0, 2)),
            (r#""a""#, r#""a""#, (0, 0)),
            (r#""a\na""#, r#""a\na\na""#, (1, 0)),
        ];
        for (old, new, (added, removed)) in cases {
            let diff = format!(r#"{{"path":"a","oldText":{old},"newText":{new}}}"#);
            let file = touched(Raw(&diff)).expect("a file");
            assert_eq!(
                (file.added, file.removed),
                (Some(added), Some(removed)),
                "{diff}"
            );
        }
    }
}

//! Results of tools: how calls ended, and what they changed.

use super::Session;
use super::record::Message;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::source::track::Ended;
use crate::source::{checklist, touched, verdict};
use crate::wire::event::{FileChange, Name, Outcome};

impl Session {
    pub(super) fn result(&mut self, message: &Message<'_>, out: &mut Out<'_>) {
        let call: Name = message.call.text().unwrap_or_default().as_ref().into();
        let details = message.details.0.as_ref();
        let mut ended = how(message);
        if ended.outcome == Outcome::Ok
            && let Some((diff, pending)) = details
                .and_then(|details| details.diff.text())
                .zip(self.track.pending(&call))
            && let [file] = &pending.touches[..]
        {
            let (added, removed) = touched::of_diff(&diff);
            ended.files = vec![FileChange {
                path: file.path.clone(),
                added: Some(added),
                removed: Some(removed),
            }];
        }
        let blocks = message.content.blocks.iter();
        let texts = blocks.filter(|block| block.kind.0 == "\"text\"");
        ended.bytes = Some(texts.map(|block| block.text.size()).sum());
        let failed = ended.outcome != Outcome::Ok;
        self.track.came_back(call, ended, out);
        // The `todo` extension keeps its whole list in each result.
        let todos = details.map_or(Raw::default(), |details| details.todos);
        if todos.is_some() && !failed {
            self.track.plan(checklist::items(todos), out);
        }
    }
}

/// How a call ended; a failing command says so in the last line of its output.
///
/// Source of the words: `pi-mono:packages/coding-agent/src/core/tools/bash.ts`.
fn how(message: &Message<'_>) -> Ended {
    match message.is_error.is_true() {
        true => verdict::of_text(&message.content.text(), true),
        false => Ended::new(Outcome::Ok),
    }
}

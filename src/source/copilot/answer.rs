//! What the model says and asks for.

use super::Session;
use super::call::Asked;
use super::record::{Data, Entry};
use crate::source::ids::{TEXT_BYTES, line_id};
use crate::source::out::Out;
use crate::source::track::Last;
use crate::wire::event::{Cause, Name, Phase, Scope, Usage};

impl Session {
    /// An answer; `inner` is the call of the sub-agent that gives it.
    pub(super) fn answer(
        &mut self,
        entry: &Entry<'_>,
        data: &Data<'_>,
        inner: Option<Name>,
        out: &mut Out<'_>,
    ) {
        self.track.introduce(out);
        let id = [data.message, entry.id];
        let id: Name = id.iter().find_map(|id| id.word()).map_or_else(
            || line_id(entry.timestamp.0.as_bytes()),
            |id| id.as_ref().into(),
        );
        if inner.is_none() {
            if self.track.has_run() && !self.track.is_open() {
                self.track.go_on(Cause::System, out);
            }
            self.track.unblock("quota", None, out);
            self.track.model(data.model.word(), out);
            let calls = !data.requests.all.is_empty();
            self.track.went_on(Last::Assistant, out);
            let bytes = match self.track.full {
                true => usize::MAX,
                false => TEXT_BYTES,
            };
            let text = data.content.prefix(bytes).unwrap_or_default();
            let phase = match data.phase.text().as_deref() {
                _ if calls => Phase::Commentary,
                Some("commentary") => Phase::Commentary,
                _ => Phase::Final,
            };
            self.track.say(id.clone(), phase, &text, out);
        }
        let output = data
            .output
            .int()
            .and_then(|count| u64::try_from(count).ok());
        let usage = Usage {
            id: id.clone(),
            scope: Scope::Call,
            input: 0,
            output: output.unwrap_or(0),
            cache_read: 0,
            cache_write: 0,
            total: 0,
            cost_usd: None,
            context: None,
        };
        self.track.usage_within(inner.as_ref(), usage, out);
        for (index, request) in data.requests.all.iter().enumerate() {
            let asked = Asked {
                id: match request.id.word() {
                    Some(call) => call.as_ref().into(),
                    None => format!("{id}:{index}").into(),
                },
                name: request.name,
                server: request.server,
                server_tool: request.server_tool,
                title: request.title,
                arguments: request.arguments,
            };
            self.call(&asked, inner.clone(), out);
        }
    }
}

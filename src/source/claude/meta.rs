//! `agent-<id>.meta.json` beside a sub-agent's transcript: which call started it, and what it is called.
//!
//! Since 2.1.89 the parent's transcript names its child only in the result, so this is
//! all that tells while the child works.

use super::Session;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::{Raw, lenient, lossy, read};
use crate::wire::event::Name;

lenient! {
    /// What stands there.
    pub struct Meta<'a> {
        "agentType" => kind: Raw<'a>,
        "description" => description: Raw<'a>,
        "toolUseId" => call: Raw<'a>,
        "parentAgentId" => parent: Raw<'a>,
    }
    known { _ }
}

impl Session {
    /// Takes it in; gives whether it was all there.
    pub(super) fn meta(&mut self, bytes: &[u8]) -> bool {
        let text = lossy(bytes);
        let Some(meta) = read::<Meta<'_>>(&text) else {
            return false;
        };
        let parent = meta.parent.word().filter(|parent| !parent.is_empty());
        // Sub-agents of sub-agents stand in the folder of the first of all.
        let parent: Option<Name> = parent.map(|parent| format!("agent-{parent}").into());
        let call: Option<Name> = meta.call.word().map(|call| call.as_ref().into());
        let called = [meta.description, meta.kind];
        let title = called.into_iter().find_map(|raw| raw.prefix(INPUT_BYTES));
        if self.track.title.is_none() {
            self.track.title = title.map(std::borrow::Cow::into_owned);
        }
        if parent.is_some() || call.is_some() {
            self.track.started_by(parent, call);
        }
        true
    }
}

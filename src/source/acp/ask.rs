//! Waits for a person: the agent's requests, and the editor's responses.

use super::Session;
use super::record::Params;
use crate::source::ids::INPUT_BYTES;
use crate::source::lenient::Raw;
use crate::source::out::Out;
use crate::wire::event::{BlockedOn, Name, Outcome, Phase};

impl Session {
    /// The agent asks; gives the id of the wait.
    pub(super) fn ask(
        &mut self,
        method: &str,
        id: Raw<'_>,
        params: &Params<'_>,
        out: &mut Out<'_>,
    ) -> Option<Name> {
        if self.replays {
            return None;
        }
        self.flush(Phase::Commentary, out);
        self.works(out);
        if method == "elicitation/create" {
            let wait: Name = format!("question-{}", id.0.trim_matches('"')).into();
            let what = params.message.prefix(INPUT_BYTES);
            let what = what.map(std::borrow::Cow::into_owned);
            self.track
                .ask(wait.clone(), (BlockedOn::Question, None), what, out);
            return Some(wait);
        }
        let asked = params.call.0.as_ref()?;
        let call: Name = asked.call.word()?.as_ref().into();
        self.call(asked, out);
        let what = asked.title.prefix(INPUT_BYTES);
        let what = what.map(std::borrow::Cow::into_owned);
        let on = match asked.tool_kind.0 {
            "\"switch_mode\"" => BlockedOn::Plan,
            _ => BlockedOn::Permission,
        };
        self.track
            .ask(call.clone(), (on, Some(call.clone())), what, out);
        self.offered(params.options);
        Some(call)
    }

    /// Remembers which of the options say no.
    fn offered(&mut self, options: Raw<'_>) {
        let all = options.items().into_iter();
        let no = all.filter(|it| {
            it.field("kind")
                .text()
                .is_some_and(|it| it.starts_with("reject"))
        });
        self.refusals = no
            .filter_map(|option| Some(option.field("optionId").word()?.as_ref().into()))
            .collect();
    }

    /// A person decided.
    pub(super) fn decided(&mut self, wait: &Name, result: Raw<'_>, out: &mut Out<'_>) {
        let outcome = result.field("outcome");
        let option = outcome.field("optionId").word();
        let words = [outcome.field("outcome"), outcome, result.field("action")];
        let words = words.into_iter().find_map(Raw::word).unwrap_or_default();
        let refused = option
            .as_deref()
            .is_some_and(|option| self.refusals.iter().any(|no| **no == *option));
        let decision = match (&*words, refused) {
            (_, true) | ("decline", _) => "denied",
            ("cancelled" | "cancel", _) => "cancelled",
            ("accept", _) => "answered",
            _ => "allowed",
        };
        let refused = match decision {
            "denied" => Some(Outcome::Denied),
            "cancelled" => Some(Outcome::Cancelled),
            _ => None,
        };
        self.refused
            .extend(refused.map(|outcome| (wait.clone(), outcome)));
        self.track.unblock(wait, Some(decision.to_owned()), out);
    }
}

//! `result`: a turn of a stream is over, and this is what it cost.

use super::Around;
use crate::source::claude::Session;
use crate::source::claude::answer::QUOTA;
use crate::source::claude::record::{Entry, Usage};
use crate::source::ids::{INPUT_BYTES, line_id};
use crate::source::out::Out;
use crate::source::track::Parts;
use crate::wire::event::{Error, Outcome, Scope};

impl Session {
    /// A turn is over. Its messages were written before their last tokens were counted: what is
    /// missing is counted here.
    pub(super) fn streamed_result(
        &mut self,
        entry: &Entry<'_>,
        around: &Around<'_>,
        out: &mut Out<'_>,
    ) {
        self.turn_begins(out);
        self.track.unblock(QUOTA, None, out);
        if let Some(stream) = &mut self.stream {
            let all = around.usage.0.as_ref().map_or(stream.counted, counts);
            let [input, output, cache_read, cache_write] =
                std::array::from_fn(|at| all[at].saturating_sub(stream.counted[at]));
            stream.counted = all;
            let cost = around.cost.float().unwrap_or(stream.cost);
            let own = cost - std::mem::replace(&mut stream.cost, cost);
            let id = entry.uuid.word();
            let id = id.map_or_else(
                || line_id(around.cost.0.as_bytes()),
                |id| id.as_ref().into(),
            );
            let usage = crate::wire::event::Usage {
                id,
                scope: Scope::Call,
                input,
                output,
                cache_read,
                cache_write,
                total: input + output + cache_read + cache_write,
                cost_usd: Some(own).filter(|own| *own > 0.0),
                context: None,
            };
            if usage.total > 0 || usage.cost_usd.is_some() {
                self.track.emit(out, usage);
            }
        }
        let subtype = entry.subtype.text().unwrap_or_default();
        let told = around.errors.items().into_iter().next().unwrap_or_default();
        let words = [told, around.answer].into_iter();
        let words = words.filter_map(|raw| raw.prefix(INPUT_BYTES));
        let words = words.into_iter().find(|text| !text.is_empty());
        let (outcome, reason) = match &*subtype {
            "success" if !around.is_error.is_true() => (Outcome::Ok, None),
            "error_max_turns" => (Outcome::Interrupted, Some("too many turns".into())),
            "error_max_budget_usd" => (Outcome::Interrupted, Some("its budget is used up".into())),
            _ => (
                Outcome::Error,
                Some(words.unwrap_or("the turn failed".into())),
            ),
        };
        if let (Outcome::Error, Some(reason)) = (&outcome, &reason) {
            let message = reason.clone().into_owned();
            let retrying = false;
            self.track.emit(out, Error { message, retrying });
        }
        // Few records of a stream have a time, so nothing else tells how long the turn took.
        let ms = around.ms.int().and_then(|ms| u64::try_from(ms).ok());
        self.track.end_after(ms, outcome, reason.as_deref(), out);
    }
}

/// Tokens in, out, read from the cache and written to it.
fn counts(usage: &Usage<'_>) -> Parts {
    let all = [
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write,
    ];
    all.map(|raw| u64::try_from(raw.int().unwrap_or(0)).unwrap_or(0))
}

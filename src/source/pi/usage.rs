//! What an answer of the model cost.

use super::record::Usage as Told;
use crate::source::lenient::Raw;
use crate::wire::event::{Context, Name, Scope, Usage};

/// The usage that a message tells of; `size` is that of the model's context, where it is known.
pub(in crate::source) fn counted(id: &Name, told: &Told<'_>, size: Option<u64>) -> Usage {
    let count = |raw: Raw<'_>| {
        raw.int()
            .and_then(|count| u64::try_from(count).ok())
            .unwrap_or(0)
    };
    let (input, output) = (count(told.input), count(told.output));
    let (cache_read, cache_write) = (count(told.cache_read), count(told.cache_write));
    let sum = input
        .saturating_add(output)
        .saturating_add(cache_read)
        .saturating_add(cache_write);
    let total = Some(count(told.total)).filter(|total| *total > 0);
    let cost = told.cost.0.as_ref().and_then(|cost| cost.total.float());
    let used = input.saturating_add(cache_read).saturating_add(cache_write);
    Usage {
        id: id.clone(),
        scope: Scope::Call,
        input,
        output,
        cache_read,
        cache_write,
        total: total.unwrap_or(sum),
        cost_usd: cost.filter(|cost| cost.is_finite()),
        context: Some(Context { used, size }),
    }
}

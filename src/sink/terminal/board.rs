//! Many runs in the rows that there are.

use super::block::Scene;
use super::paint::{Ink, Line};
use crate::wire::figures::count;
use crate::wire::frame::State;

/// A block smaller than this says less than its header alone.
const LEAST: usize = 4;

/// The lines of `scenes`, in their order (the oldest run first), in at most
/// `rows` lines.
///
/// Each run has its header as long as there are rows; runs that wait for a
/// person come first, then the newest; the rest are counted in a last line. The
/// rows left over make headers into blocks, in the same order.
pub(super) fn lines(scenes: &[Scene<'_>], rows: usize) -> Vec<Line> {
    let mut order: Vec<usize> = (0..scenes.len()).rev().collect();
    order.sort_by_key(|&index| scenes[index].frame.state != State::Blocked);
    let hidden = if scenes.len() <= rows {
        0
    } else {
        scenes.len() - rows.saturating_sub(1)
    };
    let shown = &order[..scenes.len() - hidden];
    let mut blocks: Vec<Vec<Line>> = vec![Vec::new(); scenes.len()];
    let mut left = rows.saturating_sub(shown.len() + usize::from(hidden > 0));
    for &index in shown {
        let whole = scenes[index].block();
        blocks[index] = if whole.len() <= left + 1 {
            whole
        } else if left + 1 >= LEAST {
            scenes[index].within(left + 1)
        } else {
            vec![scenes[index].brief()]
        };
        left -= blocks[index].len() - 1;
    }
    let mut lines = blocks.concat();
    if hidden > 0 {
        let noun = if shown.is_empty() { "run" } else { "more run" };
        let more = format!("… {}", count(hidden as u64, noun));
        lines.push(Line::default().body(Ink::Dim, &more));
    }
    lines.truncate(rows);
    lines
}

//! What a renderer asks of a sub-agent inside its parent's view.

use crate::wire::event::{Name, SessionKind};
use crate::wire::frame::Totals;
use crate::wire::time::Time;

use super::board::Board;
use super::kin::Kin;
use super::look::RunView;
use super::totals;
use super::verdict::Verdict;

/// A sub-agent inside its parent's view.
#[derive(Debug)]
pub struct ChildView<'k, 'a> {
    board: &'a Board,
    /// How its parent sees it.
    pub kin: &'k Kin<'a>,
    /// Its state; none where nothing tells.
    pub verdict: Option<Verdict>,
    now: Option<Time>,
}

impl<'k, 'a> ChildView<'k, 'a> {
    pub(super) fn of(board: &'a Board, kin: &'k Kin<'a>, now: Option<Time>, over: bool) -> Self {
        Self {
            board,
            kin,
            verdict: board.judge_kin(kin, now, over),
            now,
        }
    }

    /// Its label, else its session's title, what its call says or its agent's id.
    #[must_use]
    pub fn title(&self) -> &'a str {
        let label = self.kin.agent.and_then(|agent| agent.title.as_deref());
        let session = self.kin.session.and_then(|no| self.board.sessions.get(&no));
        let title = session.and_then(|session| session.title.as_deref());
        let agent = session.and_then(|session| session.agent.as_deref());
        let kind = self.kin.agent.map(|agent| agent.kind.as_str());
        // A call whose child no record tells says at least what it was called for.
        let untold = self.kin.agent.is_none_or(|agent| agent.inferred);
        let call = self.kin.step.filter(|_| untold);
        let call = call.and_then(|step| step.detail.as_deref());
        // One that talks to people elsewhere is an agent in its own right.
        let main = session.filter(|session| session.kind == Some(SessionKind::Main));
        let source = main.map(|session| &*session.source);
        let known = [label, title, call, agent, source, kind];
        let known = known.into_iter().flatten();
        let mut known = known.filter(|name| !name.is_empty());
        known.next().unwrap_or("sub-agent")
    }

    /// Its session's UUID, once known.
    #[must_use]
    pub fn sid(&self) -> Option<&'a Name> {
        let session = self.kin.session.and_then(|no| self.board.sessions.get(&no));
        let told = self.kin.agent.and_then(|agent| agent.child.sid.as_ref());
        session.map(|session| &session.sid).or(told)
    }

    /// Its runs under this parent, oldest first, all at the same moment.
    pub fn runs(&self) -> impl DoubleEndedIterator<Item = RunView<'a>> {
        let (board, now) = (self.board, self.now);
        let views = self
            .kin
            .runs
            .iter()
            .filter_map(move |at| RunView::of(board, *at));
        views.map(move |view| view.when(now))
    }

    /// Its counts.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let verdict = self.verdict.as_ref();
        let over = verdict.is_some_and(|verdict| verdict.state.is_final());
        if self.kin.runs.is_empty() {
            totals::of_steps(&self.kin.inline, over)
        } else {
            self.board.totals(&self.kin.runs, over)
        }
    }
}

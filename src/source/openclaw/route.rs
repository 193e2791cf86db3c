//! Where a run's box belongs: the request's own word, the key's, the row's; in this order.

use super::{Session, key};
use crate::source::out::Out;
use crate::wire::event::{Route, SessionKind};

impl Session {
    /// A row's route counts for the newest run, where a person in a chat asked.
    pub(super) fn reroute(&mut self, out: &mut Out<'_>) {
        let Some(run) = self.run.as_ref().filter(|run| !run.placed) else {
            return;
        };
        let route = self.route_of(None, run.from_chat);
        let known = run.route.as_ref();
        let Some(route) = route.filter(|route| known.is_none_or(|known| !same_place(known, route)))
        else {
            return;
        };
        if run
            .route
            .as_ref()
            .is_some_and(|known| known.from != route.from)
        {
            return; // What the request or the key said comes first.
        }
        if let Some(run) = &mut self.run {
            run.route = Some(route.clone());
        }
        self.emit(out, "session-row", Box::new(route));
    }

    /// Where a run's box belongs: the request's own word, the key's, the row's; in this order.
    pub(super) fn route_of(&self, told: Option<Route>, from_chat: bool) -> Option<Route> {
        let name = self.who.session.as_deref()?;
        let key = key::parse(name);
        if matches!(self.kind, SessionKind::Subagent | SessionKind::Acp) {
            return None; // A child's box is its parent's.
        }
        let row = self
            .row
            .route
            .as_deref()
            .cloned()
            .filter(|_| !key.shared || from_chat);
        let mut base = match (key.route(), row) {
            (Some(mut route), row) => {
                // A direct key names the person; only the row knows the channel.
                if let Some(row) = row.filter(|row| row.sink == route.sink) {
                    route.account = route.account.or(row.account);
                    route.team = route.team.or(row.team);
                    route.channel = route.channel.or(row.channel);
                }
                Some(route)
            }
            (None, row) => row,
        };
        let Some(told) = told else { return base };
        if let Some(base) = base
            .as_mut()
            .filter(|base| told.sink.is_empty() || base.sink == told.sink)
        {
            base.channel = told.channel.or(base.channel.take());
            base.account = told.account.or(base.account.take());
            base.root = told.root.or(base.root.take());
            base.message = told.message;
            base.from = told.from;
            return Some(base.clone());
        }
        // A request from elsewhere, as from the web, is not answered in the last chat.
        if told.sink.is_empty() {
            base
        } else {
            Some(told).filter(|told| told.channel.is_some())
        }
    }
}

fn same_place(one: &Route, other: &Route) -> bool {
    (&one.sink, &one.channel, &one.user, &one.root)
        == (&other.sink, &other.channel, &other.user, &other.root)
}

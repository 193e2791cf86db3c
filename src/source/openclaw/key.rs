//! The grammar of session keys.
//!
//! ```text
//! agent:<agent>:<main key>
//! agent:<agent>[:<channel>[:<account>]]:(direct|dm):<peer>[:thread:<root>]
//! agent:<agent>:<channel>:(channel|group):<id>[:thread:<root>|:topic:<id>]
//! agent:<agent>:(subagent|acp|cron|hook|explicit|dashboard):<id>…
//! <any key>:heartbeat
//! ```
//! Source: `oc:src/routing/session-key.ts`.

use crate::wire::event::{Route, RouteFrom, SessionKind};

/// What a session's name alone says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key<'a> {
    /// The agent's id.
    pub(super) agent: Option<&'a str>,
    /// What kind of session.
    pub(super) kind: SessionKind,
    /// The channel kind of a chat: `mattermost`, `telegram`, …
    channel: Option<&'a str>,
    /// `channel`, `group` or `direct`, and the id behind it.
    place: Option<(&'a str, &'a str)>,
    /// The message a thread hangs on.
    thread: Option<&'a str>,
    /// All direct messages and the command line share this session.
    pub(super) shared: bool,
}

/// Reads a session's name.
pub(super) fn parse(key: &str) -> Key<'_> {
    let heartbeat = key.ends_with(":heartbeat");
    let key = key.strip_suffix(":heartbeat").unwrap_or(key);
    let (key, thread) = match key.rfind(":thread:") {
        Some(at) => (&key[..at], Some(&key[at + ":thread:".len()..])),
        None => (key, None),
    };
    let mut parts = key.split(':');
    let agent = (parts.next() == Some("agent"))
        .then(|| parts.next())
        .flatten();
    let rest: Vec<&str> = if agent.is_some() {
        parts.collect()
    } else {
        Vec::new()
    };
    let kind = match rest.first() {
        _ if heartbeat => SessionKind::Heartbeat,
        Some(&"subagent") => SessionKind::Subagent,
        Some(&"acp") => SessionKind::Acp,
        Some(&"cron") => SessionKind::Cron,
        Some(&"hook") => SessionKind::Hook,
        _ => SessionKind::Main,
    };
    let at = rest
        .iter()
        .position(|part| matches!(*part, "channel" | "group" | "direct" | "dm"));
    let place = at.and_then(|at| {
        Some((
            if rest[at] == "dm" { "direct" } else { rest[at] },
            *rest.get(at + 1)?,
        ))
    });
    let channel = at.filter(|&at| at > 0).map(|_| rest[0]);
    let shared = kind == SessionKind::Main && place.is_none() && rest.len() <= 1;
    Key {
        agent,
        kind,
        channel,
        place,
        thread,
        shared,
    }
}

impl Key<'_> {
    /// The route that the name tells: a channel or group of a chat server.
    pub(super) fn route(&self) -> Option<Route> {
        let sink = self.channel?;
        let (kind, id) = self.place?;
        let id = Some(id.to_owned());
        let (channel, user) = if kind == "direct" {
            (None, id)
        } else {
            (id, None)
        };
        Some(Route {
            sink: sink.to_owned(),
            account: None,
            server: None,
            team: None,
            channel,
            user,
            root: self.thread.map(str::to_owned),
            message: None,
            from: RouteFrom::Key,
        })
    }

    /// Whether the name says which thread.
    pub(super) fn is_thread(&self) -> bool {
        self.thread.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_kind_and_route() {
        let cases = [
            ("agent:main:main", "main", true, None),
            ("agent:ops:subagent:6f", "subagent", false, None),
            ("agent:ops:acp:6f", "acp", false, None),
            ("agent:ops:cron:job:run:7", "cron", false, None),
            ("agent:ops:hook:x", "hook", false, None),
            ("agent:main:main:heartbeat", "heartbeat", false, None),
            (
                "agent:main:mattermost:channel:abc",
                "main",
                false,
                Some(("mattermost", Some("abc"), None, None)),
            ),
            (
                "agent:main:mattermost:channel:abc:thread:root1",
                "main",
                false,
                Some(("mattermost", Some("abc"), None, Some("root1"))),
            ),
            (
                "agent:main:mattermost:acct:direct:u1",
                "main",
                false,
                Some(("mattermost", None, Some("u1"), None)),
            ),
            (
                "agent:main:mattermost:dm:u1",
                "main",
                false,
                Some(("mattermost", None, Some("u1"), None)),
            ),
            ("agent:main:direct:u1:thread:r", "main", false, None),
            ("agent:main:explicit:par", "main", false, None),
            ("global", "main", true, None),
        ];
        for (key, kind, shared, want) in cases {
            let parsed = parse(key);
            assert_eq!(parsed.kind.as_str(), kind, "{key}");
            assert_eq!(parsed.shared, shared, "{key}");
            let route = parsed.route();
            let got = route.as_ref().map(|r| {
                (
                    r.sink.as_str(),
                    r.channel.as_deref(),
                    r.user.as_deref(),
                    r.root.as_deref(),
                )
            });
            assert_eq!(got, want, "{key}");
        }
    }
}

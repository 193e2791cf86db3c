//! Session rows: the value of a key in `sessions.json`, `session_nodes.entry_json` in a store.
//!
//! Written on every change of metadata; `status` is the truth about a run's end
//! where it is present (2026.6.6 and later, through a Gateway).

pub use super::harness::Harness;
use super::{Broken, harness, key};
use crate::source::lenient::{Maybe, Raw, lenient, read};
use crate::wire::event::{Outcome, Route, RouteFrom};
use crate::wire::time::Time;

lenient! {
    /// The fields of a row that tell something about runs; there are dozens of others.
    pub struct Fields<'a> {
        "status" => status: Raw<'a>,
        "startedAt" => started_at: Raw<'a>,
        "endedAt" => ended_at: Raw<'a>,
        "updatedAt" => updated_at: Raw<'a>,
        "spawnedBy" => spawned_by: Raw<'a>,
        "parentSessionKey" => parent_key: Raw<'a>,
        "spawnDepth" => depth: Raw<'a>,
        "label" => label: Raw<'a>,
        "displayName" => display_name: Raw<'a>,
        "subject" => subject: Raw<'a>,
        "groupChannel" => group_channel: Raw<'a>,
        "space" => space: Raw<'a>,
        "model" => model: Raw<'a>,
        "contextTokens" => context_size: Raw<'a>,
        "lastRunError" => error: Raw<'a>,
        "forkedFromParent" => forked: Raw<'a>,
        "delivery" => delivery: Maybe<Delivery<'a>>,
        "deliveryContext" => context: Maybe<Address<'a>>,
        "lastChannel" => last_channel: Raw<'a>,
        "lastTo" => last_to: Raw<'a>,
        "lastAccountId" => last_account: Raw<'a>,
        "lastThreadId" => last_thread: Raw<'a>,
        "origin" => origin: Maybe<Origin<'a>>,
        "acp" => acp: Raw<'a>,
        "cliSessionBindings" => cli_bindings: Raw<'a>,
        "cliSessionIds" => cli_ids: Raw<'a>,
        "claudeCliSessionId" => claude_cli: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// `delivery` (era D2).
    pub struct Delivery<'a> {
        "context" => context: Maybe<Address<'a>>,
        "origin" => origin: Maybe<Origin<'a>>,
    }
    known { _ }
}

lenient! {
    /// Where answers go: `to` is `channel:<id>` or `user:<id>`.
    pub struct Address<'a> {
        "channel" => channel: Raw<'a>,
        "to" => to: Raw<'a>,
        "accountId" => account: Raw<'a>,
        "threadId" => thread: Raw<'a>,
    }
    known { _ }
}

lenient! {
    /// Where the session came from.
    pub struct Origin<'a> {
        "nativeChannelId" => native_channel: Raw<'a>,
    }
    known { _ }
}

/// What a row says, kept small: there is one for every session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// `running`, or how the last run ended.
    pub status: Option<Status>,
    /// When the last run started.
    pub started: Option<Time>,
    /// When the last run ended.
    pub ended: Option<Time>,
    /// When the row was written.
    pub updated: Option<Time>,
    /// The session key of the session that started this one.
    pub parent: Option<Box<str>>,
    /// Distance from the first ancestor.
    pub depth: Option<u32>,
    /// A name a person gave or sees.
    pub title: Option<Box<str>>,
    /// The model.
    pub model: Option<Box<str>>,
    /// How many tokens the model's context holds.
    pub context_size: Option<u64>,
    /// Why the last run failed.
    pub error: Option<Box<str>>,
    /// Where answers go.
    pub route: Option<Box<Route>>,
    /// The sessions of other agents that the work is done in.
    pub harnesses: Box<[Harness]>,
}

/// `status` of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// A run is under way, or its process died without a word.
    Running,
    /// The last run ended so.
    Ended(Outcome),
    /// A status of a later version.
    Other(Box<str>),
}

impl Row {
    /// Reads the JSON of a row. `session` is its key.
    ///
    /// # Errors
    ///
    /// [`Broken`] where it is no JSON object.
    pub fn parse(session: &str, json: &str) -> Result<Self, Broken> {
        let fields: Fields<'_> = read(json).ok_or_else(|| Broken::why(json))?;
        let time = |raw: Raw<'_>| raw.int().and_then(Time::from_ms);
        let small = |raw: Raw<'_>| raw.word().map(|text| text.into_owned().into_boxed_str());
        Ok(Self {
            status: fields.status.word().map(|status| match &*status {
                "running" => Status::Running,
                "done" => Status::Ended(Outcome::Ok),
                "failed" => Status::Ended(Outcome::Error),
                "killed" | "interrupted" => Status::Ended(Outcome::Interrupted),
                "timeout" => Status::Ended(Outcome::Timeout),
                other => Status::Other(other.into()),
            }),
            started: time(fields.started_at),
            ended: time(fields.ended_at),
            updated: time(fields.updated_at),
            parent: small(fields.spawned_by).or_else(|| small(fields.parent_key)),
            depth: fields
                .depth
                .int()
                .and_then(|depth| u32::try_from(depth).ok()),
            title: small(fields.label)
                .or_else(|| small(fields.subject))
                .or_else(|| small(fields.group_channel))
                .or_else(|| small(fields.display_name)),
            model: small(fields.model),
            context_size: fields
                .context_size
                .int()
                .and_then(|size| u64::try_from(size).ok()),
            error: small(fields.error).or_else(|| small(fields.error.field("message"))),
            route: route(session, &fields).map(Box::new),
            harnesses: harness::of(&fields),
        })
    }
}

/// The route a row tells (rules 3 and 4 of the spec's order).
fn route(session: &str, fields: &Fields<'_>) -> Option<Route> {
    let delivery = fields.delivery.0.as_ref();
    let address = delivery
        .and_then(|delivery| delivery.context.0.as_ref())
        .or(fields.context.0.as_ref());
    let origin = delivery
        .and_then(|delivery| delivery.origin.0.as_ref())
        .or(fields.origin.0.as_ref());
    let pick = |of: fn(&Address<'_>) -> Option<String>, last: Raw<'_>| {
        address
            .and_then(of)
            .or_else(|| last.word().map(|text| text.into_owned()))
    };
    let sink = pick(
        |a| a.channel.word().map(|text| text.into_owned()),
        fields.last_channel,
    )?;
    let to = pick(
        |a| a.to.word().map(|text| text.into_owned()),
        fields.last_to,
    )?;
    let thread = pick(
        |a| {
            a.thread
                .word()
                .map(|text| text.into_owned())
                .or_else(|| a.thread.int().map(|id| id.to_string()))
        },
        fields.last_thread,
    );
    let native = origin
        .and_then(|origin| origin.native_channel.word())
        .map(|text| text.into_owned());
    let (channel, user) = match to.split_once(':') {
        Some(("channel" | "group", id)) => (Some(id.to_owned()), None),
        Some(("user" | "direct", id)) => (native, Some(id.to_owned())),
        Some(_) => (native, None),
        None => (Some(to), None),
    };
    if channel.is_none() && user.is_none() {
        return None;
    }
    // A thread left over from an earlier message counts only where the key names a thread.
    let root = thread.filter(|_| key::parse(session).is_thread());
    Some(Route {
        sink,
        account: pick(
            |a| a.account.word().map(|text| text.into_owned()),
            fields.last_account,
        ),
        server: None,
        team: fields.space.word().map(|text| text.into_owned()),
        channel,
        user,
        root,
        message: None,
        from: RouteFrom::Row,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_eras_tell_the_route() {
        let files = r#"{"deliveryContext":{"channel":"mattermost","to":"channel:c1","accountId":"default","threadId":"old"},"space":"t1"}"#;
        let store = r#"{"delivery":{"kind":"external","context":{"channel":"mattermost","to":"user:u1"},"origin":{"nativeChannelId":"d1"}}}"#;
        let last = r#"{"lastChannel":"telegram","lastTo":"-100"}"#;
        let none = r#"{"delivery":{"kind":"none"},"deliveryContext":{"channel":"webchat"}}"#;
        let cases = [
            ("agent:main:main", files, Some("mattermost c1 - -")),
            (
                "agent:main:mattermost:channel:c1:thread:old",
                files,
                Some("mattermost c1 - old"),
            ),
            ("agent:main:main", store, Some("mattermost d1 u1 -")),
            ("agent:main:main", last, Some("telegram -100 - -")),
            ("agent:main:main", none, None),
        ];
        for (session, json, want) in cases {
            let row = Row::parse(session, json).expect("an object");
            let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
            let got = row.route.map(|r| {
                format!(
                    "{} {} {} {}",
                    r.sink,
                    text(&r.channel),
                    text(&r.user),
                    text(&r.root)
                )
            });
            assert_eq!(got.as_deref(), want, "{session} {json}");
        }
    }

    #[test]
    fn a_status_is_running_or_an_outcome() {
        for (status, want) in [
            ("running", Some(Status::Running)),
            ("killed", Some(Status::Ended(Outcome::Interrupted))),
            ("paused", Some(Status::Other("paused".into()))),
        ] {
            let row = Row::parse("k", &format!(r#"{{"status":"{status}","endedAt":1e999}}"#))
                .expect("an object");
            assert_eq!(row.status, want);
            assert_eq!(row.ended, None);
        }
        assert!(Row::parse("k", "[]").is_err());
    }
}

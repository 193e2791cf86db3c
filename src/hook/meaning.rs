//! What a hook means by its payload: the name, refined by what else it says.

use super::Payload;
use super::bucket::Bucket;
use super::names::{Refined, by_name, plain, row};

/// What a hook says of its agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// The status.
    pub bucket: Bucket,
    /// What a person is asked, what went wrong, that it was interrupted, or what still runs.
    pub reason: Option<String>,
}

/// What `payload` of `agent` means; nothing where it says nothing of the session's own status.
///
/// Where it differs from [`by_name`]: an event of a sub-agent means nothing, a call is work unless it asks a
/// person, a notification counts by its type, the start of a session is no work yet, and an end counts by its
/// outcome. An event nobody knows is never an end.
#[must_use]
pub fn by_payload(agent: &str, payload: &Payload) -> Option<Meaning> {
    if payload.get("child").is_some() {
        return None;
    }
    if payload.get("only_name").is_some() {
        // Whoever sends only a name is read by the name.
        return by_name(payload.event()?).map(of);
    }
    let Some(event) = payload.event() else {
        // Aider calls without a word, when it waits for its person.
        return (agent == "aider").then(|| of(Bucket::Done));
    };
    let mut name = plain(event);
    if matches!(name.as_str(), "command" | "gateway") {
        name.push_str(&plain(payload.get("action")?));
    }
    match name.as_str() {
        "notification" => return notification(agent, payload),
        "sessionstatus" => return session_status(payload),
        "sessionstart" if agent == "amp" => return Some(of(Bucket::Working)),
        "posttoolusefailure" if payload.get("interrupt") == Some("true") => {
            return because(Bucket::Done, "interrupted");
        }
        "erroroccurred" if payload.get("recoverable") == Some("true") => {
            return Some(of(Bucket::Working));
        }
        "pretooluse" | "permissionrequest" | "toolcall" | "beforetool" => {
            if let Some(on) = asks(payload) {
                return because(Bucket::Blocked, on);
            }
        }
        _ => {}
    }
    let (known, refined, _) = row(&name)?;
    let bucket = match refined {
        Refined::Same => (*known)?,
        Refined::Is(bucket) => (*bucket)?,
    };
    match bucket {
        Bucket::Working => Some(of(bucket)),
        Bucket::Blocked => because(bucket, waits_for(&name)),
        Bucket::Done => Some(ended(&name, payload)),
        Bucket::Error => Some(failed(payload)),
    }
}

fn of(bucket: Bucket) -> Meaning {
    Meaning {
        bucket,
        reason: None,
    }
}

fn because(bucket: Bucket, reason: &str) -> Option<Meaning> {
    Some(Meaning {
        bucket,
        reason: Some(reason.to_owned()),
    })
}

/// What a call asks a person, if its tool is one that asks.
fn asks(payload: &Payload) -> Option<&'static str> {
    match plain(payload.get("tool")?).as_str() {
        "askuserquestion" | "requestuserinput" | "askuser" | "question" => Some("question"),
        "exitplanmode" => Some("plan"),
        _ => None,
    }
}

fn waits_for(name: &str) -> &'static str {
    match name {
        "requestuserinput" | "elicitation" | "elicitationrequest" | "questionasked"
        | "questionv2asked" => "question",
        _ => "permission",
    }
}

/// A notification by its type: some ask, one says that it has been idle, most are only told.
fn notification(agent: &str, payload: &Payload) -> Option<Meaning> {
    match payload.get("notification").map(plain).as_deref() {
        Some("permissionprompt" | "permission" | "toolpermission") => {
            because(Bucket::Blocked, "permission")
        }
        Some("elicitationdialog" | "elicitation" | "agentneedsinput") => {
            because(Bucket::Blocked, "question")
        }
        Some("idleprompt") => Some(of(Bucket::Done)),
        Some(_) => None,
        // Droid's have no type, and are about nothing else.
        None if agent == "droid" => because(Bucket::Blocked, "permission"),
        None => None,
    }
}

/// OpenCode's own word.
fn session_status(payload: &Payload) -> Option<Meaning> {
    match payload.get("status")? {
        "busy" | "retry" => Some(of(Bucket::Working)),
        "idle" => Some(of(Bucket::Done)),
        _ => None,
    }
}

/// The end of a turn by its outcome.
fn ended(name: &str, payload: &Payload) -> Meaning {
    let status = payload.get("status").map(plain);
    let stopped = ["interrupt", "turnaborted", "sessionexecutioninterrupted"].contains(&name);
    match status.as_deref() {
        Some("error" | "failed" | "failure") => return failed(payload),
        Some("aborted" | "cancelled" | "canceled" | "interrupted") => {
            return Meaning {
                bucket: Bucket::Done,
                reason: Some("interrupted".into()),
            };
        }
        _ => {}
    }
    if payload.get("error").is_some() || payload.get("error_text").is_some() {
        return failed(payload);
    }
    // The turn is over, what it left in the background is not.
    let background = payload.get("background").is_some_and(|count| count != "0");
    match background && name == "stop" {
        true => Meaning {
            bucket: Bucket::Working,
            reason: Some("background".into()),
        },
        false => Meaning {
            bucket: Bucket::Done,
            reason: stopped.then(|| "interrupted".into()),
        },
    }
}

/// A failure, unless it is a person's stop that goes by that name.
fn failed(payload: &Payload) -> Meaning {
    let error = payload.get("error");
    match error.map(plain).as_deref() {
        Some("messageabortederror" | "aborterror" | "aborted") => Meaning {
            bucket: Bucket::Done,
            reason: Some("interrupted".into()),
        },
        _ => Meaning {
            bucket: Bucket::Error,
            reason: error.map(str::to_owned),
        },
    }
}

#[cfg(test)]
#[path = "meaning_tests.rs"]
mod tests;

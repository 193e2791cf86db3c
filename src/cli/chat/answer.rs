//! What an answer of the server means for whoever asked, and with which code we end.

use super::super::failure::{Failure, Kind};
use crate::sink::mattermost::{Answer, Client, Lost};

/// The answer, where it is good.
///
/// # Errors
///
/// What the server said instead: refused (77), try later (75) or out of order (69).
pub(in crate::cli) fn good(what: &str, client: &Client, answer: Answer) -> Result<Answer, Failure> {
    let server = client.address();
    let (status, id) = (answer.status, answer.error_id());
    let said = if id.is_empty() {
        status.to_string()
    } else {
        format!("{status} {id}")
    };
    let fail = |kind, why: &str| {
        Failure::new(
            kind,
            anyhow::anyhow!("cannot {what}: {server} {why} ({said})"),
        )
    };
    match status {
        200..=299 => Ok(answer),
        401 => Err(fail(Kind::Refused, "does not take the token")
            .hint("see that the bot is enabled and its token is not revoked: live-status doctor")),
        403 => Err(fail(Kind::Refused, "does not allow it")
            .hint("add the bot to the channel; it can edit its own posts only")),
        429 => {
            let wait = answer.retry_after.map_or(1, |wait| wait.as_secs().max(1));
            Err(fail(Kind::Locked, "asks us to wait").hint(format!("try again in {wait} s")))
        }
        500.. => Err(fail(Kind::Unreachable, "is out of order").hint("try again in a while")),
        // A redirect, say: it may lead anywhere, and the token does not follow.
        100..=399 => Err(fail(
            Kind::Config,
            "is no Mattermost server, or has another address",
        )
        .hint("set MM_URL to the address that a browser shows for it")),
        _ => Err(fail(Kind::Refused, "refused").hint(advice(&id))),
    }
}

/// What may help against an error of that name.
fn advice(id: &str) -> &'static str {
    match id {
        "model.post.is_valid.msg.app_error" | "model.post.is_valid.message_length.app_error" => {
            "make the text shorter: a post takes 16,383 characters, or what the server's MaxPostSize says"
        }
        "api.post.create_post.root_id.app_error" => {
            "reply to a post that is there, and to the first of its thread"
        }
        "api.post.create_post.can_not_post_to_deleted.error"
        | "api.post.patch_post.can_not_update_post_in_deleted.error" => {
            "the channel is archived: unarchive it, or name another"
        }
        "api.post.update_post.permissions_time_limit.app_error" => {
            "the server lets nobody edit a post of that age: make a new one"
        }
        _ => "the error's name says what the server minds; live-status doctor may tell more",
    }
}

/// No answer came.
pub(in crate::cli) fn lost(what: &str, client: &Client, lost: &Lost) -> Failure {
    let maybe = if lost.unsent {
        ""
    } else {
        "; it may have happened all the same"
    };
    let server = client.address();
    Failure::new(
        Kind::Unreachable,
        anyhow::anyhow!("cannot {what} at {server}: {}{maybe}", lost.class),
    )
    .hint("see what live-status doctor says of the server")
}

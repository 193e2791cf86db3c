//! What an answer means: the tables of the protocol. Pure.
//!
//! Only status and error id count; messages are translated. Measured on a real
//! server: 401 and 403 are not final while its database is down, a 500 on create
//! is normal in a new thread, and 403 on an edit says nothing by itself.

use std::time::Duration;

/// The pause that a 429 without `Retry-After` asks for.
const PAUSE: Duration = Duration::from_secs(1);

/// What came of making a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Create {
    /// It is there.
    Made,
    /// Perhaps it is, perhaps not: look before another try.
    Unknown,
    /// The same one is being made right now.
    Pending,
    /// The post that was made by the same request was deleted since; for half a minute the server
    /// answers so.
    Stale,
    /// Too many requests.
    Busy(Duration),
    /// The token is not taken now.
    Token,
    /// The thread is gone.
    RootGone,
    /// The channel is archived.
    Archived,
    /// We may not post there.
    Forbidden,
    /// A server that knows silent posts, but not for us.
    NotSilent,
    /// The server's limit is lower than we think.
    TooLong,
    /// Anything else that another try would not change.
    Refused,
}

/// The meaning of an answer to `POST /posts`.
pub(super) fn create(status: u16, id: &str, retry_after: Option<Duration>) -> Create {
    match (status, id) {
        (200..=299, _) => Create::Made,
        (401, _) => Create::Token,
        (403, "api.post.create_post.silent_notification.app_error") => Create::NotSilent,
        (403, _) => Create::Forbidden,
        (429, _) => Create::Busy(retry_after.unwrap_or(PAUSE)),
        (400, "api.post.create_post.root_id.app_error") => Create::RootGone,
        (400, "api.post.create_post.can_not_post_to_deleted.error") => Create::Archived,
        (400, id) if is_size(id) => Create::TooLong,
        (413, _) => Create::TooLong,
        (500, "api.post.deduplicate_create_post.pending") => Create::Pending,
        (500, "api.post.deduplicate_create_post.failed_to_get") => Create::Stale,
        (408 | 425 | 500..=599, _) => Create::Unknown,
        _ => Create::Refused,
    }
}

/// What came of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Edit {
    /// The post shows it.
    Done,
    /// The server is not well: the same again later.
    Away,
    /// Too many requests.
    Busy(Duration),
    /// The token is not taken now.
    Token,
    /// Deleted, or no right, or the database is down: only a look tells.
    Look,
    /// The post may no longer be edited.
    TooOld,
    /// The channel is archived.
    Archived,
    /// The server's limit is lower than we think.
    TooLong,
    /// Anything else that another try would not change.
    Refused,
}

/// The meaning of an answer to `PUT /posts/{id}/patch`.
pub(super) fn edit(status: u16, id: &str, retry_after: Option<Duration>) -> Edit {
    match (status, id) {
        (200..=299, _) => Edit::Done,
        (401, _) => Edit::Token,
        // Today's servers say 404 for what is deleted, 5.37 says 403.
        (403 | 404 | 410, _) => Edit::Look,
        (429, _) => Edit::Busy(retry_after.unwrap_or(PAUSE)),
        (400, "api.post.update_post.permissions_time_limit.app_error") => Edit::TooOld,
        (400, "api.post.patch_post.can_not_update_post_in_deleted.error") => Edit::Archived,
        (400, id) if is_size(id) => Edit::TooLong,
        (413, _) => Edit::TooLong,
        (408 | 425 | 500..=599, _) => Edit::Away,
        _ => Edit::Refused,
    }
}

/// What a look at a post finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It is there.
    There,
    /// Somebody deleted it.
    Deleted,
    /// We may not see it: no longer in its channel, or no such name.
    Left,
    /// Too many requests.
    Busy(Duration),
    /// The token is not taken now.
    Token,
    /// The server is not well.
    Away,
}

/// The meaning of an answer to a `GET`.
pub(super) fn look(status: u16, retry_after: Option<Duration>) -> Look {
    match status {
        200..=299 => Look::There,
        404 | 410 => Look::Deleted,
        401 => Look::Token,
        429 => Look::Busy(retry_after.unwrap_or(PAUSE)),
        408 | 425 => Look::Away,
        400..=499 => Look::Left,
        _ => Look::Away,
    }
}

/// Whether an error id speaks of a size: its name differs between versions.
fn is_size(id: &str) -> bool {
    [
        "model.post.is_valid.msg",
        "model.post.is_valid.message",
        "model.post.is_valid.props",
    ]
    .iter()
    .any(|name| id.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_RIGHT: &str = "api.context.permissions.app_error";

    #[test]
    fn answers_to_a_create() {
        let cases = [
            (201, "", Create::Made),
            (200, "", Create::Made),
            (401, "api.context.session_expired.app_error", Create::Token),
            (403, NO_RIGHT, Create::Forbidden),
            (
                403,
                "api.post.create_post.silent_notification.app_error",
                Create::NotSilent,
            ),
            (
                400,
                "api.post.create_post.root_id.app_error",
                Create::RootGone,
            ),
            (
                400,
                "api.post.create_post.channel_root_id.app_error",
                Create::Refused,
            ),
            (
                400,
                "api.post.create_post.can_not_post_to_deleted.error",
                Create::Archived,
            ),
            (400, "model.post.is_valid.msg.app_error", Create::TooLong),
            (
                400,
                "model.post.is_valid.message_length.app_error",
                Create::TooLong,
            ),
            (
                400,
                "api.context.invalid_body_param.app_error",
                Create::Refused,
            ),
            (429, "", Create::Busy(PAUSE)),
            (500, "app.post.save.app_error", Create::Unknown),
            (
                500,
                "api.post.deduplicate_create_post.pending",
                Create::Pending,
            ),
            (
                500,
                "api.post.deduplicate_create_post.failed_to_get",
                Create::Stale,
            ),
            (502, "", Create::Unknown),
            (404, "", Create::Refused),
            (301, "", Create::Refused),
        ];
        for (status, id, want) in cases {
            assert_eq!(create(status, id, None), want, "{status} {id}");
        }
    }

    #[test]
    fn answers_to_an_edit() {
        let cases = [
            (200, "", Edit::Done),
            (401, "", Edit::Token),
            (403, NO_RIGHT, Edit::Look),
            (404, "", Edit::Look),
            (
                400,
                "api.post.update_post.permissions_time_limit.app_error",
                Edit::TooOld,
            ),
            (
                400,
                "api.post.patch_post.can_not_update_post_in_deleted.error",
                Edit::Archived,
            ),
            (400, "model.post.is_valid.props.app_error", Edit::TooLong),
            (
                400,
                "api.context.invalid_url_param.app_error",
                Edit::Refused,
            ),
            (429, "", Edit::Busy(PAUSE)),
            (500, "app.post.update.app_error", Edit::Away),
            (503, "", Edit::Away),
        ];
        for (status, id, want) in cases {
            assert_eq!(edit(status, id, None), want, "{status} {id}");
        }
        let long = Duration::from_secs(120);
        assert_eq!(edit(429, "", Some(long)), Edit::Busy(long));
    }

    #[test]
    fn answers_to_a_look() {
        let cases = [
            (200, Look::There),
            (404, Look::Deleted),
            (403, Look::Left),
            (400, Look::Left),
            (401, Look::Token),
            (429, Look::Busy(PAUSE)),
            (500, Look::Away),
            (502, Look::Away),
        ];
        for (status, want) in cases {
            assert_eq!(look(status, None), want, "{status}");
        }
    }
}

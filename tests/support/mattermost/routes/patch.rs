//! `PUT /posts/{id}/patch`: read, change, write the whole row.

use serde_json::Value;

use super::super::events::Event;
use super::super::http::{Answer, Failure, Request};
use super::super::people::User;
use super::super::posts::{Patch, Post, updatable, valid};
use super::super::world::World;
use super::{Outcome, id_in_url};

/// Changes a post; every patch writes, an empty one too.
pub fn patch(world: &mut World, user: &User, request: &Request, id: &str) -> Outcome {
    id_in_url(id)?;
    let patch = Patch::read(&request.body)?;
    let before = world
        .posts
        .live(id)
        .cloned()
        .ok_or_else(Failure::permissions)?;
    let channel = world
        .channel(&before.channel_id)
        .filter(|channel| channel.admits(user));
    let archived = channel.ok_or_else(Failure::permissions)?.delete_at != 0;
    if before.user_id != user.id && !user.is_admin() {
        return Err(Failure::permissions());
    }
    if archived {
        return Err(Failure::new(
            400,
            "api.post.patch_post.can_not_update_post_in_deleted.error",
        ));
    }
    check_age(world, &before, &patch)?;
    let after = changed(world, &before, patch);
    valid(&after, 0, &world.options)?;
    updatable(&after)?;
    Ok(Answer::json(200, &written(world, before, &after)))
}

/// The time limit concerns patches that bring a message, even the same one.
fn check_age(world: &World, post: &Post, patch: &Patch) -> Result<(), Failure> {
    let limit_s = world
        .options
        .post_edit_time_limit_s
        .filter(|_| world.options.is_newer());
    let late =
        limit_s.is_some_and(|limit_s| world.clock.now_ms() > post.create_at + limit_s * 1_000);
    if late && patch.message.is_some() {
        return Err(Failure::new(
            400,
            "api.post.update_post.permissions_time_limit.app_error",
        ));
    }
    Ok(())
}

/// The post as the patch wants it.
fn changed(world: &World, before: &Post, patch: Patch) -> Post {
    let mut after = before.clone();
    if let Some(message) = patch.message {
        after.message = message;
    }
    if let Some(props) = patch.props {
        after.props = props;
        if world.options.is_newer() {
            for name in ["from_bot", "silent_notification"] {
                if let Some(value) = before.props.get(name) {
                    after.props.insert(name.to_owned(), value.clone());
                }
            }
        }
    }
    after.is_pinned = patch.is_pinned.unwrap_or(before.is_pinned);
    after.has_reactions = patch.has_reactions.unwrap_or(before.has_reactions);
    after.update_at = world.clock.now_ms().max(before.update_at + 1);
    let attachments = |post: &Post| post.props.get("attachments").cloned();
    if after.message != before.message || attachments(&after) != attachments(before) {
        after.edit_at = after.update_at;
    }
    after
}

/// Writes the row, keeps the former one, moves the root and tells the sockets.
fn written(world: &mut World, before: Post, after: &Post) -> Value {
    let now_ms = after.update_at;
    let former = Post {
        id: world.ids.next(),
        original_id: before.id.clone(),
        delete_at: now_ms,
        update_at: now_ms,
        ..before
    };
    world.posts.insert_former(former);
    world.posts.change(&after.id, |post| *post = after.clone());
    world.posts.adjust(&after.root_id, |root| {
        root.update_at = now_ms.max(root.update_at + 1)
    });
    if let Some(channel) = world.channel_mut(&after.channel_id) {
        channel.last_post_at = channel.last_post_at.max(now_ms);
    }
    let shown = world.shown(after, "");
    if !world.listeners.is_empty() {
        world.broadcast(&Event::about("post_edited", after, &shown));
    }
    shown
}

//! `DELETE /posts/{id}`.

use serde_json::json;

use super::super::events::Event;
use super::super::http::{Answer, Failure};
use super::super::people::User;
use super::super::posts::deletable;
use super::super::world::World;
use super::{Outcome, id_in_url};

/// Deletes a post of one's own, a root with its replies.
pub fn delete(world: &mut World, user: &User, id: &str) -> Outcome {
    id_in_url(id)?;
    let newer = world.options.is_newer();
    let missing = || {
        if newer {
            Failure::no_post()
        } else {
            Failure::permissions()
        }
    };
    let post = world.posts.live(id).cloned().ok_or_else(missing)?;
    let channel = world
        .channel(&post.channel_id)
        .filter(|channel| channel.admits(user));
    let archived = channel.ok_or_else(Failure::permissions)?.delete_at != 0;
    if post.user_id != user.id && !user.is_admin() {
        return Err(Failure::permissions());
    }
    if archived {
        return Err(Failure::new(
            400,
            "api.post.delete_post.can_not_delete_post_in_deleted.error",
        ));
    }
    deletable(&post, &world.options)?;
    let shown = world.shown(&post, "");
    let mut gone = vec![post.id.clone()];
    if post.root_id.is_empty() {
        gone.extend(
            world
                .posts
                .thread(&post.id)
                .map(|reply| reply.id.clone())
                .filter(|reply| *reply != post.id),
        );
    }
    let now_ms = world.clock.now_ms();
    for id in gone {
        world.posts.change(&id, |post| {
            post.delete_at = now_ms.max(post.update_at + 1);
            post.update_at = post.delete_at;
            post.props.insert("deleteBy".to_owned(), json!(user.id));
        });
    }
    let mut event = Event::about("post_deleted", &post, &shown);
    event.data["delete_by"] = json!(user.id);
    world.broadcast(&event);
    Ok(Answer::done())
}

//! One post, read.

use super::super::http::{Answer, Failure};
use super::super::people::User;
use super::super::posts::Post;
use super::super::world::World;
use super::{Outcome, id_in_url};

/// `GET /posts/{id}`.
pub fn get(world: &World, user: &User, id: &str) -> Outcome {
    let post = readable(world, user, id)?;
    Ok(Answer::json(200, &world.shown(post, "")))
}

/// A post that is there and that `user` may read.
pub fn readable<'a>(world: &'a World, user: &User, id: &str) -> Result<&'a Post, Failure> {
    id_in_url(id)?;
    let post = world.posts.live(id).ok_or_else(Failure::no_post)?;
    let channel = world.channel(&post.channel_id);
    if !channel.is_some_and(|channel| channel.is_readable_by(user)) {
        return Err(Failure::permissions());
    }
    Ok(post)
}

//! `GET /posts/{id}/thread`.

use super::super::http::{Answer, Request};
use super::super::people::User;
use super::super::posts::Post;
use super::super::world::World;
use super::list::listed;
use super::{Outcome, posts};

/// The living posts of the thread that a post is in. 5.37 knows no pages of it, newer servers do:
/// `perPage` replies, after the reply that `fromPost` names.
pub fn thread(world: &World, user: &User, request: &Request, id: &str) -> Outcome {
    let asked = posts::readable(world, user, id)?;
    let posts: Vec<&Post> = world.posts.thread(asked.thread()).collect();
    let mut order: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    if world.options.is_newer() {
        return Ok(Answer::json(200, &page(world, request, posts)));
    }
    if !request.is_true("collapsedThreads") {
        order.insert(0, &asked.id);
    }
    Ok(Answer::json(200, &listed(world, &posts, &order)))
}

fn page(world: &World, request: &Request, mut posts: Vec<&Post>) -> serde_json::Value {
    posts.sort_by_key(|post| (!post.root_id.is_empty(), post.create_at, post.id.as_str()));
    let per_page = request
        .parameter("perPage")
        .and_then(|text| text.parse().ok())
        .filter(|size| *size > 0);
    let from = request
        .parameter("fromPost")
        .and_then(|id| posts.iter().position(|post| post.id == id));
    let (root, replies) = posts.split_at(posts.len().min(1));
    let rest = &replies[from.unwrap_or(0).min(replies.len())..];
    let count = per_page.unwrap_or(rest.len()).min(rest.len());
    let page: Vec<&Post> = root.iter().chain(&rest[..count]).copied().collect();
    let order: Vec<&str> = page.iter().map(|post| post.id.as_str()).collect();
    let mut shown = listed(world, &page, &order);
    shown["has_next"] = (count < rest.len()).into();
    shown
}

//! `GET /channels/{id}/posts`: pages, or what changed since a moment.

use serde_json::{Map, Value, json};

use super::super::http::{Answer, Failure, Request};
use super::super::people::User;
use super::super::posts::Post;
use super::super::world::World;
use super::{Outcome, id_in_url};

/// Most rows of an answer to `since`.
const SINCE_ROWS: usize = 1_000;
/// Posts of a page, unless the request says.
const PAGE: usize = 60;
/// Most posts of a page.
const PAGE_MAX: usize = 200;

/// The posts of a channel.
pub fn list(world: &World, user: &User, request: &Request, id: &str) -> Outcome {
    id_in_url(id)?;
    let newer = world.options.is_newer();
    let may_list = |admits: bool, readable: bool| if newer { readable } else { admits };
    let channel = world.channel(id);
    if !channel.is_some_and(|channel| may_list(channel.admits(user), channel.is_readable_by(user)))
    {
        return Err(Failure::permissions());
    }
    let rows = match request.parameter("since") {
        Some(text) => since(
            world,
            request,
            id,
            text.parse().map_err(|_| Failure::url())?,
        ),
        None => page(world, request, id),
    };
    let order: Vec<&str> = rows.iter().map(|post| post.id.as_str()).collect();
    let roots = rows
        .iter()
        .filter_map(|post| world.posts.live(&post.root_id));
    let posts: Vec<&Post> = roots.chain(rows.iter().copied()).collect();
    Ok(Answer::json(200, &listed(world, &posts, &order)))
}

/// A list as the API shows it.
pub fn listed(world: &World, posts: &[&Post], order: &[&str]) -> Value {
    let shown = posts
        .iter()
        .map(|post| (post.id.clone(), world.shown(post, "")));
    let shown: Map<String, Value> = shown.collect();
    json!({"order": order, "posts": shown, "next_post_id": "", "prev_post_id": ""})
}

/// Rows that changed after a moment, deleted ones and former versions too. The database takes the
/// first thousand of its heap, and what was written last lies at the end of that.
fn since<'a>(world: &'a World, request: &Request, channel: &str, moment_ms: i64) -> Vec<&'a Post> {
    let mut rows = world.posts.heap(channel);
    rows.retain(|post| post.update_at > moment_ms);
    let mut limit = SINCE_ROWS;
    if request.is_true("collapsedThreads") {
        rows.retain(|post| post.root_id.is_empty());
        if world.options.is_newer() {
            rows.reverse();
        } else {
            rows.retain(|post| post.is_live());
            limit = usize::MAX;
        }
    }
    rows.truncate(limit);
    rows.sort_by_key(|post| std::cmp::Reverse(post.create_at));
    rows
}

fn page<'a>(world: &'a World, request: &Request, channel: &str) -> Vec<&'a Post> {
    let number = |name: &str| {
        request
            .parameter(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = number("per_page")
        .filter(|size| *size > 0)
        .unwrap_or(PAGE)
        .min(PAGE_MAX);
    let skipped = number("page").unwrap_or(0).saturating_mul(size);
    let mut posts = world.posts.newest(channel);
    if request.is_true("collapsedThreads") {
        posts.retain(|post| post.root_id.is_empty());
    }
    posts.into_iter().skip(skipped).take(size).collect()
}

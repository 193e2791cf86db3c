//! `POST /posts`, its checks in the server's order.

use serde_json::json;

use super::super::http::{Answer, Failure, Request};
use super::super::ids::is_id;
use super::super::people::User;
use super::super::posts::{Draft, Post, insertable, valid};
use super::super::world::World;
use super::Outcome;

/// Props that newer servers set themselves and take from nobody.
const OWN_PROPS: [&str; 6] = [
    "from_bot",
    "from_webhook",
    "from_plugin",
    "silent_notification",
    "force_notification",
    "add_channel_member",
];

/// Makes a post, or finds the one that was made with the same `pending_post_id`.
pub fn create(world: &mut World, user: &User, request: &Request) -> Outcome {
    let newer = world.options.is_newer();
    if request.body.len() > world.options.max_body_bytes() {
        return Err(Failure::body());
    }
    let draft = Draft::read(&request.body, newer)?;
    let channel = world
        .channel(&draft.channel_id)
        .filter(|channel| channel.takes_posts_of(user));
    let archived = channel.ok_or_else(Failure::permissions)?.delete_at != 0;
    let asked = request.is_true("silent");
    let silent = newer && asked;
    if asked && (world.options.refuses_silent || (newer && !user.is_bot)) {
        let id = "api.post.create_post.silent_notification.app_error";
        return Err(Failure::new(403, id));
    }
    if draft.kind.starts_with("system_") {
        return Err(Failure::new(400, "api.context.invalid_param.app_error"));
    }
    if archived {
        return Err(Failure::new(
            400,
            "api.post.create_post.can_not_post_to_deleted.error",
        ));
    }
    let name = name_of(world, request, &draft);
    if let Some(known) = remembered(world, user, &name)? {
        return Ok(known);
    }
    check_root(world, &draft)?;
    if !draft.id.is_empty() {
        return Err(Failure::new(400, "app.post.save.existing.app_error"));
    }
    let post = built(world, user, &draft, silent);
    valid(&post, draft.file_ids, &world.options)?;
    insertable(&post)?;
    let id = post.id.clone();
    let shown = stored(world, post, &draft.pending_post_id, silent);
    let window = world.options.pending_window;
    if let Some(window) = window.filter(|_| !draft.pending_post_id.is_empty()) {
        let window_ms = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
        let until_ms = world.clock.now_ms().saturating_add(window_ms);
        world.pending.set(&name, &id, until_ms);
    }
    Ok(Answer::json(201, &shown))
}

/// What a create is remembered by.
fn name_of(world: &World, request: &Request, draft: &Draft) -> String {
    let node = request
        .header("Host")
        .filter(|_| world.options.pending_by_node);
    format!("{}{}", node.unwrap_or_default(), draft.pending_post_id)
}

/// The answer to a key that is remembered: the post as it is now, whoever's it is.
fn remembered(world: &World, user: &User, name: &str) -> Result<Option<Answer>, Failure> {
    let Some(id) = world.pending.get(name, world.clock.now_ms()) else {
        return Ok(None);
    };
    let gone = || Failure::new(500, "api.post.deduplicate_create_post.failed_to_get");
    let post = world.posts.live(id).ok_or_else(gone)?;
    let readable = world
        .channel(&post.channel_id)
        .is_some_and(|channel| channel.is_readable_by(user));
    if world.options.is_newer() && !readable {
        return Ok(None);
    }
    Ok(Some(Answer::json(201, &world.shown(post, ""))))
}

fn check_root(world: &World, draft: &Draft) -> Result<(), Failure> {
    let root_id = draft.root_id.as_str();
    if root_id.is_empty() {
        return Ok(());
    }
    let refused = || Failure::new(400, "api.post.create_post.root_id.app_error");
    let root = world
        .posts
        .live(root_id)
        .filter(|_| is_id(root_id))
        .ok_or_else(refused)?;
    if root.channel_id != draft.channel_id {
        return Err(Failure::new(
            400,
            "api.post.create_post.channel_root_id.app_error",
        ));
    }
    if root.root_id.is_empty() {
        Ok(())
    } else {
        Err(refused())
    }
}

/// The post that a draft becomes.
fn built(world: &mut World, user: &User, draft: &Draft, silent: bool) -> Post {
    let now_ms = world.clock.now_ms();
    let mut props = draft.props.clone();
    if world.options.is_newer() {
        props.retain(|name, _| !OWN_PROPS.contains(&name.as_str()));
    }
    if user.is_bot {
        props.insert("from_bot".to_owned(), json!("true"));
    }
    if silent {
        props.insert("silent_notification".to_owned(), json!(true));
    }
    Post {
        id: world.ids.next(),
        create_at: now_ms,
        update_at: now_ms,
        is_pinned: draft.is_pinned,
        user_id: user.id.clone(),
        channel_id: draft.channel_id.clone(),
        root_id: draft.root_id.clone(),
        message: draft.message.clone(),
        kind: draft.kind.clone(),
        props,
        ..Post::default()
    }
}

/// Stores the post, and moves its root.
fn stored(world: &mut World, post: Post, pending_post_id: &str, silent: bool) -> serde_json::Value {
    let (root_id, now_ms) = (post.root_id.clone(), post.create_at);
    let shown = world.publish(post, pending_post_id, silent);
    world
        .posts
        .adjust(&root_id, |root| root.update_at = root.update_at.max(now_ms));
    shown
}

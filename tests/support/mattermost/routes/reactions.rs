//! Reactions, and who is typing.

use serde_json::{Value, json};

use super::super::events::Event;
use super::super::http::{Answer, Failure, Request};
use super::super::people::User;
use super::super::posts::Post;
use super::super::props;
use super::super::world::{Reaction, World};
use super::{Outcome, body_of, id_in_url, is_self, posts, text_of};

/// Adds a reaction; the same one again is harmless.
pub fn add(world: &mut World, user: &User, request: &Request) -> Outcome {
    let body = body_of(request)?;
    if text_of(&body, "user_id") != user.id {
        return Err(Failure::new(
            403,
            "api.reaction.save_reaction.user_id.app_error",
        ));
    }
    let post = own_channels_post(world, user, &text_of(&body, "post_id"))?;
    let reaction = Reaction {
        user: user.id.clone(),
        post: post.id.clone(),
        emoji: text_of(&body, "emoji_name"),
        create_at: world.clock.now_ms(),
    };
    let shown = shown(&reaction);
    world.reactions.retain(|known| !same(known, &reaction));
    world.reactions.push(reaction);
    tell(world, "reaction_added", &post, &shown);
    Ok(Answer::json(200, &shown))
}

/// The reactions to a post.
pub fn of_post(world: &World, user: &User, id: &str) -> Outcome {
    let post = posts::readable(world, user, id).map_err(|failure| match failure.status {
        404 => Failure::permissions(),
        _ => failure,
    })?;
    let reactions = world
        .reactions
        .iter()
        .filter(|reaction| reaction.post == post.id);
    let reactions: Vec<Value> = reactions.map(shown).collect();
    Ok(Answer::json(200, &json!(reactions)))
}

/// Takes a reaction away, or finds that it is not there.
pub fn remove(world: &mut World, user: &User, whose: &str, id: &str, emoji: &str) -> Outcome {
    id_in_url(id)?;
    let post = own_channels_post(world, user, id)?;
    if !is_self(user, whose) && !user.is_admin() {
        return Err(Failure::permissions());
    }
    let reaction = Reaction {
        user: if whose == "me" {
            user.id.clone()
        } else {
            whose.to_owned()
        },
        post: post.id.clone(),
        emoji: emoji.to_owned(),
        create_at: 0,
    };
    world.reactions.retain(|known| !same(known, &reaction));
    tell(world, "reaction_removed", &post, &shown(&reaction));
    Ok(Answer::done())
}

/// Says that the caller is typing.
pub fn typing(world: &mut World, user: &User, request: &Request) -> Outcome {
    let body = body_of(request)?;
    let channel = text_of(&body, "channel_id");
    if !world
        .channel(&channel)
        .is_some_and(|channel| channel.takes_posts_of(user))
    {
        return Err(Failure::permissions());
    }
    let event = Event {
        name: "typing",
        data: json!({"user_id": user.id, "parent_id": text_of(&body, "parent_id")}),
        channel,
        omitted: Some(user.id.clone()),
    };
    world.broadcast(&event);
    Ok(Answer::done())
}

fn own_channels_post(world: &World, user: &User, id: &str) -> Result<Post, Failure> {
    let post = world.posts.live(id).ok_or_else(Failure::permissions)?;
    let channel = world.channel(&post.channel_id);
    if !channel.is_some_and(|channel| channel.admits(user)) {
        return Err(Failure::permissions());
    }
    Ok(post.clone())
}

fn same(one: &Reaction, other: &Reaction) -> bool {
    (&one.user, &one.post, &one.emoji) == (&other.user, &other.post, &other.emoji)
}

fn shown(reaction: &Reaction) -> Value {
    json!({
        "user_id": reaction.user, "post_id": reaction.post,
        "emoji_name": reaction.emoji, "create_at": reaction.create_at,
    })
}

/// Moves the post's time, which is no edit, and tells the sockets.
fn tell(world: &mut World, name: &'static str, post: &Post, reaction: &Value) {
    let now_ms = world.clock.now_ms();
    let any = world.reactions.iter().any(|known| known.post == post.id);
    world.posts.adjust(&post.id, |post| {
        post.has_reactions = any;
        post.update_at = now_ms.max(post.update_at + 1);
    });
    let event = Event {
        name,
        data: json!({"reaction": props::encode(reaction)}),
        channel: post.channel_id.clone(),
        omitted: None,
    };
    world.broadcast(&event);
}

//! What an administrator does with tokens and bots.

use super::super::http::{Answer, Failure, Request};
use super::super::people::Token;
use super::super::world::World;
use super::{Outcome, body_of, text_of};

/// Makes a token for a user.
pub fn make_token(world: &mut World, request: &Request, user: &str) -> Outcome {
    let body = body_of(request)?;
    if world.user(user).is_none() {
        return Err(Failure::new(404, "app.user.missing_account.const"));
    }
    let token = Token {
        id: world.ids.next(),
        token: world.ids.next(),
        user: user.to_owned(),
        description: text_of(&body, "description"),
        is_active: true,
    };
    let shown = token.json();
    world.tokens.push(token);
    Ok(Answer::json(200, &shown))
}

/// Disables, enables or revokes a token.
pub fn switch_token(world: &mut World, request: &Request, verb: &str) -> Outcome {
    let id = text_of(&body_of(request)?, "token_id");
    let found = world.tokens.iter().position(|token| token.id == id);
    let at =
        found.ok_or_else(|| Failure::new(404, "app.user_access_token.get_by_user.app_error"))?;
    if verb == "revoke" {
        world.tokens.remove(at);
    } else {
        world.tokens[at].is_active = verb == "enable";
    }
    Ok(Answer::done())
}

/// Disables or enables a bot.
pub fn switch_bot(world: &mut World, id: &str, enable: bool) -> Outcome {
    let now_ms = world.clock.now_ms();
    let found = world
        .users
        .iter_mut()
        .find(|user| user.id == id && user.is_bot);
    let bot = found.ok_or_else(|| Failure::new(404, "store.sql_bot.get.missing.app_error"))?;
    bot.delete_at = if enable { 0 } else { now_ms };
    Ok(Answer::json(200, &bot.bot_json()))
}

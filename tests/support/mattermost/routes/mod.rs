//! The routes below `/api/v4`, one file for each area.

mod admin;
mod channels;
mod create;
mod delete;
mod list;
mod members;
mod patch;
mod posts;
mod reactions;
mod system;
mod thread;

use super::http::{Answer, Failure, Request};
use super::ids::is_id;
use super::people::User;
use super::world::World;

/// What a route says.
type Outcome = Result<Answer, Failure>;

/// The answer to a request, with the headers that every answer has.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let segments: Vec<&str> = request.path().trim_matches('/').split('/').collect();
    let outcome = match segments.strip_prefix(["api", "v4"].as_slice()) {
        Some(route) => dispatch(world, request, route),
        None => None,
    };
    match outcome {
        None => Answer::no_route(),
        Some(Ok(answer)) => signed(world, answer),
        Some(Err(failure)) => refusal(world, &failure),
    }
}

/// An error in the shape that errors have.
pub fn refusal(world: &mut World, failure: &Failure) -> Answer {
    let request_id = world.request_ids.next();
    let mut answer = failure.answer(&request_id);
    sign(world, &mut answer, request_id);
    answer
}

fn signed(world: &mut World, mut answer: Answer) -> Answer {
    let request_id = world.request_ids.next();
    sign(world, &mut answer, request_id);
    answer
}

fn sign(world: &World, answer: &mut Answer, request_id: String) {
    let version = world.options.version();
    answer.headers.push(("X-Request-Id".to_owned(), request_id));
    let build = format!("{version}.{version}.0123456789abcdef0123456789abcdef.false");
    answer.headers.push(("X-Version-Id".to_owned(), build));
}

/// The outcome; `None` where no route is.
fn dispatch(world: &mut World, request: &Request, route: &[&str]) -> Option<Outcome> {
    match (request.method.as_str(), route) {
        ("GET", ["system", "ping"]) => return Some(Ok(system::ping(request))),
        ("GET", ["config", "client"]) => return Some(system::config(world, request)),
        _ => {}
    }
    let user = match world.user_of(request.token()) {
        Ok(user) => user,
        Err(failure) => return is_route(request, route).then_some(Err(failure)),
    };
    read(world, &user, request, route)
        .or_else(|| write(world, &user, request, route))
        .or_else(|| administer(world, &user, request, route))
}

/// Whether a route is there, for who may not use it.
fn is_route(request: &Request, route: &[&str]) -> bool {
    let areas = ["users", "channels", "teams", "posts", "reactions", "bots"];
    let verbs = ["GET", "POST", "PUT", "DELETE"];
    verbs.contains(&request.method.as_str())
        && route.first().is_some_and(|area| areas.contains(area))
}

fn read(world: &World, user: &User, request: &Request, route: &[&str]) -> Option<Outcome> {
    if request.method != "GET" {
        return None;
    }
    Some(match route {
        ["users", "me"] => Ok(Answer::json(200, &user.json())),
        ["channels", id] => channels::get(world, user, id),
        ["channels", id, "members", whose] => channels::member(world, user, id, whose),
        ["channels", id, "posts"] => list::list(world, user, request, id),
        ["teams", "name", team, "channels", "name", name]
        | ["teams", team, "channels", "name", name] => {
            channels::by_name(world, user, request, team, name)
        }
        ["posts", id] => posts::get(world, user, id),
        ["posts", id, "thread"] => thread::thread(world, user, request, id),
        ["posts", id, "reactions"] => reactions::of_post(world, user, id),
        _ => return None,
    })
}

fn write(world: &mut World, user: &User, request: &Request, route: &[&str]) -> Option<Outcome> {
    Some(match (request.method.as_str(), route) {
        ("POST", ["posts"]) => create::create(world, user, request),
        ("PUT", ["posts", id, "patch"]) => patch::patch(world, user, request, id),
        ("DELETE", ["posts", id]) => delete::delete(world, user, id),
        ("POST", ["channels", "direct"]) => channels::direct(world, user, request),
        ("POST", ["reactions"]) => reactions::add(world, user, request),
        ("DELETE", ["users", whose, "posts", id, "reactions", emoji]) => {
            reactions::remove(world, user, whose, id, emoji)
        }
        ("POST", ["users", _, "typing"]) => reactions::typing(world, user, request),
        _ => return None,
    })
}

fn administer(
    world: &mut World,
    user: &User,
    request: &Request,
    route: &[&str],
) -> Option<Outcome> {
    let mut allowed = |act: &mut dyn FnMut(&mut World) -> Outcome| {
        if user.is_admin() {
            act(world)
        } else {
            Err(Failure::permissions())
        }
    };
    Some(match (request.method.as_str(), route) {
        ("POST", ["users", "tokens", verb @ ("disable" | "enable" | "revoke")]) => {
            allowed(&mut |world| admin::switch_token(world, request, verb))
        }
        ("POST", ["users", id, "tokens"]) => {
            allowed(&mut |world| admin::make_token(world, request, id))
        }
        ("POST", ["bots", id, verb @ ("disable" | "enable")]) => {
            allowed(&mut |world| admin::switch_bot(world, id, *verb == "enable"))
        }
        ("POST", ["channels"]) => allowed(&mut |world| members::make_channel(world, user, request)),
        ("POST", ["channels", id, "restore"]) => {
            allowed(&mut |world| members::archive(world, id, false))
        }
        ("DELETE", ["channels", id]) => allowed(&mut |world| members::archive(world, id, true)),
        ("POST", ["channels", id, "members"]) => {
            allowed(&mut |world| members::add(world, user, request, id))
        }
        ("DELETE", ["channels", id, "members", whose]) => {
            allowed(&mut |world| members::remove(world, user, id, whose))
        }
        _ => return None,
    })
}

/// An id in the address, or 400.
fn id_in_url(id: &str) -> Result<(), Failure> {
    if is_id(id) {
        Ok(())
    } else {
        Err(Failure::url())
    }
}

/// A text in the JSON of a body; empty where it is missing.
fn text_of(body: &serde_json::Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

/// The body of a request as JSON, or 400.
fn body_of(request: &Request) -> Result<serde_json::Value, Failure> {
    super::reading::parse(&request.body).ok_or_else(Failure::body)
}

/// The user whose id stands in the address, `me` included.
fn is_self(user: &User, id: &str) -> bool {
    id == "me" || id == user.id
}

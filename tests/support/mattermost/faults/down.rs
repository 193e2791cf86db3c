//! What a server says whose database is down.

use super::super::http::{Answer, Failure, Request};
use super::super::routes;
use super::super::world::World;
use super::Call;

/// The answer; edits and deletes look forbidden, unknown tokens expired.
pub fn answer(world: &mut World, request: &Request) -> Answer {
    let path = request.path();
    if path.ends_with("/system/ping") && request.is_true("get_server_status") {
        let status = serde_json::json!({"status": "UNHEALTHY", "database_status": "UNHEALTHY"});
        return Answer::json(500, &status);
    }
    if path.ends_with("/system/ping") || path.ends_with("/config/client") {
        return routes::answer(world, request);
    }
    let failure = failure(world, request);
    routes::refusal(world, &failure)
}

fn failure(world: &World, request: &Request) -> Failure {
    if !request
        .token()
        .is_some_and(|token| world.warm.contains(token))
    {
        return Failure::session();
    }
    match Call::of(request) {
        Call::Patch | Call::Delete => Failure::permissions(),
        call => Failure::new(500, error(call)),
    }
}

/// The error of a call that the database failed.
pub fn error(call: Call) -> &'static str {
    match call {
        Call::Create => "app.post.save.app_error",
        Call::Patch => "app.post.update.app_error",
        Call::Delete => "app.post.delete.app_error",
        Call::Get | Call::Thread => "app.post.get.app_error",
        Call::List => "app.post.get_posts.app_error",
        Call::Other | Call::Any => "app.select_error",
    }
}

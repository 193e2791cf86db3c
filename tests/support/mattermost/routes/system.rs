//! What anybody may ask of the server.

use serde_json::json;

use super::super::http::{Answer, Failure, Request};
use super::super::world::World;
use super::Outcome;

/// Whether the server is there.
pub fn ping(request: &Request) -> Answer {
    let mut status = json!({
        "status": "OK", "AndroidLatestVersion": "", "AndroidMinVersion": "",
        "IosLatestVersion": "", "IosMinVersion": "",
    });
    if request.is_true("get_server_status") {
        status["database_status"] = json!("OK");
        status["filestore_status"] = json!("OK");
    }
    Answer::json(200, &status)
}

/// The client's configuration: all values are texts, few of them without a token.
pub fn config(world: &mut World, request: &Request) -> Outcome {
    if request.parameter("format") != Some("old") && !world.options.is_newer() {
        return Err(Failure::new(501, "api.config.client.old_format.app_error"));
    }
    let mut config =
        json!({"Version": world.options.version(), "BuildNumber": world.options.version()});
    if world.user_of(request.token()).is_ok() {
        let limit_s = world.options.post_edit_time_limit_s.unwrap_or(-1);
        config["MaxPostSize"] = json!(world.options.max_post_size.to_string());
        config["PostEditTimeLimit"] = json!(limit_s.to_string());
    }
    Ok(Answer::json(200, &config))
}

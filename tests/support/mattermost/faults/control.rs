//! `/__faults`: the rules, over HTTP.

use serde_json::json;

use super::super::http::{Answer, Request};
use super::super::reading;
use super::super::server::Server;
use super::Rule;

/// `POST /__faults` adds a rule, `GET` lists them, `DELETE` clears them, `POST /__faults/release` lets go
/// whom they hold.
pub fn control(server: &Server, request: &Request) -> Answer {
    match (request.method.as_str(), request.path()) {
        ("POST", "/__faults") => {
            match reading::parse(&request.body).map(serde_json::from_value::<Rule>) {
                Some(Ok(rule)) => {
                    server.faults().add(rule);
                    Answer::done()
                }
                Some(Err(error)) => refused(&format!("the rule is not understood: {error}")),
                None => refused("the body is no JSON"),
            }
        }
        ("GET", "/__faults") => Answer::json(200, &json!(server.faults().rules())),
        ("DELETE", "/__faults") => {
            server.faults().clear();
            Answer::done()
        }
        ("POST", "/__faults/release") => {
            for rule in server.faults().rules() {
                rule.held().release();
            }
            Answer::done()
        }
        _ => Answer::no_route(),
    }
}

fn refused(why: &str) -> Answer {
    let example = r#"{"on": "create", "times": 1, "action": {"late": {"ms": 500}}}"#;
    Answer::text(
        400,
        "text/plain; charset=utf-8",
        format!("{why}; send for example {example}\n"),
    )
}

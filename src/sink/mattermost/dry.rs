//! What would be sent, shown instead: `--dry-run`.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use ureq::http::Method;

use super::reply::Answer;

/// Takes every request that would change something, as one JSON line each.
pub type Show = Box<dyn Fn(&str) + Send + Sync>;

/// Answers like a server on which nobody has posted yet, and shows what it is asked for.
pub(super) struct Dry {
    show: Show,
    posts: AtomicU64,
}

impl Dry {
    pub(super) fn new(show: Show) -> Self {
        Self {
            show,
            posts: AtomicU64::new(0),
        }
    }

    pub(super) fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Answer {
        if *method != Method::GET {
            let line =
                json!({"method": method.as_str(), "path": format!("/api/v4{path}"), "body": body});
            (self.show)(&line.to_string());
        }
        let post = |id: String| {
            let field = |name: &str| {
                body.and_then(|body| body.get(name))
                    .cloned()
                    .unwrap_or_default()
            };
            json!({
                "id": id,
                "user_id": ME,
                "channel_id": field("channel_id").as_str().unwrap_or_default(),
                "root_id": field("root_id").as_str().unwrap_or_default(),
                "create_at": 0,
                "message": field("message"),
                "props": field("props"),
            })
        };
        let of = |path: &str| path.split('/').nth(2).unwrap_or_default().to_owned();
        let body = match (method.as_str(), path) {
            ("GET", "/users/me") => json!({"id": ME, "username": "dry-run", "is_bot": true}),
            ("GET", path) if path.starts_with("/config") => json!({"MaxPostSize": "16383"}),
            ("GET", path) if path.starts_with("/teams") => json!({"id": NOWHERE}),
            ("GET", path) if path.contains("/posts?") || path.contains("/thread") => {
                json!({"posts": {}})
            }
            ("POST", "/channels/direct") => json!({"id": NOWHERE}),
            ("POST", _) => {
                let number = self.posts.fetch_add(1, Ordering::Relaxed) + 1;
                post(format!("dryrun{number:020}"))
            }
            ("PUT", path) => post(of(path)),
            _ => return Answer::made_up(404, &json!({})),
        };
        Answer::made_up(200, &body)
    }
}

const ME: &str = "dryrundryrundryrundryrunme";
const NOWHERE: &str = "dryrundryrundryrunchannel0";

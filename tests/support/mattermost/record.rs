//! What happened, request by request.

use serde_json::Value;

use super::http::Request;

/// One request and what became of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: String,
    /// The path with its query.
    pub path: String,
    pub headers: Vec<(String, String)>,
    /// The body, where it is JSON.
    pub body: Option<Value>,
    /// The name of the user whose token it was.
    pub username: Option<String>,
    /// The status that was answered; `None` as long as, or if, none was.
    pub status: Option<u16>,
    /// The name of the fault that was applied.
    pub fault: Option<&'static str>,
}

impl Recorded {
    /// A request that has just arrived.
    pub fn new(request: &Request, username: Option<String>) -> Self {
        Self {
            method: request.method.clone(),
            path: request.target.clone(),
            headers: request.headers.clone(),
            body: serde_json::from_slice(&request.body).ok(),
            username,
            status: None,
            fault: None,
        }
    }

    /// A header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The request in a line, as `PUT /api/v4/posts/…/patch 200`.
    pub fn line(&self) -> String {
        let status = self
            .status
            .map_or("no answer".to_owned(), |status| status.to_string());
        let who = self.username.as_deref().unwrap_or("nobody");
        let fault = self
            .fault
            .map(|fault| format!(" fault: {fault}"))
            .unwrap_or_default();
        format!("{} {} by {who}: {status}{fault}", self.method, self.path)
    }
}

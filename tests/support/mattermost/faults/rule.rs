//! Which requests a fault meets.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::http::Request;
use super::{Action, Held};

/// A sort of request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// `POST /posts`
    Create,
    /// `PUT /posts/{id}/patch`
    Patch,
    /// `GET /posts/{id}`
    Get,
    /// `GET /posts/{id}/thread`
    Thread,
    /// `GET /channels/{id}/posts`
    List,
    /// `DELETE /posts/{id}`
    Delete,
    /// Whatever else.
    Other,
    /// All of them; the sort that no request is of itself.
    #[default]
    Any,
}

impl Call {
    /// The sort of a request.
    pub fn of(request: &Request) -> Self {
        let path = request
            .path()
            .trim_start_matches("/api/v4")
            .trim_matches('/');
        let segments: Vec<&str> = path.split('/').collect();
        match (request.method.as_str(), segments.as_slice()) {
            ("POST", ["posts"]) => Self::Create,
            ("PUT", ["posts", _, "patch"]) => Self::Patch,
            ("GET", ["posts", _]) => Self::Get,
            ("GET", ["posts", _, "thread"]) => Self::Thread,
            ("GET", ["channels", _, "posts"]) => Self::List,
            ("DELETE", ["posts", _]) => Self::Delete,
            _ => Self::Other,
        }
    }
}

/// A fault and the requests that it meets: of all that match, `times` after the first `skip`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule<A = Action> {
    #[serde(default, rename = "on")]
    call: Call,
    /// The method, whatever the sort.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// The path with its query, where `*` stands for anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// A header and its value, as `["Host", "127.0.0.1:8065"]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header: Option<(String, String)>,
    #[serde(default)]
    skip: u64,
    /// How many it meets; no end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
    action: A,
    #[serde(skip)]
    held: Arc<Held>,
}

impl<A> Rule<A> {
    /// Meets every request of this sort, for ever.
    pub fn on(call: Call, action: A) -> Self {
        Self {
            call,
            method: None,
            path: None,
            header: None,
            skip: 0,
            times: None,
            action,
            held: Arc::default(),
        }
    }

    /// Only requests of this method.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path with its query fits; `*` stands for anything.
    pub fn path(mut self, pattern: &str) -> Self {
        self.path = Some(pattern.to_owned());
        self
    }

    /// Only requests with this header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.header = Some((name.to_owned(), value.to_owned()));
        self
    }

    /// Only the next `times` that match.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Only the `number`th that matches; the first is 1.
    pub fn nth(mut self, number: u64) -> Self {
        self.skip = number.saturating_sub(1);
        self.times(1)
    }

    /// What it holds, if it holds.
    pub fn held(&self) -> &Arc<Held> {
        &self.held
    }

    fn matches(&self, request: &Request) -> bool {
        (self.call == Call::Any || self.call == Call::of(request))
            && self
                .method
                .as_ref()
                .is_none_or(|method| method.eq_ignore_ascii_case(&request.method))
            && self
                .path
                .as_ref()
                .is_none_or(|pattern| fits(pattern, &request.target))
            && self
                .header
                .as_ref()
                .is_none_or(|(name, value)| request.header(name) == Some(value.as_str()))
    }
}

/// The rules in force, the oldest first.
#[derive(Debug)]
pub struct Faults<A = Action> {
    rules: Vec<Rule<A>>,
}

impl<A> Default for Faults<A> {
    fn default() -> Self {
        Self { rules: Vec::new() }
    }
}

impl<A: Clone> Faults<A> {
    /// Adds a rule.
    pub fn add(&mut self, rule: Rule<A>) {
        self.rules.push(rule);
    }

    /// The rules that still meet something.
    pub fn rules(&self) -> &[Rule<A>] {
        &self.rules
    }

    /// Takes all rules away and lets go whom they hold.
    pub fn clear(&mut self) {
        for rule in self.rules.drain(..) {
            rule.held.release();
        }
    }

    /// The fault of this request: that of the first rule that matches and is due.
    pub fn take(&mut self, request: &Request) -> Option<(A, Arc<Held>)> {
        for rule in self.rules.iter_mut().filter(|rule| rule.matches(request)) {
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            match &mut rule.times {
                Some(0) => continue,
                Some(times) => *times -= 1,
                None => {}
            }
            return Some((rule.action.clone(), Arc::clone(&rule.held)));
        }
        None
    }
}

/// Whether `text` fits a pattern in which `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.any(|at| fits(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let cases = [
            ("/api/v4/posts", "/api/v4/posts", true),
            ("/api/v4/posts", "/api/v4/posts?silent=true", false),
            ("*/posts*", "/api/v4/posts?silent=true", true),
            ("*/patch", "/api/v4/posts/x/patch", true),
            ("*/patch", "/api/v4/posts/x", false),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(fits(pattern, text), want, "{pattern} {text}");
        }
    }
}

//! `pending_post_id`: the memory that lets a repeated create find its first post.

use std::collections::HashMap;

/// What the server remembers, in memory alone.
#[derive(Debug, Default)]
pub struct Pending {
    known: HashMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    post: String,
    until_ms: i64,
}

impl Pending {
    /// The post that was made with `key`, as long as it is remembered; a hit does not renew it.
    pub fn get(&self, key: &str, now_ms: i64) -> Option<&str> {
        let known = self.known.get(key).filter(|known| now_ms < known.until_ms);
        known.map(|known| known.post.as_str())
    }

    /// Remembers the post that was made with `key`.
    pub fn set(&mut self, key: &str, post: &str, until_ms: i64) {
        let post = post.to_owned();
        self.known.insert(key.to_owned(), Known { post, until_ms });
    }

    /// Forgets all, as a restart does.
    pub fn clear(&mut self) {
        self.known.clear();
    }
}

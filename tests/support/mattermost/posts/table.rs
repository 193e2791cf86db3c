//! The table of posts. An edit adds a row: the former version, as a deleted post.

use std::collections::HashMap;

use super::Post;

/// All rows, in the order they were made.
#[derive(Debug, Default)]
pub struct Table {
    rows: Vec<Row>,
    by_id: HashMap<String, usize>,
    by_thread: HashMap<String, Vec<usize>>,
    /// Writes so far; a changed row moves to the end of the heap.
    writes: u64,
}

#[derive(Debug)]
struct Row {
    post: Post,
    written: u64,
    /// Every state of the post, the first one first; empty for a former version.
    versions: Vec<Post>,
}

impl Table {
    /// Adds a new post.
    pub fn insert(&mut self, post: Post) {
        let at = self.rows.len();
        self.by_id.insert(post.id.clone(), at);
        self.by_thread
            .entry(post.thread().to_owned())
            .or_default()
            .push(at);
        self.writes += 1;
        self.rows.push(Row {
            versions: vec![post.clone()],
            post,
            written: self.writes,
        });
    }

    /// Adds the former version of a post; it belongs to no thread.
    pub fn insert_former(&mut self, post: Post) {
        self.writes += 1;
        self.rows.push(Row {
            post,
            written: self.writes,
            versions: Vec::new(),
        });
    }

    /// Changes a post in place: one more version of it.
    pub fn change(&mut self, id: &str, change: impl FnOnce(&mut Post)) {
        self.adjust(id, change);
        if let Some(at) = self.by_id.get(id) {
            let row = &mut self.rows[*at];
            row.versions.push(row.post.clone());
        }
    }

    /// Changes what is no version of its own, as the time of a root whose reply was edited.
    pub fn adjust(&mut self, id: &str, change: impl FnOnce(&mut Post)) {
        if let Some(at) = self.by_id.get(id) {
            self.writes += 1;
            let row = &mut self.rows[*at];
            change(&mut row.post);
            row.written = self.writes;
        }
    }

    /// A post, deleted or not.
    pub fn get(&self, id: &str) -> Option<&Post> {
        self.by_id.get(id).map(|at| &self.rows[*at].post)
    }

    /// A post that is there.
    pub fn live(&self, id: &str) -> Option<&Post> {
        self.get(id).filter(|post| post.is_live())
    }

    /// The living posts of a thread, its root first.
    pub fn thread(&self, root: &str) -> impl Iterator<Item = &Post> {
        let places = self
            .by_thread
            .get(root)
            .map(Vec::as_slice)
            .unwrap_or_default();
        places
            .iter()
            .map(|at| &self.rows[*at].post)
            .filter(|post| post.is_live())
    }

    /// How many living replies a thread has.
    pub fn replies(&self, root: &str) -> usize {
        self.thread(root)
            .filter(|post| !post.root_id.is_empty())
            .count()
    }

    /// All rows of a channel, the one that was written last at the end.
    pub fn heap(&self, channel: &str) -> Vec<&Post> {
        let mut rows: Vec<&Row> = self
            .rows
            .iter()
            .filter(|row| row.post.channel_id == channel)
            .collect();
        rows.sort_by_key(|row| row.written);
        rows.into_iter().map(|row| &row.post).collect()
    }

    /// The living posts of a channel, the one that was made last first.
    pub fn living(&self, channel: &str) -> impl Iterator<Item = &Post> {
        let rows = self.rows.iter().rev().map(|row| &row.post);
        rows.filter(move |post| post.channel_id == channel && post.is_live())
    }

    /// The same as the server lists them, the newest first.
    pub fn newest(&self, channel: &str) -> Vec<&Post> {
        let mut posts: Vec<&Post> = self.living(channel).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.create_at));
        posts
    }

    /// Every state of every post, in the order the posts were made.
    pub fn histories(&self) -> impl Iterator<Item = &[Post]> {
        self.rows
            .iter()
            .map(|row| row.versions.as_slice())
            .filter(|versions| !versions.is_empty())
    }
}

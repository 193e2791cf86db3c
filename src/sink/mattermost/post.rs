//! Posts, as far as a box needs to know them.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::marker::Marker;
use super::reply::Answer;

/// A post.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Post {
    pub(super) id: String,
    pub(super) user: String,
    pub(super) channel: String,
    pub(super) root: String,
    /// Milliseconds on the server's clock.
    pub(super) created: i64,
    /// 0 while it lives.
    pub(super) deleted: i64,
    pub(super) message: String,
    pub(super) marker: Option<Marker>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    user_id: Cow<'a, str>,
    #[serde(borrow)]
    channel_id: Cow<'a, str>,
    #[serde(default, borrow)]
    root_id: Cow<'a, str>,
    create_at: i64,
    #[serde(default)]
    delete_at: i64,
    #[serde(default, borrow)]
    message: Cow<'a, str>,
    #[serde(default, borrow)]
    props: Option<&'a RawValue>,
}

impl Post {
    /// The post of an answer; `None` where it is none, as a proxy's page.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        serde_json::from_slice(answer.bytes())
            .ok()
            .map(Self::from_raw)
    }

    /// Whether an answer is the post of that id; what it says is not looked at.
    pub(super) fn is_in(answer: &Answer, id: &str) -> bool {
        /// What makes a post.
        #[derive(Deserialize)]
        struct Named<'a> {
            #[serde(borrow)]
            id: Cow<'a, str>,
            #[serde(borrow, rename = "user_id")]
            _user: Cow<'a, str>,
            #[serde(borrow, rename = "channel_id")]
            _channel: Cow<'a, str>,
            #[serde(rename = "create_at")]
            _created: i64,
        }
        serde_json::from_slice::<Named<'_>>(answer.bytes()).is_ok_and(|post| post.id == id)
    }

    fn from_raw(raw: Raw<'_>) -> Self {
        // Whoever has no marker has props of any size and shape: they are not read.
        let props = raw
            .props
            .filter(|props| props.get().contains("\"live_status\""));
        let props = props.and_then(|props| serde_json::from_str::<Value>(props.get()).ok());
        Self {
            id: raw.id.into_owned(),
            user: raw.user_id.into_owned(),
            channel: raw.channel_id.into_owned(),
            root: raw.root_id.into_owned(),
            created: raw.create_at,
            deleted: raw.delete_at,
            message: raw.message.into_owned(),
            marker: props.as_ref().and_then(Marker::read),
        }
    }

    /// The order in which posts of one key stand: the first is the box.
    fn place(&self) -> (std::cmp::Reverse<u32>, i64, &str) {
        let part = self.marker.as_ref().map_or(0, |marker| marker.part);
        (std::cmp::Reverse(part), self.created, &self.id)
    }
}

/// What a thread or a page of a channel lists.
#[derive(Debug, Default)]
pub(super) struct Listed {
    /// Those with a marker.
    pub(super) marked: Vec<Post>,
    /// How many there were.
    pub(super) count: usize,
    /// When the oldest was made.
    pub(super) oldest: Option<i64>,
}

impl Listed {
    /// Reads a list; one post that is odd spoils no other. `None` where it is no list.
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        #[derive(Deserialize)]
        struct Page<'a> {
            #[serde(borrow)]
            posts: Option<HashMap<Cow<'a, str>, &'a RawValue>>,
        }
        let page: Page<'_> = serde_json::from_slice(answer.bytes()).ok()?;
        let mut listed = Self::default();
        for raw in page.posts.unwrap_or_default().into_values() {
            let Ok(raw) = serde_json::from_str::<Raw<'_>>(raw.get()) else {
                continue;
            };
            listed.count += 1;
            listed.oldest = Some(
                listed
                    .oldest
                    .map_or(raw.create_at, |oldest| oldest.min(raw.create_at)),
            );
            let post = Post::from_raw(raw);
            if post.marker.is_some() {
                listed.marked.push(post);
            }
        }
        Some(listed)
    }
}

/// The box of `key` among `posts` of the user `me`, and its rivals: the first made wins.
///
/// Of a box that goes on in another post, the last part counts.
pub(super) fn elect(posts: Vec<Post>, me: &str, key: &str) -> Option<(Post, Vec<Post>)> {
    let is_ours = |post: &Post| {
        post.user == me
            && post.deleted == 0
            && post.marker.as_ref().is_some_and(|marker| marker.key == key)
    };
    let mut ours: Vec<Post> = posts.into_iter().filter(is_ours).collect();
    ours.sort_by(|a, b| a.place().cmp(&b.place()));
    let mut ours = ours.into_iter();
    let first = ours.next()?;
    let part = |post: &Post| post.marker.as_ref().map(|marker| marker.part);
    // A part that ended earlier stays: it is history, and no rival.
    let rivals = ours.filter(|post| part(post) == part(&first)).collect();
    Some((first, rivals))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::frame::State;

    fn post(id: &str, created: i64, part: u32, user: &str, key: &str) -> Post {
        Post {
            id: id.into(),
            user: user.into(),
            channel: "c".into(),
            root: String::new(),
            created,
            deleted: 0,
            message: String::new(),
            marker: Some(Marker {
                key: key.into(),
                seq: 1,
                instance: "i".into(),
                part,
                rev: 1,
                state: State::Active,
            }),
        }
    }

    #[test]
    fn the_first_made_wins_and_the_last_part_counts() {
        let posts = vec![
            post("late", 30, 0, "me", "k"),
            post("b", 20, 0, "me", "k"),
            post("a", 20, 0, "me", "k"),
            post("foreign", 1, 0, "you", "k"),
            post("other", 1, 0, "me", "x"),
        ];
        let (first, rivals) = elect(posts.clone(), "me", "k").expect("a box");
        let ids: Vec<_> = rivals.iter().map(|post| post.id.as_str()).collect();
        assert_eq!((first.id.as_str(), ids), ("a", vec!["b", "late"]));
        let mut posts = posts;
        posts.push(post("next", 90, 1, "me", "k"));
        let (first, rivals) = elect(posts, "me", "k").expect("a box");
        assert_eq!((first.id.as_str(), rivals.len()), ("next", 0));
        assert_eq!(elect(Vec::new(), "me", "k"), None);
    }
}

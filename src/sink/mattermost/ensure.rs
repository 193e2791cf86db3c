//! Finding the post of a box, and making it where there is none: never two.
//!
//! The intent is durable before the request leaves, the id before the next one.
//! An answer that nobody got is followed by a look, never by a second try. Who
//! finds several posts of one key keeps the first made; that election, not the
//! server's own check of repeated requests, is the guarantee.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Duration;

use serde_json::json;

use super::answers::{self, Create};
use super::marker::{self, Marker};
use super::post::{Listed, Post, elect};
use super::server::{Talk, Trouble, said};
use crate::sink::Ledger;
use crate::wire::frame::State;
use crate::wire::kept::{Kept, Phase};
use crate::wire::time::Time;

/// Looks and tries before a box is left for later.
const ROUNDS: u32 = 5;
/// The most posts on one page of a channel.
const PAGE: usize = 200;
/// Pages of a channel that are read in search of a box.
const PAGES: usize = 10;
/// Clocks and long ways: a box may be a little older than its intent says.
const MARGIN_MS: i64 = 600_000;

/// A box that is to be found or made.
pub(super) struct Wanted<'a> {
    /// What is known of it, and what will be remembered.
    pub(super) kept: Kept,
    /// What its first post says.
    pub(super) first: &'a str,
    /// The state that goes with it.
    pub(super) state: State,
    /// Whether it may be made; else it is only looked for.
    pub(super) create: bool,
    /// Who we are.
    pub(super) instance: &'a str,
}

/// A box that is there.
pub(super) struct Found {
    pub(super) kept: Kept,
    /// The post as the server has it.
    pub(super) post: Post,
    /// We made it.
    pub(super) made: bool,
    /// An answer was lost or unclear on the way: look again later.
    pub(super) unclear: bool,
}

/// Finds the box, or makes it.
pub(super) fn ensure(
    talk: &Talk<'_>,
    ledger: &dyn Ledger,
    wanted: Wanted<'_>,
) -> Result<Found, Trouble> {
    let me = talk.me()?;
    let Wanted {
        mut kept,
        first,
        state,
        create,
        instance,
    } = wanted;
    let mut unclear = kept.phase == Phase::Intended && kept.seq > 0;
    let mut pending = format!("{me}:{}:{}", kept.key, kept.part);
    let mut last = String::new();
    for round in 0..ROUNDS {
        if let Some((post, rivals)) = look(talk, &kept, &me)? {
            delete(talk, rivals);
            return Ok(adopt(ledger, kept, post, unclear));
        }
        if !create {
            return Err(Trouble::Skip("an old run that has no box".to_owned()));
        }
        kept.phase = Phase::Intended;
        if round == 0 {
            ledger.commit(&kept).map_err(Trouble::Unkept)?;
        }
        let marker = Marker {
            key: kept.key.clone(),
            seq: 0,
            instance: instance.to_owned(),
            part: kept.part,
            rev: 0,
            state: state.clone(),
        };
        let body = json!({
            "channel_id": kept.channel,
            "root_id": kept.root.as_deref().unwrap_or_default(),
            "message": first,
            "type": marker::TYPE,
            "props": marker.props(),
            "pending_post_id": pending,
        });
        let silent = if talk.server.is_loud() {
            ""
        } else {
            "&silent=true"
        };
        let answer = match talk.post(&format!("/posts?set_online=false{silent}"), &body) {
            Ok(answer) => answer,
            Err(lost) if lost.unsent => return Err(Trouble::Away(lost.class.to_owned())),
            Err(lost) => {
                unclear = talk.unclear();
                lost.class.clone_into(&mut last);
                breathe();
                continue;
            }
        };
        last = said(&answer);
        match answers::create(answer.status, &answer.error_id(), answer.retry_after) {
            Create::Made => {
                let post = Post::of(&answer);
                let is_ours = |post: &Post| {
                    post.user == me
                        && post.channel == kept.channel
                        && post.root == kept.root.as_deref().unwrap_or_default()
                        && post
                            .marker
                            .as_ref()
                            .is_some_and(|marker| marker.key == kept.key)
                };
                let Some(post) = post.filter(is_ours) else {
                    // A proxy's page, or somebody else's post for an id that he guessed.
                    unclear = talk.unclear();
                    pending = format!("{me}:{}:{}:{}", kept.key, kept.part, dice());
                    continue;
                };
                return Ok(made(talk, ledger, kept, post, &me, unclear));
            }
            Create::NotSilent => talk.server.be_loud(),
            Create::Stale => {
                // The look found none, so nothing stands for that id: ask under another.
                pending = format!("{me}:{}:{}:{}", kept.key, kept.part, dice());
            }
            Create::Pending | Create::Unknown => {
                unclear = talk.unclear();
                breathe();
            }
            Create::Busy(pause) => return Err(Trouble::Busy(pause)),
            Create::Token => return Err(talk.refused_token()),
            Create::RootGone => return Err(Trouble::Never("the thread was deleted".to_owned())),
            Create::Archived => return Err(Trouble::archived()),
            Create::Forbidden => {
                return Err(Trouble::Refused(format!(
                    "{last}; is the bot a member of the channel?"
                )));
            }
            Create::TooLong | Create::Refused => return Err(Trouble::Refused(last)),
        }
    }
    Err(Trouble::Away(last))
}

/// A post was made: its id is remembered, then its rivals are looked for.
fn made(
    talk: &Talk<'_>,
    ledger: &dyn Ledger,
    mut kept: Kept,
    post: Post,
    me: &str,
    mut unclear: bool,
) -> Found {
    kept.post = Some(post.id.clone());
    kept.phase = Phase::Live;
    // The intent is durable already: without the id the post would be found by its key.
    let _ = ledger.commit(&kept);
    match look(talk, &kept, me) {
        Ok(Some((first, rivals))) => {
            delete(talk, rivals);
            if first.id != post.id {
                return adopt(ledger, kept, first, true);
            }
        }
        // Not listed yet, or not to be had now: the later look tells.
        Ok(None) | Err(_) => unclear = true,
    }
    Found {
        kept,
        post,
        made: true,
        unclear,
    }
}

fn adopt(ledger: &dyn Ledger, mut kept: Kept, post: Post, unclear: bool) -> Found {
    kept.post = Some(post.id.clone());
    kept.phase = Phase::Live;
    kept.hash = String::new();
    if let Some(marker) = &post.marker {
        kept.seq = kept.seq.max(marker.seq);
        kept.part = marker.part;
        kept.rev = marker.rev;
        kept.state = marker.state.clone();
    }
    // As in `made`: it would be found again.
    let _ = ledger.commit(&kept);
    Found {
        kept,
        post,
        made: false,
        unclear,
    }
}

/// The posts of the box's key in its place: the one that counts, and its rivals.
pub(super) fn look(
    talk: &Talk<'_>,
    kept: &Kept,
    me: &str,
) -> Result<Option<(Post, Vec<Post>)>, Trouble> {
    let not_one = || Trouble::Away("the answer is not a Mattermost's".to_owned());
    let mut marked = match &kept.root {
        Some(root) => {
            let path = format!("/posts/{root}/thread?collapsedThreads=true");
            match talk.read(&path) {
                Ok(answer) => Listed::of(&answer).ok_or_else(not_one)?.marked,
                // What is wrong, if anything, a create tells more clearly.
                Err(Trouble::Gone(_) | Trouble::Refused(_)) => Vec::new(),
                Err(trouble) => return Err(trouble),
            }
        }
        None => {
            let mut marked = Vec::new();
            for page in 0..PAGES {
                let path = format!(
                    "/channels/{}/posts?page={page}&per_page={PAGE}",
                    kept.channel
                );
                let listed = match talk.read(&path) {
                    Ok(answer) => Listed::of(&answer).ok_or_else(not_one)?,
                    Err(Trouble::Gone(_) | Trouble::Refused(_)) => break,
                    Err(trouble) => return Err(trouble),
                };
                marked.extend(listed.marked);
                let since = kept.since.0.saturating_sub(MARGIN_MS);
                let over = listed.oldest.is_none_or(|oldest| oldest < since);
                if over || listed.count < PAGE {
                    break;
                }
            }
            marked.retain(|post| post.root.is_empty());
            marked
        }
    };
    // A part that may no longer be edited is history.
    let part = |post: &Post| post.marker.as_ref().map_or(0, |marker| marker.part);
    marked.retain(|post| part(post) >= kept.part);
    Ok(elect(marked, me, &kept.key))
}

/// Deletes posts of ours that lost the election; whatever is answered, another look repairs it.
pub(super) fn delete(talk: &Talk<'_>, rivals: Vec<Post>) {
    for rival in rivals {
        let _ = talk.delete(&format!("/posts/{}", rival.id));
    }
}

/// The time from which on a box that begins at `ours` can be on the server.
pub(super) fn since(talk: &Talk<'_>, ours: Time) -> Time {
    Time::from_ms(talk.server.clock(ours)).unwrap_or(ours)
}

/// Waits 50 to 200 ms: what was unclear settles, and rivals do not keep step.
fn breathe() {
    std::thread::sleep(Duration::from_millis(50 + dice() % 150));
}

/// A number that nobody can guess.
fn dice() -> u64 {
    RandomState::new().build_hasher().finish()
}

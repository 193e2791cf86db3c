//! Editing a box in place.

use serde::Serialize;

use super::answers::{self, Edit, Look};
use super::content::{Content, Shown};
use super::marker::{Marker, Props};
use super::post::Post;
use super::server::{SHUT_OUT, Talk, Trouble, said};
use crate::sink::Ledger;
use crate::wire::kept::{Kept, Phase};

/// An edit to be made.
pub(super) struct Wish<'a> {
    pub(super) shown: &'a Shown,
    /// Who we are.
    pub(super) instance: &'a str,
}

/// What is sent: message and all props, since they are replaced whole.
#[derive(Serialize)]
struct Patch<'a> {
    message: &'a str,
    props: Props<'a>,
}

/// What came of an edit that was not done.
pub(super) enum Undone {
    Trouble(Trouble),
    /// The post may no longer be edited: the box goes on in another.
    TooOld,
}

impl From<Trouble> for Undone {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// The content that an edit would bring.
pub(super) fn content(talk: &Talk<'_>, shown: &Shown) -> Result<Content, Trouble> {
    let longest = talk.longest(&shown.text)?;
    Ok(Content::new(&shown.text, &shown.state, longest))
}

/// Brings the post of `kept` to `content`, and remembers what the server acknowledged.
pub(super) fn edit(
    talk: &Talk<'_>,
    ledger: &dyn Ledger,
    kept: &mut Kept,
    content: &Content,
    wish: &Wish<'_>,
) -> Result<(), Undone> {
    let Some(post) = kept.post.clone() else {
        return Err(Trouble::Away("the post is not known yet".to_owned()).into());
    };
    let mut shorter: Option<Content> = None;
    loop {
        let content = shorter.as_ref().unwrap_or(content);
        let marker = Marker {
            key: kept.key.clone(),
            seq: kept.seq + 1,
            instance: wish.instance.to_owned(),
            part: kept.part,
            rev: wish.shown.rev,
            state: wish.shown.state.clone(),
        };
        let body = Patch {
            message: &content.message,
            props: marker.props(),
        };
        let answer = talk
            .put(&format!("/posts/{post}/patch"), &body)
            .map_err(|lost| Trouble::Away(lost.class.to_owned()))?;
        match answers::edit(answer.status, &answer.error_id(), answer.retry_after) {
            // A page that a proxy made up is no acknowledgement.
            Edit::Done if !Post::is_in(&answer, &post) => {
                return Err(Trouble::Away("the answer is not a Mattermost's".to_owned()).into());
            }
            Edit::Done => {
                kept.seq = marker.seq;
                acknowledge(ledger, kept, content, wish);
                return Ok(());
            }
            Edit::Away => return Err(Trouble::Away(said(&answer)).into()),
            Edit::Busy(pause) => return Err(Trouble::Busy(pause).into()),
            Edit::Token => return Err(talk.refused_token().into()),
            Edit::TooOld => return Err(Undone::TooOld),
            Edit::Archived => {
                return Err(Trouble::archived().into());
            }
            Edit::TooLong if shorter.is_none() => {
                let half = content.halved(&wish.shown.state);
                talk.shorter(half.message.chars().count() + 200);
                shorter = Some(half);
            }
            Edit::TooLong | Edit::Refused => {
                return Err(Trouble::Refused(said(&answer)).into());
            }
            Edit::Look => return Err(why(talk, ledger, kept, &post, &said(&answer)).into()),
        }
    }
}

/// Why an edit was refused with a 403, which says nothing by itself.
fn why(talk: &Talk<'_>, ledger: &dyn Ledger, kept: &mut Kept, post: &str, words: &str) -> Trouble {
    let answer = match talk.get(&format!("/posts/{post}")) {
        Ok(answer) => answer,
        Err(lost) => return Trouble::Away(lost.class.to_owned()),
    };
    match answers::look(answer.status, answer.retry_after) {
        Look::Deleted => gone(ledger, kept),
        Look::There if Post::of(&answer).is_some_and(|post| post.deleted != 0) => {
            gone(ledger, kept)
        }
        Look::There => Trouble::Wait(SHUT_OUT, format!("{words}: the right to edit was lost")),
        Look::Left => Trouble::Wait(SHUT_OUT, format!("{words}: no longer in the channel")),
        Look::Busy(pause) => Trouble::Busy(pause),
        Look::Token => talk.refused_token(),
        Look::Away => Trouble::Away(said(&answer)),
    }
}

/// Somebody deleted the post.
pub(super) fn gone(ledger: &dyn Ledger, kept: &mut Kept) -> Trouble {
    kept.phase = Phase::Gone;
    // Not remembered it would be found out again by the next edit.
    let _ = ledger.commit(kept);
    Trouble::Gone("somebody deleted the post".to_owned())
}

/// The post shows `content`: that is remembered, an end durably, all else soon.
pub(super) fn acknowledge(
    ledger: &dyn Ledger,
    kept: &mut Kept,
    content: &Content,
    wish: &Wish<'_>,
) {
    if kept.state != wish.shown.state {
        kept.about.turned = None;
    }
    kept.about.turned.get_or_insert(kept.at);
    kept.hash.clone_from(&content.hash);
    kept.rev = wish.shown.rev;
    kept.state = wish.shown.state.clone();
    kept.note = None;
    if kept.state.is_final() {
        // A final edit that is not remembered is made again, and changes nothing.
        let _ = ledger.commit(kept);
    } else {
        ledger.note(kept);
    }
}

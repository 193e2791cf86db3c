//! Closing a box by hand, where nobody else will any more.

use super::boxes::{Boxes, Known, Outcome};
use super::content::{FIRST_TEXT, Shown};
use super::edit::{self, Undone, Wish};
use super::ensure::{Wanted, ensure};
use super::later::{PAUSED, is_minute};
use super::post::Post;
use super::server::{Talk, Trouble};
use super::watch::{Due, Look};
use super::{Mattermost, NAME, settled};
use crate::sink::{Moment, Put};
use crate::wire::about::Closed;
use crate::wire::event::VERSION;
use crate::wire::frame::State;
use crate::wire::kept::{Kept, Phase};
use crate::wire::receipt::{Did, Receipt};

/// What the box tells of itself from then on.
pub(super) const WHY: &str = "closed by hand";

impl Mattermost {
    /// Closes the box of that key by hand: its post says so, and it is over.
    ///
    /// Its text stays as the server has it but for the tags and the footer. Where no post is
    /// found, none is made. It stays closed until something new comes of its run.
    pub fn finish(&self, key: &str, at: Moment) -> Put {
        let talk = Talk::new(&self.boxes.server, at.wall);
        let (kept, outcome) = self.boxes.finish(&talk, key, at);
        let receipt = Receipt {
            v: VERSION,
            kind: "receipt".into(),
            key: kept.as_ref().map_or(key, |kept| &kept.frame).to_owned(),
            rev: kept.as_ref().map_or(0, |kept| kept.rev),
            sink: NAME.into(),
            post: None,
            did: Did::Skipped,
            error: None,
            src: Vec::new(),
        };
        settled(outcome, receipt, talk.bill())
    }
}

impl Boxes {
    /// Closes the box of that key; gives what is remembered of it then.
    pub(super) fn finish(&self, talk: &Talk<'_>, key: &str, at: Moment) -> (Option<Kept>, Outcome) {
        let Some(mut kept) = self.ledger.get(key) else {
            let why = Trouble::Skip("nothing is remembered of it".to_owned());
            return (None, Err((why, None)));
        };
        let known = Known::of(&kept);
        kept.at = at.wall;
        let done = self.close_by_hand(talk, &mut kept, at);
        let outcome = match done {
            Ok(did) => {
                if did == Did::Updated {
                    self.doubt(&kept);
                }
                Ok((did, kept.post.clone().unwrap_or_default()))
            }
            Err(trouble) => {
                self.remember_trouble(&kept, Some(known), &trouble);
                Err((trouble, kept.post.clone()))
            }
        };
        (Some(kept), outcome)
    }

    /// An edit of a `run` may be under way, and that `run` may die before it sees that the box was
    /// closed: whoever comes to the next frame of it reads the post once more.
    fn doubt(&self, closed: &Kept) {
        let now = self.ledger.get(&closed.key);
        // What came since is known to be so.
        if let Some(mut now) =
            now.filter(|now| now.seq >= closed.seq && now.about.closed == closed.about.closed)
        {
            now.hash.clear();
            // What is not kept of this costs that look alone.
            let _ = self.ledger.commit(&now);
        }
    }

    pub(super) fn close_by_hand(
        &self,
        talk: &Talk<'_>,
        kept: &mut Kept,
        at: Moment,
    ) -> Result<Did, Trouble> {
        let post = self.post_of(talk, kept)?;
        if let Some(marker) = &post.marker {
            if marker.key != kept.key {
                return Err(Trouble::Refused("the post is another box's".to_owned()));
            }
            kept.seq = kept.seq.max(marker.seq);
            kept.rev = kept.rev.max(marker.rev);
        }
        let instance = &self.settings.instance;
        if let Some(marker) = post.marker.filter(|marker| marker.state.is_final()) {
            // Another was faster, or we died after the edit: what the post shows is remembered.
            let shown = Shown {
                text: post.message,
                state: marker.state,
                rev: marker.rev,
            };
            let content = edit::content(talk, &shown)?;
            let wish = Wish {
                shown: &shown,
                instance,
            };
            edit::acknowledge(&*self.ledger, kept, &content, &wish);
            return Ok(Did::Unchanged);
        }
        note_closing(kept);
        let minute = at.wall.minute(&self.settings.zone).unwrap_or_default();
        let shown = Shown {
            // It was made safe when it was sent; what a script said stays as it said it.
            text: closed(&post.message, &minute),
            state: State::Interrupted,
            rev: kept.rev,
        };
        let content = edit::content(talk, &shown)?;
        let wish = Wish {
            shown: &shown,
            instance,
        };
        match edit::edit(talk, &*self.ledger, kept, &content, &wish) {
            Ok(()) => {}
            Err(Undone::TooOld) => {
                return Err(Trouble::Refused(
                    "the server lets nobody edit a post of that age".to_owned(),
                ));
            }
            Err(Undone::Trouble(trouble)) => return Err(trouble),
        }
        // An edit of a process that is dead may land after it.
        let due = Due {
            at: at.now,
            what: Look::End,
            kept: Box::new(kept.clone()),
            shown: shown.into(),
        };
        self.look(talk, due, at);
        Ok(Did::Updated)
    }

    /// The post as the server has it, looked for by its key where its id is not known.
    fn post_of(&self, talk: &Talk<'_>, kept: &mut Kept) -> Result<Post, Trouble> {
        let known = kept.post.clone().filter(|_| kept.phase == Phase::Live);
        match known {
            _ if kept.phase == Phase::Gone => {
                Err(Trouble::Gone("somebody deleted the post".to_owned()))
            }
            Some(id) => match talk.read(&format!("/posts/{id}")) {
                Ok(answer) => match Post::of(&answer) {
                    Some(post) if post.deleted != 0 => Err(edit::gone(&*self.ledger, kept)),
                    Some(post) if post.id == id => Ok(post),
                    _ => Err(Trouble::Away("the answer is not a Mattermost's".to_owned())),
                },
                Err(Trouble::Gone(_)) => Err(edit::gone(&*self.ledger, kept)),
                Err(trouble) => Err(trouble),
            },
            None => {
                let wanted = Wanted {
                    kept: kept.clone(),
                    first: FIRST_TEXT,
                    state: State::Active,
                    create: false,
                    instance: &self.settings.instance,
                };
                match ensure(talk, &*self.ledger, wanted) {
                    Ok(found) => {
                        *kept = found.kept;
                        Ok(found.post)
                    }
                    Err(Trouble::Skip(_)) => {
                        // Nothing shows it, so nothing is left to close but what is remembered.
                        kept.state = State::Interrupted;
                        note_closing(kept);
                        kept.about.turned = Some(kept.at);
                        self.ledger.commit(kept).map_err(Trouble::Unkept)?;
                        Err(Trouble::Skip("there is no post of it".to_owned()))
                    }
                    Err(trouble) => Err(trouble),
                }
            }
        }
    }
}

/// That it was closed by hand, and at what it showed then.
fn note_closing(kept: &mut Kept) {
    kept.about.why = Some(WHY.to_owned());
    kept.about.closed = Some(Closed {
        rev: kept.rev,
        at: kept.at,
    });
}

/// `text` with its tags changed, and with our word where its footer said a minute.
fn closed(text: &str, minute: &str) -> String {
    let said = format!("{WHY} at {minute}");
    let tag = State::Interrupted.tag();
    let tagged = |line: &str| {
        [State::Active, State::Blocked]
            .iter()
            .find_map(|state| line.strip_prefix(&state.tag()).map(str::to_owned))
    };
    if text == FIRST_TEXT {
        return format!("{tag} {said}");
    }
    let (head, foot) = text.rsplit_once('\n').unwrap_or(("", text));
    let Some(rest) = tagged(foot) else {
        return format!("{text}  \n{tag} {said}");
    };
    let before = match rest.rsplit_once(' ') {
        Some((before, last)) if is_minute(last) => before.trim_end_matches(PAUSED).trim_end(),
        _ => rest.trim_end(),
    };
    let joint = match before {
        "" => " ",
        before if before.ends_with('·') => " ",
        _ => " · ",
    };
    let foot = format!("{tag}{before}{joint}{said}");
    match (head, tagged(head)) {
        ("", _) => foot,
        (_, Some(rest)) => format!("{tag}{rest}\n{foot}"),
        (head, None) => format!("{head}\n{foot}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_change_and_the_word_stands_where_the_minute_stood() {
        let cases = [
            (
                "[ACTIVE] **main** · 38s  \n▸ Running `x`  \n[ACTIVE] 3 tools · 11:44",
                "[INTERRUPTED] **main** · 38s  \n▸ Running `x`  \n[INTERRUPTED] 3 tools · closed by hand at 14:32",
            ),
            (
                "[BLOCKED] **main**  \n[BLOCKED] 11:44",
                "[INTERRUPTED] **main**  \n[INTERRUPTED] closed by hand at 14:32",
            ),
            (
                "[ACTIVE] **main**  \n[ACTIVE] 3 tools · updates paused at 11:44",
                "[INTERRUPTED] **main**  \n[INTERRUPTED] 3 tools · closed by hand at 14:32",
            ),
            (
                "[ACTIVE] 3 tools",
                "[INTERRUPTED] 3 tools · closed by hand at 14:32",
            ),
            (FIRST_TEXT, "[INTERRUPTED] closed by hand at 14:32"),
            (
                "backup: 40 of 90 GB",
                "backup: 40 of 90 GB  \n[INTERRUPTED] closed by hand at 14:32",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(closed(text, "14:32"), want);
        }
    }
}

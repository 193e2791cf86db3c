//! What is done to a box beside its frames: looks that are due, and our leave.

use super::boxes::{Boxes, shows};
use super::content::Shown;
use super::edit::{self, Wish};
use super::ensure;
use super::post::Post;
use super::server::Talk;
use super::watch::{Due, Look};
use crate::sink::Moment;
use crate::wire::kept::{Kept, Phase};

impl Boxes {
    /// Takes a look that is due. What it cannot mend now is mended by the next edit, or the next start.
    pub(super) fn look(&self, talk: &Talk<'_>, due: Due, at: Moment) {
        let mut kept = match self.ledger.get(&due.kept.key) {
            Some(kept) if kept.phase == Phase::Live => kept,
            Some(_) => return,
            None => *due.kept,
        };
        match due.what {
            Look::Rivals => {
                let Ok(me) = talk.me() else { return };
                let Ok(Some((first, rivals))) = ensure::look(talk, &kept, &me) else {
                    return;
                };
                ensure::delete(talk, rivals);
                if kept.post.as_ref() == Some(&first.id) {
                    return;
                }
                kept.post = Some(first.id);
                kept.hash = String::new();
                kept.seq = kept.seq.max(first.marker.map_or(0, |marker| marker.seq));
                let _ = self.ledger.commit(&kept);
                // Nothing new may come of the run: the post that stays gets what the other showed.
                if kept.about.closed.is_some() {
                    // What fails now is done by the next frame of the run.
                    let _ = self.close_by_hand(talk, &mut kept, at);
                    return;
                }
                self.show_again(talk, kept, &due.shown, at);
            }
            Look::End => {
                let Some(id) = kept.post.clone() else { return };
                let Ok(answer) = talk.read(&format!("/posts/{id}")) else {
                    return;
                };
                let Some(post) = Post::of(&answer) else {
                    return;
                };
                let Some(marker) = &post.marker else { return };
                let is_newer = marker.instance != self.settings.instance && marker.seq > kept.seq;
                // A newer edit of another writer stands; so does a newer one of ours.
                if is_newer || kept.rev != due.shown.rev || kept.state != due.shown.state {
                    return;
                }
                kept.seq = kept.seq.max(marker.seq);
                let content = edit::content(talk, &due.shown);
                if content.is_ok_and(|content| !shows(&post, &content, &due.shown.state)) {
                    self.show_again(talk, kept, &due.shown, at);
                }
            }
        }
    }

    /// Edits without asking whether it is needed.
    fn show_again(&self, talk: &Talk<'_>, mut kept: Kept, shown: &Shown, at: Moment) {
        let wish = Wish {
            shown,
            instance: &self.settings.instance,
        };
        kept.at = at.wall;
        if let Ok(content) = edit::content(talk, shown) {
            // What fails now is done by the next look, the next edit or the next start.
            let _ = edit::edit(talk, &*self.ledger, &mut kept, &content, &wish);
        }
    }

    /// We leave, and the run goes on: its box says since when nobody looks.
    pub(super) fn pause(&self, talk: &Talk<'_>, key: &str, shown: &Shown, at: Moment) {
        let Some(kept) = self
            .ledger
            .get(key)
            // Somebody may have closed it by hand.
            .filter(|kept| kept.phase == Phase::Live && !kept.state.is_final())
        else {
            return;
        };
        let minute = at.wall.minute(&self.settings.zone).unwrap_or_default();
        let paused = Shown {
            text: paused(&shown.text, &minute),
            ..shown.clone()
        };
        self.show_again(talk, kept, &paused, at);
    }
}

/// What is said of a box whose run goes on while we are away.
pub(super) const PAUSED: &str = "updates paused at";

/// Whether a word is the minute at a footer's end, as `14:32`.
pub(super) fn is_minute(word: &str) -> bool {
    word.len() == 5
        && word.bytes().enumerate().all(|(at, byte)| match at {
            2 => byte == b':',
            _ => byte.is_ascii_digit(),
        })
}

/// `text` with its footer's minute replaced by what we say of ourselves.
fn paused(text: &str, minute: &str) -> String {
    let said = format!("{PAUSED} {minute}");
    match text.rsplit_once(' ') {
        Some((before, last)) if is_minute(last) => format!("{before} {said}"),
        _ => format!("{text}  \n{said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::paused;

    #[test]
    fn the_pause_stands_where_the_minute_stood() {
        let cases = [
            (
                "a  \n[ACTIVE] 3 tools · 11:44",
                "a  \n[ACTIVE] 3 tools · updates paused at 14:32",
            ),
            ("[ACTIVE] 11:44", "[ACTIVE] updates paused at 14:32"),
            ("[ACTIVE] one", "[ACTIVE] one  \nupdates paused at 14:32"),
        ];
        for (text, want) in cases {
            assert_eq!(paused(text, "14:32"), want);
        }
    }
}

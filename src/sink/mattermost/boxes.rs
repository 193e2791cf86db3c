//! Bringing a box to what it is to show: found or made, looked at, edited.

use std::sync::Arc;
use std::time::Duration;

use super::content::{Content, FIRST_TEXT, Shown};
use super::edit::{self, Undone, Wish};
use super::ensure::{Found, Wanted, ensure, since};
use super::finish::WHY;
use super::place::Place;
use super::post::Post;
use super::server::{Server, Talk, Trouble};
use super::watch::{Due, Look, TAKE_OVER, Watch};
use super::{NAME, Settings};
use crate::sink::{Ledger, Moment};
use crate::wire::about::{About, Closed};
use crate::wire::frame::{State, box_key};
use crate::wire::kept::{Kept, Phase};
use crate::wire::receipt::Did;
use crate::wire::time::Time;

/// While another writer moves a box, it is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// When the end of a box is read back: soon, and once no dead process's edit can be under way.
const READ_BACK: [Duration; 2] = [Duration::from_secs(5), Duration::from_secs(60)];
/// When rivals are looked for once more.
const LATE_LOOK: Duration = Duration::from_millis(1_500);
/// After a lost memory, boxes of runs up to this old are still looked for.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3_600);

/// A box and what it is to show.
pub(super) struct Want<'a> {
    /// The key of its frames, or the name that a user gave it.
    pub(super) frame: &'a str,
    pub(super) place: &'a Place,
    pub(super) shown: Arc<Shown>,
    /// When its run began, on our clock.
    pub(super) begun: Option<Time>,
    /// Whether it is young enough for a box to be made.
    pub(super) young: bool,
    /// How long ago its newest record was written.
    pub(super) age: Duration,
    /// What the box tells of itself.
    pub(super) about: About,
    /// A person or a script waits for it: no standing by, its own words from the start.
    pub(super) direct: bool,
}

/// Everything that the threads share.
#[derive(Debug)]
pub(super) struct Boxes {
    pub(super) server: Server,
    pub(super) settings: Settings,
    pub(super) ledger: Box<dyn Ledger>,
    pub(super) watch: Watch,
}

/// What was remembered of a box before: when that was true, and which edit it tells of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    at: Time,
    seq: u64,
}

impl Known {
    pub(super) fn of(kept: &Kept) -> Self {
        Self {
            at: kept.at,
            seq: kept.seq,
        }
    }
}

/// What was done, and the post.
pub(super) type Outcome = Result<(Did, String), (Trouble, Option<String>)>;

impl Boxes {
    /// Brings a box to what it is to show.
    pub(super) fn bring(&self, talk: &Talk<'_>, want: &Want<'_>, at: Moment) -> Outcome {
        let channel = talk.channel(&want.place.channel).map_err(|trouble| {
            let trouble = match trouble {
                // Nobody waits any more for what a channel would show that may never be there.
                Trouble::Wait(..) if !want.direct && want.age > LOOK_BACK => {
                    Trouble::Skip("a run of long ago".to_owned())
                }
                trouble => trouble,
            };
            (trouble, None)
        })?;
        let root = want.place.root.clone();
        let key = box_key(NAME, &channel, root.as_deref(), want.frame);
        let kept = self.ledger.get(&key);
        let known = kept.as_ref().map(Known::of);
        let closed = kept.as_ref().and_then(|kept| kept.about.closed);
        let mut kept = kept.unwrap_or_else(|| Kept {
            key,
            frame: want.frame.to_owned(),
            sink: NAME.to_owned(),
            server: self.server.client.address().to_owned(),
            channel,
            root,
            phase: Phase::Intended,
            post: None,
            since: since(talk, want.begun.unwrap_or(at.wall).min(at.wall)),
            seq: 0,
            part: 0,
            hash: String::new(),
            rev: 0,
            state: State::Active,
            at: at.wall,
            note: None,
            about: About::default(),
        });
        kept.at = at.wall;
        // Since when and why belong to what the box shows, so they change with it.
        kept.about = About {
            turned: kept.about.turned,
            why: kept.about.why.take(),
            ..want.about.clone()
        };
        if let Some(closed) = closed
            && stays_closed(&closed, want)
        {
            // Nor do we say of it that we leave.
            self.watch.forget(&kept.key);
            kept.about.closed = Some(closed);
            // What it shows may have been written over when it had just been closed.
            if kept.phase == Phase::Live && kept.hash.is_empty() {
                let again = self.close_by_hand(talk, &mut kept, at);
                again.map_err(|trouble| (trouble, kept.post.clone()))?;
            }
            let why = format!("{WHY}, and nothing came of its run since");
            return Err((Trouble::Skip(why), kept.post));
        }
        let mut done = self.bring_kept(talk, &mut kept, known, want, at);
        if done.is_ok() {
            done = self.mind_hands(talk, &mut kept, closed, want, at).and(done);
        }
        match done {
            Ok(did) => Ok((did, kept.post.clone().unwrap_or_default())),
            Err(trouble) => {
                self.remember_trouble(&kept, known, &trouble);
                Err((trouble, kept.post.clone()))
            }
        }
    }

    /// The box was `closed` by hand and its run went on; or somebody closed it while our edit was
    /// under way, and meant what it shows by that, too.
    fn mind_hands(
        &self,
        talk: &Talk<'_>,
        kept: &mut Kept,
        closed: Option<Closed>,
        want: &Want<'_>,
        at: Moment,
    ) -> Result<(), Trouble> {
        if want.shown.state.is_final() {
            return Ok(());
        }
        let now = self.ledger.get(&kept.key);
        match now.and_then(|now| now.about.closed.map(|by| (now, by))) {
            Some((now, by)) if stays_closed(&by, want) => {
                *kept = Kept { at: at.wall, ..now };
                self.watch.forget(&kept.key);
                let again = self.close_by_hand(talk, kept, at).map(drop);
                if again.is_err() {
                    // The next frame of its run sees to it.
                    kept.about.closed = Some(by);
                    kept.hash.clear();
                    let _ = self.ledger.commit(kept);
                }
                again
            }
            None if closed.is_none() => Ok(()),
            now => {
                kept.seq = now.map_or(kept.seq, |(now, _)| kept.seq.max(now.seq));
                // A note alone does not undo what a person did.
                let _ = self.ledger.commit(kept);
                Ok(())
            }
        }
    }

    fn bring_kept(
        &self,
        talk: &Talk<'_>,
        kept: &mut Kept,
        known: Option<Known>,
        want: &Want<'_>,
        at: Moment,
    ) -> Result<Did, Trouble> {
        let wish = Wish {
            shown: &want.shown,
            instance: &self.settings.instance,
        };
        let content = edit::content(talk, &want.shown)?;
        let mut did = Did::Updated;
        if kept.phase == Phase::Gone {
            if !self.settings.recreate {
                return Err(Trouble::Gone("somebody deleted the post".to_owned()));
            }
            anew(kept);
        }
        // One more turn each for a box that was deleted, and for one that is too old to be edited.
        for _ in 0..4 {
            if kept.post.is_none() || kept.phase != Phase::Live {
                let found = self.find_or_make(talk, kept, known.is_some(), want, &content)?;
                did = if found.made {
                    Did::Created
                } else {
                    Did::Adopted
                };
                self.look_later(&found, want, at);
                let is_others = found.post.marker.as_ref().is_some_and(|marker| {
                    marker.instance != self.settings.instance && !marker.instance.is_empty()
                });
                *kept = found.kept;
                if !found.made && is_others {
                    self.stand_by(kept, &found.post, want, at)?;
                }
                if found.made && !want.direct {
                    // Should we have to leave before its first edit, it says so.
                    self.watch
                        .acknowledged(&kept.key, &Arc::new(Shown::first()), at.now);
                }
                if shows(&found.post, &content, &want.shown.state) {
                    kept.about.why.clone_from(&want.about.why);
                    edit::acknowledge(&*self.ledger, kept, &content, &wish);
                    self.watch.acknowledged(&kept.key, &want.shown, at.now);
                    return Ok(did);
                }
            } else {
                self.mind_others(talk, kept, known, want, at)?;
            }
            if content.hash == kept.hash {
                self.watch.acknowledged(&kept.key, &want.shown, at.now);
                return Ok(if did == Did::Updated {
                    Did::Unchanged
                } else {
                    did
                });
            }
            kept.about.why.clone_from(&want.about.why);
            match edit::edit(talk, &*self.ledger, kept, &content, &wish) {
                Ok(()) => {
                    self.watch.acknowledged(&kept.key, &want.shown, at.now);
                    self.read_back(talk, kept, want, at);
                    return Ok(did);
                }
                Err(Undone::TooOld) => {
                    kept.part += 1;
                    forget_post(kept);
                    kept.since = since(talk, at.wall);
                }
                Err(Undone::Trouble(Trouble::Gone(_))) if self.settings.recreate => anew(kept),
                Err(Undone::Trouble(trouble)) => return Err(trouble),
            }
        }
        Err(Trouble::Refused(
            "the box can be neither edited nor made again".to_owned(),
        ))
    }

    /// Finds the post, or makes it where the run is young enough.
    fn find_or_make(
        &self,
        talk: &Talk<'_>,
        kept: &Kept,
        known: bool,
        want: &Want<'_>,
        content: &Content,
    ) -> Result<Found, Trouble> {
        let young = want.direct || want.young;
        // An intent that we remember may have become a post, whatever its age.
        let may_be_there = known || (self.ledger.is_new() && want.age <= LOOK_BACK);
        if !young && !may_be_there {
            return Err(Trouble::Skip("a run of long ago".to_owned()));
        }
        let wanted = Wanted {
            kept: kept.clone(),
            first: if want.direct {
                &content.message
            } else {
                FIRST_TEXT
            },
            state: if want.direct {
                want.shown.state.clone()
            } else {
                State::Active
            },
            create: young || kept.part > 0,
            instance: &self.settings.instance,
        };
        ensure(talk, &*self.ledger, wanted)
    }

    /// Looks for rivals once more, where there can be any.
    fn look_later(&self, found: &Found, want: &Want<'_>, at: Moment) {
        // What a script asked for is done once all answers were clear.
        if (found.made && !want.direct) || found.unclear {
            self.watch.plan(Due {
                at: at.now + LATE_LOOK,
                what: Look::Rivals,
                kept: Box::new(found.kept.clone()),
                shown: Arc::clone(&want.shown),
            });
        }
    }

    /// Somebody else may write this box: it is ours only once he stands still.
    fn mind_others(
        &self,
        talk: &Talk<'_>,
        kept: &mut Kept,
        known: Option<Known>,
        want: &Want<'_>,
        at: Moment,
    ) -> Result<(), Trouble> {
        // Before our first edit in this process the memory tells how long ago the last one was.
        let silent = || {
            let before = known.map_or(0, |known| at.wall.0.saturating_sub(known.at.0));
            Duration::from_millis(before.unsigned_abs()) >= TAKE_OVER
        };
        let ask = self.watch.has_other(&kept.key)
            || self
                .watch
                .was_silent(&kept.key, at.now)
                .unwrap_or_else(silent);
        if want.direct || !ask {
            return Ok(());
        }
        let Some(id) = &kept.post else {
            return Ok(());
        };
        let post = match talk.read(&format!("/posts/{id}")) {
            Ok(answer) => Post::of(&answer),
            // The edit will find out the same, and what to do about it.
            Err(Trouble::Gone(_) | Trouble::Refused(_)) => return Ok(()),
            Err(trouble) => return Err(trouble),
        };
        match post {
            Some(post) => self.stand_by(kept, &post, want, at),
            None => Err(Trouble::Away("the answer is not a Mattermost's".to_owned())),
        }
    }

    /// Stands by where another writer has a newer `seq` and still moves; an end never waits.
    fn stand_by(
        &self,
        kept: &mut Kept,
        post: &Post,
        want: &Want<'_>,
        at: Moment,
    ) -> Result<(), Trouble> {
        let Some(marker) = &post.marker else {
            return Ok(());
        };
        if marker.instance == self.settings.instance || marker.seq < kept.seq {
            return Ok(());
        }
        let moves = self.watch.other(&kept.key, marker.seq, at.now);
        kept.seq = marker.seq;
        // What we remember is no longer what it shows.
        kept.hash = String::new();
        let knows_more = marker.state.is_final() && marker.rev >= want.shown.rev;
        if want.direct || (want.shown.state.is_final() && !knows_more) {
            return Ok(());
        }
        if moves || knows_more {
            return Err(Trouble::StandBy(LOOK_AGAIN));
        }
        Ok(())
    }

    /// Sees to it that an end is read back: an edit of a process that is dead may still land.
    fn read_back(&self, talk: &Talk<'_>, kept: &Kept, want: &Want<'_>, at: Moment) {
        if !want.shown.state.is_final() {
            return;
        }
        let due = |after: Duration| Due {
            at: at.now + after,
            what: Look::End,
            kept: Box::new(kept.clone()),
            shown: Arc::clone(&want.shown),
        };
        if want.direct {
            self.look(talk, due(Duration::ZERO), at);
        } else {
            READ_BACK
                .into_iter()
                .for_each(|after| self.watch.plan(due(after)));
        }
    }

    /// What went wrong is remembered for whoever asks, where there is a box at all.
    pub(super) fn remember_trouble(&self, kept: &Kept, known: Option<Known>, trouble: &Trouble) {
        match trouble {
            Trouble::Gone(_) | Trouble::Never(_) => self.watch.forget(&kept.key),
            _ => {}
        }
        let words = match trouble {
            Trouble::Away(words)
            | Trouble::Unkept(words)
            | Trouble::Wait(_, words)
            | Trouble::Refused(words)
            | Trouble::Never(words)
            | Trouble::Gone(words) => words.clone(),
            Trouble::Busy(_) => "429 too many requests".to_owned(),
            Trouble::Token(_) => "401 the token is not taken".to_owned(),
            Trouble::StandBy(_) => "another instance writes it".to_owned(),
            Trouble::Skip(_) => return,
        };
        let remembered = self.ledger.get(&kept.key);
        let is_known = known.is_some() || remembered.is_some();
        let mut noted = remembered.unwrap_or_else(|| kept.clone());
        let is_news =
            noted.note.as_ref() != Some(&words) || known.is_none_or(|known| known.seq != kept.seq);
        if is_news && (is_known || noted.post.is_some()) {
            noted.note = Some(words);
            noted.seq = noted.seq.max(kept.seq);
            self.ledger.note(&noted);
        }
    }
}

/// Whether a box that was closed by hand stays so: until its run goes on, or ends otherwise.
fn stays_closed(closed: &Closed, want: &Want<'_>) -> bool {
    let shown = &want.shown;
    // That it was interrupted is what it says already, with who said so.
    let tells = shown.state.is_final() && shown.state != State::Interrupted;
    !want.direct && !tells && !closed.is_before(shown.rev, want.about.last)
}

/// Whether a post shows it already.
pub(super) fn shows(post: &Post, content: &Content, state: &State) -> bool {
    post.message == content.message
        && post
            .marker
            .as_ref()
            .is_some_and(|marker| marker.state == *state)
}

/// The box begins anew: its post was deleted.
fn anew(kept: &mut Kept) {
    kept.part = 0;
    forget_post(kept);
}

fn forget_post(kept: &mut Kept) {
    kept.phase = Phase::Intended;
    kept.post = None;
    kept.hash = String::new();
}

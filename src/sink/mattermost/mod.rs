//! Mattermost: one box a run, made once, edited in place, whatever dies when.
//!
//! | file | holds |
//! |---|---|
//! | `endpoint` | where the server is, and whether a token may go there |
//! | `client` | requests with deadlines |
//! | `lookup` | where the server's name leads |
//! | `ways` | which of the addresses there are good |
//! | `connect` | making connections, address after address |
//! | `socket` | connections on which a request is one write |
//! | `buffers` | what a connection holds between two calls of the system |
//! | `reply` | answers with a cap, and why there is none |
//! | `dry` | what would be sent, shown instead |
//! | `server` | what all threads share about the server, and the talk for one frame |
//! | `place` | where a box belongs |
//! | `marker` | what tells whose a post is |
//! | `post` | posts as they are read, and which of several is the box |
//! | `content` | what a post says, within the server's limits |
//! | `answers` | what an answer means: the tables of the protocol |
//! | `ensure` | finding the post, making it where there is none |
//! | `edit` | editing it in place |
//! | `boxes` | all of it for one frame |
//! | `finish` | closing a box by hand |
//! | `later` | what is done to a box beside its frames |
//! | `watch` | what is due later, and what other writers do |
//! | `probe` | what a person wants to know before anything is posted |

use std::sync::Arc;
use std::time::Duration;

use crate::safe::neutralise;
use crate::sink::{Bill, Caps, Close, Done, Ledger, Markup, Moment, Put, Sink, receipt};
use crate::wire::about::About;
use crate::wire::frame::{Frame, State, Step};
use crate::wire::receipt::{Did, Receipt};

mod answers;
mod boxes;
mod buffers;
mod client;
mod connect;
mod content;
mod dry;
mod edit;
mod endpoint;
mod ensure;
mod finish;
mod later;
mod lookup;
mod marker;
mod place;
mod post;
mod probe;
mod reply;
mod server;
mod socket;
mod watch;
mod ways;

use boxes::{Boxes, Outcome, Want};
use content::Shown;
use server::{Server, Talk, Trouble};
use watch::Watch;

pub use client::{Client, Tokens};
pub use content::FIRST_TEXT;
pub use dry::Show;
pub use endpoint::{BadAddress, Endpoint};
pub use place::{Channel, Place, is_id};
pub use probe::{Finding, probe};
pub use reply::{Answer, Lost};

/// The sink's name.
pub const NAME: &str = "mattermost";
/// Why a run is skipped that no place is known for; stands in its receipts.
pub const NO_PLACE: &str = "it did not come through Mattermost, and no --channel names a place";
/// Why nothing is posted while the token is not taken; stands in receipts.
pub const NO_TOKEN: &str = "the server does not take the token (401)";
/// A box that cannot be remembered is tried again after so long.
const UNKEPT: Duration = Duration::from_secs(5);
/// A run with a pending tool is fresh for so long after its last record.
const FRESH: Duration = Duration::from_secs(2 * 3_600);

/// How boxes are posted.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where runs go that did not come through this server; else they are skipped.
    pub place: Option<Place>,
    /// A box is made only for a run whose newest record is younger than this.
    pub catch_up: Duration,
    /// Whether a box that somebody deleted is made again.
    pub recreate: bool,
    /// Whether a person's token is taken.
    pub allow_person: bool,
    /// Who we are among those who may write the same boxes: the same after every restart.
    pub instance: String,
    /// The time zone of the times that people read.
    pub zone: jiff::tz::TimeZone,
    /// Requests a second that the server is asked for at most.
    pub rate_per_second: f64,
}

/// Boxes on a Mattermost server; a clone is a further handle on the same boxes.
#[derive(Clone, Debug)]
pub struct Mattermost {
    boxes: Arc<Boxes>,
}

/// A text of the caller's own, under a name of the caller's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// The name; the same name in the same place is the same post.
    pub key: String,
    /// Where it belongs.
    pub place: Place,
    /// What the post says, as it is.
    pub text: String,
    /// Its state; a final one closes it.
    pub state: State,
}

impl Mattermost {
    /// Boxes on the server of `client`, remembered in `ledger`. Nothing is sent yet.
    #[must_use]
    pub fn new(client: Client, settings: Settings, ledger: Box<dyn Ledger>) -> Self {
        let boxes = Boxes {
            server: Server::new(client, settings.allow_person),
            settings,
            ledger,
            watch: Watch::default(),
        };
        Self {
            boxes: Arc::new(boxes),
        }
    }

    /// Gives what reads the token again: somebody replaced it.
    pub fn renewer(&self) -> impl Fn() + Send + 'static {
        // The sink ends when its threads do, whoever still holds this.
        let boxes = Arc::downgrade(&self.boxes);
        move || {
            if let Some(boxes) = boxes.upgrade() {
                boxes.server.renew();
            }
        }
    }

    /// Brings the post of a name to the caller's own text.
    pub fn put_text(&self, text: &Text, at: Moment) -> Put {
        let want = Want {
            frame: &text.key,
            place: &text.place,
            shown: Arc::new(Shown {
                text: text.text.clone(),
                state: text.state.clone(),
                rev: 0,
            }),
            begun: None,
            young: true,
            age: Duration::ZERO,
            about: About::default(),
            direct: true,
        };
        let talk = Talk::new(&self.boxes.server, at.wall);
        let outcome = self.boxes.bring(&talk, &want, at);
        let receipt = Receipt {
            v: crate::wire::event::VERSION,
            kind: "receipt".into(),
            key: text.key.clone(),
            rev: 0,
            sink: NAME.into(),
            post: None,
            did: Did::Skipped,
            error: None,
            src: Vec::new(),
        };
        settled(outcome, receipt, talk.bill())
    }

    /// Takes the looks that are due at `at`, or all that are planned.
    fn look(&self, at: Moment, all: bool) {
        let watch = &self.boxes.watch;
        let due = if all {
            watch.take_all()
        } else {
            watch.due(at.now)
        };
        for due in due {
            self.boxes
                .look(&Talk::new(&self.boxes.server, at.wall), due, at);
        }
    }
}

impl Sink for Mattermost {
    fn name(&self) -> &'static str {
        NAME
    }

    fn caps(&self) -> Caps {
        Caps {
            markup: Markup::Markdown,
            max_chars: Some(content::LONGEST),
            paced: true,
            rate_per_second: self.boxes.settings.rate_per_second,
            threads: client::CONNECTIONS,
        }
    }

    fn put(&mut self, frame: &Frame, at: Moment) -> Put {
        let receipt = receipt(NAME, frame, Did::Skipped, None);
        let Some(place) = place::of(frame, self.boxes.settings.place.as_ref()) else {
            let why = Trouble::Skip(NO_PLACE.to_owned());
            return settled(Err((why, None)), receipt, Bill::default());
        };
        let markdown = frame
            .text
            .as_ref()
            .and_then(|text| text.markdown.as_deref());
        let text = match markdown {
            // A frame may have come from anywhere: nothing in it calls, links or embeds.
            Some(text) => crate::safe::guard(text).into_owned(),
            None => neutralise::markdown(&frame.title),
        };
        let last = frame.last.or(frame.at);
        let age = last.map_or(0, |last| at.wall.0.saturating_sub(last.0).max(0));
        let age = Duration::from_millis(age.unsigned_abs());
        let fresh = !frame.state.is_final() && frame.view.steps.iter().any(pends) && age <= FRESH;
        let want = Want {
            frame: &frame.key,
            place: &place,
            shown: Arc::new(Shown {
                text,
                state: frame.state.clone(),
                rev: frame.rev,
            }),
            begun: frame.view.started,
            young: fresh || age <= self.boxes.settings.catch_up,
            age,
            about: About::of(frame),
            direct: false,
        };
        let talk = Talk::new(&self.boxes.server, at.wall);
        let outcome = self.boxes.bring(&talk, &want, at);
        settled(outcome, receipt, talk.bill())
    }

    fn tick(&mut self, at: Moment) -> Option<Duration> {
        self.look(at, false);
        let next = self.boxes.watch.next();
        let next = next.map(|next| next.saturating_sub(at.now));
        next.into_iter().chain(self.boxes.ledger.settle()).min()
    }

    fn another(&self) -> Option<Box<dyn Sink>> {
        Some(Box::new(self.clone()))
    }

    fn close(&mut self, why: Close, at: Moment) -> std::io::Result<()> {
        if why == Close::Paused {
            while let Some((key, shown)) = self.boxes.watch.take_live() {
                let talk = Talk::new(&self.boxes.server, at.wall);
                self.boxes.pause(&talk, &key, &shown, at);
            }
        }
        self.look(at, true);
        Ok(())
    }
}

/// Whether a step, or one below it, is under way.
fn pends(step: &Step) -> bool {
    step.status.pends()
        || step
            .child
            .as_ref()
            .is_some_and(|child| child.steps.iter().any(pends))
}

/// What was done, for the outbox and for the world.
fn settled(outcome: Outcome, receipt: Receipt, bill: Bill) -> Put {
    let (done, did, post, error) = match outcome {
        Ok((did, post)) => {
            let done = if did == Did::Unchanged {
                Done::Unchanged
            } else {
                Done::Applied
            };
            (done, did, Some(post), None)
        }
        Err((trouble, post)) => {
            let busy =
                |pause: Duration| format!("too many requests: a pause of {} s", pause.as_secs());
            let (done, did, error) = match trouble {
                Trouble::Away(why) => (Done::Failed, Did::Failed, why),
                Trouble::Busy(pause) => (Done::Later(pause), Did::Failed, busy(pause)),
                Trouble::Token(pause) => (Done::Later(pause), Did::Failed, NO_TOKEN.to_owned()),
                Trouble::Unkept(why) => (Done::Unkept(UNKEPT), Did::Failed, why),
                Trouble::Wait(pause, why) => (Done::Wait(pause), Did::Failed, why),
                Trouble::StandBy(pause) => (
                    Done::StandBy(pause),
                    Did::Skipped,
                    "another instance writes this box".to_owned(),
                ),
                Trouble::Refused(why) => (Done::Refused, Did::Failed, why),
                Trouble::Never(why) => (Done::Never, Did::Failed, why),
                Trouble::Gone(why) => (Done::Gone, Did::Gone, why),
                Trouble::Skip(why) => (Done::Unchanged, Did::Skipped, why),
            };
            (done, did, post, Some(error))
        }
    };
    Put {
        done,
        receipt: Receipt {
            did,
            error,
            post,
            ..receipt
        },
        bill,
    }
}

//! A board in a terminal: a block for each run that is live, and above them, as
//! ordinary lines that scroll away, the runs that are over.
//!
//! It draws from a frame's view, not from its text. Where the output is no
//! terminal it writes one line for each change of a run's state.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{Caps, Close, Markup, Moment, Put, Sink, is_end, written};
use crate::wire::frame::{Frame, State};
use crate::wire::receipt::Did;

mod block;
mod board;
mod clean;
#[cfg(test)]
mod crowd;
#[cfg(test)]
pub(super) mod fixture;
mod glyphs;
#[cfg(test)]
mod hostile;
mod live;
mod paint;
mod plain;
mod recent;
mod screen;
mod steps;
#[cfg(test)]
mod tests;
mod words;

pub use screen::{StandardError, StandardOutput, Surface};

/// How the board looks. The room reads no environment: the caller looked at
/// the terminal, `NO_COLOR`, `TERM` and the locale.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Draw in place. Else a line for each change of state: for pipes, files
    /// and terminals that cannot move the cursor.
    pub live: bool,
    /// Use the terminal's colours.
    pub colour: bool,
    /// Use ASCII characters only.
    pub ascii: bool,
    /// The terminal splits lines that a narrower window does not hold, as most
    /// do. Where it cuts them (xterm, screen, the Linux console), `true` would
    /// erase lines above the board.
    pub reflows: bool,
    /// Finished runs keep their steps.
    pub trail: bool,
    /// Step lines a run has at most.
    pub max_steps: usize,
    /// The zone of the times of day.
    pub zone: TimeZone,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            live: true,
            colour: true,
            ascii: false,
            reflows: false,
            trail: true,
            max_steps: 15,
            zone: TimeZone::UTC,
        }
    }
}

/// Boxes in a terminal.
#[derive(Debug)]
pub struct Terminal {
    settings: Settings,
    /// The runs that are not over, by key.
    runs: HashMap<String, Run>,
    /// Counts runs as they come.
    number: u64,
    over: recent::Recent,
    face: Face,
    /// What drawing between two frames met; the next frame's answer tells it.
    trouble: Option<io::Error>,
    closed: bool,
}

#[derive(Debug)]
enum Face {
    Live(Box<live::Live>),
    Plain(Arc<dyn Surface>),
}

/// A run that is not over.
#[derive(Debug)]
struct Run {
    frame: Box<Frame>,
    /// When its frame came.
    seen: Duration,
    /// The place in which it came among all runs.
    number: u64,
    /// The state that was shown last; none where showing it failed.
    shown: Option<State>,
}

impl Terminal {
    /// A board on `surface`.
    #[must_use]
    pub fn on(settings: Settings, surface: Arc<dyn Surface>) -> Self {
        let face = if settings.live {
            Face::Live(Box::new(live::Live::new(surface)))
        } else {
            Face::Plain(surface)
        };
        Self {
            settings,
            runs: HashMap::new(),
            number: 0,
            over: recent::Recent::default(),
            face,
            trouble: None,
            closed: false,
        }
    }

    /// Shows a run that is over; it leaves the board.
    fn finish(&mut self, frame: &Frame, at: Moment) -> (Did, io::Result<()>) {
        let run = self.runs.remove(&frame.key);
        let did = match (&run, self.over.state(&frame.key)) {
            (None, None) => Did::Created,
            (None, Some(state)) if *state == frame.state => {
                // What scrolled by cannot be mended, and once more says nothing new.
                self.over.put(&frame.key, frame.rev, &frame.state);
                return (Did::Unchanged, Ok(()));
            }
            _ => Did::Updated,
        };
        let shown = match &self.face {
            Face::Live(_) => self.draw(Some(frame), at, true),
            Face::Plain(surface) => surface.write(&plain::line(frame, at.wall, &self.settings)),
        };
        if shown.is_ok() {
            self.over.put(&frame.key, frame.rev, &frame.state);
        }
        (did, shown)
    }

    /// Shows a run that goes on.
    fn go_on(&mut self, frame: &Frame, at: Moment) -> (Did, io::Result<()>) {
        if self
            .over
            .rev(&frame.key)
            .is_some_and(|rev| frame.rev <= rev)
        {
            return (Did::Skipped, Ok(()));
        }
        let number = self.number;
        let before = self.runs.get(&frame.key);
        let turned = before.is_none_or(|run| run.shown.as_ref() != Some(&frame.state));
        let did = match before {
            None if self.over.rev(&frame.key).is_none() => Did::Created,
            Some(run) if !turned && run.frame.view == frame.view => Did::Unchanged,
            _ => Did::Updated,
        };
        let number = before.map_or(number, |run| run.number);
        self.number += 1;
        let run = Run {
            frame: Box::new(frame.clone()),
            seen: at.now,
            number,
            shown: Some(frame.state.clone()),
        };
        self.runs.insert(frame.key.clone(), run);
        let shown = match &self.face {
            Face::Live(_) if did == Did::Unchanged => Ok(()),
            Face::Live(_) => self.draw(None, at, turned),
            Face::Plain(surface) if turned => {
                surface.write(&plain::line(frame, at.wall, &self.settings))
            }
            Face::Plain(_) => Ok(()),
        };
        if shown.is_err()
            && let Some(run) = self.runs.get_mut(&frame.key)
        {
            run.shown = None;
        }
        (did, shown)
    }

    /// Draws the board, with `over` printed above it. Without `now` it waits if
    /// it was drawn just before; [`Sink::tick`] then draws it.
    fn draw(&mut self, over: Option<&Frame>, at: Moment, now: bool) -> io::Result<()> {
        let Face::Live(live) = &mut self.face else {
            return Ok(());
        };
        if live.may_draw(at.now) || now {
            return live.draw(&in_order(&self.runs), over, at.now, &self.settings);
        }
        Ok(())
    }
}

/// The runs in the order in which they came.
fn in_order(runs: &HashMap<String, Run>) -> Vec<&Run> {
    let mut runs: Vec<_> = runs.values().collect();
    runs.sort_by_key(|run| run.number);
    runs
}

impl Sink for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn caps(&self) -> Caps {
        Caps {
            markup: Markup::View,
            max_chars: None,
            paced: true,
            rate_per_second: 0.0,
            threads: 1,
        }
    }

    fn put(&mut self, frame: &Frame, at: Moment) -> Put {
        let (did, shown) = if frame.state.is_final() {
            self.finish(frame, at)
        } else {
            self.go_on(frame, at)
        };
        let trouble = self.trouble.take().map_or(Ok(()), Err);
        written(self.name(), frame, did, trouble.and(shown))
    }

    fn tick(&mut self, at: Moment) -> Option<Duration> {
        let Face::Live(live) = &self.face else {
            return None;
        };
        // Nothing live: nothing turns, nothing wakes.
        let spins = self
            .runs
            .values()
            .any(|run| run.frame.state == State::Active);
        let wait = live.wait(at.now, spins);
        if self.runs.is_empty() || self.trouble.is_some() {
            return None;
        }
        if wait > Duration::ZERO {
            return Some(wait);
        }
        if let Err(error) = self.draw(None, at, true) {
            self.trouble = Some(error);
            return None;
        }
        let Face::Live(live) = &self.face else {
            return None;
        };
        Some(live.wait(at.now, spins))
    }

    fn remark(&mut self, text: &str, at: Moment) -> bool {
        let runs = in_order(&self.runs);
        // Written beside it, a remark would tear the board.
        match &mut self.face {
            Face::Live(live) => live.say(&runs, text, at.now, &self.settings).is_ok(),
            Face::Plain(_) => false,
        }
    }

    fn close(&mut self, why: Close, at: Moment) -> io::Result<()> {
        if std::mem::replace(&mut self.closed, true) {
            return Ok(());
        }
        let runs = in_order(&self.runs);
        let left = match &mut self.face {
            Face::Live(live) => {
                let remark = plain::remark(why, at.wall, &self.settings);
                live.leave(&runs, &remark, at.now, &self.settings)
            }
            Face::Plain(surface) => {
                let line = |run: &&Run| plain::left(&run.frame, why, at.wall, &self.settings);
                surface.write(&runs.iter().map(line).collect::<String>())
            }
        };
        // The reader may be gone, and nobody is left to be told.
        left.or_else(|error| if is_end(&error) { Ok(()) } else { Err(error) })
    }
}

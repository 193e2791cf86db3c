//! The board on the screen: what is drawn in place, and what is left behind.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::block::Scene;
use super::paint::{Ink, Line, Paint};
use super::screen::{Handle, Screen, Surface};
use super::{Run, Settings, board, words};
use crate::wire::frame::Frame;

/// Two drawings are at least this far apart, but for ends and changes of state.
const GAP: Duration = Duration::from_millis(50);
/// A turn of the spinner.
const TURN: Duration = Duration::from_millis(125);
/// Without a spinner only the clocks move.
const CLOCK: Duration = Duration::from_secs(1);

/// A board drawn through `indicatif`.
///
/// The whole board is one bar of many lines, so that it is never seen half
/// drawn. No thread ticks it: who holds the sink calls it when time is due.
#[derive(Debug)]
pub(super) struct Live {
    screen: Arc<Screen>,
    multi: MultiProgress,
    bar: Option<ProgressBar>,
    /// What the screen shows, and at which size.
    shown: Vec<String>,
    size: (u16, u16),
    drawn: Option<Duration>,
    /// A frame came since.
    stale: bool,
}

impl Live {
    pub(super) fn new(surface: Arc<dyn Surface>) -> Self {
        let screen = Screen::new(surface);
        let target = ProgressDrawTarget::term_like(Box::new(Handle(screen.clone())));
        Self {
            screen,
            multi: MultiProgress::with_draw_target(target),
            bar: None,
            shown: Vec::new(),
            size: (0, 0),
            drawn: None,
            stale: false,
        }
    }

    /// Whether a frame that came at `now` may be drawn at once; else it waits
    /// for the next tick.
    pub(super) fn may_draw(&mut self, now: Duration) -> bool {
        self.stale = true;
        self.drawn.is_none_or(|drawn| now >= drawn + GAP)
    }

    /// How long the board stays as it is.
    pub(super) fn wait(&self, now: Duration, spins: bool) -> Duration {
        let gap = match (self.stale, spins) {
            (true, _) => GAP,
            (false, true) => TURN,
            (false, false) => CLOCK,
        };
        let due = self.drawn.map_or(now, |drawn| drawn + gap);
        due.saturating_sub(now)
    }

    /// Draws `runs`, with `over` as ordinary lines above them.
    pub(super) fn draw(
        &mut self,
        runs: &[&Run],
        over: Option<&Frame>,
        now: Duration,
        settings: &Settings,
    ) -> io::Result<()> {
        let (rows, columns) = self.screen.begin(self.shown.len(), settings.reflows);
        let spin = (now.as_millis() / TURN.as_millis()) as usize;
        let scenes = scenes(runs, Some(spin), now, settings);
        let lines = board::lines(&scenes, usize::from(rows).saturating_sub(1).max(1));
        let lines = painted(&lines, columns, settings);
        let over = over.map(|frame| painted(&ended(frame, settings), columns, settings));
        self.show(lines, over.unwrap_or_default(), (rows, columns), now)
    }

    /// Draws `runs`, with a remark as ordinary lines above them.
    pub(super) fn say(
        &mut self,
        runs: &[&Run],
        remark: &str,
        now: Duration,
        settings: &Settings,
    ) -> io::Result<()> {
        let (rows, columns) = self.screen.begin(self.shown.len(), settings.reflows);
        let spin = (now.as_millis() / TURN.as_millis()) as usize;
        let scenes = scenes(runs, Some(spin), now, settings);
        let lines = board::lines(&scenes, usize::from(rows).saturating_sub(1).max(1));
        let lines = painted(&lines, columns, settings);
        let remark: Vec<Line> = words::wrapped(remark, usize::from(columns) - 1)
            .iter()
            .map(|line| Line::default().body(Ink::Amber, line))
            .collect();
        let remark = painted(&remark, columns, settings);
        self.show(lines, remark, (rows, columns), now)
    }

    /// Leaves the board behind as ordinary lines, with a remark below each run.
    pub(super) fn leave(
        &mut self,
        runs: &[&Run],
        remark: &str,
        now: Duration,
        settings: &Settings,
    ) -> io::Result<()> {
        let (rows, columns) = self.screen.begin(self.shown.len(), settings.reflows);
        let scenes = scenes(runs, None, now, settings);
        // Each run has its header here, however many there are.
        let room = usize::from(rows).saturating_sub(2).max(scenes.len());
        let mut lines = board::lines(&scenes, room);
        if !scenes.is_empty() {
            lines.push(Line::default().body(Ink::Amber, remark));
        }
        let lines = painted(&lines, columns, settings);
        self.show(Vec::new(), lines, (rows, columns), now)
    }

    /// Brings the screen to `lines`, `above` printed over them, in one write.
    fn show(
        &mut self,
        lines: Vec<String>,
        above: Vec<String>,
        size: (u16, u16),
        now: Duration,
    ) -> io::Result<()> {
        self.drawn = Some(now);
        self.stale = false;
        if above.is_empty() && lines == self.shown && size == self.size {
            return self.screen.end();
        }
        if lines.is_empty() {
            if let Some(bar) = self.bar.take() {
                self.multi.remove(&bar);
            }
        } else {
            let bar = self.bar.get_or_insert_with(|| self.multi.add(bar()));
            bar.set_message(lines.join("\n"));
        }
        if !above.is_empty() {
            self.multi.println(above.join("\n"))?;
        } else if lines.is_empty() {
            self.multi.clear()?;
        }
        if lines.is_empty() {
            self.screen.end_line();
        }
        self.shown = lines;
        let written = self.screen.end();
        // What could not be written is drawn again, though nothing changed.
        self.size = if written.is_ok() { size } else { (0, 0) };
        written
    }
}

/// Whatever ends us, the prompt gets its own line.
impl Drop for Live {
    fn drop(&mut self) {
        self.screen.end_line();
        let _ = self.screen.end();
    }
}

/// A bar that is its message.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}");
    ProgressBar::new_spinner()
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn scenes<'a>(
    runs: &[&'a Run],
    spin: Option<usize>,
    now: Duration,
    settings: &Settings,
) -> Vec<Scene<'a>> {
    let scene = |run: &&'a Run| Scene {
        frame: &run.frame,
        extra_ms: i64::try_from(now.saturating_sub(run.seen).as_millis()).unwrap_or(i64::MAX),
        spin,
        ascii: settings.ascii,
        max_steps: settings.max_steps,
    };
    runs.iter().map(scene).collect()
}

/// The block of a run that is over.
fn ended(frame: &Frame, settings: &Settings) -> Vec<Line> {
    let scene = Scene {
        frame,
        extra_ms: 0,
        spin: None,
        ascii: settings.ascii,
        max_steps: if settings.trail {
            settings.max_steps
        } else {
            0
        },
    };
    scene.block()
}

/// Lines in one column less than there are: a full line would make some
/// terminals wrap.
fn painted(lines: &[Line], columns: u16, settings: &Settings) -> Vec<String> {
    let paint = Paint {
        colour: settings.colour,
        ascii: settings.ascii,
    };
    let width = usize::from(columns) - 1;
    lines.iter().map(|line| line.paint(width, paint)).collect()
}

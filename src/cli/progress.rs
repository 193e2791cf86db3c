//! A sign of life on standard error while a long one-shot works.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Shown only on a terminal, and only once the work has taken a second.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    start: Instant,
    wanted: bool,
    events: u64,
}

/// What takes no longer shows nothing.
const LONG: Duration = Duration::from_secs(1);

/// The clock is looked at once for this many events.
const STRIDE: u64 = 4_096;

impl Progress {
    /// Nothing is shown to those who want quiet, nor while the events scroll by themselves.
    pub(super) fn new(quiet: bool) -> Self {
        let wanted = !quiet && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        Self {
            bar: None,
            start: Instant::now(),
            wanted,
            events: 0,
        }
    }

    /// One more event went out.
    pub(super) fn event(&mut self) {
        self.events += 1;
        if self.wanted && self.events.is_multiple_of(STRIDE) {
            self.show(Instant::now());
        }
    }

    fn show(&mut self, now: Instant) {
        if self.bar.is_none() && now.duration_since(self.start) > LONG {
            let bar = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {human_pos} events, {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            self.bar = Some(bar);
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.events);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_says_how_far_it_is_and_nothing_else_does() {
        let start = Instant::now();
        let mut progress = Progress {
            bar: None,
            start,
            wanted: true,
            events: 0,
        };
        for (events, after, shown) in [
            (4_096, LONG, None),
            (8_192, 2 * LONG, Some(8_192)),
            (9_000, 3 * LONG, Some(9_000)),
        ] {
            progress.events = events;
            progress.show(start + after);
            let bar = progress.bar.as_ref();
            assert_eq!(bar.map(ProgressBar::position), shown);
        }
        progress.bar = None;
        progress.wanted = false;
        progress.start = start.checked_sub(2 * LONG).expect("up for longer");
        (0..2 * STRIDE).for_each(|_| progress.event());
        assert!(progress.bar.is_none(), "nobody wants it");
    }
}

//! The characters of the board, in Unicode and in ASCII.

use crate::wire::frame::{State, StepStatus};

use super::paint::Ink;

/// One set of characters; each is one column wide.
#[derive(Debug)]
pub(super) struct Glyphs {
    spinner: &'static [&'static str],
    done: &'static str,
    failed: &'static str,
    active: &'static str,
    blocked: &'static str,
    background: &'static str,
    stopped: &'static str,
    /// A sibling follows, none follows, one of an ancestor follows.
    pub(super) branch: &'static str,
    pub(super) last: &'static str,
    pub(super) trunk: &'static str,
}

pub(super) const UNICODE: Glyphs = Glyphs {
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
    done: "✓",
    failed: "✗",
    active: "▸",
    blocked: "⏸",
    background: "↻",
    stopped: "■",
    branch: "├ ",
    last: "└ ",
    trunk: "│ ",
};

pub(super) const ASCII: Glyphs = Glyphs {
    spinner: &["|", "/", "-", "\\"],
    done: "+",
    failed: "x",
    active: ">",
    blocked: "=",
    background: "&",
    stopped: "-",
    branch: "|-",
    last: "`-",
    trunk: "| ",
};

impl Glyphs {
    pub(super) fn of(ascii: bool) -> &'static Self {
        if ascii { &ASCII } else { &UNICODE }
    }

    /// The sign of a run, and how it and the run's tag look. `spin` is the turn
    /// of the spinner; without one a working run stands still.
    pub(super) fn run(&self, state: &State, spin: Option<usize>) -> (&'static str, Ink, Ink) {
        match state {
            State::Active => {
                let turn = spin.map(|turn| self.spinner[turn % self.spinner.len()]);
                (turn.unwrap_or(self.active), Ink::Green, Ink::GreenTag)
            }
            State::Blocked => (self.blocked, Ink::Amber, Ink::AmberTag),
            State::Error => (self.failed, Ink::Red, Ink::RedTag),
            // Its agent is idle: what works is what stands out.
            State::Done => (self.done, Ink::Dim, Ink::Bold),
            State::Interrupted => (self.stopped, Ink::Dim, Ink::Bold),
            State::Other(_) => ("?", Ink::Dim, Ink::Bold),
        }
    }

    /// The sign of a step, and how it looks.
    pub(super) fn step(&self, status: &StepStatus) -> (&'static str, Ink) {
        match status {
            StepStatus::Active => (self.active, Ink::Green),
            StepStatus::Blocked => (self.blocked, Ink::Amber),
            StepStatus::Background => (self.background, Ink::Green),
            StepStatus::Ok => (self.done, Ink::Dim),
            StepStatus::Error => (self.failed, Ink::Red),
            StepStatus::Stopped => (self.stopped, Ink::Dim),
            StepStatus::Unknown | StepStatus::Other(_) => ("?", Ink::Dim),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::paint::columns;
    use super::*;

    #[test]
    fn green_works_amber_waits_red_failed_and_who_is_idle_is_grey() {
        let states = [
            (State::Active, Ink::Green),
            (State::Blocked, Ink::Amber),
            (State::Error, Ink::Red),
            (State::Done, Ink::Dim),
            (State::Interrupted, Ink::Dim),
        ];
        for (state, want) in states {
            for spin in [None, Some(0)] {
                assert_eq!(UNICODE.run(&state, spin).1, want, "{state:?}");
            }
        }
    }

    #[test]
    fn every_sign_is_one_column_wide() {
        for set in [&UNICODE, &ASCII] {
            let signs = [
                set.done,
                set.failed,
                set.active,
                set.blocked,
                set.background,
                set.stopped,
            ];
            for sign in signs.iter().chain(set.spinner) {
                assert_eq!(columns(sign), 1, "{sign:?}");
            }
            for guide in [set.branch, set.last, set.trunk] {
                assert_eq!(columns(guide), 2, "{guide:?}");
            }
        }
    }
}

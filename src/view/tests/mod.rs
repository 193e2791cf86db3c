//! The rules of a run's life as tables, and what must hold for any events.

mod clocks;
mod family;
mod life;
mod long;
mod said;

use super::scene::Scene;
use super::{Board, Note, RunKey, Settings};

/// The key of `run` of session `sid`.
fn key(sid: &str, run: &str) -> RunKey {
    RunKey {
        source: "test".into(),
        sid: sid.into(),
        run: run.into(),
    }
}

/// A board that `scenes` were folded into, one after the other.
fn board(scenes: &[Scene]) -> Board {
    let mut board = Board::new(Settings::default());
    for event in scenes.iter().flat_map(|scene| &scene.events) {
        board.fold(event);
    }
    board
}

/// What a person would see of a run: `done explicit 12.0s`, `active: no output`.
fn told(board: &Board, key: &RunKey) -> String {
    let Some(run) = board.run(key) else {
        return "unknown".into();
    };
    if !run.has_box() {
        return "no box".into();
    }
    let verdict = run.verdict();
    let mut told = verdict.state.to_string();
    if let Some(end) = &verdict.end {
        let started = run.started().unwrap_or_default();
        let ms = verdict.ended.unwrap_or_default().since_ms(started);
        told = format!("{told} {end} {}s", ms / 1_000);
    }
    match &verdict.note {
        Some(Note::Quiet(ms)) => format!("{told}, quiet {}s", ms / 1_000),
        Some(Note::LastSeen(ms)) => format!("{told}, last seen {}s ago", ms / 1_000),
        Some(Note::NoAnswer(ms)) => format!("{told}, no answer {}s", ms / 1_000),
        Some(Note::Retrying) => format!("{told}, retrying"),
        Some(Note::Gone) => format!("{told}, gone"),
        Some(Note::Error(error)) => format!("{told}: {error}"),
        None => told,
    }
}

//! A box is calm: a line that stays keeps its place and its words.

use proptest::prelude::*;

use super::super::{Markup, Settings};
use super::frames;
use crate::view::scene::{Scene, scene};
use crate::wire::frame::Frame;

/// What a run does next: how many seconds later, and to which of its calls.
type Act = (u8, u8, u8);

/// A parent and a child that act in turns.
fn told(acts: &[Act]) -> Vec<Scene> {
    let mut scenes = [
        scene("p", "0 start r; 0 tool d Delegating; 0 spawn d c helper"),
        scene("c", "0 parent p; 0 start cr subagent"),
    ];
    let mut all = scenes.to_vec();
    let mut turns = Vec::new();
    let mut seconds = 0;
    for (number, (kind, later, call)) in acts.iter().enumerate() {
        seconds += u32::from(*later);
        let who = usize::from(kind % 3 == 2);
        let before = usize::from(*call).min(number);
        let line = match kind / 3 {
            0 | 1 => format!("{seconds} tool t{number} Reading {number}.rs"),
            2 => format!("{seconds} end t{before} ok"),
            3 => format!("{seconds} end t{before} error 1"),
            _ => format!("{seconds} tick"),
        };
        let before = scenes[who].events.len();
        scenes[who] = scenes[who].clone().more(&line);
        let mut turn = scenes[who].clone();
        turn.events.drain(..before);
        turns.push(turn);
    }
    all.extend(turns);
    all
}

/// The words of each step line: without its mark, times and notes.
fn words(frame: &Frame) -> Vec<String> {
    let text = frame
        .text
        .as_ref()
        .and_then(|text| text.any())
        .unwrap_or_default();
    let steps = text.lines().filter(|line| !line.starts_with(['[', '(']));
    let words = steps.map(|line| {
        let line = line.trim_start();
        let (_, line) = line.split_once(' ').unwrap_or((line, ""));
        line.split(" - ").next().unwrap_or_default().to_owned()
    });
    words
        .filter(|words| !words.contains("earlier step"))
        .collect()
}

proptest! {
    #[test]
    fn a_line_that_stays_keeps_its_order(
        acts in proptest::collection::vec((0..14_u8, 0..4_u8, 0..60_u8), 1..60),
    ) {
        let settings = Settings { markup: Markup::Plain, ..Settings::default() };
        let mut before: Vec<String> = Vec::new();
        for frame in frames(&told(&acts), settings) {
            let now = words(&frame);
            let stay = |these: &[String], those: &[String]| -> Vec<String> {
                these.iter().filter(|line| those.contains(line)).cloned().collect()
            };
            prop_assert_eq!(stay(&before, &now), stay(&now, &before));
            prop_assert!(now.len() <= 15, "{:#?}", now);
            before = now;
        }
    }
}

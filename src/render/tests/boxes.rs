//! Boxes as people see them.

use super::super::{Commentary, Markup, Settings};
use super::last;
use crate::view::scene::{Scene, scene};

const STORY: &str = "
    0 start r
    1 tool a Reading config.rs
    1.2 end a ok
    2 usage u1 12449 0.08
    2 plan 2 5
    2 say commentary Comparing the *retry* path with the old client.
    3 tool b Running cargo test
    34 end b error 101
    34 tool c Searching
    34 tool d Delegating
    34 spawn d c planner_1
    38 tick";

const CHILD: &str = "
    34 parent p
    34 start cr subagent
    35 tool x Reading PLAN.md
    35.1 end x ok
    36 tool y Running rg";

fn story() -> Vec<Scene> {
    vec![scene("p", STORY), scene("c", CHILD)]
}

fn settings(markup: Markup) -> Settings {
    Settings {
        markup,
        commentary: Commentary::Latest,
        ..Settings::default()
    }
}

#[test]
fn a_box_at_work_in_every_markup() {
    let cases = [
        (
            Markup::Markdown,
            "[ACTIVE] **main** · 38s · 6 tools\n\
             > Comparing the \\*retry\\* path with the old client.\n\
             \n\
             ✓ Reading `config.rs` · 0.2s  \n\
             ✗ Running `cargo test` · 31s · exit 101  \n\
             ▸ Searching · 4s  \n\
             ▸ **planner\\_1** · 4s · 2 tools  \n\
             ┊ ✓ Reading `PLAN.md` · 0.1s  \n\
             ┊ ▸ Running `rg` · 2s  \n\
             [ACTIVE] 2 of 5 · 12.4k tokens · $0.08 · 14:30",
        ),
        (
            Markup::Mrkdwn,
            "[ACTIVE] *main* · 38s · 6 tools\n\
             > Comparing the ∗retry∗ path with the old client.\n\
             ✓ Reading `config.rs` · 0.2s\n\
             ✗ Running `cargo test` · 31s · exit 101\n\
             ▸ Searching · 4s\n\
             ▸ *planner_1* · 4s · 2 tools\n\
             ┊ ✓ Reading `PLAN.md` · 0.1s\n\
             ┊ ▸ Running `rg` · 2s\n\
             [ACTIVE] 2 of 5 · 12.4k tokens · $0.08 · 14:30",
        ),
        (
            Markup::Plain,
            "[ACTIVE] main - 38s - 6 tools\n\
             > Comparing the *retry* path with the old client.\n\
             ok Reading config.rs - 0.2s\n\
             FAILED Running cargo test - 31s - exit 101\n\
             ... Searching - 4s\n\
             ... planner_1 - 4s - 2 tools\n    \
                 ok Reading PLAN.md - 0.1s\n    \
                 ... Running rg - 2s\n\
             [ACTIVE] 2 of 5 - 12.4k tokens - $0.08 - 14:30",
        ),
    ];
    for (markup, want) in cases {
        assert_eq!(last(&story(), settings(markup)), want, "{markup:?}");
    }
}

#[test]
fn a_final_box_says_what_was_done() {
    let parent = scene("p", STORY).more("40 end c ok; 40 end d ok; 61 stop ok");
    let child = scene("c", CHILD).more("39 end y ok; 46 stop ok");
    let want = "[DONE] **main** · 1m 1s · 6 tools  \n\
                Reading 2 · Running 2 · Delegating 1 · Searching 1 · 1 failed  \n\
                ✗ Running `cargo test` · 31s · exit 101  \n\
                ✓ **planner\\_1** · 12s · 2 tools  \n\
                [DONE] 2 of 5 · 12.4k tokens · $0.08";
    assert_eq!(last(&[parent, child], settings(Markup::Markdown)), want);
}

#[test]
fn every_wait_is_told_in_words_with_its_minute() {
    let cases = [
        (
            "permission Run `rm`?",
            "permission since 14:30",
            "Run 'rm'?",
        ),
        ("question Which one?", "an answer since 14:30", "Which one?"),
        ("plan", "its plan to be approved since 14:30", ""),
        ("quota", "quota since 14:30", ""),
        ("weather", "a person since 14:30", ""),
    ];
    for markup in [Markup::Markdown, Markup::Mrkdwn, Markup::Plain] {
        for (wait, words, what) in cases {
            let script = format!("0 start r; 1 tool a Running x; 2 block b {wait}");
            let text = last(&[scene("p", &script)], settings(markup));
            let line = text.lines().nth(1).expect("a second line");
            let line = line.trim_end();
            assert!(text.starts_with("[BLOCKED]"), "{text}");
            assert!(
                line.starts_with(&format!("Waiting for {words}")),
                "{wait}: {line}"
            );
            assert!(
                line.contains(
                    what.trim_matches('?')
                        .split('\'')
                        .next()
                        .unwrap_or_default()
                ),
                "{line}"
            );
            assert_eq!(line.ends_with(words), what.is_empty(), "{line}");
        }
    }
}

#[test]
fn every_state_has_its_word_and_its_reason() {
    let cases = [
        (
            "2 block b permission Run cargo publish?",
            "[BLOCKED] main - 2s - 1 tool\n\
           Waiting for permission since 14:30 - Run cargo publish?\n\
           ... Running x - 1s\n[BLOCKED] 14:30",
        ),
        (
            "2 error 503 overloaded; 3 stop error",
            "[ERROR] main - 3.0s - 1 tool\n\
           Reason: 503 overloaded\nRunning 1\nSTOPPED Running x - stopped",
        ),
        (
            "3 stop interrupted",
            "[INTERRUPTED] main - 3.0s - 1 tool\n\
           Running 1\nSTOPPED Running x - stopped",
        ),
        (
            "61 tick",
            "[ACTIVE] main - 1m 0s - 1 tool - no output for 1m\n\
           ... Running x - 1m 0s\n[ACTIVE] 14:31",
        ),
        (
            "2 end a ok; 32 tick",
            "[ACTIVE] main - 32s - 1 tool - no output for 30s after the last result\n\
           ok Running x - 1.0s\n[ACTIVE] 14:30",
        ),
        (
            "2 end a ok; 242 tick",
            "[ACTIVE] main - 4m 0s - 1 tool - last seen 4 min ago\n\
           ok Running x - 1.0s\n[ACTIVE] 14:34",
        ),
        (
            "2 end a denied; 3 retry 503; 3 tick",
            "[ACTIVE] main - 3s - 1 tool - retrying after an error\n\
           STOPPED Running x - 1.0s - denied\n[ACTIVE] 14:30",
        ),
        (
            "2 background a j; 9 tick",
            "[ACTIVE] main - 9s - 1 tool\n\
           ... Running x - 8s - in background\n[ACTIVE] 14:30",
        ),
    ];
    for (script, want) in cases {
        let scene = scene("p", "0 start r; 1 tool a Running x").more(script);
        assert_eq!(last(&[scene], settings(Markup::Plain)), want, "{script}");
    }
}

#[test]
fn a_run_lasts_no_shorter_than_its_source_measured() {
    let cases = [
        ("3 took ok 19300", "19s", "its first records have no times"),
        ("3 took ok 2000", "3.0s", "its records span more"),
        ("3 took ok 19300; 3 took ok 19300", "19s", "told twice"),
        (
            "3 infer ok; 4 took ok 19300",
            "19s",
            "told after it was concluded",
        ),
        (
            "3 took ok 19300; 4 goes r2; 5 took ok 2000",
            "21s",
            "two parts add up",
        ),
        (
            "3 took ok 19300; 99 goes r2; 100 took ok 2000",
            "1m 40s",
            "with what lies between",
        ),
        (
            "3 took ok 19300; 4 goes r2; 5 tick",
            "5s",
            "the second part is under way",
        ),
    ];
    for (script, want, why) in cases {
        let scene = scene("p", "0 start r; 1 tool a Running x; 2 end a ok").more(script);
        let text = last(&[scene], settings(Markup::Plain));
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(first.split(" - ").nth(1), Some(want), "{why}: {text}");
    }
}

#[test]
fn a_child_in_the_transcript_of_its_parent_may_have_one_itself() {
    let script = "
        0 start r
        1 tool a Delegating
        1 spawn a s:a One
        2 inner b a task
        2 spawn b s:b Two
        3 inner x b exec
        4 tick";
    let want = "[ACTIVE] main - 4s - 3 tools\n\
                ... One - 3s - 1 tool\n    \
                    ... Two - 2s - 1 tool\n        \
                        ... exec - 1s\n\
                [ACTIVE] 14:30";
    assert_eq!(last(&[scene("p", script)], settings(Markup::Plain)), want);
}

#[test]
fn older_steps_fold_and_what_runs_or_failed_stays() {
    let mut script = String::from(
        "0 start r; 1 tool first Running long; 2 tool bad Running false; 3 end bad error 1;",
    );
    for number in 4..40 {
        script +=
            &format!("{number} tool t{number} Reading {number}.rs; {number}.5 end t{number} ok;");
    }
    let text = last(&[scene("p", &script)], settings(Markup::Plain));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 1 + 15 + 1, "{text}");
    assert_eq!(lines[1], "(24 earlier steps)");
    assert_eq!(lines[2], "... Running long - 38s");
    assert_eq!(lines[3], "FAILED Running false - 1.0s - exit 1");
    assert_eq!(lines[4], "ok Reading 28.rs - 0.5s");
    assert_eq!(lines[15], "ok Reading 39.rs - 0.5s");
}

#[test]
fn lines_and_characters_have_their_limits() {
    for max_lines in 0..12 {
        for max_chars in [0, 5, 50, 200, 15_000] {
            for markup in [Markup::Markdown, Markup::Mrkdwn, Markup::Plain] {
                let settings = Settings {
                    max_lines,
                    max_chars,
                    ..settings(markup)
                };
                let text = last(&story(), settings);
                assert!(text.chars().count() <= max_chars, "{max_chars}: {text}");
                let steps = text.lines().filter(|line| !line.starts_with(['[', '>']));
                let steps = steps.filter(|line| !line.is_empty()).count();
                assert!(steps <= max_lines, "{max_lines}: {text}");
            }
        }
    }
}

#[test]
fn a_plain_box_is_ascii_where_the_agent_is() {
    let long = format!(
        "38 tool z Running {}; 39 block q plan {}",
        "x ".repeat(90),
        "y ".repeat(190)
    );
    for more in [
        "",
        "50 stop ok",
        "50 stop error",
        "50 stop interrupted",
        &long,
    ] {
        let text = last(&[scene("p", STORY).more(more)], settings(Markup::Plain));
        assert!(text.is_ascii(), "{text}");
    }
}

#[test]
fn a_box_whose_updates_pause_says_so() {
    let frames = super::frames(&story(), settings(Markup::Plain));
    let frame = frames.last().expect("a frame");
    let moment = super::super::Moment {
        paused: frame.at.map(|at| at.plus_ms(60_000)),
        ..super::super::Moment::of(frame)
    };
    let text = super::super::text(&frame.view, moment, &settings(Markup::Plain));
    assert!(text.ends_with(" - updates paused at 14:31"), "{text}");
}

#[test]
fn sub_agents_are_shown_five_levels_deep_and_deeper_ones_count() {
    let mut scenes = vec![scene(
        "s0",
        "0 start r; 1 tool c0 Delegating; 1 spawn c0 s1 level 1",
    )];
    for level in 1..=7 {
        let (above, below) = (level - 1, level + 1);
        let script = format!(
            "1 parent s{above}; 2 start r subagent; 3 tool w{level} Reading {level}.rs; \
             4 tool c{level} Delegating; 4 spawn c{level} s{below} level {below}"
        );
        scenes.push(scene(&format!("s{level}"), &script));
    }
    let text = last(&scenes, Settings::default());
    for level in 1..=5 {
        let shown = format!("**level {level}**");
        assert!(text.contains(&shown), "{shown}: {text}");
        assert!(text.contains(&format!("{level}.rs")), "{level}: {text}");
    }
    for level in 6..=8 {
        assert!(!text.contains(&format!("level {level}")), "{level}: {text}");
        assert!(!text.contains(&format!("{level}.rs")), "{level}: {text}");
    }
    assert!(text.contains("1 more sub-agent, 1 running"), "{text}");
}

//! What no agent, person or tool can make of a box.

use pulldown_cmark::{Event as Node, Options, Parser, Tag};

use super::super::{Commentary, Markup, Renderer, Settings};
use crate::view::scene::{Scene, scene};
use crate::view::{self, Board};
use crate::wire::event::{Body, Event, Label};
use crate::wire::frame::{Frame, MAX_FRAME_BYTES};

const HOSTILE: &[&str] = &[
    "@channel",
    "@all and @here",
    "<!channel> <@U123> <https://x.test|y>",
    "a\n\n# heading\n\n- list\n\n1. one",
    "- [ ] task",
    "1) one",
    "+ plus",
    "> quote\n> quote",
    "``` \ncode\n```",
    "`` ` ``` ` ``",
    "~~~\ncode\n~~~",
    "[link](http://x.test) ![image](http://x.test/a.png)",
    "[ACTIVE]: http://x.test",
    "[x]: http://x.test 'title'",
    "http://x.test www.x.test a@b.test mailto:a@b.test",
    "<http://x.test> <script>alert(1)</script> <!-- x -->",
    "| a | b |\n|---|---|\n| c | d |",
    "|---|",
    "***bold*** __x__ ~~gone~~ *",
    "**",
    ":tada: :+1: a:b:c",
    "#hashtag ~channel $x^2$ $$y$$",
    "===",
    "---",
    "\\",
    "a\\",
    "&#64;channel &lt; &commat;all",
    "    four spaces",
    "\ttab",
    "\u{1b}[31mred\u{1b}[0m \u{1b}]52;c;AAAA\u{7}",
    "\u{202e}rtl \u{200b}zero \u{e0041}tag \u{feff}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{2003}\u{2028}\u{2029}\u{85}\u{0}",
    "",
    " ",
    "\u{200b}",
    "👩‍👩‍👧‍👦🇩🇪\u{fe0f}",
    "/command",
];

const STORY: &str = "
    0 start r
    1 tool a Reading config.rs
    1.2 end a ok
    2 usage u1 12449 0.08
    2 plan 2 5
    2 say commentary words
    3 tool b Running cargo test
    4 end b error 101
    5 tool c Searching
    5 tool d Delegating
    5 spawn d c planner
    6 model gpt
    7 block q question which?
    8 unblock q
    9 error oops
    9.5 tool e Running
    12 stop error";

const CHILD: &str =
    "5 parent p; 5 start cr subagent; 6 tool x Running rg; 7 end x error; 9 stop error";

/// The story with `words` in every place where somebody else writes.
fn told(words: &str) -> Vec<Scene> {
    let mut scenes = vec![scene("p", STORY), scene("c", CHILD)];
    for event in scenes.iter_mut().flat_map(|scene| &mut scene.events) {
        event.body.each_text(&mut |_, text| words.clone_into(text));
        event.agent = Some(words.into());
        match &mut event.body {
            Body::RunStart(start) => start.request = Some(words.into()),
            Body::Plan(plan) => plan.current = Some(words.into()),
            _ => {}
        }
        if event.label.is_some() {
            event.label = Some(Label {
                text: format!("{words} {words}"),
                target: Some(words.into()),
                rule: words.into(),
            });
        }
    }
    scenes
}

fn frames(scenes: &[Scene], markup: Markup) -> Vec<Frame> {
    let mut board = Board::new(view::Settings::default());
    let mut renderer = Renderer::new(Settings {
        markup,
        commentary: Commentary::All,
        trail: true,
        explain: true,
        ..Settings::default()
    });
    // Turn by turn: the child works while its parent does.
    let mut events: Vec<&Event> = scenes.iter().flat_map(|scene| &scene.events).collect();
    events.sort_by_key(|event| event.ts);
    events
        .into_iter()
        .flat_map(|event| renderer.step(&mut board, event))
        .collect()
}

fn text(frame: &Frame) -> &str {
    frame
        .text
        .as_ref()
        .and_then(|text| text.any())
        .unwrap_or_default()
}

/// What the text does besides being read, as a reader of Markdown sees it.
fn does(text: &str) -> Option<String> {
    let mut code = false;
    for node in Parser::new_ext(text, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match node {
            Node::Start(Tag::Paragraph | Tag::Strong | Tag::BlockQuote(None)) | Node::End(_) => {}
            Node::SoftBreak | Node::HardBreak => code = false,
            Node::Code(_) if !code => code = false,
            Node::Text(text) => {
                let bad = ["@", "://", "www.", "```", "<!", "mailto:"];
                if let Some(bad) = bad.iter().find(|bad| text.contains(**bad)) {
                    return Some(format!("{bad:?} in {text:?}"));
                }
            }
            other => return Some(format!("{other:?}")),
        }
    }
    None
}

// Fault 87.
#[test]
fn markdown_does_nothing_but_be_read() {
    for words in HOSTILE {
        let frames = frames(&told(words), Markup::Markdown);
        assert!(frames.len() > 3, "{words:?}");
        for frame in frames {
            let text = text(&frame);
            assert_eq!(does(text), None, "{words:?} in\n{text}");
            let hidden = text.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(hidden, None, "{words:?} in\n{text}");
            assert_eq!(
                crate::safe::guard(text),
                text,
                "the last look finds nothing"
            );
        }
    }
}

#[test]
fn each_line_is_a_line_of_its_own() {
    for words in ["words", "[x](y)", "- a", "> b"] {
        for frame in frames(&told(words), Markup::Markdown) {
            let text = text(&frame);
            let breaks = Parser::new(text)
                .filter(|node| matches!(node, Node::HardBreak))
                .count();
            let soft = Parser::new(text)
                .filter(|node| matches!(node, Node::SoftBreak))
                .count();
            let blocks = Parser::new(text)
                .filter(|node| matches!(node, Node::Start(Tag::Paragraph)))
                .count();
            let lines = text.lines().filter(|line| !line.is_empty()).count();
            assert_eq!((breaks + blocks, soft), (lines, 0), "{text}");
        }
    }
}

// Fault 86.
#[test]
fn no_markup_lets_a_control_or_a_mention_through() {
    for words in HOSTILE {
        for markup in [Markup::Mrkdwn, Markup::Plain] {
            for frame in frames(&told(words), markup) {
                let text = text(&frame);
                let hidden = text.chars().find(|c| c.is_control() && *c != '\n');
                assert_eq!(hidden, None, "{markup:?}: {words:?}");
                if markup == Markup::Mrkdwn {
                    let outside = text.split('`').step_by(2).collect::<String>();
                    assert!(!outside.contains(['<', '@']), "{words:?} in\n{text}");
                }
                assert!(
                    !frame.title.contains(['@', '\n', '\u{1b}']),
                    "{}",
                    frame.title
                );
            }
        }
    }
}

#[test]
fn a_frame_is_never_too_long() {
    let long = [
        "x".repeat(20_000),
        "\"\\".repeat(10_000),
        "👩‍👩‍👧‍👦".repeat(1_000),
        format!("a{}", "\u{301}".repeat(10_000)),
        "\u{1}\u{7}".repeat(5_000),
        "`*_[<&@".repeat(2_000),
    ];
    for words in &long {
        let mut script = String::from("0 start r;");
        for number in 0..40 {
            script += &format!("1 tool t{number} Reading a; 2 route c{number};");
            script += &format!("3 spawn t{number} child{number} name;");
        }
        for markup in [Markup::Markdown, Markup::Mrkdwn, Markup::Plain] {
            let mut scenes = told(words);
            let mut many = scene("q", &script);
            for event in &mut many.events {
                event.body.each_text(&mut |_, text| words.clone_into(text));
                event.agent = Some(words.as_str().into());
                event.src.at = Some(words.as_str().into());
                if let Body::Route(route) = &mut event.body {
                    let start: String = words.chars().take(40).collect();
                    route.channel = route.channel.take().map(|name| start + &name);
                }
                if let Some(label) = &mut event.label {
                    label.text = format!("{words} {words}");
                    label.target = Some(words.clone());
                }
            }
            scenes.push(many);
            let frames = frames(&scenes, markup);
            for frame in [frames.last(), frames.first(), frames.get(frames.len() / 2)] {
                let mut line = Vec::new();
                frame.expect("a frame").write(&mut line);
                let start: String = words.chars().take(9).collect();
                assert!(line.len() <= MAX_FRAME_BYTES, "{} of {start:?}", line.len());
            }
        }
    }
}

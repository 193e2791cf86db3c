//! One frame, within its limit of bytes.

use crate::view::RunView;
use crate::wire::event::{Route, Src};
use crate::wire::figures;
use crate::wire::frame::{End, Frame, MAX_FRAME_BYTES, MAX_STEPS, Rendered, State, Step, View};

use super::bounds::{id, short};
use super::phrase;
use super::settings::{Markup, Settings};
use super::structure::{Room, structure};
use super::text::{Moment, text};

/// Longest field of a route or of a place, in bytes; a longer one names nothing.
const MAX_FIELD_BYTES: usize = 200;

/// The frame of `run`, counted as `rev`.
pub(super) fn frame(run: &RunView<'_>, rev: u64, settings: &Settings) -> Frame {
    let rooms = [
        (MAX_STEPS, 50, 16),
        (30, 20, 8),
        (15, 10, 4),
        (6, 4, 2),
        (0, 0, 1),
    ];
    let mut frame = None;
    for (steps, items, places) in rooms {
        let room = Room {
            steps,
            items,
            places,
            speech: steps > 0,
        };
        let built = build(run, rev, settings, room);
        let fits = is_small(&built) || {
            let bytes = serde_json::to_vec(&built);
            bytes.is_ok_and(|bytes| bytes.len() < MAX_FRAME_BYTES)
        };
        frame = Some(built);
        if fits {
            break;
        }
    }
    // The last room is small enough for any run; the fallback is never taken.
    frame.unwrap_or_else(|| build(run, rev, settings, NOTHING))
}

const NOTHING: Room = Room {
    steps: 0,
    items: 0,
    places: 1,
    speech: false,
};

/// Room for all that is short anyway: names, counts, the request, a reason.
const SHORT_BYTES: usize = 20 << 10;

/// Whether the frame is surely short enough, without writing it to see.
///
/// A character is escaped to two bytes at most, as no control is left in it.
fn is_small(frame: &Frame) -> bool {
    let text = frame.text.as_ref().and_then(|text| text.any());
    let said: usize = frame.view.commentary.iter().map(String::len).sum();
    let items = frame.view.plan.as_ref().map_or(0, |plan| plan.items.len());
    // With a plan or with more than one route it is written to see.
    let few = items == 0 && frame.routes.len() < 2;
    let texts = 2 * (text.map_or(0, str::len) + said);
    // A path may hold controls, which are escaped to six bytes each.
    let places = frame.src.len() * 3_072;
    few && texts + bytes_of(&frame.view.steps) + places + SHORT_BYTES < MAX_FRAME_BYTES
}

fn bytes_of(steps: &[Step]) -> usize {
    let step = |step: &Step| {
        let texts = [step.detail.as_deref(), step.note.as_deref()]
            .into_iter()
            .flatten();
        let own = step.id.len() + step.title.len() + texts.map(str::len).sum::<usize>();
        let child = step.child.as_ref();
        let below = child.map_or(0, |child| bytes_of(&child.steps) + SHORT_BYTES);
        own * 2 + 160 + below
    };
    steps.iter().map(step).sum()
}

fn build(run: &RunView<'_>, rev: u64, settings: &Settings, room: Room) -> Frame {
    let key = run.key();
    let verdict = run.verdict();
    let view = structure(run, &verdict, settings, room);
    let moment = Moment {
        state: &verdict.state,
        at: run.now(),
        paused: None,
    };
    let text = text(&view, moment, settings);
    let mut title = vec![format!("{}: {}", name(&view.agent), word(&verdict.state))];
    if view.totals.tools > 0 {
        title.push(figures::count(view.totals.tools, "tool"));
    }
    title.extend(view.ms.map(|ms| match verdict.state.is_final() {
        true => phrase::took(ms),
        false => phrase::running(ms),
    }));
    Frame {
        v: crate::wire::event::VERSION,
        kind: "frame".into(),
        key: key.frame_key(),
        source: id(&key.source),
        sid: id(&key.sid),
        session: run.session().map(id),
        run: id(&key.run),
        rev,
        at: run.now(),
        last: verdict.last,
        state: verdict.state,
        end: verdict.end,
        routes: run
            .routes()
            .iter()
            .filter(|route| is_sound(route))
            .take(room.places)
            .cloned()
            .collect(),
        title: title.join(", "),
        text: Some(rendered(text, settings.markup)),
        src: run.sources().iter().take(room.places).map(place).collect(),
        view,
    }
}

/// The last frame of a run of which nothing but whose it is may be asked any more, and why.
pub(super) fn last(run: &RunView<'_>, rev: u64, reason: &str, settings: &Settings) -> Frame {
    let key = run.key();
    let state = State::Interrupted;
    let view = View {
        agent: short(run.agent(), 60),
        started: run.started(),
        ended: run.now(),
        note: Some(reason.to_owned()),
        ..View::default()
    };
    let moment = Moment {
        state: &state,
        at: run.now(),
        paused: None,
    };
    let text = text(&view, moment, settings);
    Frame {
        v: crate::wire::event::VERSION,
        kind: "frame".into(),
        key: key.frame_key(),
        source: id(&key.source),
        sid: id(&key.sid),
        session: run.session().map(id),
        run: id(&key.run),
        rev,
        at: run.now(),
        last: run.now(),
        title: format!("{}: {}", name(&view.agent), word(&state)),
        state,
        end: Some(End::Silence),
        routes: run
            .routes()
            .iter()
            .filter(|route| is_sound(route))
            .take(1)
            .cloned()
            .collect(),
        text: Some(rendered(text, settings.markup)),
        src: Vec::new(),
        view,
    }
}

fn rendered(text: String, markup: Markup) -> Rendered {
    let mut rendered = Rendered::default();
    let place = match markup {
        Markup::Markdown => &mut rendered.markdown,
        Markup::Mrkdwn => &mut rendered.mrkdwn,
        Markup::Plain => &mut rendered.plain,
    };
    *place = Some(text);
    rendered
}

fn word(state: &State) -> &str {
    match state {
        State::Active => "working",
        State::Blocked => "waiting",
        State::Done => "done",
        State::Error => "failed",
        State::Interrupted => "interrupted",
        State::Other(word) => word,
    }
}

/// The agent's name in a title: some places read a title aloud as a notification,
/// where it must not call anybody.
fn name(agent: &str) -> String {
    short(agent, 60).replace('@', "\u{FF20}")
}

/// Whether no field of the route is absurdly long.
fn is_sound(route: &Route) -> bool {
    let fields = [
        &route.account,
        &route.server,
        &route.team,
        &route.channel,
        &route.user,
        &route.root,
        &route.message,
    ];
    let mut longest = fields.into_iter().flatten().map(String::len);
    route.sink.len() <= MAX_FIELD_BYTES && longest.all(|bytes| bytes <= MAX_FIELD_BYTES)
}

fn place(src: &Src) -> Src {
    Src {
        at: src.at.as_ref().map(id),
        generation: src.generation.as_ref().map(id),
        ..src.clone()
    }
}

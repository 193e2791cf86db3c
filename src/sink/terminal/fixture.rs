//! Frames and surfaces for tests.

use std::io;
use std::sync::{Arc, Mutex};

use super::Surface;
use crate::wire::event::Plan;
use crate::wire::frame::{Child, Frame, State, Step, StepStatus, Totals, View};
use crate::wire::time::Time;

/// An empty frame.
pub(in crate::sink) fn frame(key: &str, rev: u64, state: State) -> Frame {
    Frame {
        v: 1,
        kind: "frame".into(),
        key: key.into(),
        source: "test".into(),
        sid: key.into(),
        session: None,
        run: "first".into(),
        rev,
        at: Time::parse("2026-09-25T12:03:04Z"),
        last: None,
        state,
        end: None,
        routes: Vec::new(),
        title: String::new(),
        view: View {
            agent: "main".into(),
            ms: Some(1_000 * rev),
            ..View::default()
        },
        text: None,
        src: Vec::new(),
    }
}

pub(super) fn step(title: &str, detail: &str, status: StepStatus, ms: u64) -> Step {
    Step {
        id: title.into(),
        title: title.into(),
        detail: (!detail.is_empty()).then(|| detail.into()),
        status,
        started: None,
        ms: Some(ms),
        note: None,
        child: None,
    }
}

/// The run of the design's section 5.
pub(super) fn rich(key: &str) -> Frame {
    let mut failed = step("Running", "cargo test", StepStatus::Error, 31_000);
    failed.note = Some("exit 101".into());
    let mut child = step("", "", StepStatus::Active, 12_000);
    child.child = Some(Box::new(Child {
        title: "proj035-planner".into(),
        sid: None,
        state: State::Active,
        steps: vec![
            step("Reading", "PLAN.md", StepStatus::Ok, 100),
            step("Running", "rg", StepStatus::Active, 2_000),
        ],
        earlier: 0,
        earlier_agents: 0,
        earlier_running: 0,
        totals: Totals {
            tools: 3,
            ..Totals::default()
        },
    }));
    let mut frame = frame(key, 38, State::Active);
    frame.view.request = Some("Why does the client give up after one timeout?".into());
    frame.view.steps = vec![
        step("Reading", "config.rs", StepStatus::Ok, 200),
        failed,
        child,
        step("Searching the web", "", StepStatus::Active, 4_000),
    ];
    frame.view.plan = Some(Plan {
        done: 2,
        total: 5,
        current: Some("Write the tests".into()),
        items: Vec::new(),
    });
    frame.view.totals = Totals {
        tools: 5,
        failed: 1,
        tokens: 12_400,
        cost_usd: Some(0.08),
        kinds: vec![("Reading".into(), 3), ("Running".into(), 2)],
        ..Totals::default()
    };
    frame
}

/// A terminal in memory that can be resized.
#[derive(Clone)]
pub(super) struct Memory(Arc<Mutex<Inner>>);

struct Inner {
    parser: vt100::Parser,
    writes: Vec<String>,
    broken: Option<io::ErrorKind>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    pub(super) fn new(rows: u16, columns: u16) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            parser: vt100::Parser::new(rows, columns, 10_000),
            writes: Vec::new(),
            broken: None,
        })))
    }

    pub(super) fn resize(&self, rows: u16, columns: u16) {
        self.inner().parser.screen_mut().set_size(rows, columns);
    }

    pub(super) fn fail(&self, kind: io::ErrorKind) {
        self.inner().broken = Some(kind);
    }

    pub(super) fn mend(&self) {
        self.inner().broken = None;
    }

    /// The rows on the screen, blanks at the ends cut, empty ones at the end too.
    pub(super) fn rows(&self) -> Vec<String> {
        rows_of(self.inner().parser.screen())
    }

    /// The rows on the screen and above it.
    pub(super) fn all_rows(&self) -> Vec<String> {
        let mut inner = self.inner();
        let mut all = Vec::new();
        inner.parser.screen_mut().set_scrollback(usize::MAX);
        let mut above = inner.parser.screen().scrollback();
        while above > 0 {
            inner.parser.screen_mut().set_scrollback(above);
            let screen = inner.parser.screen();
            all.push(screen.rows(0, screen.size().1).next().unwrap_or_default());
            above -= 1;
        }
        inner.parser.screen_mut().set_scrollback(0);
        all.extend(rows_of(inner.parser.screen()));
        all.iter().map(|row| row.trim_end().to_owned()).collect()
    }

    pub(super) fn writes(&self) -> Vec<String> {
        self.inner().writes.clone()
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().expect("one thread")
    }
}

fn rows_of(screen: &vt100::Screen) -> Vec<String> {
    let mut rows: Vec<String> = screen
        .rows(0, screen.size().1)
        .map(|row| row.trim_end().to_owned())
        .collect();
    while rows.last().is_some_and(String::is_empty) {
        rows.pop();
    }
    rows
}

impl Surface for Memory {
    fn size(&self) -> Option<(u16, u16)> {
        Some(self.inner().parser.screen().size())
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut inner = self.inner();
        if let Some(kind) = inner.broken {
            return Err(kind.into());
        }
        inner.parser.process(text.as_bytes());
        inner.writes.push(text.to_owned());
        Ok(())
    }
}

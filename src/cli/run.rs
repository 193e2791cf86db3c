//! `live-status run`: the whole chain in one process.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::Args;

use super::args::{Drawing, Global, Labelling, Redaction};
use super::ended::ended;
use super::failure::{Doing as _, Failure, Kind};
use super::filter::Filter;
use super::keeper::{self, Keeper};
use super::ledger::Role;
use super::placeless::Placeless;
use super::ps;
use super::show::{On, Places, Showing, To};
use super::tail::{Sources, instant, stop_on_signals, verdict};
use crate::daemon::following::{self, Listener};
use crate::daemon::inputs::{Feeder, Input, Inputs};
use crate::daemon::live::{self, Missed, Outcome, When};
use crate::daemon::owed::{Owed, last_frame};
use crate::daemon::pipeline::Pipeline;
use crate::daemon::reader::{Reader, wire_time};
use crate::daemon::replay::{Replay, Step};
use crate::daemon::resume::Kept;
use crate::daemon::stop::Stop;
use crate::daemon::world::World;
use crate::outbox;
use crate::render;
use crate::sink::Sink;
use crate::wire::event::{Cause, Event};
use crate::wire::receipt::Receipt;
use crate::wire::time::Time;

/// Watch every agent and show its runs live
///
/// The same functions as tail, label, render and post, in one process. With a
/// Mattermost URL and a token each run is one post in the thread where it was
/// asked for; without, the boxes are a live board in this terminal. Recorded
/// runs (--replay) are shown in the terminal unless --to says otherwise.
#[derive(Args, Debug)]
pub(super) struct RunArgs {
    #[command(flatten)]
    sources: Sources,

    /// Bring every box up to date and exit
    #[arg(long, conflicts_with = "replay")]
    once: bool,

    /// Play the recorded transcripts of FILE or DIR, at the pace at which they happened
    #[arg(long, value_name = "FILE|DIR", conflicts_with = "sources")]
    replay: Option<PathBuf>,

    /// Play N times as fast, or without any pause (max)
    #[arg(long, value_name = "N|max", default_value = "1", value_parser = speed, requires = "replay")]
    speed: Speed,

    /// With --once: the time that silence is judged by; default: now
    #[arg(long, value_name = "TIME", value_parser = instant)]
    now: Option<Time>,

    /// Also make boxes for runs of CAUSE: cron, hook, heartbeat, system
    #[arg(long, value_name = "CAUSE", value_delimiter = ',', value_parser = super::render::cause)]
    include: Vec<Cause>,

    /// Leave out events of KIND: a type (usage, tool.*) or a cause (subagent)
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    exclude: Vec<String>,

    /// Keep the place under NAME, and go on there next time
    #[arg(long, value_name = "NAME", conflicts_with_all = ["once", "replay"])]
    resume: Option<String>,

    #[command(flatten)]
    showing: Showing,

    #[command(flatten)]
    labelling: Labelling,

    #[command(flatten)]
    drawing: Drawing,

    #[command(flatten)]
    redaction: Redaction,
}

/// What draws, and where it is shown.
struct Stage {
    pipeline: Pipeline,
    sinks: Vec<Box<dyn Sink>>,
    places: Places,
    /// How a text is drawn again where a sink cannot take the one that came.
    drawing: render::Settings,
}

impl Stage {
    /// The way into the loop.
    fn inputs(&self, pace: outbox::Settings) -> (Feeder, Inputs) {
        let caps: Vec<_> = self.sinks.iter().map(|sink| sink.caps()).collect();
        Inputs::new(World::new(&caps, pace, self.drawing.clone()))
    }
}

/// How fast recorded transcripts are played.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Speed {
    /// So many times as fast as they happened.
    Times(f64),
    /// Without any pause.
    Max,
}

fn speed(text: &str) -> Result<Speed, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(Speed::Max),
        Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed::Times(times)),
        _ => Err(format!(
            "{text:?} is no speed; write a number above 0, or max"
        )),
    }
}

impl RunArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let redactor = Arc::new(self.redaction.redactor()?);
        let drawing = self.drawing.render()?;
        let zone = drawing.timezone.clone();
        let pipeline = Pipeline::new(
            self.labelling.labeller()?,
            redactor,
            self.drawing.view(self.include.clone()),
            drawing.clone(),
        );
        // Nobody means to post what was recorded once.
        let otherwise = match self.replay {
            Some(_) => To::Terminal,
            None => self.showing.chat_or_terminal(global),
        };
        let places = self.showing.places(otherwise)?;
        let role = if self.once || self.replay.is_some() {
            Role::Post
        } else {
            Role::Run
        };
        // What a dry run shows has standard output for itself.
        let board = if self.showing.chat.dry_run {
            On::Error
        } else {
            On::Output
        };
        let max_lines = usize::from(self.drawing.max_lines);
        let stage = Stage {
            sinks: self
                .showing
                .sinks(&places, ("run", role), global, &zone, max_lines, board)?,
            places,
            pipeline,
            drawing,
        };
        let filter = Filter::new(&[], &self.exclude, self.sources.since)?;
        if let Some(path) = &self.replay {
            return self.replay(path, stage, global);
        }
        let roots = self.sources.roots(global)?;
        let reader = self
            .sources
            .reader(roots, &self.redaction, !self.once, false)?;
        if self.once {
            return self.once(reader, filter, stage, global);
        }
        if self.sources.is_stdin() {
            return Err(Failure::usage(
                "run follows files and stores; standard input (-) needs --once",
            ));
        }
        self.live(reader, filter, stage, global)
    }

    /// Runs the loop to its end; nobody asked `run` for receipts.
    fn show(
        stage: Stage,
        when: When,
        (global, feeder): (&Global, Feeder),
        inputs: Inputs,
    ) -> (Outcome, Missed, Places) {
        let placeless = Placeless::default();
        let (unplaced, quiet) = (placeless.clone(), global.quiet);
        let take = move |receipt: &Receipt| {
            if let Some(remark) = unplaced.take(receipt).filter(|_| !quiet) {
                // The loop says it where it does not tear the board.
                let _ = feeder.tell(Input::Remark(remark));
            }
        };
        let pipeline = Some(stage.pipeline);
        let (outcome, missed) = live::run(pipeline, stage.sinks, when, inputs, Box::new(take));
        if let Some(remark) = placeless.sum() {
            global.say(remark);
        }
        (outcome, missed, stage.places)
    }

    /// Everything there is, then the end.
    fn once(
        &self,
        mut reader: Reader,
        mut filter: Filter,
        stage: Stage,
        global: &Global,
    ) -> Result<(), Failure> {
        let now = self.now.unwrap_or_else(|| wire_time(SystemTime::now()));
        let (feeder, inputs) = stage.inputs(self.showing.pace());
        let remarks = feeder.clone();
        let stop = stop_loop(&feeder)?;
        let work = move || {
            let mut batch = Batch {
                events: Vec::new(),
                feeder,
            };
            let mut emit = |event: &mut Event| {
                if filter.takes(event) {
                    batch.push(event)
                } else {
                    Ok(())
                }
            };
            let read = reader
                .read_all(&mut emit)
                .and_then(|()| reader.tick_open(now, &mut emit));
            batch.flush().ok();
            let _ = batch.feeder.tell(Input::Ended);
            (read, reader)
        };
        let thread = std::thread::Builder::new()
            .name("reader".into())
            .spawn(work)?;
        let (outcome, missed, places) = Self::show(stage, When::AtEnd, (global, remarks), inputs);
        ended(&outcome, missed, &stop, &places)?;
        match thread.join() {
            Ok((_, mut reader)) if outcome == Outcome::Ended => {
                self.sources.remark_on_nothing(&reader, global);
                verdict(&mut reader, global)
            }
            _ => Ok(()),
        }
    }

    /// What happens from now on, until a signal.
    fn live(
        &self,
        mut reader: Reader,
        filter: Filter,
        stage: Stage,
        global: &Global,
    ) -> Result<(), Failure> {
        let keeper = self.resume.as_deref().map(Keeper::open).transpose()?;
        let (feeder, inputs) = stage.inputs(self.showing.pace());
        let (gate, remarks) = (feeder.clone(), feeder.clone());
        let stop = stop_on_signals(&mut reader, move || gate.open())?;
        if stage.places.has(To::Mattermost) && !self.showing.chat.dry_run {
            // A memory that cannot be looked into was spoken of when it was opened.
            reader.owe(Owed::of(ps::boxes().unwrap_or_default()));
            reader.recall(self.showing.chat.catch_up());
        }
        following::prepare(&mut reader, || keeper::kept(keeper.as_ref(), global))?;
        let mut listener = Feed {
            stop: stop.clone(),
            unshown: 0,
            filter,
            batch: Batch {
                events: Vec::new(),
                feeder: feeder.clone(),
            },
            keeper,
            quiet: global.quiet,
        };
        if !global.quiet && std::io::stdout().is_terminal() && !stage.places.has(To::Stdout) {
            // An empty board would look as if nothing worked.
            let _ = feeder.tell(Input::Remark(
                "watching; each run shows when it begins, Ctrl-C ends".into(),
            ));
        }
        let flag = stop.clone();
        let work = move || {
            // The channel closes only when the loop has ended.
            let _ = following::follow(&mut reader, &flag, &mut listener);
            let _ = listener.batch.feeder.tell(Input::Stop);
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(work)?;
        let (outcome, missed, places) = Self::show(stage, When::Live, (global, remarks), inputs);
        ended(&outcome, missed, &stop, &places)
    }

    /// Recorded transcripts, as if they happened now.
    fn replay(&self, path: &std::path::Path, stage: Stage, global: &Global) -> Result<(), Failure> {
        let root =
            crate::follow::Root::classify(path).map_err(|bad| Failure::new(Kind::Usage, bad))?;
        let mut reader = self
            .sources
            .reader(vec![root], &self.redaction, false, false)?;
        let mut events = Vec::new();
        reader.read_all(&mut |event| {
            events.push(event.clone());
            Ok::<(), Failure>(())
        })?;
        let (feeder, inputs) = stage.inputs(self.showing.pace());
        let remarks = feeder.clone();
        let stop = stop_loop(&feeder)?;
        let speed = self.speed;
        let play = move || {
            let mut replay = Replay::new(events);
            while let Step::Show(pause, batch) = replay.step() {
                if let Speed::Times(times) = speed {
                    std::thread::sleep(pause.div_f64(times).min(Duration::from_secs(3_600)));
                }
                if feeder.give(Input::Events(batch)).is_err() {
                    return;
                }
            }
            let _ = feeder.tell(Input::Ended);
        };
        std::thread::Builder::new()
            .name("replay".into())
            .spawn(play)?;
        let (outcome, missed, places) = Self::show(stage, When::Live, (global, remarks), inputs);
        ended(&outcome, missed, &stop, &places)?;
        verdict(&mut reader, global)
    }
}

/// Stops the loop at a signal, where no reader does so.
fn stop_loop(feeder: &Feeder) -> Result<Stop, Failure> {
    let wake = feeder.clone();
    let stop = Stop::on_signals(move || {
        // A loop that has ended needs no waking.
        let _ = wake.tell(Input::Stop);
        wake.open();
    });
    stop.doing(|| "cannot listen for signals".into())
}

/// Events on their way to the loop.
struct Batch {
    events: Vec<Event>,
    feeder: Feeder,
}

impl Batch {
    fn push(&mut self, event: &mut Event) -> Result<(), Failure> {
        const FULL: usize = 256;
        self.events.push(event.clone());
        if self.events.len() >= FULL {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.events.is_empty() {
            return Ok(());
        }
        let gone = |_| Failure::new(Kind::Closed, anyhow::anyhow!("the loop ended"));
        self.feeder
            .give(Input::Events(std::mem::take(&mut self.events)))
            .map_err(gone)
    }
}

/// The reader's side of `run`.
struct Feed {
    filter: Filter,
    batch: Batch,
    keeper: Option<Keeper>,
    quiet: bool,
    stop: Stop,
    /// Events since all there was had been read.
    unshown: u64,
}

impl Listener for Feed {
    type Error = Failure;

    fn event(&mut self, event: &mut Event) -> Result<(), Failure> {
        const LONG: u64 = 4_096;
        self.unshown += 1;
        // What was just written is still shown, but a long history is not read to its end.
        if self.unshown > LONG && self.stop.reason().is_some() {
            return Err(Failure::new(Kind::Closed, anyhow::anyhow!("stopped")));
        }
        if self.filter.takes(event) {
            self.batch.push(event)
        } else {
            Ok(())
        }
    }

    fn drained(&mut self, notes: Vec<String>) -> Result<(), Failure> {
        self.unshown = 0;
        if !self.quiet {
            for note in notes {
                // The loop says it where it does not tear the board.
                let _ = self.batch.feeder.tell(Input::Remark(note));
            }
        }
        self.batch.flush()
    }

    fn owed(&mut self, owed: Owed) {
        let now = wire_time(SystemTime::now());
        // A directory that is not there may be back soon, and its transcripts with it.
        let may_be = |at: &str| {
            let at = Path::new(at);
            at.exists() || !at.parent().is_some_and(Path::exists)
        };
        let lost = owed.lost(may_be);
        let frames = lost.into_iter().map(|kept| last_frame(kept, now)).collect();
        // A loop that has ended shows nothing more.
        let _ = self.batch.feeder.offer(frames);
    }

    fn keep(&mut self, kept: Vec<Kept>) {
        if let Some(keeper) = &mut self.keeper {
            keeper.save(&kept);
        }
    }

    fn keeps(&self) -> bool {
        self.keeper.is_some()
    }
}

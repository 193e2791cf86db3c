//! `live-status run`: the whole chain in one process.

mod awaited;
mod feed;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use clap::{ArgMatches, Args};

use super::args::{Drawing, Global, Labelling, Redaction};
use super::ended::ended;
use super::failure::{Doing as _, Failure};
use super::filter::Filter;
use super::keeper::{self, Keeper};
use super::ledger::{self, Role};
use super::placeless::Placeless;
use super::progress::Progress;
use super::ps;
use super::service::{Again, Current, Service, Standing, Surroundings, control, supervisor};
use super::show::{Asking, On, Places, Showing, Sinks, To};
use super::sources::root_of;
use super::spool;
use super::tail::{Sources, instant, stop_on_signals, verdict};
use crate::daemon::following;
use crate::daemon::gauges::Gauges;
use crate::daemon::hooked::Hooked;
use crate::daemon::inputs::{Feeder, Input, Inputs};
use crate::daemon::live::{self, Missed, Outcome, When};
use crate::daemon::owed::Owed;
use crate::daemon::pipeline::Pipeline;
use crate::daemon::pulse::Pulse;
use crate::daemon::reader::{Reader, wire_time};
use crate::daemon::reload::Reload;
use crate::daemon::replay::{Replay, Step};
use crate::daemon::stop::{Hangup, Stop};
use crate::daemon::world::World;
use crate::service::detach::Second;
use crate::sink::Sink;
use crate::wire::event::{Cause, Event};
use crate::wire::receipt::Receipt;
use crate::wire::time::Time;
use awaited::sources_of;
use feed::{Batch, Feed};

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

    #[command(flatten)]
    service: Service,
}

/// What draws, and where it is shown.
struct Stage {
    pipeline: Pipeline,
    sinks: Vec<Box<dyn Sink>>,
    places: Places,
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
    pub(super) fn run(
        &self,
        global: &Global,
        (args, matches): (&[OsString], ArgMatches),
    ) -> Result<(), Failure> {
        let redactor = Arc::new(self.redaction.redactor()?);
        let drawing = self.drawing.render()?;
        let zone = drawing.timezone.clone();
        let pipeline = Pipeline::new(
            self.labelling.labeller()?,
            Arc::clone(&redactor),
            self.drawing.view(self.include.clone()),
            drawing.clone(),
        );
        // Nobody means to post what was recorded once.
        let otherwise = match self.replay {
            Some(_) => To::Terminal,
            None => self.showing.chat_or_terminal(global),
        };
        let places = self.showing.places(otherwise)?;
        // What a dry run shows has standard output for itself.
        let board = if self.showing.chat.dry_run {
            On::Error
        } else {
            On::Output
        };
        let serves = !self.once && self.replay.is_none();
        let second = match serves {
            true => self.detach(args, &places, global)?,
            false => None,
        };
        let around = match (places.board_at_hand(board), serves) {
            (true, _) => Surroundings::Board,
            (false, true) => Surroundings::Alone,
            (false, false) => Surroundings::Once,
        };
        let gauges = Arc::new(Gauges::default());
        gauges.counts_redactions(&redactor);
        let supervisor = supervisor().filter(|_| serves);
        let pulse = match serves {
            true => self.service.pulse(&gauges, supervisor.as_ref(), second),
            false => Pulse::default(),
        };
        let (feeder, inputs) = Inputs::with(pulse);
        let log = self.service.logs.begin(global, around, &feeder)?;
        let _standing = match serves {
            true => self.service.stand(&gauges)?,
            false => Standing::default(),
        };
        let asking = Asking {
            verb: "run",
            role: if serves { Role::Run } else { Role::Post },
            gauges: &gauges,
        };
        if asking.role == Role::Run && places.has(To::Mattermost) && !self.showing.chat.dry_run {
            ledger::check_place(self.service.allow_remote_state)?;
        }
        let max_lines = usize::from(self.drawing.max_lines);
        let Sinks { sinks, renew } = self
            .showing
            .sinks(&places, asking, global, &zone, max_lines, board)?;
        let caps: Vec<_> = sinks.iter().map(|sink| sink.caps()).collect();
        inputs.begin(World::new(&caps, self.showing.pace(), drawing));
        let _control = ledger::held().and_then(|state| control::open(state, feeder.clone()));
        let stage = Stage {
            sinks,
            places,
            pipeline,
        };
        let way = (feeder, inputs);
        let filter = Filter::new(&[], &self.exclude, self.sources.since)?;
        if let Some(path) = &self.replay {
            return self.replay(path, stage, global, way);
        }
        let waits = serves && self.is_unattended(supervisor.is_some(), &stage.places);
        let roots = self.roots(waits, global)?;
        let count = roots.len();
        let sources = sources_of(&roots);
        for source in &sources {
            gauges.reads(source);
        }
        let mut reader = self
            .sources
            .reader(roots, &self.redaction, !self.once, false)?;
        gauges.counts_redactions(reader.redactor());
        reader.odd().show_in(&gauges);
        if self.once {
            return self.once(reader, filter, stage, global, way);
        }
        if self.sources.is_stdin() {
            return Err(Failure::usage(
                "run follows files and stores; standard input (-) needs --once",
            ));
        }
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            sources = sources.join(","),
            roots = count,
            sinks = stage.places.names(),
            "started"
        );
        let args = args.to_vec();
        let read = Box::new(move || {
            let (global, run, matches) = super::read_again(&args)?;
            run.current(&global, around, matches)
        });
        let now = self.current(global, around, matches)?;
        let told = (log.clone(), way.0.clone());
        let again = Again::new(read, renew, told, supervisor, now);
        let ended = self.live(reader, filter, stage, global, way, again);
        match &ended {
            Ok(()) => tracing::info!("stopped"),
            Err(failure) => tracing::info!(code = failure.kind().code(), "stopped"),
        }
        log.close();
        ended
    }

    /// Goes into the background, where that is asked for.
    fn detach(
        &self,
        args: &[OsString],
        places: &Places,
        global: &Global,
    ) -> Result<Option<Second>, Failure> {
        if self.service.daemon && (places.has(To::Terminal) || places.has(To::Stdout)) {
            return Err(Failure::usage(
                "--daemon leaves the terminal, and boxes are to be shown there",
            )
            .hint("set MM_URL and a token, and leave out --to terminal and --to stdout"));
        }
        self.service.detach(args, global)
    }

    /// What a running loop takes, as the settings have it now.
    fn current(
        &self,
        global: &Global,
        around: Surroundings,
        values: ArgMatches,
    ) -> Result<Current, Failure> {
        let labels = self.labelling.labels.as_ref();
        Ok(Current {
            reload: Reload {
                labeller: self.labelling.labeller()?,
                view: self.drawing.view(self.include.clone()),
                drawing: self.drawing.render()?,
                min_gap: self.showing.pace().min_gap,
            },
            level: self.service.logs.level(global, around),
            labels: labels.and_then(|path| std::fs::read_to_string(path).ok()),
            token: self.showing.chat.server.secret()?,
            values,
        })
    }

    /// Runs the loop to its end; nobody asked `run` for receipts.
    fn show(
        &self,
        stage: Stage,
        when: When,
        (global, feeder): (&Global, Feeder),
        inputs: Inputs,
    ) -> (Outcome, Missed, Places) {
        let placeless = Placeless::default();
        let (unplaced, talks) = (placeless.clone(), self.talks(global));
        let take = move |receipt: &Receipt| {
            if let Some(remark) = unplaced.take(receipt).filter(|_| talks) {
                // The loop says it where it does not tear the board.
                let _ = feeder.tell(Input::Remark(remark));
            }
        };
        let pipeline = Some(stage.pipeline);
        let (outcome, missed) = live::run(pipeline, stage.sinks, when, inputs, Box::new(take));
        if let Some(remark) = placeless.sum().filter(|_| talks) {
            global.say(remark);
        }
        (outcome, missed, stage.places)
    }

    /// Whether people are told what may interest them, beside the log.
    fn talks(&self, global: &Global) -> bool {
        !global.quiet && !self.service.logs.is_for_programs()
    }

    /// Everything there is, then the end.
    fn once(
        &self,
        mut reader: Reader,
        mut filter: Filter,
        stage: Stage,
        global: &Global,
        (feeder, inputs): (Feeder, Inputs),
    ) -> Result<(), Failure> {
        let now = self.now.unwrap_or_else(|| wire_time(SystemTime::now()));
        let remarks = feeder.clone();
        let stop = stop_loop(&feeder)?;
        let mut progress = Progress::new(global.quiet);
        let work = move || {
            let mut batch = Batch::new(feeder);
            let mut emit = |event: &mut Event| {
                progress.event();
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
        let (outcome, missed, places) = self.show(stage, When::AtEnd, (global, remarks), inputs);
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
        (feeder, inputs): (Feeder, Inputs),
        again: Again,
    ) -> Result<(), Failure> {
        let mut keeper = self.resume.as_deref().map(Keeper::open).transpose()?;
        let (gate, remarks) = (feeder.clone(), feeder.clone());
        let again = again.wait().doing(|| "cannot listen for signals".into())?;
        let hangup = Hangup::Ask(Box::new(again));
        // In the background nobody reads it, and who started us goes away.
        let watched = !self.service.daemon;
        let stop = stop_on_signals(&mut reader, move || gate.open(), (hangup, watched))?;
        if stage.places.has(To::Mattermost) && !self.showing.chat.dry_run {
            // A memory that cannot be looked into was spoken of when it was opened.
            reader.owe(Owed::of(ps::boxes().unwrap_or_default()));
            reader.recall(self.showing.chat.catch_up());
        }
        following::prepare(&mut reader, || keeper::kept(keeper.as_mut(), global))?;
        let mut listener = Feed {
            stop: stop.clone(),
            unshown: 0,
            filter,
            batch: Batch::new(feeder.clone()),
            keeper,
            talks: self.talks(global),
            armed: false,
        };
        if !global.quiet && std::io::stdout().is_terminal() && !stage.places.has(To::Stdout) {
            // An empty board would look as if nothing worked.
            let _ = feeder.tell(Input::Remark(
                "watching; each run shows when it begins, Ctrl-C ends".into(),
            ));
        }
        let flag = stop.clone();
        let hooks = spool::hooks(&mut reader, &self.sources);
        let work = move || {
            // The channel closes only when the loop has ended.
            let mut hooked = Hooked::new(&mut listener, hooks);
            let _ = following::follow(&mut reader, &flag, &mut hooked);
            let _ = listener.batch.feeder.tell(Input::Stop);
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(work)?;
        let (outcome, missed, places) = self.show(stage, When::Live, (global, remarks), inputs);
        ended(&outcome, missed, &stop, &places)
    }

    /// Recorded transcripts, as if they happened now.
    fn replay(
        &self,
        path: &std::path::Path,
        stage: Stage,
        global: &Global,
        (feeder, inputs): (Feeder, Inputs),
    ) -> Result<(), Failure> {
        let root = root_of(path, self.sources.wanted())?;
        let mut reader = self
            .sources
            .reader(vec![root], &self.redaction, false, false)?;
        let mut events = Vec::new();
        reader.read_all(&mut |event| {
            events.push(event.clone());
            Ok::<(), Failure>(())
        })?;
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
        let (outcome, missed, places) = self.show(stage, When::Live, (global, remarks), inputs);
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

//! `live-status tail`: transcripts to events.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use clap::{Args, ValueEnum};
use serde::de::IgnoredAny;

use super::args::{Global, Redaction, duration, whole};
use super::failure::{Doing as _, Failure, Kind};
use super::filter::{Filter, glob};
use super::keeper::{self, Keeper};
use super::output::{self, Blocks, Output};
use super::progress::Progress;
use super::sources::{AUTO, Stream, names, root_of, usual_places};
use super::spool;
use crate::daemon::following::{self, Listener};
use crate::daemon::hooked::Hooked;
use crate::daemon::reader::{self, Reader, wire_time};
use crate::daemon::resume::{Keep, Place, Want};
use crate::daemon::stop::{Hangup, Reason, Stop};
use crate::follow::{self, Follower, Root, Surroundings};
use crate::source::Source;
use crate::wire::event::{Event, Writer};
use crate::wire::ndjson::{Lines, Read};
use crate::wire::time::Time;

/// Emit events from the transcripts of AI agents
///
/// Reads what agents write anyway, without touching it: the manual lists them.
/// Without SOURCE it looks where the agents' own variables and the home
/// directory say. One JSON object a line; live-status-events(5) names every
/// field.
///
/// The last line of a file counts once its newline is there. Where standard
/// input ends within a line, that line counts if it is whole.
// Of a line that is wrong clap would say that it needs a SOURCE, where one was given.
#[derive(Args, Debug)]
#[command(override_usage = "live-status tail [OPTIONS] [SOURCE]...")]
pub(super) struct TailArgs {
    #[command(flatten)]
    pub(super) sources: Sources,

    /// Stay, and emit what happens from now on
    #[arg(short, long)]
    pub(super) follow: bool,

    /// Where following begins: at the open runs (end) or with everything (start)
    #[arg(long, value_name = "WHERE", value_enum, default_value_t = Begin::End, requires = "follow")]
    from: Begin,

    /// Keep the place under NAME, and go on there next time
    #[arg(long, value_name = "NAME", requires = "follow")]
    resume: Option<String>,

    /// Emit only events of KIND: a type (tool.start, tool.*) or a cause (user, cron)
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    include: Vec<String>,

    /// Emit no events of KIND
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    exclude: Vec<String>,

    /// End with a tick at TIME for every open run: its state as of then
    #[arg(long, value_name = "TIME", value_parser = instant, conflicts_with = "follow")]
    now: Option<Time>,

    #[command(flatten)]
    redaction: Redaction,
}

/// Where transcripts are, and which of them count.
#[derive(Args, Debug)]
pub(super) struct Sources {
    /// A directory of an agent or one within it, a transcript, a .sqlite or .db store, or - for standard input
    #[arg(value_name = "SOURCE")]
    pub(super) sources: Vec<PathBuf>,

    /// Only transcripts of this agent, which a SOURCE is taken for; auto goes by what is there
    #[arg(long, value_name = "NAME", default_value = AUTO, value_parser = names())]
    pub(super) source: String,

    /// Only this agent
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(super) agent: Vec<String>,

    /// Only sessions whose key or UUID matches GLOB
    #[arg(long, value_name = "GLOB")]
    pub(super) session: Vec<String>,

    /// Only what happened since TIME (RFC 3339) or within AGE (2h, 3d)
    #[arg(long, value_name = "TIME|AGE", value_parser = since)]
    pub(super) since: Option<Time>,

    /// Keep texts and inputs whole
    #[arg(long)]
    pub(super) full: bool,

    /// Look once a second instead of being woken by the system
    #[arg(long)]
    pub(super) poll: bool,

    /// Read transcripts that are symbolic links
    #[arg(long)]
    pub(super) follow_links: bool,

    /// Skip longer lines
    #[arg(long, value_name = "BYTES", default_value_t = 32 << 20, value_parser = whole(0_usize..))]
    pub(super) max_line_bytes: usize,
}

/// Where following begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Begin {
    /// With everything there is.
    Start,
    /// At the end, open runs from their start.
    End,
}

impl Sources {
    /// Whether every session of this machine counts.
    pub(super) fn are_all(&self) -> bool {
        let any = self.sources.is_empty() && self.source == AUTO;
        any && self.agent.is_empty() && self.session.is_empty()
    }

    /// Whether standard input is the source.
    pub(super) fn is_stdin(&self) -> bool {
        self.sources.iter().any(|path| path.as_os_str() == "-")
    }

    /// The places to read, found or named.
    pub(super) fn roots(&self, global: &Global) -> Result<Vec<Root>, Failure> {
        if self.is_stdin() {
            if self.sources.len() > 1 {
                return Err(Failure::usage(
                    "standard input (-) stands alone as a source",
                ));
            }
            return Ok(Vec::new());
        }
        if !self.sources.is_empty() {
            let roots = self.sources.iter();
            return roots.map(|path| root_of(path, self.wanted())).collect();
        }
        let mut roots = Vec::new();
        let wanted = self.wanted();
        for found in discover() {
            match found.root {
                Ok(root) if wanted.is_some_and(|wanted| wanted.name() != root.source()) => {}
                Ok(root) => {
                    if global.verbose > 0 {
                        global.say(format_args!(
                            "reading {} ({})",
                            found.path.display(),
                            found.why
                        ));
                    }
                    roots.push(root);
                }
                Err(bad) => {
                    return Err(
                        Failure::new(Kind::Usage, bad).hint(format!("{} names it", found.why))
                    );
                }
            }
        }
        if roots.is_empty() {
            return Err(Failure::usage(format!(
                "no transcripts found: there is none of {}",
                usual_places(wanted)
            ))
            .hint("name a directory or file, or set OPENCLAW_STATE_DIR; live-status doctor says where it looked"));
        }
        Ok(roots)
    }

    /// The one source that is asked for; `None` means any.
    pub(super) fn wanted(&self) -> Option<Source> {
        Source::named(&self.source)
    }

    /// Says so where there was nothing to read: silence would look like a mistake of ours.
    pub(super) fn remark_on_nothing(&self, reader: &Reader, global: &Global) {
        if reader.has_sessions() {
            return;
        }
        if self.agent.is_empty() && self.session.is_empty() && self.since.is_none() {
            global.say("no session was found; live-status doctor shows where it looked");
        } else {
            global.say(
                "no session matches --agent, --session and --since; without them there may be some",
            );
        }
    }

    /// A reader over `roots`.
    pub(super) fn reader(
        &self,
        roots: Vec<Root>,
        redaction: &Redaction,
        follow: bool,
        from_start: bool,
    ) -> Result<Reader, Failure> {
        let options = follow::Options {
            follow,
            poll: self.poll,
            links: self.follow_links,
            max_line_bytes: self.max_line_bytes,
            agents: self.agent.clone(),
            modified_since: self.since.and_then(reader::system_time),
        };
        let sessions = self
            .session
            .iter()
            .map(|pattern| glob(pattern))
            .collect::<Result<_, _>>()?;
        let redactor = Arc::new(redaction.redactor()?);
        let settings = reader::Settings {
            full: self.full,
            sessions,
            redactor,
            from_start,
        };
        Ok(Reader::new(Follower::new(roots, options), settings))
    }
}

/// What the agents' own rules find on this machine.
pub(super) fn discover() -> Vec<follow::Found> {
    follow::discover(&surroundings())
}

/// What the process was born into.
pub(super) fn surroundings() -> Surroundings<'static> {
    Surroundings {
        home: std::env::var_os("HOME").map(PathBuf::from),
        var: &|name| std::env::var_os(name),
    }
}

impl TailArgs {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let filter = Filter::new(&self.include, &self.exclude, self.sources.since)?;
        let roots = self.sources.roots(global)?;
        let mut reader = self.sources.reader(
            roots,
            &self.redaction,
            self.follow,
            self.from == Begin::Start,
        )?;
        let mut out = Out {
            out: output::blocks(),
            writer: Writer::default(),
            filter,
        };
        if self.sources.is_stdin() {
            self.lines(&mut reader, &mut out)?;
        } else if self.follow {
            return self.follow(&mut reader, out, global);
        } else {
            let mut progress = Progress::new(global.quiet);
            reader.read_all(&mut |event| {
                progress.event();
                out.emit(event)
            })?;
            self.sources.remark_on_nothing(&reader, global);
        }
        if let Some(now) = self.now {
            reader.tick_open(now, &mut |event| out.emit(event))?;
        }
        out.out.flush()?;
        verdict(&mut reader, global)
    }

    fn lines(&self, reader: &mut Reader, out: &mut Out) -> Result<(), Failure> {
        let mut lines = Lines::new(std::io::BufReader::with_capacity(
            256 << 10,
            std::io::stdin().lock(),
        ));
        let mut line = Vec::new();
        let mut stream = Stream::new(self.sources.wanted());
        loop {
            match lines.next_into(&mut line)? {
                Read::End => return stream.end(reader, &mut |event| out.emit(event)),
                Read::TooLong { offset, bytes } => reader
                    .odd()
                    .oversize(bytes, || format!("standard input:{offset}")),
                Read::Line { offset } => {
                    let end = offset + line.len() as u64 + 1;
                    let (record, off) = follow::bare(&line, offset);
                    // Nothing more comes: what broke off in the midst never was a line.
                    let is_torn = || serde_json::from_slice::<IgnoredAny>(record).is_err();
                    if !record.trim_ascii().is_empty() && (lines.is_ended() || !is_torn()) {
                        let at = Place { off, end };
                        stream.line(record, at, reader, &mut |event| out.emit(event))?;
                    }
                }
            }
            if lines.drained() {
                out.out.flush()?;
            }
        }
    }

    fn follow(&self, reader: &mut Reader, out: Out, global: &Global) -> Result<(), Failure> {
        let mut keeper = self.resume.as_deref().map(Keeper::open).transpose()?;
        let stop = stop_on_signals(reader, || {}, (Hangup::Stop, true))?;
        following::prepare(reader, || keeper::kept(keeper.as_mut(), global))?;
        let mut tail = Tail {
            out,
            keeper,
            global,
        };
        let hooks = spool::hooks(reader, &self.sources);
        let reason = following::follow(reader, &stop, &mut Hooked::new(&mut tail, hooks))?;
        tail.out.out.flush()?;
        match reason {
            Reason::Signal(number) => Err(Failure::new(
                Kind::Signal(number),
                anyhow::anyhow!("stopped"),
            )),
            Reason::Closed => Ok(()),
        }
    }
}

/// Stops following at a signal, of which SIGHUP may mean something else, or when nobody
/// reads our output any more, where that is watched; `also` is called then.
pub(super) fn stop_on_signals(
    reader: &mut Reader,
    also: impl Fn() + Clone + Send + 'static,
    (hangup, watched): (Hangup, bool),
) -> Result<Stop, Failure> {
    let waker = reader.follower().waker();
    let waker = waker.doing(|| "cannot listen for signals".into())?;
    let wake = move || {
        waker.wake();
        also();
    };
    let stop = Stop::listen(wake.clone(), hangup).doing(|| "cannot listen for signals".into())?;
    if watched {
        stop.on_closed_output(wake);
    }
    Ok(stop)
}

/// Says what the reader met, and fails where some input could not be read.
pub(super) fn verdict(reader: &mut Reader, global: &Global) -> Result<(), Failure> {
    for note in reader.take_notes() {
        global.say(note);
    }
    if let Some(summary) = reader.odd().summary() {
        global.say(summary);
    }
    if let Some(failure) = reader.odd().failure() {
        return Err(Failure::input(failure)
            .hint("everything else was emitted; the lines above name each place"));
    }
    Ok(())
}

/// Standard output, filtered.
struct Out {
    out: Blocks<Output>,
    writer: Writer,
    filter: Filter,
}

impl Out {
    fn emit(&mut self, event: &Event) -> Result<(), Failure> {
        if self.filter.takes(event) {
            self.writer.write(event, self.out.space()?);
        }
        Ok(())
    }
}

/// `tail -f`: lines out, flushed whenever there is nothing more to read.
struct Tail<'a> {
    out: Out,
    keeper: Option<Keeper>,
    global: &'a Global,
}

impl Listener for Tail<'_> {
    type Error = Failure;

    fn event(&mut self, event: &mut Event) -> Result<(), Failure> {
        self.out.emit(event)
    }

    fn drained(&mut self, notes: Vec<String>) -> Result<(), Failure> {
        for note in notes {
            self.global.say(note);
        }
        Ok(self.out.out.flush()?)
    }

    fn keep(&mut self, places: Keep) {
        if let Some(keeper) = &mut self.keeper {
            keeper.save(&places);
        }
    }

    fn keeps(&self) -> Want {
        self.keeper.as_ref().map_or(Want::Nothing, Keeper::wants)
    }
}

/// Reads an instant: RFC 3339, or `now`.
pub(super) fn instant(text: &str) -> Result<Time, String> {
    if text == "now" {
        return Ok(wire_time(SystemTime::now()));
    }
    Time::parse(text)
        .ok_or_else(|| format!("{text:?} is no time; write it as 2026-09-25T10:00:00Z, or now"))
}

/// Reads an instant or an age: RFC 3339, `2h`, `3d`.
fn since(text: &str) -> Result<Time, String> {
    if let Some(time) = Time::parse(text) {
        return Ok(time);
    }
    let age = duration(text).map_err(|_| {
        format!("{text:?} is neither a time (2026-09-25T10:00:00Z) nor an age (2h, 3d)")
    })?;
    let ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Ok(wire_time(SystemTime::now()).plus_ms(-ms))
}

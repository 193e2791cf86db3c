//! Whose transcripts these are: a path or a stream is known by what stands in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use super::failure::{Failure, Kind};
use crate::daemon::reader::{Emit, Reader};
use crate::daemon::resume::Place;
use crate::follow::{LAYOUTS, Root, first_records, likenesses, loose_lines};
use crate::source::{LOOKED_AT, Recognised, Source, could_be, recognise};

/// The value of `--source` that means: by what is there.
pub(super) const AUTO: &str = "auto";

/// What `--source` takes.
pub(super) fn names() -> PossibleValuesParser {
    let names = Source::ALL.iter().map(|source| source.name());
    PossibleValuesParser::new(std::iter::once(AUTO).chain(names))
}

/// What a reader of `--help` is told of them.
pub(super) fn listed() -> String {
    let width = Source::ALL.iter().map(|source| source.name().len()).max();
    let lines = Source::ALL.iter().map(|source| {
        let about = source.about();
        let places = place_of(*source);
        format!(
            "  {:width$}  {} ({places})",
            about.name,
            about.title,
            width = width.unwrap_or(0)
        )
    });
    format!("Sources:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// The same with what each knows and what it guesses.
pub(super) fn explained() -> String {
    let mut text = "Sources, and what of each is known and what guessed:".to_owned();
    for source in Source::ALL {
        let about = source.about();
        text += &format!(
            "\n  {}: {} ({})",
            about.name,
            about.title,
            place_of(*source)
        );
        for (what, how) in about.knows.told() {
            text += &format!("\n      {what}: {how}");
        }
    }
    text
}

/// What is said of a source that has no place.
pub(super) const NAMED_ALONE: &str = "named on the command line alone";

/// Where an agent keeps its transcripts when nobody says; `None` where it keeps none.
pub(super) fn home_of(source: Source) -> Option<String> {
    let mut layouts = LAYOUTS.iter();
    match layouts.find(|layout| layout.source == source.name()) {
        Some(layout) => Some(format!("~/{}", layout.home)),
        None => (source == Source::OpenClaw).then(|| "~/.openclaw".to_owned()),
    }
}

/// The same for a list.
fn place_of(source: Source) -> String {
    home_of(source).unwrap_or_else(|| NAMED_ALONE.to_owned())
}

/// Where agents keep things when nobody says, for a sentence.
pub(super) fn usual_places(wanted: Option<Source>) -> String {
    let mut places = Vec::new();
    if wanted.is_none_or(|wanted| wanted == Source::OpenClaw) {
        places.push("~/.openclaw".to_owned());
    }
    for layout in LAYOUTS.iter().filter(|layout| !layout.home.is_empty()) {
        if wanted.is_none_or(|wanted| wanted.name() == layout.source) {
            places.push(format!("~/{}", layout.home));
        }
    }
    places.join(", ")
}

/// What to follow at `path`, read as transcripts of `wanted` where that is said.
pub(super) fn root_of(path: &Path, wanted: Option<Source>) -> Result<Root, Failure> {
    if path.is_dir() {
        directory(path, wanted)
    } else {
        file(path, wanted)
    }
}

fn file(path: &Path, wanted: Option<Source>) -> Result<Root, Failure> {
    let loose = |source: Source| match source {
        Source::OpenClaw => own(path),
        other => Ok(Root::Loose {
            path: path.to_owned(),
            source: other.name(),
        }),
    };
    if let Some(wanted) = wanted {
        return loose(wanted);
    }
    // What is not there, is no regular file or is a store has its own way to say so.
    if is_db(path) && path.is_file() {
        return loose(Source::OpenCode);
    }
    let is_store = path.extension().is_some_and(|end| end == "sqlite");
    if is_store || !path.is_file() {
        return own(path);
    }
    let records = first_records(path).map_err(|error| {
        Failure::new(
            Kind::Usage,
            anyhow::anyhow!("cannot read {}: {error}", path.display()),
        )
        .hint("see that it may be read")
    })?;
    // It is to be written yet.
    if records.is_empty() {
        return own(path);
    }
    if let Some(source) = at_home(path, &records) {
        return loose(source);
    }
    let found = recognise(records.iter().map(Vec::as_slice));
    loose(chosen(found, &path.display().to_string())?)
}

/// Whether a path is named like OpenCode's store.
fn is_db(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "db")
}

/// Whose a file is by the directory it stands in, where its records do not speak against that:
/// pi's could be OpenClaw's.
fn at_home(path: &Path, records: &[Vec<u8>]) -> Option<Source> {
    let path = path.canonicalize().ok()?;
    let parts: Vec<&OsStr> = path.iter().collect();
    let mut layouts = LAYOUTS.iter().filter(|layout| !layout.home.is_empty());
    let source = layouts.find_map(|layout| {
        let home: Vec<&OsStr> = Path::new(layout.home).iter().collect();
        let stands = parts.windows(home.len()).any(|parts| parts == home);
        Source::named(layout.source).filter(|_| stands)
    })?;
    could_be(source, records.iter().map(Vec::as_slice)).then_some(source)
}

fn directory(path: &Path, wanted: Option<Source>) -> Result<Root, Failure> {
    let wants = |name: &str| wanted.is_none_or(|wanted| wanted.name() == name);
    let is_own = |root: Root| root.holds_anything() && is_openclaw(&root);
    let own_too = wants(Source::OpenClaw.name()) && Root::classify(path).is_ok_and(is_own);
    let mut others = Vec::new();
    // Beside OpenClaw's agents, of which there may be many, another one's directory could stand,
    // but not what is within it.
    for likeness in likenesses(path, !own_too) {
        let source = likeness.layout.source;
        let is_it = |file: &PathBuf| {
            // A store is known by its name: nobody but SQLite opens it.
            if is_db(file) {
                return true;
            }
            let records = first_records(file).unwrap_or_default();
            let found = recognise(records.iter().map(Vec::as_slice));
            let own = Source::named(source);
            found == Recognised::One(own.unwrap_or(Source::OpenClaw))
                || (own.is_some() && at_home(file, &records) == own)
        };
        let named = wanted.is_some_and(|wanted| wanted.name() == source);
        if wants(source) && (named || likeness.files.iter().any(is_it)) {
            others.push(Root::Tree {
                path: path.to_owned(),
                layout: likeness.layout,
                skip: likeness.skip,
            });
        }
    }
    if let Some(wanted) = wanted.filter(|wanted| *wanted != Source::OpenClaw) {
        // Nothing stands there as it would: then it is a folder of transcripts.
        return Ok(others.pop().unwrap_or(Root::Loose {
            path: path.to_owned(),
            source: wanted.name(),
        }));
    }
    let mut all: Vec<Source> = others
        .iter()
        .filter_map(|root| Source::named(root.source()))
        .collect();
    all.dedup();
    if !all.is_empty() && own_too {
        all.insert(0, Source::OpenClaw);
    }
    if all.len() > 1 {
        chosen(Recognised::Several(all), &path.display().to_string())?;
    }
    match others.pop() {
        Some(root) => Ok(root),
        None if wanted.is_none() && !own_too => folder(path),
        None => own(path),
    }
}

/// A directory that no agent's place looks like: a folder of logs is known by what stands in them.
fn folder(path: &Path) -> Result<Root, Failure> {
    let plain = Root::classify(path).is_ok_and(|root| !is_openclaw(&root));
    let known = loose_lines(path)
        .into_iter()
        .filter(|_| plain)
        .find_map(|file| {
            let records = first_records(&file).unwrap_or_default();
            match recognise(records.iter().map(Vec::as_slice)) {
                Recognised::One(source) => Some(source),
                _ => None,
            }
        });
    match known.filter(|source| *source != Source::OpenClaw) {
        Some(source) => Ok(Root::Loose {
            path: path.to_owned(),
            source: source.name(),
        }),
        None => own(path),
    }
}

/// Whether a directory is OpenClaw's for sure, and not just one of `*.jsonl`.
fn is_openclaw(root: &Root) -> bool {
    !matches!(root, Root::Sessions(_) | Root::File(_))
}

/// A place of OpenClaw, which has more than transcripts.
fn own(path: &Path) -> Result<Root, Failure> {
    Root::classify(path).map_err(|bad| {
        Failure::new(Kind::Usage, bad).hint("live-status doctor shows what is there")
    })
}

/// The one source that fits; an error that says what was seen where it is not one.
fn chosen(found: Recognised, place: &str) -> Result<Source, Failure> {
    let listed = |sources: &[Source]| {
        let names = sources.iter().map(|source| source.name());
        names.collect::<Vec<_>>().join(", ")
    };
    match found {
        Recognised::One(source) => Ok(source),
        Recognised::Several(sources) => Err(Failure::usage(format!(
            "{place} may be a transcript of any of {}",
            listed(&sources)
        ))
        .hint("say which one with --source NAME")),
        Recognised::None(seen) => Err(Failure::usage(format!(
            "{place} is no transcript that is known here: it has {seen}"
        ))
        .hint(format!(
            "--source NAME reads it as one of {}",
            listed(Source::ALL)
        ))),
    }
}

/// Standard input while nobody knows yet whose it is.
pub(super) struct Stream {
    source: Option<Source>,
    /// What came before that was known.
    held: Vec<(Vec<u8>, Place)>,
}

impl Stream {
    pub(super) fn new(source: Option<Source>) -> Self {
        Self {
            source,
            held: Vec::new(),
        }
    }

    /// Takes a line; as soon as it is known whose they are, all are read.
    pub(super) fn line(
        &mut self,
        line: &[u8],
        at: Place,
        reader: &mut Reader,
        emit: &mut Emit<'_, Failure>,
    ) -> Result<(), Failure> {
        if let Some(source) = self.source {
            return reader.read_line(source, line, at, emit);
        }
        self.held.push((line.to_vec(), at));
        let found = recognise(self.held.iter().map(|(line, _)| line.as_slice()));
        match found {
            Recognised::One(source) => self.release(source, reader, emit),
            _ if self.held.len() < LOOKED_AT => Ok(()),
            other => chosen(other, "standard input").map(drop),
        }
    }

    /// Nothing more comes.
    pub(super) fn end(
        &mut self,
        reader: &mut Reader,
        emit: &mut Emit<'_, Failure>,
    ) -> Result<(), Failure> {
        if !self.held.is_empty() {
            let found = recognise(self.held.iter().map(|(line, _)| line.as_slice()));
            let source = chosen(found, "standard input")?;
            self.release(source, reader, emit)?;
        }
        reader.end_of_lines(emit)
    }

    fn release(
        &mut self,
        source: Source,
        reader: &mut Reader,
        emit: &mut Emit<'_, Failure>,
    ) -> Result<(), Failure> {
        self.source = Some(source);
        for (line, at) in std::mem::take(&mut self.held) {
            reader.read_line(source, &line, at, emit)?;
        }
        Ok(())
    }
}

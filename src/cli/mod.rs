//! The imperative shell: a verb is a file with its arguments and its `run`.

mod args;
mod chat;
mod compat;
mod completions;
mod config;
mod create;
mod defect;
mod doctor;
mod ended;
mod explain;
pub mod failure;
mod filter;
mod finish;
mod hook;
mod hooks;
mod input;
mod keeper;
mod label;
mod ledger;
mod man;
mod output;
mod placeless;
mod post;
mod progress;
mod ps;
mod render;
mod run;
mod schema;
mod service;
mod show;
mod sources;
mod spool;
mod status;
mod tail;
mod update;
mod zone;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::safe::visible;
use args::Global;
use failure::Failure;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Green.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

/// The page behind `live-status --help`: the filters first.
const HELP: &str = "\
{about}

{usage-heading} {usage}

Filters, to be piped in this order:
  tail         Emit events from the transcripts of AI agents
  label        Add the phrase a person reads to every tool call
  render       Fold events into frames: the status box of each run
  post         Bring frames to a place that shows them, or one text under a name
  status       Turn events into changes of each agent's status: working, blocked, idle, error

All in one, and around it:
  run          Watch every agent; show its runs in Mattermost or live in this terminal
  doctor       Check what live-status finds here, and say what to do
  ps           List the boxes of runs: state, since when, agent, last update and why
  explain      Say what is remembered of a box
  finish       Close boxes that nobody will finish any more
  hook         Take note of what an agent's hook says; agents call it
  hooks        Set up the hooks of agents, take them away, list them
  config       Show settings and where each comes from
  schema       Print the JSON Schema of a wire format
  completions  Print a shell's completions
  man          Print a man page

Kept for compatibility: create and update; post --key does more.

Options:
{options}

Examples:
  live-status run                                           every agent on this machine, live
  live-status run --replay examples/openclaw --speed 10     recorded runs, ten times as fast
  live-status tail -f | live-status label | live-status render | live-status post --to terminal
  live-status post --channel ops/deploys --key deploy --text 'rolling out 1.4' --state active
  live-status tail --since 1h | jq -r 'select(.type==\"tool.end\" and .outcome==\"error\").error'
";

/// Mirror the work of AI agents into one self-updating status box
///
/// Reads the transcripts that agents write anyway; the agents need not help.
/// Every verb is a filter of JSON lines and works alone in a pipe.
#[derive(Parser, Debug)]
#[command(name = "live-status", version = version(), styles = STYLES, help_template = HELP, max_term_width = 100,
          disable_help_subcommand = true, arg_required_else_help = true, next_line_help = false)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

// There is one of it in a process: its size does not matter.
#[expect(clippy::large_enum_variant, reason = "parsed once, then taken apart")]
#[derive(Subcommand, Debug)]
enum Verb {
    #[command(after_help = sources::listed(), after_long_help = sources::explained())]
    Tail(tail::TailArgs),
    Label(label::LabelArgs),
    Render(render::RenderArgs),
    Status(status::StatusArgs),
    Hook(hook::HookArgs),
    Hooks(hooks::HooksArgs),
    Post(post::PostArgs),
    Run(run::RunArgs),
    Create(create::CreateArgs),
    Update(update::UpdateArgs),
    Doctor(doctor::DoctorArgs),
    Ps(ps::PsArgs),
    Explain(explain::ExplainArgs),
    Finish(finish::FinishArgs),
    Config(config::ConfigArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// The package's version with those of its wire formats.
const fn version() -> &'static str {
    concat!(
        env!("CARGO_PKG_VERSION"),
        " (events 1, frames 1, receipts 1)"
    )
}

/// Runs the command line `args`, the program's name first.
///
/// # Errors
///
/// What the verb could not do. Help and version print and end the process.
pub fn run(args: impl IntoIterator<Item = std::ffi::OsString>) -> Result<(), Failure> {
    let args = compat::verb_first(args.into_iter().collect());
    if hook::was_called(&args) {
        return Ok(());
    }
    defect::say_where();
    let (file, matches, cli) = match read(&args) {
        Ok(read) => read,
        Err(Unread::Line(error)) => return told(error, &args),
        Err(Unread::Failure(failure)) => return Err(failure),
    };
    file.remarks(&cli.global);
    match cli.verb {
        Verb::Tail(args) => args.run(&cli.global),
        Verb::Label(args) => args.run(&cli.global),
        Verb::Render(args) => args.run(&cli.global),
        Verb::Status(args) => args.run(&cli.global),
        Verb::Hook(args) => {
            args.carry_out();
            Ok(())
        }
        Verb::Hooks(args) => args.run(&cli.global),
        Verb::Post(args) => args.run(&cli.global),
        Verb::Run(run) => run.run(&cli.global, (&args, matches)),
        Verb::Create(args) => args.run(&cli.global),
        Verb::Update(args) => args.run(&cli.global),
        Verb::Doctor(args) => args.run(&cli.global),
        Verb::Ps(args) => args.run(&cli.global),
        Verb::Explain(args) => args.run(&cli.global),
        Verb::Finish(args) => args.run(&cli.global),
        Verb::Config(args) => args.run(&file),
        Verb::Schema(args) => args.run(),
        Verb::Completions(args) => args.run(),
        Verb::Man(args) => args.run(),
    }
}

/// Why a command line is not carried out.
enum Unread {
    /// A file, or what it or a variable says.
    Failure(Failure),
    /// The line itself; help and version are such errors too.
    Line(clap::Error),
}

/// The settings files, and the command line with what they and the environment add to it.
fn read(args: &[std::ffi::OsString]) -> Result<(config::File, clap::ArgMatches, Cli), Unread> {
    let file = config::load(args).map_err(Unread::Failure)?;
    let parsed = file
        .apply(Cli::command())
        .try_get_matches_from(args)
        .and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    match parsed {
        Ok((cli, matches)) => Ok((file, matches, cli)),
        Err(error) => Err(file
            .blame(&error, args)
            .map_or_else(|| Unread::Line(error), Unread::Failure)),
    }
}

/// The same again for a `run` that is under way, with what it says now.
fn read_again(
    args: &[std::ffi::OsString],
) -> Result<(Global, run::RunArgs, clap::ArgMatches), Failure> {
    let (file, matches, cli) = read(args).map_err(|unread| match unread {
        Unread::Failure(failure) => failure,
        Unread::Line(error) => Failure::config(one_line(&error)),
    })?;
    file.whole()?;
    match cli.verb {
        Verb::Run(run) => Ok((cli.global, run, matches)),
        // The line is the one that began us.
        _ => Err(Failure::usage("the command line is no run")),
    }
}

/// Prints help or the version, or what is wrong with the command line, which ends the process.
fn told(error: clap::Error, args: &[std::ffi::OsString]) -> Result<(), Failure> {
    use std::io::Write as _;
    if error.use_stderr() {
        in_clean_words(error, args).exit();
    }
    error.print()?;
    Ok(std::io::stdout().flush()?)
}

/// The same error of the same line, spelled so that nothing in it acts or hides: shells make lines of
/// the names of files.
fn in_clean_words(error: clap::Error, args: &[std::ffi::OsString]) -> clap::Error {
    let clean = |arg: &std::ffi::OsString| visible(&arg.to_string_lossy()).into_owned().into();
    let clean: Vec<std::ffi::OsString> = args.iter().map(clean).collect();
    if clean == args {
        return error;
    }
    match read(&clean) {
        Err(Unread::Line(other)) if other.kind() == error.kind() => other,
        // The whole of it in one line: what is ours and what is not can no longer be told apart.
        _ => clap::Error::raw(error.kind(), format!("{}\n", visible(&one_line(&error)))),
    }
}

/// What is wrong with a command line, without the lines about its use.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let said = text.split("\n\n").next().unwrap_or_default();
    let said = said.strip_prefix("error: ").unwrap_or(said);
    let lines: Vec<&str> = said.lines().map(str::trim).collect();
    lines.join(" ")
}

/// The command line's definition, for man pages and completions.
fn command() -> clap::Command {
    Cli::command()
}

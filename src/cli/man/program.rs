//! Section 1: the program and its verbs.

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::{service, settings, sources};

/// What a reader finds under EXIT STATUS.
const EXIT: [(&str, &str); 10] = [
    ("0", "Done; also when the reader of the output went away."),
    (
        "1",
        "Some input was broken, or some frames were given up; the rest was done. The address of --listen is not to be had.",
    ),
    (
        "2",
        "The command line is wrong, or there is nothing to read.",
    ),
    ("69", "A server cannot be reached, or is out of order."),
    (
        "73",
        "The state directory, the log file or the PID file cannot be made.",
    ),
    ("74", "Reading or writing failed."),
    (
        "75",
        "Another process holds it, or the server asks us to wait; try later.",
    ),
    (
        "77",
        "A server refused: the token, the channel, the thread, the post.",
    ),
    (
        "78",
        "The settings are wrong, or state is of a later version.",
    ),
    ("128+n", "Ended by signal n."),
];

/// Variables that no flag stands for.
const VARIABLES: &[(&str, &str)] = &[
    (
        "MM_TOKEN, MM_BOT_TOKEN",
        "The chat server's token, where neither --token-file nor $CREDENTIALS_DIRECTORY/mm-token (systemd's LoadCredential=mm-token:FILE) holds one. No flag takes a token.",
    ),
    (
        "ALL_PROXY, HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "The proxy before the chat server: the first of these that is set, in upper or lower case. NO_PROXY names hosts that are asked without it; a plain http address on this machine never goes by a proxy.",
    ),
    (
        "TRANSCRIPT_DIR",
        "Where all transcripts are: a state, agents, agent or sessions directory. Beats the next ones, and no other place is looked at.",
    ),
    (
        "OPENCLAW_STATE_DIR, CLAWDBOT_STATE_DIR, MOLTBOT_STATE_DIR",
        "OpenClaw's state directory, as OpenClaw itself has it.",
    ),
    (
        "OPENCLAW_HOME",
        "Where OpenClaw's directories are looked for instead of HOME.",
    ),
    (
        "CLAUDE_CONFIG_DIR",
        "Claude Code's directory, as Claude Code itself has it, instead of ~/.claude.",
    ),
    (
        "CODEX_HOME",
        "Codex's directory, as Codex itself has it, instead of ~/.codex.",
    ),
    (
        "COPILOT_HOME",
        "Copilot CLI's directory, instead of ~/.copilot.",
    ),
    (
        "GEMINI_CLI_HOME",
        "Where Gemini CLI's directory .gemini is, instead of HOME.",
    ),
    (
        "KIMI_CODE_HOME",
        "Kimi Code's directory, instead of ~/.kimi-code.",
    ),
    (
        "QWEN_RUNTIME_DIR",
        "Where Qwen Code keeps what it writes, instead of QWEN_HOME or ~/.qwen.",
    ),
    ("QWEN_HOME", "Qwen Code's directory, instead of ~/.qwen."),
    (
        "HOME",
        "Without the ones above: ~/.openclaw, ~/.clawdbot, ~/.moltbot, the profiles ~/.openclaw-* and the directories of the other agents (live-status-tail(1) lists them) are read, as far as they exist.",
    ),
    (
        "STATE_DIRECTORY, XDG_STATE_HOME",
        "Where the boxes that were posted, the places of --resume and the spool of hooks are kept.",
    ),
    (
        "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID",
        "Where a supervisor hears how run is, and how often it wants to; see live-status-run(1).",
    ),
    (
        "XDG_CONFIG_HOME",
        "Where the settings file is, and OpenCode's.",
    ),
    (
        "CLAUDE_CONFIG_DIR, CODEX_HOME, OPENCODE_CONFIG_DIR, COPILOT_HOME, KIMI_CODE_HOME",
        "Where hooks finds the configurations of those agents, as the agents themselves have it.",
    ),
    (
        "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM",
        "Whether --color auto means colours, and whether the board can move its cursor.",
    ),
    (
        "LC_ALL, LC_CTYPE, LANG",
        "Whether the terminal shows UTF-8; elsewhere the board is ASCII.",
    ),
];

const FILES: [(&str, &str); 3] = [
    (
        "$XDG_CONFIG_HOME/live-status/config.toml",
        "Your settings; ~/.config where the variable is not set. Lines as: max-lines = 15",
    ),
    (
        "/etc/live-status/config.toml",
        "Settings of the machine. Yours win.",
    ),
    (
        "$XDG_STATE_HOME/live-status/",
        "What outlives the process; ~/.local/state where the variable is not set.",
    ),
];

const EXAMPLES: [(&str, &str); 7] = [
    ("Every agent on this machine, live:", "live-status run"),
    (
        "Every run as one post in the thread where it was asked for, and in this terminal too:",
        "MM_URL=https://chat.example.org live-status run --token-file ~/.config/live-status/token --to mattermost --to terminal",
    ),
    (
        "One post under a name, from a script:",
        "live-status post --channel ops/deploys --key deploy-api --text 'rolling out 1.4' --state active",
    ),
    (
        "A recorded tree, ten times as fast as it happened:",
        "live-status run --replay examples/openclaw --speed 10",
    ),
    (
        "The same stages as a pipe:",
        "live-status tail -f | live-status label | live-status render | live-status post --to terminal",
    ),
    (
        "What failed in the last hour:",
        "live-status tail --since 1h | jq -r 'select(.type==\"tool.end\" and .outcome==\"error\").error'",
    ),
    (
        "Every setting, and where it comes from:",
        "live-status config show --origin",
    ),
];

/// The page of the program.
pub(super) fn main(command: &Command) -> Vec<u8> {
    // The first line asks for tbl, which draws the table of settings.
    let mut text = b"'\\\" t\n".to_vec();
    text.extend(opening(command, "live-status", "live-status"));
    let mut page = Roff::new();
    page.control("SH", ["EXAMPLES"]);
    for (what, line) in EXAMPLES {
        example(&mut page, what, line);
    }
    page.control("SH", ["SETTINGS"]);
    page.text([roman(
        "Flags come before the environment, the environment before files, files before defaults. \
         A setting has one name: the flag without its dashes is the key of the file; \
         only --config, which names the file, is none.",
    )]);
    text.extend(page.render().into_bytes());
    text.extend(settings::table(command).into_bytes());
    let mut page = Roff::new();
    list(&mut page, "ENVIRONMENT", VARIABLES);
    list(&mut page, "FILES", &FILES);
    list(&mut page, "EXIT STATUS", &EXIT);
    let mut also: Vec<String> = command
        .get_subcommands()
        .map(|verb| format!("live-status-{}(1)", verb.get_name()))
        .collect();
    also.extend(["events", "frames", "receipts"].map(|name| format!("live-status-{name}(5)")));
    see_also(&mut page, &also);
    text.extend(page.render().into_bytes());
    text
}

/// The page of a verb.
pub(super) fn verb(verb: &Command, name: &str) -> Vec<u8> {
    let typed = format!("live-status {}", verb.get_name());
    let mut text = opening(verb, name, &typed);
    let mut page = Roff::new();
    if verb.has_subcommands() {
        page.control("SH", ["SUBCOMMANDS"]);
        for inner in verb.get_subcommands() {
            let flags: Vec<String> = inner
                .get_arguments()
                .filter_map(|arg| arg.get_long().filter(|long| *long != "help"))
                .map(|long| format!(" [--{long}]"))
                .collect();
            page.control("TP", []);
            page.text([bold(format!("{}{}", inner.get_name(), flags.concat()))]);
            page.text([roman(about(inner))]);
        }
    }
    if verb.get_name() == "ps" {
        list(&mut page, "FIELDS OF --json", &super::super::ps::FIELDS);
    }
    if verb.get_name() == "hook" {
        list(&mut page, "WHAT EVENTS MEAN", &super::super::hook::MEANINGS);
    }
    if verb.get_name() == "tail" {
        sources::section(&mut page);
    }
    if verb.get_name() == "run" {
        service::section(&mut page);
    }
    page.control("SH", ["EXIT STATUS"]);
    page.text([
        roman("As of every verb, in "),
        bold("live-status"),
        roman("(1); so are the options that every verb takes."),
    ]);
    let formats: &[&str] = match verb.get_name() {
        "tail" | "label" => &["live-status-events(5)"],
        "render" => &["live-status-events(5)", "live-status-frames(5)"],
        "status" => &[
            "live-status-events(5)",
            "live-status-tail(1)",
            "live-status-hooks(1)",
        ],
        "hook" => &["live-status-hooks(1)", "live-status-events(5)"],
        "hooks" => &["live-status-hook(1)", "live-status-status(1)"],
        "ps" => &["live-status-explain(1)", "live-status-finish(1)"],
        "explain" => &["live-status-ps(1)", "live-status-finish(1)"],
        "finish" => &["live-status-ps(1)", "live-status-receipts(5)"],
        "post" => &["live-status-frames(5)", "live-status-receipts(5)"],
        _ => &[],
    };
    let also = std::iter::once(&"live-status(1)").chain(formats);
    see_also(
        &mut page,
        &also.map(ToString::to_string).collect::<Vec<_>>(),
    );
    text.extend(page.render().into_bytes());
    text
}

/// Title, name, synopsis, description and options.
fn opening(command: &Command, name: &str, typed: &str) -> Vec<u8> {
    let mut command = command
        .clone()
        .name(name.to_owned())
        .bin_name(typed)
        .version(env!("CARGO_PKG_VERSION"));
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let main = name == typed;
    let man = Man::new(command)
        .manual("live-status")
        .source("live-status");
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = man.render_title(&mut text);
    let _ = man.render_name_section(&mut text);
    let mut page = Roff::new();
    page.control("SH", ["SYNOPSIS"]);
    let (program, rest) = usage.split_at(typed.len().min(usage.len()));
    page.text([bold(program), roman(rest)]);
    text.extend(page.render().into_bytes());
    let _ = man.render_description_section(&mut text);
    if main {
        let _ = man.render_subcommands_section(&mut text);
    }
    let _ = man.render_options_section(&mut text);
    text
}

fn about(command: &Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn list(page: &mut Roff, title: &str, rows: &[(&str, &str)]) {
    page.control("SH", [title]);
    for (name, text) in rows {
        page.control("TP", []);
        page.text([bold(*name)]);
        page.text([roman(*text)]);
    }
}

fn example(page: &mut Roff, what: &str, line: &str) {
    page.control("PP", []);
    page.text([roman(what)]);
    page.control("PP", []);
    page.control("RS", ["4"]);
    page.control("nf", []);
    page.text([roman(line)]);
    page.control("fi", []);
    page.control("RE", []);
}

fn see_also(page: &mut Roff, names: &[String]) {
    page.control("SH", ["SEE ALSO"]);
    let mut line = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let (stem, section) = name.split_once('(').unwrap_or((name, ""));
        line.push(bold(stem));
        let end = if at + 1 == names.len() { "" } else { ", " };
        line.push(roman(format!("({section}{end}")));
    }
    page.text(line);
}

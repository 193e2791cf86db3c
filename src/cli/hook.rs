//! `live-status hook`: what the hooks of agents call.
//!
//! Whatever happens here, the agent must not notice: no error, no word, no waiting. So it is taken off the command
//! line before anything else is read, and what fails is left at that.

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, FromArgMatches as _};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::keeper;
use crate::hook::{self, Heard, Payload};
use crate::store;
use crate::wire::event::Src;

/// Take note of what an agent's hook says; always ends well and silently
///
/// Agents call it: live-status hooks install sets that up. The payload is read
/// from standard input, or is the last argument. A line is appended to the
/// spool, where tail -f and run find it; nothing is printed but {} where an
/// agent wants an answer. Texts of people and agents are not kept.
#[derive(Args, Debug)]
pub(super) struct HookArgs {
    /// Which agent calls: claude, codex, gemini, opencode, cursor, copilot, droid, qwen, kimi, grok or another
    #[arg(value_name = "AGENT")]
    agent: String,

    /// The payload, for agents that give it as an argument; default: standard input
    #[arg(value_name = "PAYLOAD")]
    payload: Option<String>,

    /// The event, for agents whose payload does not name it
    #[arg(long, value_name = "NAME")]
    event: Option<String>,

    /// Print what it means as an event, and leave the spool alone
    #[arg(long)]
    print: bool,
}

/// How events are read, for the man page.
pub(super) const MEANINGS: [(&str, &str); 8] = [
    (
        "working",
        "UserPromptSubmit, PostToolUse, BeforeAgent, task_started and the like, in every spelling: case, _, - and . do not matter.",
    ),
    (
        "blocked",
        "PermissionRequest, exec_approval_request, request_user_input, Elicitation, permission.asked, question.asked.",
    ),
    (
        "done, which is idle",
        "Stop, AfterAgent, agentStop, task_complete, turn_aborted, SessionEnd. With an error it is error; where a person stopped it the reason is interrupted; with work left in the background it is working.",
    ),
    (
        "error",
        "StopFailure, session.error, errorOccurred, unless the agent says that it recovers.",
    ),
    (
        "PreToolUse",
        "Working; blocked where the tool asks a person (AskUserQuestion, ExitPlanMode). By its name alone it is blocked.",
    ),
    (
        "Notification",
        "By its type: permission_prompt, elicitation_dialog and agent_needs_input are blocked, idle_prompt is idle, others say nothing. By its name alone it is blocked.",
    ),
    (
        "SessionStart",
        "Nothing, since the agent is at its prompt. By its name alone it is working.",
    ),
    (
        "{\"agent\":…, \"chat_id\":…, \"eventType\":…}",
        "A payload that holds only a name is read by the name. Events of sub-agents, and those nobody knows, say nothing.",
    ),
];

/// How long a payload is waited for: agents hand it over at once, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is kept of a payload; the fields that matter come first.
const KEPT: usize = 1 << 20;

/// Carries out a `hook` on the command line; whether it was one.
pub(super) fn was_called(args: &[std::ffi::OsString]) -> bool {
    let called = args.get(1).is_some_and(|verb| verb == "hook");
    let help = args.iter().any(|arg| arg == "--help" || arg == "-h");
    if called && !help {
        // Nobody but its agent would hear of a defect of ours, and take it for one of its own.
        std::panic::set_hook(Box::new(|_| {}));
        let _ = std::panic::catch_unwind(|| {
            let command = HookArgs::augment_args(clap::Command::new("hook"));
            let matches = command.try_get_matches_from(&args[1..]).ok()?;
            HookArgs::from_arg_matches(&matches).ok()?.carry_out()
        });
    }
    called && !help
}

impl HookArgs {
    /// Carries it out; `None` where something kept it from that.
    pub(super) fn carry_out(self) -> Option<()> {
        let bytes = match self.payload {
            Some(payload) => payload.into_bytes(),
            None => standard_input(Instant::now() + PATIENCE),
        };
        let mut payload = Payload::read(&bytes);
        if let Some(event) = &self.event {
            payload.name(event);
        }
        if !self.print
            && let Some(answer) = answer(&self.agent, &payload)
        {
            let _ = std::io::stdout().write_all(answer.as_bytes());
        }
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let at_ns = u64::try_from(now.ok()?.as_nanos()).ok()?;
        let line = hook::line(&self.agent, &payload, at_ns)?;
        match self.print {
            true => print(&line),
            false => store::append(&keeper::place().ok()?, &line).ok(),
        }
    }
}

/// Prints the event that the line becomes.
fn print(line: &[u8]) -> Option<()> {
    let heard = Heard::read(line, Src::clock())?;
    let text = format!("{}\n", heard.event.to_line());
    std::io::stdout().write_all(text.as_bytes()).ok()
}

/// What an agent wants to read, where it wants something.
fn answer(agent: &str, payload: &Payload) -> Option<&'static str> {
    match (agent, payload.event()) {
        ("cursor", Some("beforeSubmitPrompt")) => Some("{\"continue\":true}\n"),
        ("cursor" | "gemini", _) => Some("{}\n"),
        _ => None,
    }
}

/// What stands on standard input, up to its end, one whole object, or `deadline`.
///
/// What is too much is read and dropped: an agent that cannot write takes it for a failure.
fn standard_input(deadline: Instant) -> Vec<u8> {
    let mut kept = Vec::new();
    let input = std::io::stdin();
    if input.is_terminal() {
        return kept;
    }
    let mut input = input.lock();
    let mut block = vec![0; 64 << 10];
    while is_ready(deadline) {
        match input.read(&mut block) {
            Ok(0) => break,
            Ok(bytes) => {
                let room = KEPT.saturating_sub(kept.len()).min(bytes);
                kept.extend_from_slice(&block[..room]);
                // Some agents leave it open.
                if room == bytes && hook::is_whole(&kept) {
                    break;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    kept
}

/// Whether standard input can be read before `deadline`.
fn is_ready(deadline: Instant) -> bool {
    let input = std::io::stdin();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(left) = Timespec::try_from(left) else {
            return false;
        };
        let mut fds = [PollFd::new(&input, PollFlags::IN)];
        match poll(&mut fds, Some(&left)) {
            Ok(ready) => return ready > 0 && Instant::now() < deadline,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

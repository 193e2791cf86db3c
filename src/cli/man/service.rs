//! What `run` is to an operator: a section of its page.

use clap_mangen::roff::{Roff, bold, roman};

const SIGNALS: [(&str, &str); 3] = [
    (
        "SIGTERM, SIGINT",
        "The end: what waits still goes out for up to 5 s, boxes of runs that go on say since when nobody looks. A second one ends at once.",
    ),
    (
        "SIGHUP",
        "The log file is opened again; settings, the labels file and the token are read again; what waits for a token, a right or a channel is tried at once. The log names the settings that changed, and those that need a restart: sources, sinks, the server, the address of --listen. Settings that are wrong are not taken, and the log says what is wrong, where, and what to do. Where the terminal went away it is the end.",
    ),
    (
        "SIGPIPE",
        "Ignored: the end of a reader of standard output is noticed and is the end, with 0.",
    ),
];

const PAGES: [(&str, &str); 3] = [
    (
        "/health",
        "JSON: status (healthy, degraded, unhealthy), reasons, ready, active_sessions, waiting_sessions (those that wait for a place, as --max-active-sessions has it), uptime_seconds, last_error as a class with its age, breaker, queue_depth, state_durable, sources with their lag. 200 for healthy and degraded; 503 for unhealthy, which is a loop that has not moved for 30 s though something waits. While state cannot be kept, that is tried again every 10 s; a state directory that was removed is made again, unless another run took it; a channel that does not take a box, as it is archived or the bot may not write there, every 60 s. Reasons: loop_stuck, breaker_open, breaker_half_open, source_lagging, source_unreadable, updates_delayed, state_not_durable, token_refused, boxes_shut_out.",
    ),
    (
        "/ready",
        "200 once sources are armed, state is kept and no server refuses the token, else 503.",
    ),
    (
        "/metrics",
        "Prometheus text: updates_sent_total, updates_failed_total, active_sessions, waiting_sessions, circuit_breaker_state, queue_depth, uptime_seconds, ready, events_total, unknown_records_total, source_lag_seconds, source_unreadable, resets_total, oversize_records_total, broken_records_total, overflow_total (of the system's event queue; everything is looked at again), redactions_total, ambiguous_creates_total, coalesced_frames_total, and the histogram update_lag_seconds from a record in a transcript to the acknowledged box.",
    ),
];

/// Writes the section.
pub(super) fn section(page: &mut Roff) {
    page.control("SH", ["AS A SERVICE"]);
    rows(page, "SS", "Signals", &SIGNALS);
    rows(page, "SS", "Health", &PAGES);
    paragraph(
        page,
        "Only GET and HEAD are answered, requests of up to 8 KiB, for 5 s, on 32 connections. Whoever asks has \
         to ask for localhost, an address or a name of --health-host. Answers hold numbers and classes: no \
         names, paths, addresses or words of a transcript. Another address than one of this machine needs \
         --health-allow-remote and a token, sent as Authorization: Bearer.",
    );
    page.control("SS", ["Logs"]);
    paragraph(
        page,
        "One line for each thing that happens to the service, in our own words and classes; the same line at most \
         ten times a minute, then a line with how many were left out. On a terminal with a board only errors are \
         logged, above the board; run --once and --replay log what --log-level asks for. What may interest a \
         person is said on standard error as ever, unless the log goes there as JSON.",
    );
    page.control("SS", ["Supervisors"]);
    paragraph(
        page,
        "NOTIFY_SOCKET is told READY=1 once sources are armed, RELOADING=1 and READY=1 around SIGHUP, STOPPING=1, \
         STATUS, and WATCHDOG=1 twice in WATCHDOG_USEC from the loop itself: one that hangs does not ping. No \
         process is started that could inherit it.",
    );
    page.control("SS", ["Without a supervisor"]);
    paragraph(
        page,
        "--daemon starts the program again with the same arguments, in a session of its own, with the same working \
         directory and the variable LIVE_STATUS_DETACHED set, and without NOTIFY_SOCKET. It ends with 0 once that \
         process is up, else with that process's exit code after what it said; from then on standard input, \
         output and error are /dev/null. The file of --pid-file is locked for as long as the process lives, and \
         taken away at its end if it is still ours. Its directory has to belong to us, and nobody else may write \
         there: /tmp will not do.",
    );
    page.control("SS", ["Before the first agent"]);
    paragraph(
        page,
        "Where there is nothing to read yet, run ends with 2 and says so. A service has nobody who reads it: one that \
         a supervisor started, one in the background, or one that posts and whose standard error is no terminal \
         says once that nothing is there yet, is ready, and waits for what OPENCLAW_STATE_DIR names, else for \
         ~/.openclaw. A SOURCE that is named on the command line has to be there.",
    );
    page.control("SS", ["Questions"]);
    paragraph(
        page,
        "A run that posts holds the lock run of its state directory and has a socket there, control, on which \
         live-status explain asks what waits for a box, and ps how many sessions wait for one. Without a place for \
         that directory such a run ends with 73 before anything is sent: it could make second boxes. Only processes of our own user and of root are answered, \
         within the same limits; the pages of --listen do not tell of boxes, and the socket has no others.",
    );
}

fn rows(page: &mut Roff, level: &str, title: &str, rows: &[(&str, &str)]) {
    page.control(level, [title]);
    for (name, text) in rows {
        page.control("TP", []);
        page.text([bold(*name)]);
        page.text([roman(*text)]);
    }
}

fn paragraph(page: &mut Roff, text: &str) {
    page.control("PP", []);
    page.text([roman(text)]);
}

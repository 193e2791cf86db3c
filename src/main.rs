//! The `live-status` binary: run a verb, turn a failure into text and an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    match live_status::cli::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => ExitCode::from(failure.report()),
    }
}

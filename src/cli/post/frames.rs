//! Frames from standard input.

use std::io::BufReader;

use super::super::args::{complain, counted};
use super::super::failure::{Failure, Kind};
use crate::daemon::dress;
use crate::daemon::inputs::{Feeder, Input};
use crate::daemon::pipeline::scrub;
use crate::safe::redact::Redactor;
use crate::sink::Caps;
use crate::wire::event::VERSION;
use crate::wire::ndjson::{Lines, Read};
use crate::wire::unread;

/// Frames that go on together at most.
const FULL: usize = 64;

/// Reads frames for sinks of those `caps` until the input ends.
pub(super) fn read(caps: &[Caps], redactor: &Redactor, feeder: &Feeder) -> Result<(), Failure> {
    let mut lines = Lines::new(BufReader::with_capacity(256 << 10, std::io::stdin().lock()));
    let mut line = Vec::new();
    let (mut broken, mut later) = (0_u64, false);
    let mut batch = Vec::new();
    let result = loop {
        // What came together goes on together.
        if !batch.is_empty() && (batch.len() >= FULL || lines.drained()) {
            let frames = std::mem::take(&mut batch);
            if feeder.offer(frames).is_err() {
                return Ok(());
            }
        }
        match lines.next_into(&mut line) {
            Err(error) => break Err(Failure::new(Kind::Io, error)),
            Ok(Read::End) => break Ok(()),
            Ok(Read::TooLong { offset, bytes }) => {
                broken += 1;
                complain(format_args!(
                    "post: standard input:{offset}: a line of {bytes} bytes is too long"
                ));
            }
            Ok(Read::Line { .. }) if line.trim_ascii().is_empty() => {}
            Ok(Read::Line { offset }) => match dress::read(&line, caps) {
                Ok(frame) if frame.v > VERSION => left_out(&mut later, offset, frame.v),
                Ok(frame) if frame.kind != "frame" => {}
                Ok(mut frame) => {
                    scrub(&mut frame, redactor);
                    batch.push(frame);
                }
                Err(error) => match unread::version(&line) {
                    Some(v) if v > VERSION => left_out(&mut later, offset, v),
                    _ => {
                        broken += 1;
                        if broken <= 10 {
                            let why = unread::why(&line, &error);
                            complain(format_args!(
                                "post: standard input:{offset}: not a frame: {why}"
                            ));
                        }
                    }
                },
            },
        }
    };
    // The loop may have ended before us.
    let _ = feeder.offer(batch);
    let _ = feeder.tell(Input::Ended);
    result.and_then(|()| match broken {
        0 => Ok(()),
        broken => {
            let lines = counted(broken, "line");
            let failure =
                Failure::input(format!("post: {lines} of standard input could not be read"));
            Err(failure.hint("post reads what live-status render writes"))
        }
    })
}

/// A line is of a later version: its fields may have other shapes. That is said once.
fn left_out(told: &mut bool, offset: u64, version: u32) {
    if !std::mem::replace(told, true) {
        complain(format_args!(
            "post: standard input:{offset}: a frame of version {version}; this version reads {VERSION}; \
             such lines are left out"
        ));
    }
}

//! Carries out a request, with its fault.

use std::time::Duration;

use super::super::http::{Answer, Failure, Request};
use super::super::server::Server;
use super::super::{rate, routes};
use super::{Action, Call, Held, Moment, down, writers};

/// What comes back over the connection.
#[derive(Debug)]
pub enum Course {
    /// An answer.
    Answer(Answer),
    /// An answer in pieces of this many bytes, with this pause between them.
    Slow(Answer, usize, Duration),
    /// A 200 with a body of so many bytes.
    Flood(u64),
    /// Half of an answer's body; then a reset, or the end.
    Cut(Answer, bool),
    /// The connection ends without a word.
    Close,
    /// The connection is reset.
    Reset,
}

/// Carries out a request as `fault` wants it.
pub fn carry(
    server: &Server,
    request: &Request,
    fault: Option<(Action, std::sync::Arc<Held>)>,
) -> Course {
    let Some((action, held)) = fault else {
        return Course::Answer(done(server, request));
    };
    match action {
        Action::Late { ms } => {
            let answer = done(server, request);
            server.stop.pause(Duration::from_millis(ms));
            Course::Answer(answer)
        }
        Action::Lost { hold_ms } => {
            done(server, request);
            server.stop.pause(Duration::from_millis(hold_ms));
            Course::Close
        }
        Action::ResetBefore => Course::Reset,
        Action::ResetAfter => {
            done(server, request);
            Course::Reset
        }
        Action::Status {
            code,
            id,
            html,
            moment,
        } => {
            if moment == Moment::After {
                done(server, request);
            }
            Course::Answer(status(server, request, code, id, html))
        }
        Action::RateLimited { retry_after_s } => Course::Answer(rate::too_many(retry_after_s)),
        Action::TooMany { retry_after } => {
            let mut answer = rate::too_many(1);
            answer.headers.retain(|(name, _)| name != "Retry-After");
            let header = retry_after.map(|text| ("Retry-After".to_owned(), text));
            answer.headers.extend(header);
            Course::Answer(answer)
        }
        Action::Body { status, text } => {
            Course::Answer(Answer::text(status, "application/json", text))
        }
        Action::Flood { bytes } => Course::Flood(bytes),
        Action::Slow { bytes, every_ms } => Course::Slow(
            done(server, request),
            bytes.max(1),
            Duration::from_millis(every_ms),
        ),
        Action::Cut { reset } => Course::Cut(done(server, request), reset),
        Action::Restart { moment } => {
            if moment == Moment::After {
                done(server, request);
            }
            server.restart();
            Course::Reset
        }
        Action::SecondWriter { earlier } => {
            Course::Answer(writers::with_second(&mut server.world(), request, earlier))
        }
        Action::SomeoneElsesPost => {
            Course::Answer(writers::someone_elses(&mut server.world(), request))
        }
        Action::Hold { moment } => hold(server, request, &held, moment),
        Action::DatabaseDown => Course::Answer(down::answer(&mut server.world(), request)),
    }
}

fn done(server: &Server, request: &Request) -> Answer {
    routes::answer(&mut server.world(), request)
}

fn hold(server: &Server, request: &Request, held: &Held, moment: Moment) -> Course {
    let answer = (moment == Moment::After).then(|| done(server, request));
    if !held.park() {
        return Course::Close;
    }
    Course::Answer(answer.unwrap_or_else(|| done(server, request)))
}

/// The usual error of a status, or the one that was asked for.
fn status(server: &Server, request: &Request, code: u16, id: Option<String>, html: bool) -> Answer {
    if html || (502..=504).contains(&code) {
        return Answer::html(code);
    }
    if code == 429 {
        return rate::too_many(1);
    }
    let usual = match code {
        401 => "api.context.session_expired.app_error",
        403 => "api.context.permissions.app_error",
        404 => "app.post.get.app_error",
        400 => "api.context.invalid_body_param.app_error",
        _ => down::error(Call::of(request)),
    };
    let id = id.unwrap_or_else(|| usual.to_owned());
    routes::refusal(
        &mut server.world(),
        &Failure {
            status: code,
            id: id.into(),
        },
    )
}

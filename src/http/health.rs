//! The picture as JSON, for people and for whoever restarts us. Pure.

use serde::Serialize;

use super::picture::{Picture, Reason, Status};

#[derive(Serialize)]
struct Health<'a> {
    status: &'static str,
    reasons: Vec<&'static str>,
    /// What people are to know, where there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
    ready: bool,
    active_sessions: u64,
    /// Those that wait for a place among the boxes that are live.
    waiting_sessions: u64,
    uptime_seconds: u64,
    last_error: Option<LastError>,
    breaker: &'static str,
    queue_depth: u64,
    state_durable: bool,
    sources: Vec<Source<'a>>,
}

#[derive(Serialize)]
struct LastError {
    class: &'static str,
    age_seconds: u64,
}

#[derive(Serialize)]
struct Source<'a> {
    source: &'a str,
    lag_seconds: f64,
    readable: bool,
}

/// The answer to `GET /health`.
pub(super) fn health(picture: &Picture) -> String {
    let reasons = picture.reasons();
    let delayed = [
        Reason::LoopStuck,
        Reason::BreakerOpen,
        Reason::BreakerHalfOpen,
        Reason::SourceLagging,
        Reason::UpdatesDelayed,
        Reason::TokenRefused,
        Reason::BoxesShutOut,
    ];
    let is_delayed = reasons.iter().any(|reason| delayed.contains(reason));
    let sources = picture.sources.iter().map(|source| Source {
        source: &source.name,
        lag_seconds: (source.lag.as_secs_f64() * 1_000.0).round() / 1_000.0,
        readable: source.unreadable == 0,
    });
    let health = Health {
        status: picture.status().name(),
        reasons: reasons.iter().map(|reason| reason.name()).collect(),
        message: is_delayed.then_some("updates delayed"),
        ready: picture.is_ready(),
        active_sessions: picture.active_sessions,
        waiting_sessions: picture.waiting_sessions,
        uptime_seconds: picture.uptime.as_secs(),
        last_error: picture.last_error.map(|fault| LastError {
            class: fault.class,
            age_seconds: fault.age.as_secs(),
        }),
        breaker: picture.breaker.name(),
        queue_depth: picture.queue_depth,
        state_durable: picture.durable,
        sources: sources.collect(),
    };
    json(&health)
}

/// The answer to `GET /ready`.
pub(super) fn ready(picture: &Picture) -> String {
    #[derive(Serialize)]
    struct Ready {
        ready: bool,
        sources_armed: bool,
        state_durable: bool,
        token_taken: bool,
    }
    json(&Ready {
        ready: picture.is_ready(),
        sources_armed: picture.armed,
        state_durable: picture.durable,
        token_taken: !picture.barred,
    })
}

/// Whether whoever asks is to leave us running.
pub(super) fn is_alive(picture: &Picture) -> bool {
    picture.status() != Status::Unhealthy
}

fn json(value: &impl Serialize) -> String {
    // Numbers, constants and names of ours: there is nothing that could fail.
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::picture::tests::well;
    use super::super::picture::{Breaker, Fault};
    use super::*;

    #[test]
    fn health_tells_numbers_and_classes() {
        let mut picture = well();
        assert_eq!(
            health(&picture),
            concat!(
                r#"{"status":"healthy","reasons":[],"ready":true,"active_sessions":0,"#,
                r#""waiting_sessions":0,"uptime_seconds":61,"last_error":null,"breaker":"closed","queue_depth":0,"#,
                r#""state_durable":true,"sources":[{"source":"openclaw","lag_seconds":0.0,"readable":true}]}"#,
                "\n"
            )
        );
        picture.breaker = Breaker::Open;
        picture.last_error = Some(Fault {
            class: "unreachable",
            age: Duration::from_millis(2_900),
        });
        let text = health(&picture);
        let wanted = [
            r#""status":"degraded","reasons":["breaker_open"],"message":"updates delayed""#,
            r#""last_error":{"class":"unreachable","age_seconds":2},"breaker":"open""#,
        ];
        for want in wanted {
            assert!(text.contains(want), "{text}");
        }
        picture.armed = false;
        assert_eq!(
            ready(&picture),
            "{\"ready\":false,\"sources_armed\":false,\"state_durable\":true,\"token_taken\":true}\n"
        );
    }
}

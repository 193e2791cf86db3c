//! The picture as Prometheus reads it. Pure.

use std::fmt::Write as _;

use super::picture::{Breaker, Picture};

/// The answer to `GET /metrics`, in the text format 0.0.4.
pub(super) fn metrics(picture: &Picture) -> String {
    let mut page = Page::default();
    let counts = &picture.counts;
    let counters = [
        (
            "updates_sent_total",
            "Boxes that were brought to a frame.",
            counts.sent,
        ),
        (
            "updates_failed_total",
            "Tries at a box that failed.",
            counts.failed,
        ),
        (
            "resets_total",
            "Sessions that began anew or were written over.",
            counts.resets,
        ),
        (
            "oversize_records_total",
            "Records above the cap, skipped.",
            counts.oversize,
        ),
        (
            "broken_records_total",
            "Lines that are no records, skipped.",
            counts.broken,
        ),
        (
            "overflow_total",
            "Overflows of the system's event queue; everything was looked at again.",
            counts.overflows,
        ),
        (
            "redactions_total",
            "Secrets that were taken out.",
            counts.redactions,
        ),
        (
            "ambiguous_creates_total",
            "New posts of which no answer told whether they were made.",
            counts.ambiguous,
        ),
        (
            "coalesced_frames_total",
            "Frames that a newer one of their run replaced.",
            counts.coalesced,
        ),
    ];
    for (name, help, value) in counters {
        page.metric(name, "counter", help);
        page.value(name, "", value);
    }
    let gauges = [
        (
            "active_sessions",
            "Sessions with a run that is not over.",
            picture.active_sessions,
        ),
        (
            "waiting_sessions",
            "Runs that wait until another one's box is over.",
            picture.waiting_sessions,
        ),
        (
            "queue_depth",
            "Boxes with a frame that waits or is under way.",
            picture.queue_depth,
        ),
        ("ready", "1 where all is set up.", picture.is_ready().into()),
    ];
    for (name, help, value) in gauges {
        page.metric(name, "gauge", help);
        page.value(name, "", value);
    }
    page.metric("uptime_seconds", "gauge", "Time since the start.");
    page.value("uptime_seconds", "", picture.uptime.as_secs_f64());
    let name = "circuit_breaker_state";
    page.metric(name, "gauge", "1 for the state of the way to the server.");
    for state in Breaker::ALL {
        let is = u64::from(state == picture.breaker);
        page.value(name, &format!("{{state=\"{}\"}}", state.name()), is);
    }
    sources(&mut page, picture);
    lag(&mut page, picture);
    page.0
}

fn sources(page: &mut Page, picture: &Picture) {
    let labels = |source: &str| format!("{{source=\"{}\"}}", escaped(source));
    page.metric("events_total", "counter", "Events that were read.");
    for source in &picture.sources {
        page.value("events_total", &labels(&source.name), source.events);
    }
    let name = "source_lag_seconds";
    page.metric(name, "gauge", "How long what was read has been waiting.");
    for source in &picture.sources {
        page.value(name, &labels(&source.name), source.lag.as_secs_f64());
    }
    let name = "source_unreadable";
    page.metric(name, "gauge", "Transcripts that cannot be read now.");
    for source in &picture.sources {
        page.value(name, &labels(&source.name), source.unreadable);
    }
    let name = "unknown_records_total";
    page.metric(name, "counter", "Kinds of records that nobody knows.");
    for source in &picture.sources {
        for (kind, count) in &source.unknown {
            let (source, kind) = (escaped(&source.name), escaped(kind));
            page.value(
                name,
                &format!("{{source=\"{source}\",type=\"{kind}\"}}"),
                *count,
            );
        }
    }
}

fn lag(page: &mut Page, picture: &Picture) {
    let name = "update_lag_seconds";
    let help = "From a record in a transcript to the acknowledged box that shows it.";
    page.metric(name, "histogram", help);
    let bucket = "update_lag_seconds_bucket";
    for (bound, count) in picture.lag.up_to() {
        page.value(bucket, &format!("{{le=\"{bound}\"}}"), count);
    }
    page.value(bucket, "{le=\"+Inf\"}", picture.lag.count());
    page.value("update_lag_seconds_sum", "", picture.lag.sum_seconds());
    page.value("update_lag_seconds_count", "", picture.lag.count());
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn metric(&mut self, name: &str, kind: &str, help: &str) {
        // A String takes everything.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn value(&mut self, name: &str, labels: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }
}

/// A label's value as the format wants it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::picture::tests::well;
    use super::*;

    #[test]
    fn every_sample_stands_below_its_help_and_type() {
        let mut picture = well();
        picture.counts.sent = 7;
        picture.breaker = Breaker::HalfOpen;
        picture.sources[0].unknown = vec![("a\"b\\".into(), 3)];
        picture.lag.add(Duration::from_millis(300));
        let text = metrics(&picture);
        let wanted = [
            "updates_sent_total 7",
            "updates_failed_total 0",
            "overflow_total 0",
            "active_sessions 0",
            "waiting_sessions 0",
            "queue_depth 0",
            "ready 1",
            "uptime_seconds 61.5",
            "circuit_breaker_state{state=\"closed\"} 0",
            "circuit_breaker_state{state=\"open\"} 0",
            "circuit_breaker_state{state=\"half_open\"} 1",
            "events_total{source=\"openclaw\"} 0",
            "unknown_records_total{source=\"openclaw\",type=\"a\\\"b\\\\\"} 3",
            "update_lag_seconds_bucket{le=\"0.25\"} 0",
            "update_lag_seconds_bucket{le=\"0.5\"} 1",
            "update_lag_seconds_bucket{le=\"+Inf\"} 1",
            "update_lag_seconds_sum 0.3",
            "update_lag_seconds_count 1",
        ];
        for want in wanted {
            assert!(text.lines().any(|line| line == want), "{want}\n{text}");
        }
        let mut family = "";
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                family = rest.split(' ').next().expect("a name");
            } else if !line.starts_with("# TYPE ") {
                assert!(line.starts_with(family), "{line} below {family}");
            }
        }
    }
}

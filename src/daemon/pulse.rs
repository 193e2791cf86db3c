//! The loop's sign of life: what it does each time it goes round.
//!
//! It is the loop itself that pings the watchdog, so that a loop which hangs is
//! noticed; where nobody watches, it wakes for no ping.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::gauges::Gauges;
use super::inputs::Input;
use crate::service::Supervisor;

/// The one line about us changes at most this often.
const STATUS_EVERY: Duration = Duration::from_secs(5);

/// What the loop tells of itself.
#[derive(Default)]
pub struct Pulse {
    gauges: Arc<Gauges>,
    supervisor: Option<Arc<Supervisor>>,
    /// We are a service: what happens to us is worth a line.
    serves: bool,
    /// What is to be done once all is set up.
    when_up: Option<Box<dyn FnOnce() + Send>>,
    pinged: Option<Instant>,
    said: Option<(Instant, String)>,
}

impl std::fmt::Debug for Pulse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pulse").finish_non_exhaustive()
    }
}

impl Pulse {
    /// A pulse that shows in `gauges`, and that `supervisor` hears.
    #[must_use]
    pub fn new(gauges: Arc<Gauges>, supervisor: Option<Arc<Supervisor>>) -> Self {
        Self {
            gauges,
            supervisor,
            serves: true,
            ..Self::default()
        }
    }

    /// Once the loop runs and sources are armed, `work` is done.
    #[must_use]
    pub fn when_up(self, work: impl FnOnce() + Send + 'static) -> Self {
        Self {
            when_up: Some(Box::new(work)),
            ..self
        }
    }

    /// Where its numbers are.
    #[must_use]
    pub fn gauges(&self) -> &Arc<Gauges> {
        &self.gauges
    }

    /// The loop is about to wait for so long: gives how long it may wait.
    pub(super) fn rest(&mut self, wait: Option<Duration>) -> Option<Duration> {
        let wait = self.ping(wait);
        self.gauges.busy(false);
        wait
    }

    /// The loop goes on, as with `input`.
    pub(super) fn wake<E>(&self, input: &Result<Input, E>) {
        self.gauges.busy(true);
        if let Ok(Input::Events(events)) = input {
            self.gauges.events(events);
        }
    }

    /// Sources are armed, and all there was has been read.
    pub(super) fn armed(&mut self) {
        self.gauges.arm();
        tracing::info!("ready: sources are armed");
        if let Some(work) = self.when_up.take() {
            work();
        }
        self.tell("READY=1");
    }

    /// Settings were read again, and taken or not.
    pub(super) fn reloaded(&self) {
        self.tell("READY=1");
    }

    /// We were told to stop.
    pub(super) fn stopping(&self) {
        if self.serves {
            tracing::info!("stopping");
        }
        self.tell("STOPPING=1\nSTATUS=stopping");
    }

    fn tell(&self, text: &str) {
        if let Some(supervisor) = &self.supervisor {
            supervisor.tell(text);
        }
    }

    /// Pings where it is time, and gives how long the loop may wait.
    fn ping(&mut self, wait: Option<Duration>) -> Option<Duration> {
        let Some(supervisor) = &self.supervisor else {
            return wait;
        };
        let now = Instant::now();
        let is_old = |said: &(Instant, String)| now.duration_since(said.0) >= STATUS_EVERY;
        if self.said.as_ref().is_none_or(is_old) {
            let status = self.status();
            if self.said.as_ref().is_none_or(|said| said.1 != status) {
                supervisor.tell(&format!("STATUS={status}"));
            }
            self.said = Some((now, status));
        }
        // Twice in its span: one may be late.
        let Some(half) = supervisor.watchdog().map(|span| span / 2) else {
            return wait;
        };
        let since = self.pinged.map(|at| now.duration_since(at));
        let left = match since {
            Some(since) if since < half => half - since,
            _ => {
                supervisor.tell("WATCHDOG=1");
                self.pinged = Some(now);
                half
            }
        };
        Some(wait.map_or(left, |wait| wait.min(left)))
    }

    /// One line about us.
    fn status(&self) -> String {
        let picture = self.gauges.picture();
        format!(
            "{}; active sessions: {}, boxes that wait: {}",
            picture.status().name(),
            picture.active_sessions,
            picture.queue_depth
        )
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixDatagram;

    use super::*;

    // Fault 64.
    #[test]
    fn only_the_loop_pings_and_without_a_watchdog_it_sleeps_on() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("notify");
        let ear = UnixDatagram::bind(&path).expect("bound");
        ear.set_nonblocking(true).expect("set");
        let heard = || {
            let mut bytes = [0; 128];
            let count = ear.recv(&mut bytes).ok()?;
            Some(String::from_utf8_lossy(&bytes[..count]).into_owned())
        };
        let pulse = |span: Option<&str>| {
            let found = Supervisor::find(&|name| match name {
                "NOTIFY_SOCKET" => Some(path.clone().into_os_string()),
                "WATCHDOG_USEC" => span.map(Into::into),
                _ => None,
            });
            let supervisor = found.expect("fine").expect("found");
            Pulse::new(Arc::default(), Some(Arc::new(supervisor)))
        };
        let mut watched = pulse(Some("7200000000"));
        let hour = Duration::from_secs(3_600);
        assert_eq!(watched.rest(None), Some(hour));
        assert!(heard().is_some_and(|text| text.starts_with("STATUS=")));
        assert_eq!(heard().as_deref(), Some("WATCHDOG=1"));
        let wait = watched.rest(None);
        assert!(wait.is_some_and(|wait| wait <= hour), "{wait:?}");
        assert_eq!(heard(), None, "it is not time");
        let soon = Some(Duration::from_secs(1));
        assert_eq!(watched.rest(soon), soon);
        let mut alone = pulse(None);
        assert_eq!(alone.rest(None), None, "it wakes for nobody");
    }
}

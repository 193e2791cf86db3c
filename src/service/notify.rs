//! The supervisor's socket: what systemd wants to hear, in sd_notify(3)'s words.
//!
//! Thirty lines of std serve it: a datagram to a path or an abstract name. We start
//! no processes but ourselves with `--daemon`, which takes the variable away; so
//! nobody inherits it.

use std::ffi::OsString;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// Whoever started us and wants to hear how we are.
#[derive(Debug)]
pub struct Supervisor {
    socket: UnixDatagram,
    address: SocketAddr,
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// The supervisor that the variables name; nothing where there is none.
    ///
    /// # Errors
    ///
    /// The name is none, or no socket can be had.
    pub fn find(var: &dyn Fn(&str) -> Option<OsString>) -> io::Result<Option<Self>> {
        let Some(name) = var("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        let socket = UnixDatagram::unbound()?;
        // A supervisor that is slow to read must not hold the loop up.
        socket.set_nonblocking(true)?;
        Ok(Some(Self {
            socket,
            address: address(&name)?,
            watchdog: watchdog(var),
        }))
    }

    /// How often it wants a sign of life at least; nothing where it does not watch.
    #[must_use]
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Tells it `text`: assignments, one a line.
    pub fn tell(&self, text: &str) {
        // It may be gone: that is its own affair.
        let _ = self.socket.send_to_addr(text.as_bytes(), &self.address);
    }

    /// Tells it that settings are being read again.
    pub fn reloading(&self) {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000;
        self.tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }
}

#[cfg(target_os = "linux")]
fn address(name: &OsString) -> io::Result<SocketAddr> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::ffi::OsStrExt as _;
    match name.as_bytes() {
        [b'@', name @ ..] => SocketAddr::from_abstract_name(name),
        [b'/', ..] => SocketAddr::from_pathname(name),
        _ => Err(io::ErrorKind::InvalidInput.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn address(name: &OsString) -> io::Result<SocketAddr> {
    SocketAddr::from_pathname(name)
}

/// The span of the watchdog, where it is meant for this process.
fn watchdog(var: &dyn Fn(&str) -> Option<OsString>) -> Option<Duration> {
    let number = |name: &str| var(name)?.to_str()?.trim().parse::<u64>().ok();
    let is_other = |pid: u64| pid != u64::from(std::process::id());
    if var("WATCHDOG_PID").is_some() && number("WATCHDOG_PID").is_none_or(is_other) {
        return None;
    }
    let span = number("WATCHDOG_USEC").filter(|micros| *micros > 0);
    span.map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(variables: &[(&str, &str)]) -> io::Result<Option<Supervisor>> {
        Supervisor::find(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        })
    }

    fn heard(socket: &UnixDatagram) -> String {
        let mut bytes = [0; 256];
        let count = socket.recv(&mut bytes).expect("a datagram");
        String::from_utf8_lossy(&bytes[..count]).into_owned()
    }

    #[test]
    fn a_path_and_an_abstract_name_are_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("notify");
        let socket = UnixDatagram::bind(&path).expect("bound");
        let name = path.to_str().expect("text");
        let supervisor = found(&[("NOTIFY_SOCKET", name)]).expect("found");
        let supervisor = supervisor.expect("there");
        supervisor.tell("READY=1");
        assert_eq!(heard(&socket), "READY=1");
        supervisor.reloading();
        let text = heard(&socket);
        let micros = text.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
        assert!(micros.is_some_and(|it| it.parse::<u64>().is_ok()), "{text}");
        #[cfg(target_os = "linux")]
        {
            use std::os::linux::net::SocketAddrExt as _;
            let name = format!("live-status-test-{}", std::process::id());
            let address = SocketAddr::from_abstract_name(&name).expect("a name");
            let socket = UnixDatagram::bind_addr(&address).expect("bound");
            let supervisor = found(&[("NOTIFY_SOCKET", &format!("@{name}"))]);
            supervisor
                .expect("found")
                .expect("there")
                .tell("STOPPING=1");
            assert_eq!(heard(&socket), "STOPPING=1");
        }
        drop(socket);
        supervisor.tell("nobody hears that");
    }

    #[test]
    fn the_watchdog_is_ours_alone() {
        let own = std::process::id().to_string();
        let socket = ("NOTIFY_SOCKET", "/nowhere/notify");
        let cases: [(&[(&str, &str)], Option<u64>); 5] = [
            (&[socket], None),
            (&[socket, ("WATCHDOG_USEC", "20000000")], Some(20)),
            (
                &[
                    socket,
                    ("WATCHDOG_USEC", "20000000"),
                    ("WATCHDOG_PID", &own),
                ],
                Some(20),
            ),
            (
                &[socket, ("WATCHDOG_USEC", "20000000"), ("WATCHDOG_PID", "1")],
                None,
            ),
            (&[socket, ("WATCHDOG_USEC", "soon")], None),
        ];
        for (variables, want) in cases {
            let supervisor = found(variables).expect("found").expect("there");
            let want = want.map(Duration::from_secs);
            assert_eq!(supervisor.watchdog(), want, "{variables:?}");
        }
        assert!(found(&[]).expect("fine").is_none());
        assert!(found(&[("NOTIFY_SOCKET", "")]).expect("fine").is_none());
        assert!(found(&[("NOTIFY_SOCKET", "relative")]).is_err());
    }
}

//! Where we listen.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// Nowhere: an empty setting, or port 0 alone.
    Nowhere,
    /// A port of this machine or of the network.
    Tcp(SocketAddr),
    /// A socket in the file system.
    Unix(PathBuf),
}

/// What was given is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address to listen on; write 127.0.0.1:9090, [::1]:9090, 9090 or unix:PATH")]
pub struct BadListen(String);

impl Listen {
    /// Whether only this machine can come in.
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self {
            Self::Nowhere | Self::Unix(_) => true,
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
        }
    }
}

impl FromStr for Listen {
    type Err = BadListen;

    fn from_str(text: &str) -> Result<Self, BadListen> {
        let text = text.trim();
        let bad = || BadListen(text.to_owned());
        if text.is_empty() || text == "0" {
            return Ok(Self::Nowhere);
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return match path {
                "" => Err(bad()),
                path => Ok(Self::Unix(PathBuf::from(path))),
            };
        }
        if let Ok(port) = text.parse::<u16>() {
            let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
            return Ok(Self::Tcp(SocketAddr::new(here, port)));
        }
        // A name may lead anywhere, and elsewhere tomorrow; this one may not.
        let text = match text.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}"),
            None => text.to_owned(),
        };
        text.parse().map(Self::Tcp).map_err(|_| bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_and_tell_whether_they_are_this_machine_alone() {
        let cases = [
            ("", "Nowhere", true),
            ("0", "Nowhere", true),
            ("9090", "Tcp(127.0.0.1:9090)", true),
            ("localhost:80", "Tcp(127.0.0.1:80)", true),
            ("127.1.2.3:9090", "Tcp(127.1.2.3:9090)", true),
            ("[::1]:9090", "Tcp([::1]:9090)", true),
            ("[::ffff:127.0.0.1]:1", "Tcp([::ffff:127.0.0.1]:1)", true),
            ("0.0.0.0:9090", "Tcp(0.0.0.0:9090)", false),
            ("[::]:9090", "Tcp([::]:9090)", false),
            ("192.0.2.1:9090", "Tcp(192.0.2.1:9090)", false),
            ("[::ffff:192.0.2.1]:1", "Tcp([::ffff:192.0.2.1]:1)", false),
            ("unix:/run/x.sock", "Unix(\"/run/x.sock\")", true),
        ];
        for (text, want, local) in cases {
            let listen: Listen = text.parse().expect(text);
            assert_eq!(format!("{listen:?}"), want, "{text:?}");
            assert_eq!(listen.is_local(), local, "{text:?}");
        }
        for text in ["unix:", "example.org:80", "70000", "127.0.0.1", ":9090"] {
            let bad = text.parse::<Listen>().expect_err(text).to_string();
            assert!(bad.contains("write 127.0.0.1:9090"), "{bad}");
        }
    }
}

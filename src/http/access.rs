//! Who may ask. Pure.
//!
//! A page in a browser can make the browser ask us, and with DNS of its own it can
//! read the answer as if it came from itself. It cannot choose the `Host` though:
//! only names that are ours are answered.

use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use super::request::Request;
use crate::wire::secret::Secret;

/// The rules of one listener.
#[derive(Clone, Default)]
pub struct Access {
    /// Names besides `localhost` under which we may be asked for.
    names: Vec<String>,
    /// Any address may be asked for: we listen to others, who need the token.
    any_address: bool,
    /// Nobody else can come in: a socket in the file system.
    any_host: bool,
    /// The process that asks has to be our own user's, or root's.
    ours_alone: bool,
    /// The hash of the token that has to come along.
    token: Option<[u8; 32]>,
}

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Denied {
    /// It asked for somebody else.
    Host,
    /// It brought no token, or another.
    Token,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access")
            .field("names", &self.names)
            .field("any_address", &self.any_address)
            .field("any_host", &self.any_host)
            .field("ours_alone", &self.ours_alone)
            .field("token", &self.token.map(|_| "(redacted)"))
            .finish()
    }
}

impl Access {
    /// For a port that only this machine reaches; `names` are further names of ours.
    #[must_use]
    pub fn local(names: Vec<String>) -> Self {
        Self {
            names,
            ..Self::default()
        }
    }

    /// For a port that others reach: they have to bring `token`.
    #[must_use]
    pub fn remote(names: Vec<String>, token: &Secret) -> Self {
        Self {
            any_address: true,
            ..Self::local(names).with_token(token)
        }
    }

    /// For a socket in the file system, whose directory says who may come in.
    #[must_use]
    pub fn socket() -> Self {
        Self {
            any_host: true,
            ..Self::default()
        }
    }

    /// For a socket in the file system on which we talk to ourselves, whoever may come in.
    #[must_use]
    pub fn ours_alone() -> Self {
        Self {
            ours_alone: true,
            ..Self::socket()
        }
    }

    /// Whether a process of user `uid` is heard, where `own` is ours; of one elsewhere nobody
    /// knows whose it is.
    pub(super) fn hears(&self, uid: Option<u32>, own: u32) -> bool {
        !self.ours_alone || uid.is_some_and(|uid| uid == own || uid == 0)
    }

    /// The same, for those who bring `token`.
    #[must_use]
    pub fn with_token(self, token: &Secret) -> Self {
        Self {
            token: Some(hash(token.expose())),
            ..self
        }
    }

    pub(super) fn check(&self, request: &Request) -> Result<(), Denied> {
        // HTTP/1.0 has no Host, and no browser speaks it.
        if let Some(host) = &request.host
            && !self.is_ours(host)
        {
            return Err(Denied::Host);
        }
        match (&self.token, &request.bearer) {
            (None, _) => Ok(()),
            (Some(want), Some(got)) if same(want, &hash(got)) => Ok(()),
            (Some(_), _) => Err(Denied::Token),
        }
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host);
        if self.any_host || name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // An address is no name: nobody's DNS can lead from it to us.
            Ok(address) => self.any_address || address.to_canonical().is_loopback(),
            Err(_) => self
                .names
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name)),
        }
    }
}

fn without_port(host: &str) -> &str {
    let is_port = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (!name.contains(':') || name.ends_with(']')) => name,
        _ => host,
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Takes the same time wherever the two differ; they are hashes, so that says nothing anyway.
fn same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differ = one.iter().zip(other).fold(0, |sum, (a, b)| sum | (a ^ b));
    differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(host: Option<&str>, bearer: Option<&str>) -> Request {
        Request {
            host: host.map(str::to_owned),
            bearer: bearer.map(str::to_owned),
            ..Request::default()
        }
    }

    #[test]
    fn only_names_that_are_ours_are_answered() {
        let local = Access::local(vec!["status.internal".into()]);
        let secret = Secret::new("t").expect("a token");
        let remote = Access::remote(Vec::new(), &secret);
        let cases = [
            ("localhost", true, true),
            ("LOCALHOST:9090", true, true),
            ("127.0.0.1:9090", true, true),
            ("[::1]:9090", true, true),
            ("::1", true, true),
            ("status.internal:80", true, false),
            ("192.0.2.7:9090", false, true),
            ("rebound.example", false, false),
            ("rebound.example:9090", false, false),
            ("localhost.rebound.example", false, false),
            ("127.0.0.1.rebound.example", false, false),
            ("localhost:9090@rebound.example", false, false),
            ("", false, false),
        ];
        for (host, here, elsewhere) in cases {
            let request = asked(Some(host), Some("t"));
            assert_eq!(local.check(&request).is_ok(), here, "{host:?}");
            assert_eq!(remote.check(&request).is_ok(), elsewhere, "{host:?}");
            assert!(Access::socket().check(&request).is_ok(), "{host:?}");
        }
        assert_eq!(local.check(&asked(None, None)), Ok(()));
    }

    #[test]
    fn rule_25_only_our_own_processes_and_those_of_root_are_heard_where_we_talk_to_ourselves() {
        let alone = Access::ours_alone();
        let cases = [
            (Some(1_000), true),
            (Some(0), true),
            (Some(1_001), false),
            (None, false),
        ];
        for (uid, want) in cases {
            assert_eq!(alone.hears(uid, 1_000), want, "{uid:?}");
            assert!(Access::socket().hears(uid, 1_000), "{uid:?}");
        }
    }

    #[test]
    fn whoever_needs_a_token_has_to_bring_the_right_one() {
        let secret = Secret::new("canary").expect("a token");
        let access = Access::remote(Vec::new(), &secret);
        assert_eq!(
            access.check(&asked(Some("10.0.0.1"), Some("canary"))),
            Ok(())
        );
        for bearer in [
            None,
            Some(""),
            Some("Canary"),
            Some("canary1"),
            Some("canar"),
        ] {
            let request = asked(Some("10.0.0.1"), bearer);
            assert_eq!(access.check(&request), Err(Denied::Token), "{bearer:?}");
        }
        assert!(!format!("{access:?}").contains("canary"));
    }
}

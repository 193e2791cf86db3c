//! Where the server's name leads: looked up once a minute, not once a request.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::ways::Ways;

/// So long an answer is good.
const GOOD: Duration = Duration::from_secs(60);

/// Looks names up.
///
/// `ureq` asks before every request, even where a connection is kept, and its own resolver starts
/// a thread each time.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    system: DefaultResolver,
    last: Mutex<Option<Known>>,
    ways: Arc<Ways>,
}

/// Where a name led.
#[derive(Debug)]
struct Known {
    authority: String,
    scheme: String,
    addresses: Vec<SocketAddr>,
    at: Instant,
}

impl Known {
    fn is_of(&self, uri: &Uri) -> bool {
        uri.authority()
            .is_some_and(|name| *name == self.authority.as_str())
            && uri.scheme_str() == Some(&self.scheme)
    }
}

impl Resolver for Lookup {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if let Some(address) = literal(uri) {
            return Ok(self.listed(&[address]));
        }
        if let Some(known) = &*self.last()
            && known.is_of(uri)
            && known.at.elapsed() < GOOD
        {
            return Ok(self.listed(&known.addresses));
        }
        // Not under the lock: whoever asks meanwhile has a deadline of his own.
        let found = self.system.resolve(uri, config, timeout);
        let found = found.map_err(not_found)?;
        *self.last() = Some(Known {
            authority: uri.authority().map(ToString::to_string).unwrap_or_default(),
            scheme: uri.scheme_str().unwrap_or_default().to_owned(),
            addresses: found.to_vec(),
            at: Instant::now(),
        });
        Ok(self.listed(&found))
    }
}

impl Lookup {
    /// Puts addresses that let us down last, as `ways` knows them.
    pub(super) fn over(ways: Arc<Ways>) -> Self {
        Self {
            ways,
            ..Self::default()
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<Known>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listed(&self, addresses: &[SocketAddr]) -> ResolvedSocketAddrs {
        let mut listed = self.empty();
        // As many as the system's own resolver gives, and it gave them.
        addresses.iter().for_each(|address| listed.push(*address));
        self.ways.sort(&mut listed);
        listed
    }
}

/// What the system's resolver says comes as an error of its own sort, without a number.
fn not_found(error: ureq::Error) -> ureq::Error {
    match error {
        ureq::Error::Io(error) if error.raw_os_error().is_none() => ureq::Error::HostNotFound,
        error => error,
    }
}

/// The address of a host that is given as one.
fn literal(uri: &Uri) -> Option<SocketAddr> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let standard = match uri.scheme_str()? {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let address: IpAddr = host.parse().ok()?;
    Some(SocketAddr::new(address, uri.port_u16().unwrap_or(standard)))
}

#[cfg(test)]
mod tests {
    use super::{literal, not_found};

    #[test]
    fn a_name_that_cannot_be_looked_up_is_no_failure_of_a_connection() {
        // As the resolver has it, whether it knows no such name or was not reached.
        let error = std::io::Error::other("failed to lookup address information");
        let error = not_found(error.into());
        assert!(matches!(error, ureq::Error::HostNotFound), "{error:?}");
        // Out of file descriptors, say: that is not the name's fault.
        let error = not_found(std::io::Error::from_raw_os_error(24).into());
        assert!(matches!(error, ureq::Error::Io(_)), "{error:?}");
    }

    #[test]
    fn addresses_are_not_looked_up() {
        let cases = [
            ("http://127.0.0.1:8065/api", Some("127.0.0.1:8065")),
            ("https://10.0.0.1", Some("10.0.0.1:443")),
            ("http://[::1]:80/", Some("[::1]:80")),
            ("https://chat.example.org", None),
            ("socks5://127.0.0.1", None),
        ];
        for (uri, want) in cases {
            let found = literal(&uri.parse().expect("an address"));
            assert_eq!(found.map(|at| at.to_string()).as_deref(), want, "{uri}");
        }
    }
}

//! Which of the addresses of a server's name are good.
//!
//! A name may have several, of which some swallow everything: IPv6 that leads out and never back,
//! say. What let us down is tried last from then on, and one that never answered yet gets half of
//! the time that is left while another may do better.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// As many addresses are remembered; a lookup gives no more at once.
const MOST: usize = 16;

/// What is known of addresses.
#[derive(Debug, Default)]
pub(super) struct Ways(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Those that answered, and did not fail since.
    good: Vec<SocketAddr>,
    /// Those that failed, and did not answer since; the longest ago first.
    bad: Vec<SocketAddr>,
}

impl Ways {
    /// Puts addresses into the order in which they are tried: the resolver's, but those that
    /// failed last come last.
    pub(super) fn sort(&self, addresses: &mut [SocketAddr]) {
        let known = self.known();
        addresses.sort_by_key(|address| {
            let failed = known.bad.iter().position(|bad| bad == address);
            failed.map_or(0, |at| at + 1)
        });
    }

    /// It answered.
    pub(super) fn answered(&self, address: SocketAddr) {
        let Known { good, bad } = &mut *self.known();
        bad.retain(|bad| *bad != address);
        if !good.contains(&address) {
            keep(good, address);
        }
    }

    /// It took no connection, or did not answer in time.
    pub(super) fn failed(&self, address: SocketAddr) {
        let Known { good, bad } = &mut *self.known();
        for list in [good, &mut *bad] {
            list.retain(|other| *other != address);
        }
        keep(bad, address);
    }

    /// Whether it answered, and did not fail since.
    pub(super) fn is_good(&self, address: SocketAddr) -> bool {
        self.known().good.contains(&address)
    }

    /// Whether another of these addresses than this one did not fail yet.
    pub(super) fn may_do_better(&self, address: SocketAddr, all: &[SocketAddr]) -> bool {
        let known = self.known();
        let others = all.iter().filter(|other| **other != address);
        others.into_iter().any(|other| !known.bad.contains(other))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of several addresses.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) ways: Arc<Ways>,
    pub(super) address: SocketAddr,
    /// Another may do better where this one never answers.
    pub(super) has_better: bool,
}

impl Way {
    /// Whether it has yet to show that anybody answers there, and is not all there is.
    pub(super) fn is_on_trial(&self) -> bool {
        self.has_better && !self.ways.is_good(self.address)
    }
}

/// Addresses of a name come and go over the months.
fn keep(list: &mut Vec<SocketAddr>, address: SocketAddr) {
    if list.len() == MOST {
        list.remove(0);
    }
    list.push(address);
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fault 62.
    #[test]
    fn what_failed_comes_last_until_it_answers() {
        let [one, two, three] = [1, 2, 3].map(|n| SocketAddr::from(([192, 0, 2, n], 443)));
        let ways = Ways::default();
        let order = || {
            let mut all = [one, two, three];
            ways.sort(&mut all);
            all
        };
        assert_eq!(order(), [one, two, three]);
        ways.failed(one);
        assert_eq!(order(), [two, three, one]);
        ways.answered(two);
        assert!(ways.is_good(two) && !ways.is_good(one) && !ways.is_good(three));
        ways.failed(two);
        assert_eq!(order(), [three, one, two]);
        assert!(ways.may_do_better(one, &order()) && !ways.may_do_better(three, &order()));
        ways.failed(one);
        assert_eq!(order(), [three, two, one]);
        ways.answered(one);
        assert_eq!(order(), [one, three, two]);
        assert!(ways.is_good(one) && !ways.is_good(two));
    }

    #[test]
    fn no_more_is_remembered_than_a_name_has() {
        let ways = Ways::default();
        for n in 0..200 {
            let address = SocketAddr::from(([192, 0, 2, n], 443));
            ways.answered(address);
            ways.failed(address);
            ways.answered(SocketAddr::from(([198, 51, 100, n], 443)));
        }
        let known = ways.known();
        assert_eq!((known.good.len(), known.bad.len()), (MOST, MOST));
    }
}

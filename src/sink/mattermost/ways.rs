//! Which of the addresses of a server's name are good.
//!
//! A name may have several, of which some swallow everything: IPv6 that leads out and never back,
//! say. What let us down is tried last from then on, and what never answered at all behind what once
//! did: a server that is started again refuses a connection, and is there a moment later. While
//! another may do better, one that did not answer yet, or failed since, gets half of the time that
//! is left.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// As many addresses are remembered: twice as many as a lookup gives.
const MOST: usize = 32;

/// What is known of addresses: the one that was heard of last comes last.
#[derive(Debug, Default)]
pub(super) struct Ways(Mutex<Vec<Known>>);

#[derive(Clone, Copy, Debug)]
struct Known {
    address: SocketAddr,
    /// It answered, now or ever.
    once_answered: bool,
    /// It did not answer since.
    failed: bool,
}

impl Ways {
    /// Puts addresses into the order in which they are tried: the resolver's, but those that failed
    /// come last, and among them the longest ago first and those that never answered at the end.
    pub(super) fn sort(&self, addresses: &mut [SocketAddr]) {
        let known = self.known();
        addresses.sort_by_key(|address| {
            let at = known.iter().position(|known| known.address == *address);
            let failed = at.filter(|&at| known[at].failed);
            failed.map(|at| (!known[at].once_answered, at))
        });
    }

    /// It answered.
    pub(super) fn answered(&self, address: SocketAddr) {
        self.note(address, true);
    }

    /// It took no connection, or did not answer in time.
    pub(super) fn failed(&self, address: SocketAddr) {
        self.note(address, false);
    }

    /// Whether it answered, and did not fail since.
    pub(super) fn is_good(&self, address: SocketAddr) -> bool {
        let known = self.known();
        let mut good = known.iter().filter(|known| !known.failed);
        good.any(|known| known.address == address)
    }

    /// Whether another of these addresses than this one did not fail yet, or once answered.
    pub(super) fn may_do_better(&self, address: SocketAddr, all: &[SocketAddr]) -> bool {
        let known = self.known();
        let never = |other: &SocketAddr| {
            let mut known = known.iter().filter(|known| known.address == *other);
            known.any(|known| known.failed && !known.once_answered)
        };
        let mut others = all.iter().filter(|other| **other != address);
        others.any(|other| !never(other))
    }

    fn note(&self, address: SocketAddr, answered: bool) {
        let mut all = self.known();
        let at = all.iter().position(|known| known.address == address);
        let before = at.map(|at| all.remove(at));
        // Addresses of a name come and go over the months.
        if all.len() == MOST {
            all.remove(0);
        }
        all.push(Known {
            address,
            once_answered: answered || before.is_some_and(|known| known.once_answered),
            failed: !answered,
        });
    }

    fn known(&self) -> MutexGuard<'_, Vec<Known>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses<const COUNT: usize>() -> [SocketAddr; COUNT] {
        let port = |n: usize| u16::try_from(n + 1).expect("a few");
        std::array::from_fn(|n| SocketAddr::from(([192, 0, 2, 1], port(n))))
    }

    // Fault 62.
    #[test]
    fn what_failed_comes_last_until_it_answers() {
        let [one, two, three] = addresses();
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
        assert_eq!(order(), [three, two, one]);
        ways.failed(three);
        ways.failed(one);
        assert_eq!(order(), [two, three, one], "the longest ago first");
        ways.answered(one);
        assert_eq!(order(), [one, two, three]);
        assert!(ways.is_good(one) && !ways.is_good(two));
    }

    // Fault 62.
    #[test]
    fn what_never_answered_stays_behind_what_failed_a_moment_ago() {
        let all @ [hole, good] = addresses();
        let ways = Ways::default();
        let order = || {
            let mut all = all;
            ways.sort(&mut all);
            all
        };
        let is_on_trial = |address| {
            let has_better = ways.may_do_better(address, &all);
            has_better && !ways.is_good(address)
        };
        assert!(is_on_trial(hole) && is_on_trial(good));
        ways.failed(hole);
        assert!(!is_on_trial(good), "nothing else ever did better");
        ways.answered(good);
        for _ in 0..3 {
            // The server is started again.
            ways.failed(good);
            assert_eq!(order(), [good, hole]);
            assert!(is_on_trial(hole) && !is_on_trial(good));
            ways.failed(hole);
            assert_eq!(order(), [good, hole]);
        }
        ways.answered(good);
        assert!(ways.is_good(good) && is_on_trial(hole));
        // It was no hole at all.
        ways.answered(hole);
        ways.failed(good);
        assert_eq!(order(), [hole, good]);
        assert!(is_on_trial(good) && !is_on_trial(hole));
    }

    #[test]
    fn no_more_is_remembered_than_a_name_may_have() {
        let ways = Ways::default();
        let [kept] = addresses();
        for n in 0..200 {
            let address = SocketAddr::from(([198, 51, 100, n], 443));
            ways.answered(address);
            ways.failed(address);
            ways.answered(kept);
        }
        assert_eq!(ways.known().len(), MOST);
        assert!(ways.is_good(kept));
    }
}

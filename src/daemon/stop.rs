//! The end from outside: a signal, or a reader of our output that went away.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Why to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A signal of that number.
    Signal(i32),
    /// Nobody reads our output any more.
    Closed,
}

/// What SIGHUP means.
pub enum Hangup {
    /// The end, like any other signal.
    Stop,
    /// Somebody asks for this. Where our terminal went away it is the end all the same.
    Ask(Box<dyn Fn() + Send>),
}

/// Which of our streams are terminals. Of one that went away the system no longer says so.
struct Terminals([bool; 3]);

impl Terminals {
    fn now() -> Self {
        use std::io::IsTerminal as _;
        Self([
            std::io::stdin().is_terminal(),
            std::io::stdout().is_terminal(),
            std::io::stderr().is_terminal(),
        ])
    }

    fn hung_up(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let (input, output, error) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
        let streams = [
            PollFd::new(&input, PollFlags::empty()),
            PollFd::new(&output, PollFlags::empty()),
            PollFd::new(&error, PollFlags::empty()),
        ];
        let terminals = streams.into_iter().zip(self.0);
        let mut terminals: Vec<_> = terminals.filter(|(_, is)| *is).map(|it| it.0).collect();
        let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
        let looked = poll(&mut terminals, Some(&Timespec::default()));
        looked.is_ok() && terminals.iter().any(|fd| fd.revents().intersects(gone))
    }
}

/// Set once, from another thread.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicI32>);

/// Stands for [`Reason::Closed`]; no signal has that number.
const CLOSED: i32 = -1;

impl Stop {
    /// Listens for SIGINT, SIGTERM and SIGHUP; `wake` is called when one came.
    ///
    /// A second signal ends the process at once: whoever sends it twice means it.
    ///
    /// # Errors
    ///
    /// What the system says where signals cannot be listened for.
    pub fn on_signals(wake: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        Self::listen(wake, Hangup::Stop)
    }

    /// The same, where SIGHUP may mean something else.
    ///
    /// # Errors
    ///
    /// As [`on_signals`](Self::on_signals).
    pub fn listen(wake: impl Fn() + Send + 'static, hangup: Hangup) -> std::io::Result<Self> {
        let terminals = Terminals::now();
        let stop = Self::default();
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let flag = stop.clone();
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for signal in signals.forever() {
                    if let Hangup::Ask(ask) = &hangup
                        && signal == SIGHUP
                        && !terminals.hung_up()
                    {
                        ask();
                        continue;
                    }
                    if flag.0.swap(signal, Ordering::SeqCst) > 0 {
                        std::process::exit(128 + signal);
                    }
                    wake();
                }
            })?;
        Ok(stop)
    }

    /// Notices when the reader of standard output goes away, though nothing is written.
    ///
    /// A thread sleeps in `poll` until then; a file or a terminal never ends it.
    pub fn on_closed_output(&self, wake: impl Fn() + Send + 'static) {
        use rustix::event::{PollFd, PollFlags, poll};
        let flag = self.clone();
        let watch = move || {
            let out = std::io::stdout();
            loop {
                // No event is asked for: only an error or a hang-up ends the sleep.
                let mut fds = [PollFd::new(&out, PollFlags::empty())];
                match poll(&mut fds, None) {
                    Ok(0) | Err(rustix::io::Errno::INTR) => {}
                    Ok(_) => break,
                    Err(_) => return,
                }
            }
            if flag
                .0
                .compare_exchange(0, CLOSED, Ordering::SeqCst, Ordering::SeqCst)
                .is_ok()
            {
                wake();
            }
        };
        // Without the thread the next write notices.
        let _ = std::thread::Builder::new()
            .name("output".into())
            .spawn(watch);
    }

    /// Why to stop, if at all.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            CLOSED => Some(Reason::Closed),
            signal => Some(Reason::Signal(signal)),
        }
    }
}

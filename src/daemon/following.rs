//! Following until the end: the same loop serves `tail -f` and `run`.

use std::time::{Duration, Instant, SystemTime};

use super::owed::Owed;
use super::reader::Reader;
use super::resume::{Keep, Kept, Want};
use super::stop::{Reason, Stop};
use crate::wire::event::Event;

/// Who takes what the loop reads.
pub trait Listener {
    /// Why it wants no more.
    type Error;

    /// An event was read.
    ///
    /// # Errors
    ///
    /// Ends the following.
    fn event(&mut self, event: &mut Event) -> Result<(), Self::Error>;

    /// There is nothing more to read for now; `notes` are for a person.
    ///
    /// # Errors
    ///
    /// Ends the following.
    fn drained(&mut self, notes: Vec<String>) -> Result<(), Self::Error>;

    /// Following has begun; these boxes are still owed, since no transcript has their runs.
    fn owed(&mut self, owed: Owed) {
        let _ = owed;
    }

    /// Where to begin again next time.
    fn keep(&mut self, places: Keep) {
        let _ = places;
    }

    /// What [`Listener::keep`] is to be given.
    fn keeps(&self) -> Want {
        Want::Nothing
    }
}

/// Places are kept at most this often.
const KEEP_EVERY: Duration = Duration::from_secs(2);

/// Looks at the disk, while another thread reads what was `kept` last time: each takes a
/// while where there are thousands of sessions.
///
/// # Errors
///
/// What `kept` gives.
pub fn prepare<E: Send>(
    reader: &mut Reader,
    kept: impl FnOnce() -> Result<Option<Vec<Kept>>, E> + Send,
) -> Result<(), E> {
    let kept = std::thread::scope(|scope| {
        let kept = scope.spawn(kept);
        // Watches first: what is written after the look at the disk wakes us.
        reader.watch();
        reader.look();
        kept.join()
    });
    let kept = kept.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    if let Some(kept) = kept {
        reader.resume(kept);
    }
    Ok(())
}

/// Follows with a reader that is [prepared](prepare) until `stop` is set.
///
/// # Errors
///
/// What the listener gives.
pub fn follow<L: Listener>(
    reader: &mut Reader,
    stop: &Stop,
    listener: &mut L,
) -> Result<Reason, L::Error> {
    if listener.keeps() != Want::Nothing {
        reader.keeps_places();
    }
    reader.begin(SystemTime::now(), &mut |event| listener.event(event))?;
    reader.catch_up(&mut |event| listener.event(event))?;
    // Before anybody is told: whoever dies now and starts again knows what he told of.
    keep(reader, listener);
    listener.owed(reader.take_owed());
    listener.drained(reader.take_notes())?;
    let mut unkept: Option<Instant> = None;
    loop {
        if let Some(reason) = stop.reason() {
            keep(reader, listener);
            return Ok(reason);
        }
        let keep_at = unkept.map(|since| since + KEEP_EVERY);
        let until = reader.next_tick().into_iter().chain(keep_at).min();
        let any = reader.wait(until, &mut |event| listener.event(event))?;
        reader.emit_ticks(Instant::now(), &mut |event| listener.event(event))?;
        listener.drained(reader.take_notes())?;
        if any && listener.keeps() != Want::Nothing {
            unkept = unkept.or_else(|| Some(Instant::now()));
        }
        if unkept.is_some_and(|since| since.elapsed() >= KEEP_EVERY) {
            keep(reader, listener);
            unkept = None;
        }
    }
}

fn keep<L: Listener>(reader: &mut Reader, listener: &mut L) {
    let want = listener.keeps();
    if want != Want::Nothing {
        listener.keep(reader.keep(want, SystemTime::now()));
    }
}

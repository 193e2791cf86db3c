//! Index rows as they come: kept small, and read on a second core where there are thousands.

use std::sync::mpsc::{Receiver, channel};

use super::Reader;
use super::shelf::Shelf;
use crate::daemon::remarks::Oddities;
use crate::follow::{Change, Id, RowSeen};
use crate::source::Row;

/// So many bytes of rows are handed over at once: a thread is not woken for each.
const BATCH_BYTES: usize = 64 * 1024;

/// Rows on their way to another thread: copied, for the buffer they stand in is used again.
#[derive(Default)]
struct Batch {
    text: Vec<u8>,
    /// The session of each row, and how long its key and its JSON are.
    rows: Vec<(Id, usize, usize)>,
}

impl Batch {
    fn push(&mut self, id: Id, row: &RowSeen<'_>) {
        self.text.extend_from_slice(row.key.as_bytes());
        self.text.extend_from_slice(row.json);
        self.rows.push((id, row.key.len(), row.json.len()));
    }

    fn learn(&self, shelf: &mut Shelf, odd: &mut Oddities) {
        let mut rest = &self.text[..];
        for &(id, key, json) in &self.rows {
            let (row, behind) = rest.split_at(key + json);
            let (key, json) = row.split_at(key);
            learn(shelf, odd, id, &String::from_utf8_lossy(key), json);
            rest = behind;
        }
    }
}

impl Reader {
    /// Looks at the disk, and takes in the rows that changed.
    pub(super) fn scan(&mut self) -> Vec<Change> {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        let changes = follower.scan(&mut take(rows, odd));
        self.register_all();
        changes
    }

    /// The same for the first time, when every row is new: another thread reads them meanwhile.
    pub(super) fn scan_first(&mut self) {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        std::thread::scope(|scope| {
            let (batches, incoming): (_, Receiver<Batch>) = channel();
            scope.spawn(move || {
                for batch in incoming {
                    batch.learn(rows, odd);
                }
            });
            let mut batch = Batch::default();
            follower.scan(&mut |id, row| {
                let Some(id) = id else { return };
                batch.push(id, row);
                if batch.text.len() >= BATCH_BYTES {
                    // Should nobody take it, the scope says why.
                    let _ = batches.send(std::mem::take(&mut batch));
                }
            });
            let _ = batches.send(batch);
        });
        self.register_all();
    }

    /// Takes in the rows that changed, whoever is asked for: they may name who is.
    pub(super) fn take_rows(&mut self) {
        let Self {
            follower,
            rows,
            odd,
            ..
        } = self;
        follower.rows(&mut take(rows, odd));
        self.prove_all();
    }
}

fn take(rows: &mut Shelf, odd: &mut Oddities) -> impl FnMut(Option<Id>, &RowSeen<'_>) {
    move |id, row| {
        if let Some(id) = id {
            learn(rows, odd, id, row.key, row.json);
        }
    }
}

fn learn(rows: &mut Shelf, odd: &mut Oddities, id: Id, key: &str, json: &[u8]) {
    let text = simdutf8::basic::from_utf8(json);
    match text.ok().map(|json| Row::parse(key, json)) {
        Some(Ok(row)) => rows.insert(id, &row),
        Some(Err(error)) => odd.say(format!("the index row of {key} cannot be read: {error}")),
        None => odd.say(format!("the index row of {key} is no UTF-8")),
    }
}

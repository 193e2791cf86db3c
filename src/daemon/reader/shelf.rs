//! Index rows, packed: there is one for every session, and hardly any of them is looked at again.
//!
//! A row as a struct takes half a kilobyte, most of it absent fields; packed it
//! takes what its texts take. Nothing packed outlives the process.

use crate::follow::Id;
use crate::source::{Harness, Row, Status};
use crate::wire::event::{Outcome, Route, RouteFrom};
use crate::wire::time::Time;

/// The rows of all sessions, by the numbers of these.
#[derive(Default)]
pub(super) struct Shelf {
    rows: Vec<Option<Packed>>,
    /// The number of the newest row.
    newest: u64,
    /// Sessions of other agents that rows named since they were asked for.
    harnesses: Vec<(Id, Harness)>,
}

#[derive(Clone)]
struct Packed {
    /// No other row has it, before or after.
    number: u64,
    bytes: Box<[u8]>,
}

/// What is asked of every row when following begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Brief<'a> {
    /// The session key of the session that started this one.
    pub(super) parent: Option<&'a str>,
    /// Its last run is under way.
    pub(super) running: bool,
    /// When the row was written.
    pub(super) updated: Option<Time>,
}

impl Shelf {
    pub(super) fn insert(&mut self, id: Id, row: &Row) {
        let at = id as usize;
        if self.rows.len() <= at {
            self.rows.resize(at + 1, None);
        }
        self.newest += 1;
        self.rows[at] = Some(Packed {
            number: self.newest,
            bytes: pack(row),
        });
        let named = row.harnesses.iter().cloned();
        self.harnesses.extend(named.map(|harness| (id, harness)));
    }

    /// The sessions of other agents that the rows name which came since the last call.
    pub(super) fn take_harnesses(&mut self) -> Vec<(Id, Harness)> {
        std::mem::take(&mut self.harnesses)
    }

    /// Lets go of the row of a session.
    pub(super) fn remove(&mut self, id: Id) {
        if let Some(row) = self.rows.get_mut(id as usize) {
            *row = None;
        }
    }

    /// The number of a session's row: another one once the row is another one.
    pub(super) fn number(&self, id: Id) -> Option<u64> {
        Some(self.entry(id)?.number)
    }

    /// The whole row of a session.
    pub(super) fn row(&self, id: Id) -> Option<Row> {
        self.packed(id).map(unpack)
    }

    /// The first fields of a row; nothing is copied.
    pub(super) fn brief(&self, id: Id) -> Option<Brief<'_>> {
        let mut fields = Fields(self.packed(id)?);
        Some(Brief {
            parent: fields.text(),
            updated: fields.time(),
            running: fields.field() == Some(RUNNING),
        })
    }

    /// The session key of the session that started this one.
    pub(super) fn parent(&self, id: Id) -> Option<&str> {
        Fields(self.packed(id)?).text()
    }

    /// How many rows there are.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.rows.iter().flatten().count()
    }

    fn packed(&self, id: Id) -> Option<&[u8]> {
        Some(&self.entry(id)?.bytes)
    }

    fn entry(&self, id: Id) -> Option<&Packed> {
        self.rows.get(id as usize)?.as_ref()
    }
}

/// `Status`: a letter, then its text.
const RUNNING: &[u8] = b"r";
const ENDED: u8 = b'e';
const OTHER: u8 = b'o';

fn pack(row: &Row) -> Box<[u8]> {
    let Row {
        status,
        started,
        ended,
        updated,
        parent,
        depth,
        title,
        model,
        context_size,
        error,
        route,
        // They are asked for once, when the row comes.
        harnesses: _,
    } = row;
    let mut out = Vec::with_capacity(256);
    text(&mut out, parent.as_deref());
    time(&mut out, *updated);
    let status = status.as_ref().map(|status| match status {
        Status::Running => RUNNING.to_vec(),
        Status::Ended(outcome) => [&[ENDED], outcome.as_str().as_bytes()].concat(),
        Status::Other(other) => [&[OTHER], other.as_bytes()].concat(),
    });
    field(&mut out, status.as_deref());
    time(&mut out, *started);
    time(&mut out, *ended);
    number(&mut out, depth.map(u64::from));
    text(&mut out, title.as_deref());
    text(&mut out, model.as_deref());
    number(&mut out, *context_size);
    text(&mut out, error.as_deref());
    if let Some(route) = route {
        let Route {
            sink,
            account,
            server,
            team,
            channel,
            user,
            root,
            message,
            from,
        } = &**route;
        text(&mut out, Some(sink));
        for part in [account, server, team, channel, user, root, message] {
            text(&mut out, part.as_deref());
        }
        text(&mut out, Some(from.as_str()));
    }
    out.into_boxed_slice()
}

fn unpack(packed: &[u8]) -> Row {
    let mut fields = Fields(packed);
    Row {
        parent: fields.boxed(),
        updated: fields.time(),
        status: fields.field().and_then(|status| {
            let (kind, text) = status.split_first()?;
            let text = std::str::from_utf8(text).ok()?;
            match *kind {
                ENDED => Some(Status::Ended(Outcome::from(text))),
                OTHER => Some(Status::Other(text.into())),
                _ => Some(Status::Running),
            }
        }),
        started: fields.time(),
        ended: fields.time(),
        depth: fields.number().and_then(|depth| depth.try_into().ok()),
        title: fields.boxed(),
        model: fields.boxed(),
        context_size: fields.number(),
        error: fields.boxed(),
        harnesses: Box::default(),
        route: fields.owned().map(|sink| {
            Box::new(Route {
                sink,
                account: fields.owned(),
                server: fields.owned(),
                team: fields.owned(),
                channel: fields.owned(),
                user: fields.owned(),
                root: fields.owned(),
                message: fields.owned(),
                from: RouteFrom::from(fields.text().unwrap_or_default()),
            })
        }),
    }
}

/// Writes a field: its length and one, seven bits a byte, then its bytes; a lone zero where it is absent.
fn field(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    let mut length = bytes.map_or(0, |bytes| bytes.len() + 1);
    while length > 0x7f {
        out.push(0x80 | (length & 0x7f) as u8);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes.unwrap_or_default());
}

fn text(out: &mut Vec<u8>, text: Option<&str>) {
    field(out, text.map(str::as_bytes));
}

/// A number is its bytes, the smallest first, without the zeros behind.
fn number(out: &mut Vec<u8>, number: Option<u64>) {
    let bytes = number.unwrap_or_default().to_le_bytes();
    let used = bytes
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |at| at + 1);
    field(out, number.map(|_| &bytes[..used]));
}

fn time(out: &mut Vec<u8>, time: Option<Time>) {
    number(out, time.map(|time| time.0.cast_unsigned()));
}

/// Reads fields in the order they were written.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn field(&mut self) -> Option<&'a [u8]> {
        let mut length = 0;
        let mut shift = 0;
        loop {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            length |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (field, rest) = self.0.split_at_checked(length.checked_sub(1)?)?;
        self.0 = rest;
        Some(field)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.field()?).ok()
    }

    fn boxed(&mut self) -> Option<Box<str>> {
        self.text().map(Box::from)
    }

    fn owned(&mut self) -> Option<String> {
        self.text().map(str::to_owned)
    }

    fn number(&mut self) -> Option<u64> {
        let field = self.field()?;
        let mut bytes = [0; 8];
        bytes.get_mut(..field.len())?.copy_from_slice(field);
        Some(u64::from_le_bytes(bytes))
    }

    fn time(&mut self) -> Option<Time> {
        self.number().map(|bits| Time(bits.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Row {
        let json = format!(
            r#"{{"status":"done","startedAt":1767603601068,"endedAt":-5,"updatedAt":0,
                "spawnedBy":"agent:main:main","spawnDepth":2,"label":"{}","model":"m",
                "contextTokens":200000,"lastRunError":"","space":"t","lastAccountId":"a",
                "delivery":{{"context":{{"channel":"mattermost","to":"user:u1","threadId":"r"}},
                             "origin":{{"nativeChannelId":"d1"}}}}}}"#,
            "é".repeat(20_000)
        );
        Row::parse("agent:main:mattermost:channel:c:thread:r", &json).expect("an object")
    }

    #[test]
    fn a_row_comes_off_the_shelf_as_it_was_put_there() {
        let status = |status| Row {
            status: Some(status),
            ..Row::default()
        };
        let rows = [
            Row::default(),
            full(),
            Row {
                error: Some("x".repeat(126).into()),
                depth: Some(u32::MAX),
                context_size: Some(u64::MAX),
                updated: Some(Time(i64::MIN)),
                ..full()
            },
            status(Status::Running),
            status(Status::Other("".into())),
            status(Status::Ended(Outcome::Other("later".into()))),
        ];
        let mut shelf = Shelf::default();
        for (at, row) in rows.iter().enumerate() {
            let id = 2 * at as Id;
            shelf.insert(id, row);
            assert_eq!(shelf.row(id).as_ref(), Some(row));
            let want = Brief {
                parent: row.parent.as_deref(),
                running: row.status == Some(Status::Running),
                updated: row.updated,
            };
            assert_eq!(shelf.brief(id), Some(want));
            assert_eq!(shelf.parent(id), row.parent.as_deref());
            assert_eq!(shelf.row(id + 1), None, "nothing was put there");
            let number = shelf.number(id);
            shelf.insert(id, row);
            assert!(number.is_some() && shelf.number(id) > number);
        }
        assert_eq!(shelf.row(Id::MAX), None);
        shelf.remove(2);
        assert_eq!((shelf.row(2), shelf.number(2)), (None, None));
        assert_eq!(shelf.row(4).as_ref(), Some(&rows[2]));
    }
}

//! An event as a line.
//!
//! Two thirds of a line say whose event it is and where it was read, and say the
//! same in all lines of a session: those parts are made once, and copied.

use std::borrow::Cow;

use serde::Serialize;

use super::{Body, Event, Name, Src, SrcKind, VERSION};
use crate::wire::json;
use crate::wire::time::Time;

/// Writes events as lines, newline included.
#[derive(Debug, Default)]
pub struct Writer {
    /// All events of a record have its time.
    when: Kept<Time>,
    who: Kept<(Name, [Option<Name>; 4])>,
    place: Kept<(SrcKind, Option<Name>, Option<Name>)>,
}

/// Text, and what it was made of.
#[derive(Debug)]
struct Kept<Of> {
    of: Option<Of>,
    text: Vec<u8>,
}

impl<Of> Default for Kept<Of> {
    fn default() -> Self {
        Self {
            of: None,
            text: Vec::new(),
        }
    }
}

impl Writer {
    /// Appends `event` to `out`.
    pub fn write(&mut self, event: &Event, out: &mut Vec<u8>) {
        const { assert!(VERSION == 1, "the head is written out here") };
        out.extend_from_slice(b"{\"v\":1,\"type\":");
        match &event.body {
            Body::Unknown(kind) => append(out, &**kind),
            body => quote_plain(out, body.kind()),
        }
        if let Some(ts) = event.ts {
            out.extend_from_slice(self.when(ts));
        }
        out.extend_from_slice(self.who(event));
        fields(out, |out| event.body.append(out));
        let Src {
            off, seq, end, n, ..
        } = &event.src;
        out.extend_from_slice(self.place(&event.src));
        optional(out, ",\"off\":", off.as_ref());
        optional(out, ",\"seq\":", seq.as_ref());
        optional(out, ",\"end\":", end.as_ref());
        optional(out, ",\"n\":", Some(n));
        out.push(b'}');
        optional(out, ",\"replay\":", Some(&true).filter(|_| event.replay));
        match &event.raw {
            Some(Cow::Borrowed(raw)) => {
                out.extend_from_slice(b",\"raw\":");
                quote_plain(out, raw);
            }
            raw => optional(out, ",\"raw\":", raw.as_ref()),
        }
        optional(out, ",\"label\":", event.label.as_ref());
        out.extend_from_slice(b"}\n");
    }

    /// `,"ts":…`
    fn when(&mut self, ts: Time) -> &[u8] {
        let Kept { of, text } = &mut self.when;
        if *of != Some(ts) {
            text.clear();
            optional(text, ",\"ts\":", Some(&ts));
            *of = Some(ts);
        }
        text
    }

    /// `,"source":…` up to `"run":…`.
    fn who(&mut self, event: &Event) -> &[u8] {
        let Kept { of, text } = &mut self.who;
        let names = [&event.session, &event.sid, &event.agent, &event.run];
        let is_kept = of.as_ref().is_some_and(|(source, kept)| {
            let mut pairs = kept.iter().zip(names);
            Name::ptr_eq(source, &event.source)
                && pairs.all(|(kept, name)| is_same(kept.as_ref(), name.as_ref()))
        });
        if !is_kept {
            text.clear();
            optional(text, ",\"source\":", Some(&*event.source));
            let keys = [",\"session\":", ",\"sid\":", ",\"agent\":", ",\"run\":"];
            for (key, name) in keys.into_iter().zip(names) {
                optional(text, key, name.as_deref());
            }
            *of = Some((event.source.clone(), names.map(Clone::clone)));
        }
        text
    }

    /// `,"src":{"kind":…` up to `"gen":…`.
    fn place(&mut self, src: &Src) -> &[u8] {
        let Kept { of, text } = &mut self.place;
        let is_kept = of.as_ref().is_some_and(|(kind, at, generation)| {
            *kind == src.kind
                && is_same(at.as_ref(), src.at.as_ref())
                && is_same(generation.as_ref(), src.generation.as_ref())
        });
        if !is_kept {
            text.clear();
            optional(text, ",\"src\":{\"kind\":", Some(&src.kind));
            optional(text, ",\"at\":", src.at.as_deref());
            optional(text, ",\"gen\":", src.generation.as_deref());
            *of = Some((src.kind.clone(), src.at.clone(), src.generation.clone()));
        }
        text
    }
}

/// Whether two names are one, without a look at their letters.
fn is_same(one: Option<&Name>, other: Option<&Name>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Name::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// A field behind others, where there is a value.
fn optional<T: Serialize + ?Sized>(out: &mut Vec<u8>, key: &str, value: Option<&T>) {
    if let Some(value) = value {
        out.extend_from_slice(key.as_bytes());
        append(out, value);
    }
}

/// A text of our own, which needs no escapes.
fn quote_plain(out: &mut Vec<u8>, text: &str) {
    debug_assert!(!text.contains(['"', '\\']) && !text.contains(char::is_control));
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// The fields of the object that `more` appends, behind others.
fn fields(out: &mut Vec<u8>, more: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    more(out);
    out.pop();
    if out.len() == at + 1 {
        out.pop();
    } else {
        out[at] = b',';
    }
}

/// Serialising these types into memory cannot fail: no maps with odd keys, no IO.
pub(super) fn append<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    let written = json::append(out, value);
    debug_assert!(written.is_ok(), "wire types serialise: {written:?}");
}

#[cfg(test)]
mod tests {
    use super::super::{HeadOut, Label, Live, TailOut, Tick};
    use super::*;

    /// The same by the types that the schema is made of.
    fn by_schema(event: &Event) -> String {
        let mut parts = Vec::new();
        let head = HeadOut {
            v: VERSION,
            kind: event.body.kind(),
            ts: event.ts,
            source: &event.source,
            session: event.session.as_deref(),
            sid: event.sid.as_deref(),
            agent: event.agent.as_deref(),
            run: event.run.as_deref(),
        };
        let tail = TailOut {
            src: &event.src,
            replay: event.replay,
            raw: event.raw.as_deref(),
            label: event.label.as_ref(),
        };
        parts.push(serde_json::to_string(&head).expect("writes"));
        let mut body = Vec::new();
        event.body.append(&mut body);
        parts.push(String::from_utf8(body).expect("text"));
        parts.push(serde_json::to_string(&tail).expect("writes"));
        let inner = parts.iter().map(|part| &part[1..part.len() - 1]);
        let inner: Vec<_> = inner.filter(|part| !part.is_empty()).collect();
        format!("{{{}}}\n", inner.join(","))
    }

    #[test]
    fn whatever_was_written_before_a_line_is_what_the_schema_says() {
        let name = |text: &str| Some(Name::from(text));
        let bodies: [Body; 3] = [
            Body::Unknown("a \"later\" type".into()),
            Live {}.into(),
            Tick {
                now: Time(1_790_330_407_120),
            }
            .into(),
        ];
        let src = Src {
            at: name("/a \"quoted\"\nplace"),
            off: Some(7),
            end: Some(19),
            ..Src::clock()
        };
        let places = [
            src.clone(),
            Src {
                generation: name("g1"),
                ..src.clone()
            },
            Src {
                kind: SrcKind::Store,
                off: None,
                end: None,
                seq: Some(-3),
                ..src
            },
            Src::clock(),
        ];
        let label = Label {
            text: "Reading `a`".into(),
            target: None,
            rule: "builtin:read".into(),
        };
        let base = Event {
            ts: None,
            source: "openclaw".into(),
            session: None,
            sid: name("s1"),
            agent: None,
            run: None,
            body: Live {}.into(),
            src: Src::clock(),
            replay: false,
            raw: None,
            label: None,
        };
        // As in a transcript, one name is shared by many events, and a run ends while all else stays.
        let (session, runs) = (name("agent:main:\u{e9}"), [name("first"), name("second")]);
        let mut writer = Writer::default();
        let mut lines = 0;
        for place in &places {
            for body in &bodies {
                for odd in 0..32_usize {
                    let is = |bit: u32| odd >> bit & 1 == 1;
                    let event = Event {
                        ts: Time::from_ms(1_790_330_407_120).filter(|_| is(0)),
                        session: session.clone().filter(|_| is(2)),
                        run: runs[odd / 2 % 2].clone().filter(|_| is(4)),
                        replay: is(3),
                        raw: is(4).then(|| match odd % 2 {
                            0 => "message/assistant".into(),
                            _ => "a \"new\"\nkind".to_owned().into(),
                        }),
                        label: is(0).then(|| label.clone()),
                        body: body.clone(),
                        src: place.clone(),
                        ..base.clone()
                    };
                    let want = by_schema(&event);
                    for _ in 0..2 {
                        let mut out = Vec::new();
                        writer.write(&event, &mut out);
                        assert_eq!(String::from_utf8(out).expect("text"), want);
                        lines += 1;
                    }
                }
            }
        }
        assert_eq!(lines, 4 * 3 * 32 * 2);
    }
}

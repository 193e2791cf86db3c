//! One connection of a client: requests on, answers back, each with its toxic.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::answer::{Answer, Upstream};
use super::passed::End;
use super::proxy::Shared;
use super::toxic::Toxic;
use crate::fake_mattermost::{self, Held, Moment, Reader, Request};

/// Serves a connection to its end.
pub fn serve(shared: &Shared, stream: &TcpStream, connection: u64) {
    let mut relay = Relay {
        shared,
        stream,
        upstream: None,
        number: 0,
    };
    // Either side's end shows in the next read or write; nobody is there to be told.
    let _ = relay.requests(connection);
}

struct Relay<'a> {
    shared: &'a Shared,
    stream: &'a TcpStream,
    upstream: Option<Upstream>,
    /// The request in hand.
    number: usize,
}

impl Relay<'_> {
    fn requests(&mut self, connection: u64) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        let mut reader = Reader::new(self.stream.try_clone()?);
        while let Some(request) = reader.next() {
            let toxic;
            (self.number, toxic) = self.shared.came(connection, &request);
            let goes_on = self.pass(&request, toxic);
            // Whoever has had the answer is not affected.
            self.shared.over(self.number, End::Broken);
            if !goes_on? || request.is_last() {
                break;
            }
        }
        Ok(())
    }

    /// Passes a request; whether the connection goes on.
    fn pass(&mut self, request: &Request, toxic: Option<(Toxic, Arc<Held>)>) -> io::Result<bool> {
        let Some((toxic, held)) = toxic else {
            let answer = self.forward(request)?;
            return self.deliver(answer);
        };
        match toxic {
            Toxic::Latency { by, moment } => {
                if moment == Moment::Before {
                    self.shared.stop.pause(by);
                }
                let answer = self.forward(request)?;
                if moment == Moment::After {
                    self.shared.stop.pause(by);
                }
                self.deliver(answer)
            }
            Toxic::BlackHole => {
                // What else it says is swallowed as well.
                let mut rest = [0; 4_096];
                while self.stream.read(&mut rest).is_ok_and(|count| count > 0) {}
                self.shared.over(self.number, End::Left);
                Ok(false)
            }
            Toxic::CloseBefore => Ok(false),
            Toxic::ResetBefore => self.reset(),
            Toxic::ResetAfter => {
                self.forward(request)?;
                self.reset()
            }
            Toxic::Slow { bytes, every } => {
                let answer = self.forward(request)?;
                self.drip(&answer, bytes.max(1), every)
            }
            Toxic::Cut { bytes, reset } => {
                let answer = self.forward(request)?;
                let bytes = bytes.min(answer.body.len().saturating_sub(1));
                self.stream.write_all(&answer.head)?;
                self.stream.write_all(&answer.body[..bytes])?;
                if reset { self.reset() } else { Ok(false) }
            }
            Toxic::Html { status } => {
                let (head, body) = fake_mattermost::Answer::html(status).wire(false);
                self.send(&[head, body].concat())
            }
            Toxic::Hold { moment } => {
                let early = match moment {
                    Moment::Before => None,
                    Moment::After => Some(self.forward(request)?),
                };
                if !held.park() {
                    return Ok(false);
                }
                let answer = match early {
                    Some(answer) => answer,
                    None => self.forward(request)?,
                };
                self.deliver(answer)
            }
        }
    }

    /// Sends a request on; gives the server's answer.
    fn forward(&mut self, request: &Request) -> io::Result<Answer> {
        let upstream = match &mut self.upstream {
            Some(upstream) => upstream,
            None => self
                .upstream
                .insert(Upstream::connect(self.shared.upstream)?),
        };
        let answer = upstream.ask(request)?;
        self.shared.answered(self.number, answer.status);
        Ok(answer)
    }

    fn deliver(&mut self, answer: Answer) -> io::Result<bool> {
        let goes_on = self.send(&[answer.head, answer.body].concat())?;
        if answer.status == 101 {
            return self.tunnel();
        }
        Ok(goes_on && !answer.is_last)
    }

    /// Sends all of an answer, or the last of it.
    fn send(&mut self, bytes: &[u8]) -> io::Result<bool> {
        // Before it is sent: the next request of the client may come right after it.
        self.shared.over(self.number, End::Answered);
        let mut stream = self.stream;
        let sent = stream.write_all(bytes);
        if sent.is_err() {
            self.shared.left(self.number);
        }
        sent.map(|()| true)
    }

    fn drip(&mut self, answer: &Answer, bytes: usize, every: Duration) -> io::Result<bool> {
        let all = [&answer.head[..], &answer.body].concat();
        let (most, last) = all.split_at(all.len().saturating_sub(bytes));
        let mut stream = self.stream;
        for piece in most.chunks(bytes) {
            if let Err(error) = stream.write_all(piece) {
                self.shared.over(self.number, End::Left);
                return Err(error);
            }
            self.shared.stop.pause(every);
        }
        Ok(self.send(last)? && !answer.is_last)
    }

    fn reset(&mut self) -> io::Result<bool> {
        self.shared.over(self.number, End::Broken);
        rustix::net::sockopt::set_socket_linger(self.stream, Some(Duration::ZERO))?;
        Ok(false)
    }

    /// What was upgraded passes both ways until either side ends.
    fn tunnel(&mut self) -> io::Result<bool> {
        let Some(upstream) = self.upstream.take() else {
            return Ok(false);
        };
        let (mut from, mut to) = (upstream.0.stream.try_clone()?, self.stream.try_clone()?);
        // The first words of the server may have come with its answer.
        to.write_all(&upstream.0.buffer)?;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
            let (mut from, mut to) = (self.stream, &upstream.0.stream);
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Both);
        });
        Ok(false)
    }
}

//! From a name to the values it may be given: `name = "value"` in every dialect.

/// What stands between the name and the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joint {
    /// Nothing yet.
    None,
    /// White space after a command-line flag or `ENV NAME`.
    Space,
    /// `=`, `:=`, `?=`, `||=`, `=>`.
    Assign,
    /// `:`
    Colon,
    /// `::`, as in a path of code.
    Path,
    /// `>`, as in XML, or `->`.
    Angle,
    /// `,` between two quoted arguments.
    Comma,
    /// `(`, as in `password("x")`.
    Call,
}

/// Where a value may start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) start: usize,
    /// The quote it stands in, and how many backslashes escape that quote.
    pub(super) quote: Option<(u8, usize)>,
    pub(super) joint: Joint,
    /// Line ends between the name and here.
    pub(super) lines: usize,
    /// A block scalar (`|`) or a tag (`>`) makes the next line the value.
    pub(super) block: bool,
}

/// Walks from the end of a name over what may stand before its value.
pub(super) struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    limit: usize,
    joint: Joint,
    lines: usize,
    words: usize,
    block: bool,
    /// The name stood in quotes, which were closed.
    closed: bool,
}

impl<'a> Walk<'a> {
    /// Starts at `at`, the end of a name; `spaced` if white space is enough.
    pub(super) fn new(text: &'a [u8], at: usize, spaced: bool) -> Self {
        Self {
            text,
            at,
            limit: text.len().min(at + 120),
            joint: if spaced { Joint::Space } else { Joint::None },
            lines: 0,
            words: 0,
            block: false,
            closed: false,
        }
    }

    /// Goes on behind the candidate `at`, which was no value but may be a type or
    /// a scheme: `: String = "…"`, `: Bearer …`, `b"…"`.
    pub(super) fn pass(&mut self, candidate: Candidate) -> bool {
        let word = word_end(self.text, candidate.start);
        let length = word - candidate.start;
        let text = &self.text[candidate.start..word];
        // `"provider": {"token": "…"}`: a name within goes on with the first.
        let name = matches!(self.text.get(word), Some(b'"' | b'\'' | b'\\'))
            && super::names::promise(text).is_some();
        if length == 0 || length > 24 || (candidate.quote.is_some() && !is_scheme(text) && !name) {
            return false;
        }
        self.words += 1;
        self.at = word;
        let prefix = length <= 2 && matches!(self.text.get(word), Some(b'"' | b'\'' | b'`'));
        if (!prefix && !is_scheme(text)) || (name && candidate.quote.is_some()) {
            self.joint = Joint::None;
        }
        self.words <= 4
    }

    fn join(&mut self, joint: Joint) {
        self.joint = joint;
    }
}

impl Iterator for Walk<'_> {
    type Item = Candidate;

    fn next(&mut self) -> Option<Candidate> {
        let mut quote = None;
        while self.at < self.limit {
            let rest = &self.text[self.at..];
            let next = rest.get(1).copied().unwrap_or_default();
            let mut step = 1;
            match rest[0] {
                b' ' | b'\t' | b'\r' => {
                    if quote.is_some() && rest[0] != b' ' && rest[0] != b'\t' {
                        return None;
                    }
                }
                b'\n' => {
                    self.lines += 1;
                    if self.joint == Joint::None || self.lines > 3 {
                        return None;
                    }
                }
                b'\\' => match next {
                    b'n' => {
                        self.lines += 1;
                        if self.joint == Joint::None || self.lines > 3 {
                            return None;
                        }
                        step = 2;
                    }
                    b'r' | b't' => step = 2,
                    b'u' => {
                        match rest.get(2..6).map(<[u8]>::to_ascii_lowercase).as_deref() {
                            Some(b"0022" | b"0027") if self.joint == Joint::None => {
                                self.closed = true
                            }
                            Some(b"0022" | b"0027") => quote = Some((b'\\', 0)),
                            Some(b"003d") => self.join(Joint::Assign),
                            Some(b"003a") => self.join(Joint::Colon),
                            Some(b"003e") => self.join(Joint::Angle),
                            _ => return None,
                        }
                        step = 6;
                    }
                    _ => {
                        let slashes = rest.iter().take_while(|&&b| b == b'\\').count();
                        match rest.get(slashes) {
                            Some(&(b'"' | b'\'' | b'`')) if self.joint == Joint::None => {
                                self.closed = true;
                                step = slashes + 1;
                            }
                            Some(&mark @ (b'"' | b'\'' | b'`')) => {
                                quote = Some((mark, slashes));
                                step = slashes + 1;
                            }
                            Some(b'n' | b'r' | b't' | b'\n') => step = slashes + 1,
                            _ => return None,
                        }
                    }
                },
                b'"' | b'\'' | b'`' if self.joint == Joint::None => self.closed = true,
                mark @ (b'"' | b'\'' | b'`') => match quote {
                    None => quote = Some((mark, 0)),
                    // `""` is empty, `"""` opens a long string.
                    Some((open, 0)) if open == mark && next == mark => {}
                    Some((open, 0)) if open == mark && self.text[self.at - 2] == mark => {}
                    Some((b'"', 0)) if mark == b'\'' => quote = Some((mark, 0)),
                    Some(_) => return None,
                },
                _ if quote.is_some() => return Some(self.candidate(quote)),
                b'=' => {
                    self.join(Joint::Assign);
                    if next == b'>' {
                        step = 2;
                    }
                }
                b':' if next == b':' && !rest[..rest.len().min(4)].contains(&b'=') => {
                    self.join(Joint::Path);
                    step = 2;
                }
                b':' => self.join(Joint::Colon),
                b'>' => {
                    self.join(Joint::Angle);
                    self.block = true;
                }
                b',' if self.closed && matches!(self.joint, Joint::None | Joint::Comma) => {
                    self.join(Joint::Comma)
                }
                b'(' if self.joint == Joint::None => self.join(Joint::Call),
                b'(' | b'[' | b'{' if rest.starts_with(super::MARK) => return None,
                b'(' | b'[' | b'{' if self.joint != Joint::None => {}
                b'[' if self.closed => {}
                b'|' if self.joint != Joint::None && next != b'|' => self.block = true,
                b'|' | b'?' | b'+' | b'!' | b'.' | b'~'
                    if self.joint == Joint::None && is_operator(rest) => {}
                b'|' if next == b'|' => {
                    self.join(Joint::Assign);
                    step = 2;
                }
                b'<' if next == b'/' || next.is_ascii_alphabetic() => {
                    step = if next == b'/' { 2 } else { 1 };
                    self.joint = Joint::None;
                }
                b']' | b')' | b'}' if self.joint == Joint::None => {}
                b'-' if next == b'>' => {}
                // `|-`, `>-`: a block scalar without its last line end.
                b'-' if self.block && matches!(next, b'\n' | b'\r' | b'\\') => {}
                b'-' if self.lines > 0 && next == b' ' => {}
                b'&' | b'%' => match entity(rest) {
                    Some((b'"' | b'\'', length)) if self.joint == Joint::None => {
                        self.closed = true;
                        step = length;
                    }
                    Some((mark @ (b'"' | b'\''), length)) => {
                        quote = Some((b'&', usize::from(mark)));
                        step = length;
                    }
                    Some((b'=', length)) => {
                        self.join(Joint::Assign);
                        step = length;
                    }
                    Some((b':', length)) => {
                        self.join(Joint::Colon);
                        step = length;
                    }
                    Some((_, length)) => step = length,
                    None if self.joint != Joint::None => return Some(self.candidate(quote)),
                    None => return None,
                },
                _ if self.joint != Joint::None => return Some(self.candidate(quote)),
                // A word with nothing before it: `var token string = "…"`.
                b if b.is_ascii_alphabetic() || b == b'*' => {
                    let end = word_end(self.text, self.at);
                    self.words += 1;
                    step = (end - self.at).max(1);
                    if step > 24 || self.words > 4 {
                        return None;
                    }
                }
                _ => return None,
            }
            self.at += step;
        }
        None
    }
}

impl Walk<'_> {
    fn candidate(&self, quote: Option<(u8, usize)>) -> Candidate {
        Candidate {
            start: self.at,
            quote,
            joint: self.joint,
            lines: self.lines,
            block: self.block,
        }
    }
}

/// `||=`, `??=`, `?=`, `+=`, `.=`, `!=`, `~=`, `||`.
fn is_operator(rest: &[u8]) -> bool {
    let marks = rest.iter().take_while(|b| b"|?+!.~".contains(b)).count();
    rest.get(marks) == Some(&b'=')
}

/// `&quot;`, `%22` and their like: what they stand for and their length.
fn entity(rest: &[u8]) -> Option<(u8, usize)> {
    const ENTITIES: &[(&[u8], u8)] = &[
        (b"&quot;", b'"'),
        (b"&#34;", b'"'),
        (b"&#39;", b'\''),
        (b"&apos;", b'\''),
        (b"&gt;", b'='),
        (b"%22", b'"'),
        (b"%27", b'\''),
        (b"%3d", b'='),
        (b"%3a", b':'),
        (b"%20", b' '),
    ];
    ENTITIES.iter().find_map(|&(entity, mark)| {
        let there = rest.get(..entity.len())?;
        there
            .eq_ignore_ascii_case(entity)
            .then_some((mark, entity.len()))
    })
}

fn word_end(text: &[u8], at: usize) -> usize {
    let word = |b: &u8| b.is_ascii_alphanumeric() || b"_.-&*'?".contains(b);
    let head = |b: &u8| b.is_ascii_alphanumeric() || b"_.-&*?".contains(b);
    let run = text[at..].iter().take(64);
    // `&'static str` has a quote in its type.
    if text[at..].starts_with(b"&'") {
        at + run.take_while(|b| word(b)).count()
    } else {
        at + run.take_while(|b| head(b)).count()
    }
}

/// Words before a credential in a header: `Bearer …`, `Token …`.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    const SCHEMES: &[&str] = &[
        "bearer",
        "basic",
        "token",
        "digest",
        "apikey",
        "api-key",
        "key",
        "bot",
        "ssws",
        "negotiate",
        "geniekey",
        "project-token",
        "snippet",
        "jwt",
        "oauth",
        "zoho-oauthtoken",
        "shippotoken",
        "klaviyo-api-key",
        "deepl-auth-key",
        "apitoken",
        "api-token",
    ];
    SCHEMES
        .iter()
        .any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()))
}

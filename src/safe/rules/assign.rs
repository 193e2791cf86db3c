//! A name that promises a secret, given a value that looks like one.

use super::names::{Promise, promise};
use super::value::{
    contains, entropy, is_address, is_filler, is_number_or_date, is_password_word, is_placeholder,
    is_reference, is_uuid, is_wordlike,
};
use super::walk::{Candidate, Joint, Walk, is_scheme};
use super::{Found, MARK};

/// Words that make a name promise something, as the scan looks for them.
pub(super) const NOUNS: &[&str] = &[
    "token",
    "key",
    "secret",
    "passw",
    "pwd",
    "passphrase",
    "passcode",
    "pass",
    "cred",
    "auth",
    "bearer",
    "jwt",
    "access",
    "api",
    "sig",
    "signature",
];

/// Looks at the name around `[start, end)`.
///
/// `seen` is the end of the last name looked at: one name holds many nouns.
pub(super) fn find(text: &[u8], start: usize, end: usize, seen: &mut usize) -> Option<Found> {
    if end <= *seen {
        return None;
    }
    let name = name_around(text, start, end);
    *seen = name.1;
    let name_text = &text[name.0..name.1];
    let (promise, kind) = promise(name_text)?;
    let query = name.0 > 0 && matches!(text[name.0 - 1], b'?' | b'&');
    // Elsewhere a signature is public, as that of a thought in a transcript.
    if kind == "signature" && !query {
        return None;
    }
    let bearer = name_text.eq_ignore_ascii_case(b"bearer");
    let flag = name_text.starts_with(b"-") || bearer || is_set(text, name.0);
    let header = ends_with(name_text, b"authorization");
    let mut walk = Walk::new(text, name.1, flag);
    let mut schemed = bearer;
    while let Some(candidate) = walk.next() {
        let spaced = candidate.joint == Joint::Space;
        if candidate.joint == Joint::Path
            || (candidate.joint == Joint::Call && candidate.quote.is_none())
        {
            return None;
        }
        if candidate.joint == Joint::Comma && candidate.quote.is_none() {
            return None;
        }
        if candidate.lines > 0 && !candidate.block && candidate.quote.is_none() {
            return None;
        }
        let value = extent(text, candidate);
        let word = text[value.0..value.1]
            .split(|&b| b == b' ')
            .next()
            .unwrap_or_default();
        let chosen = promise == Promise::Strong && !header && !spaced;
        if is_scheme(word) && (!chosen || word.len() == value.1 - value.0) {
            schemed = true;
            if walk.pass(Candidate {
                quote: None,
                ..candidate
            }) {
                continue;
            }
            return None;
        }
        let loose = schemed && !bearer || header;
        if is_secret(text, value, promise, loose, query, candidate) {
            return Some(Found {
                start: value.0,
                end: value.1 + marks_behind(text, value.1, candidate),
                kind,
                rank: 4,
            });
        }
        // Behind a whole word may follow more: `: String = "…"`; not behind a part.
        let whole = text[value.0..value.1]
            .iter()
            .all(|&b| b.is_ascii_alphanumeric() || b"_.-&*?".contains(&b));
        if !whole || !walk.pass(candidate) {
            return None;
        }
    }
    None
}

/// Letters alone, but in a mix of cases that no word has.
fn is_mixed(value: &[u8]) -> bool {
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let lower = value.iter().any(u8::is_ascii_lowercase);
    value.len() >= 12 && ((upper && lower) || (value.len() >= 20 && entropy(value) > 3.8))
}

/// The whole name, `--` included, and nothing of an escape before it.
fn name_around(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let before = text[..start]
        .iter()
        .rev()
        .take(64)
        .take_while(|b| part(b))
        .count();
    let after = text[end..].iter().take(48).take_while(|b| part(b)).count();
    let mut first = start - before;
    if first > 0
        && text[first - 1] == b'\\'
        && first < start
        && matches!(text[first], b'n' | b'r' | b't')
    {
        first += 1;
    }
    let mut last = end + after;
    while last > end && matches!(text[last - 1], b'.' | b'-') {
        last -= 1;
    }
    (first, last)
}

/// `ENV NAME value`, `setx NAME value`.
fn is_set(text: &[u8], name: usize) -> bool {
    [&b"ENV "[..], b"ARG ", b"setx ", b"setenv "]
        .iter()
        .any(|word| text[..name].ends_with(word))
}

fn ends_with(name: &[u8], tail: &[u8]) -> bool {
    name.len() >= tail.len() && name[name.len() - tail.len()..].eq_ignore_ascii_case(tail)
}

/// From the first byte of the value to where its quote, word or line ends.
pub(super) fn extent(text: &[u8], candidate: Candidate) -> (usize, usize) {
    let start = candidate.start;
    let rest = &text[start..text.len().min(start + 2048)];
    let length = match candidate.quote {
        Some((b'&', mark)) => rest
            .iter()
            .position(|&b| b == b'&' || usize::from(b) == mark),
        Some((b'\\', _)) => rest.iter().position(|&b| b == b'\\'),
        Some((mark, 0)) => {
            let mut escaped = false;
            rest.iter().position(|&b| {
                let ends = (b == mark && !escaped) || b == b'\n';
                escaped = b == b'\\' && !escaped;
                ends
            })
        }
        Some((mark, slashes)) => rest
            .windows(slashes + 1)
            .position(|part| part[slashes] == mark && part[..slashes].iter().all(|&b| b == b'\\'))
            .into_iter()
            .chain(rest.iter().position(|&b| b == b'\n'))
            .min(),
        None => rest
            .iter()
            .position(|b| b.is_ascii_whitespace() || b"\"'`,;<>(){}[]|&\\".contains(b)),
    };
    let mut end = start + length.unwrap_or(rest.len());
    if candidate.quote.is_none() {
        while end > start && matches!(text[end - 1], b'.' | b':' | b'!' | b'?') {
            end -= 1;
        }
    }
    (start, end)
}

/// Marks that end no sentence where a value was assigned: they are its last letters.
fn marks_behind(text: &[u8], end: usize, candidate: Candidate) -> usize {
    if candidate.quote.is_some() || candidate.joint != Joint::Assign {
        return 0;
    }
    let rest = text[end..].iter();
    rest.take_while(|&&byte| matches!(byte, b'!' | b'?'))
        .count()
}

fn is_secret(
    text: &[u8],
    (start, end): (usize, usize),
    promise: Promise,
    loose: bool,
    query: bool,
    candidate: Candidate,
) -> bool {
    let value = &text[start..end];
    let next = text.get(end).copied().unwrap_or_default();
    let coded = candidate.quote.is_none()
        && (matches!(next, b'(' | b'[' | b'{')
            || (next == b':' && text.get(end + 1) == Some(&b':')));
    if value.len() < 4
        || value.len() > 1500
        || coded
        || is_reference(value)
        || contains(value, MARK)
    {
        return false;
    }
    if loose {
        let word = is_wordlike(value) && value.len() < 40 && !value.iter().any(u8::is_ascii_digit);
        return value.len() >= 6 && !word && !is_password_word(value) && !is_filler(value);
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let spaces = value.contains(&b' ');
    match promise {
        Promise::Strong => {
            let flag = matches!(candidate.joint, Joint::Space);
            let plain = letters == value.len();
            let dotted = value.contains(&b'.') && is_wordlike(value) && digits == 0;
            !is_password_word(value)
                && !(spaces && (is_wordlike(value) || candidate.quote.is_none()))
                && !dotted
                && !is_address(value)
                && !(is_wordlike(value) && !flag && (plain || digits == 0))
                && !(plain && value.len() < 8 && !flag)
                && !(digits == value.len() && value.len() < 6)
        }
        Promise::Fair | Promise::Weak => {
            let strict = promise == Promise::Weak;
            let hex = value.iter().all(u8::is_ascii_hexdigit);
            let symbols = value.iter().filter(|b| b"+/=_-.~%".contains(b)).count();
            let token = digits
                + letters
                + symbols
                + value.iter().filter(|b| b":!@#$^*?|".contains(b)).count()
                == value.len();
            let least = match value.len() {
                0..12 => 2.5,
                12..20 => 2.9,
                _ if hex || is_uuid(value) => 2.9,
                _ => 3.3,
            };
            value.len()
                >= if strict {
                    if query { 12 } else { 16 }
                } else {
                    8
                }
                && token
                && letters > 0
                && (digits > 0 || is_mixed(value))
                && entropy(value) >= least
                && !is_placeholder(value)
                && !is_number_or_date(value)
                && !is_address(value)
                && !(is_wordlike(value) && digits * 4 < value.len())
                && !(strict
                    && !query
                    && (is_uuid(value)
                        || hex && value.len() <= 40
                        || symbols * 5 > value.len()
                        || entropy(value) < 3.5))
        }
    }
}

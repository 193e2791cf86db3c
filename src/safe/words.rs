//! Where a text that comes in pieces may be parted, so that no secret is.
//!
//! Half a secret no longer looks like one, nor does one whose `curl -u` stands elsewhere: what is
//! told of a text that goes on ends behind a whole line or sentence, what is shown of it behind a
//! whole word, and neither behind `password:` or in a private key.

use memchr::memmem;
use unicode_segmentation::UnicodeSegmentation as _;

/// How a private key begins and ends: it has many lines, and none alone tells what it is.
const KEY: (&str, &str) = ("-----BEGIN ", "-----END ");

/// What a line of a key ends in.
const DASHES: &str = "-----";

/// The last place in the first `graphemes` of `text` where a cut parts no word.
pub fn last_break(text: &str, graphemes: usize) -> Option<usize> {
    let mut found = None;
    let mut before = false;
    // What follows `password:` belongs to it.
    let mut bound = false;
    let most = graphemes.saturating_add(1);
    for (at, character) in text.grapheme_indices(true).take(most) {
        let blank = character.trim().is_empty();
        // Many languages put no space between their words; no secret is written in them.
        let breaks = !character.is_ascii() || blank;
        if at > 0 && !bound && (breaks || before) {
            found = Some(at);
        }
        before = breaks;
        bound = matches!(character, ":" | "=") || bound && blank;
    }
    found
}

/// Where the first private key of `text` begins.
pub fn key_at(text: &str) -> Option<usize> {
    memmem::find(text.as_bytes(), KEY.0.as_bytes())
}

/// Where the private key ends that `text` begins with; `None` while it goes on.
pub fn key_end(text: &str) -> Option<usize> {
    let end = text.find(KEY.1)? + KEY.1.len();
    let rest = &text[end..];
    let dashes = rest.find(DASHES).map(|at| at + DASHES.len());
    let stop = rest.find('\n').into_iter().chain(dashes).min()?;
    Some(end + stop)
}

/// How much of `text`, which may go on and whose last `fresh` bytes are new, can be told already:
/// whole lines and sentences, and whole keys.
///
/// What tells that a word is a secret may stand far before it, as in `docker login -u me -p …`, but
/// on the same line. Nothing new can be told before a line, a sentence or a key ends: as long as
/// nothing fresh can end one, a text is not looked at again.
pub fn whole(text: &str, fresh: usize) -> usize {
    // The end of a sentence shows in what follows it.
    let from = text.len().saturating_sub(fresh.saturating_add(8));
    let may_end = |byte: &u8| matches!(byte, b'\n' | b'-' | b'.' | b'!' | b'?' | 0x80..);
    if !text.as_bytes()[from..].iter().any(may_end) {
        return 0;
    }
    let mut from = 0;
    while let Some(at) = key_at(&text[from..]) {
        match key_end(&text[from + at..]) {
            Some(end) => from += at + end,
            None => return from + last_end(&text[from..from + at]).unwrap_or(0),
        }
    }
    from + last_end(&text[from..]).unwrap_or(0)
}

/// Behind the last line or sentence of `text` that is whole and has nothing to do with what follows.
fn last_end(text: &str) -> Option<usize> {
    let mut next = None;
    for (at, character) in text.char_indices().rev() {
        let end = at + character.len_utf8();
        let is_end = match character {
            '\n' => !is_bound(&text[..at]),
            '。' | '！' | '？' => true,
            // `e.g. -p` is no end of a sentence.
            ' ' | '\t' => {
                let begins =
                    |next: char| next.is_uppercase() || next.is_alphabetic() && !next.is_ascii();
                next.is_some_and(begins) && text[..at].ends_with(['.', '!', '?'])
            }
            _ => false,
        };
        if is_end {
            return Some(end);
        }
        next = Some(character);
    }
    None
}

/// Whether a line that ends so goes on in the next one, as `"password":` does.
fn is_bound(line: &str) -> bool {
    let last = line.trim_end().chars().next_back();
    last.is_some_and(|last| {
        last.is_ascii_punctuation() && !matches!(last, '.' | '!' | '?' | ';' | ')' | '*' | '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::safe::redact::Redactor;

    #[test]
    fn what_is_told_ends_behind_a_whole_line_or_sentence() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE abc\n-----END RSA PRIVATE KEY-----";
        let cases = [
            ("", ""),
            ("Rea", ""),
            ("Reading the file ", ""),
            ("Reading the file.", ""),
            ("Reading the file. ", ""),
            ("Reading the file. It ", "Reading the file. "),
            ("Reading the file\n", "Reading the file\n"),
            ("Reading, e.g. the file. no", ""),
            ("Log in. -p hunter2 ", ""),
            ("The password:\nhunt", ""),
            ("The password:\nhunter2\nis", "The password:\nhunter2\n"),
            ("docker login \\\n -p hunter2", ""),
            ("漢字。漢", "漢字。"),
            (&key[..50], ""),
            (&format!("A\n{}", &key[..50]), "A\n"),
            (&key[..key.len() - 1], ""),
            (key, key),
            (&format!("{key}\nThat is"), &format!("{key}\n")),
        ];
        for (text, want) in cases {
            assert_eq!(&text[..whole(text, text.len())], want, "{text:?}");
        }
    }

    #[test]
    fn a_text_that_comes_in_pieces_gives_no_more_away_than_the_whole_of_it() {
        let secret = "S3cretPassw0rdXy";
        let token = "q8Zk1LmN0pQr5tUv7wXy";
        let texts = [
            format!("Run curl -u admin:{secret} https://example.org. Then go on"),
            format!("I use mysql --password {secret} now\nand mysql -p{secret} later"),
            format!("sshpass -p {secret} ssh me@example.org"),
            format!("docker login -u bob -p {secret}\nDone"),
            format!("redis-cli -a {secret} ping. Next"),
            format!("gpg --passphrase {secret} x"),
            format!("ENV DB_PASSWORD {secret}\nRUN x"),
            format!("Authorization: Bearer {token}\nAccept: x"),
            format!("password := get ( \"{secret}\" )"),
            format!("<password>\n{secret}\n</password>"),
            format!("setPassword(\n\"{secret}\"\n)"),
            format!("\"password\",\n\"{secret}\""),
            format!("password: |\n  {secret}\n"),
        ];
        let redactor = Redactor::new(&[]);
        let redacted = |text: &str| redactor.redact(text).into_owned();
        for text in texts {
            for size in [1, 3, 7] {
                let (mut held, mut told) = (String::new(), String::new());
                let all: Vec<char> = text.chars().collect();
                for piece in all.chunks(size) {
                    let fresh = held.len();
                    held.extend(piece);
                    let whole = whole(&held, held.len() - fresh);
                    told += &redacted(&held[..whole]);
                    held.drain(..whole);
                }
                told += &redacted(&held);
                assert_eq!(told, redacted(&text), "{text:?} by {size}");
            }
        }
    }
}

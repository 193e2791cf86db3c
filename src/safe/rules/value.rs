//! Whether a value looks like a secret, or like words, a placeholder or code.

/// Shannon entropy in bits a byte.
pub(super) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &b in value {
        counts[usize::from(b)] += 1;
    }
    let len = value.len().max(1) as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / len)
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether a value of a known token format is not a filled-in example.
pub(super) fn is_drawn(value: &[u8], digits: bool, words: bool) -> bool {
    let least = match value.len() {
        _ if digits => 1.9,
        0..16 => 1.85,
        16..24 => 2.6,
        _ => 2.9,
    };
    // Words have few digits; a random string of letters and digits has many.
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let words = words && digits * 8 < value.len() && is_wordlike(value);
    entropy(value) >= least && !is_filler(value) && !words
}

/// `xxxxxxxx`, `0123456789abcdef`, `abcabcabc`, `AKIA…EXAMPLE`.
pub(super) fn is_filler(value: &[u8]) -> bool {
    let pairs = value.len().saturating_sub(1);
    let steps = value
        .windows(2)
        .filter(|pair| pair[1] == pair[0] || pair[1] == pair[0].wrapping_add(1))
        .count();
    let periodic = (1..=value.len() / 2)
        .take(16)
        .any(|period| value.len() >= 8 && value[period..] == value[..value.len() - period]);
    (pairs >= 7 && steps * 10 > pairs * 6) || periodic || has_any(value, FILLERS)
}

const FILLERS: &[&str] = &[
    "example",
    "xxxxxx",
    "****",
    "....",
    "redacted",
    "placeholder",
];

/// What people write where a secret goes, in lower case, anywhere in the value.
const PLACEHOLDERS: &[&str] = &[
    "change",
    "your",
    "here",
    "dummy",
    "sample",
    "replace",
    "insert",
    "todo",
    "fixme",
    "foobar",
    "mysecret",
    "mytoken",
    "mykey",
    "mypass",
    "secret",
    "passw",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "undefined",
    "fake",
    "invalid",
    "default",
    "not-a",
    "not_a",
    "notreal",
    "lorem",
    "test",
    "abc123",
    "abcdef",
    "123456",
    "qwerty",
    "hello",
    "string",
    "-----",
    "_____",
    "env.",
    "config.",
    "secrets.",
    "vault:",
    "credential",
    "username",
];

/// Whether `value` stands for a secret without being one.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    is_filler(value) || has_any(value, PLACEHOLDERS)
}

/// Words that stand for a password where one is due, in lower case.
pub(super) fn is_password_word(value: &[u8]) -> bool {
    const WORDS: &[&str] = &[
        "pass",
        "password",
        "passwd",
        "passw0rd",
        "pwd",
        "secret",
        "token",
        "test",
        "changeme",
        "changeit",
        "none",
        "null",
        "true",
        "false",
        "nil",
        "xxx",
        "undefined",
        "required",
        "optional",
        "hidden",
        "redacted",
        "mypassword",
        "yourpassword",
        "my_password",
        "your_password",
        "foo",
        "bar",
        "string",
        "str",
        "text",
        "prompt",
        "stdin",
        "empty",
    ];
    WORDS
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
        || value.iter().all(|b| b"*x.-_X#?".contains(b))
        || has_any(
            value,
            &["example", "your", "placeholder", "redacted", "change"],
        )
}

/// A variable, a template, a call, a reference: code that names a secret.
pub(super) fn is_reference(value: &[u8]) -> bool {
    let Some(&first) = value.first() else {
        return true;
    };
    let second = value.get(1).copied().unwrap_or_default();
    let opens = match first {
        b'<' | b'{' | b'[' | b'(' => true,
        b'$' => second.is_ascii_alphabetic() || matches!(second, b'_' | b'{' | b'(' | b'$' | b'*'),
        b'%' => {
            value.len() > 2
                && (value.ends_with(b"%") || matches!(second, b's' | b'd' | b'{' | b'('))
        }
        b'@' => second == b'{' || second == b'@',
        b'#' => second == b'{',
        b'.' => matches!(second, b'.' | b'/'),
        b'&' | b'*' => is_wordlike(&value[1..]) && !value.iter().any(u8::is_ascii_digit),
        // A YAML tag.
        b'!' => value[1..].iter().all(u8::is_ascii_lowercase),
        _ => false,
    };
    opens
        || ["${", "{{", "#{", "$(", "<%", "://", "()"]
            .iter()
            .any(|mark| contains(value, mark.as_bytes()))
        || [
            "arn:", "op:/", "env:", "file:", "ssm:", "data:", "urn:", "sha256:", "process.", "os.",
        ]
        .iter()
        .any(|head| {
            value.len() > head.len() && value[..head.len()].eq_ignore_ascii_case(head.as_bytes())
        })
        || is_path(value)
}

/// `/run/secrets/x`, `C:\keys`, `~/.ssh/id`: but base64 has slashes too.
fn is_path(value: &[u8]) -> bool {
    let rooted = value.starts_with(b"/") || value.starts_with(b"~/");
    let drive =
        value.len() > 2 && value[0].is_ascii_alphabetic() && value[1] == b':' && value[2] == b'\\';
    let parts = value.split(|&b| b == b'/').filter(|part| !part.is_empty());
    drive
        || (rooted
            && parts
                .clone()
                .all(|part| part.len() < 16 || is_wordlike(part))
            && parts.count() < 12)
}

/// `1.2.3-rc1`, `2026-11-20T10:00:00Z`, `10.0.0.1:80`, `5s`.
pub(super) fn is_number_or_date(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let marks = value.iter().filter(|b| b".-:_+TZv/, ".contains(b)).count();
    let version = value.strip_prefix(b"v").unwrap_or(value);
    let dotted = version
        .split(|&b| b == b'.')
        .take(2)
        .filter(|part| !part.is_empty() && part.len() < 4 && part.iter().all(u8::is_ascii_digit));
    digits + marks == value.len() || (version.contains(&b'.') && dotted.count() == 2)
}

/// `me@example.org`, `api.example.org:443`, `main.rs`.
pub(super) fn is_address(value: &[u8]) -> bool {
    let named = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || b".-_@:+".contains(b));
    let labels: Vec<&[u8]> = value.split(|b| b".@:".contains(b)).collect();
    let tail = labels
        .iter()
        .rev()
        .find(|label| !label.iter().all(u8::is_ascii_digit));
    let domain = tail.is_some_and(|tail| {
        (2..=6).contains(&tail.len()) && tail.iter().all(u8::is_ascii_lowercase)
    });
    let short = labels
        .iter()
        .all(|label| label.len() < 20 || is_wordlike(label));
    named && labels.len() > 1 && domain && short
}

/// `8-4-4-4-12` hexadecimal.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Whether `value` reads as words: most of its letter pairs are common English ones.
///
/// A random string has about a quarter of them, words have nine in ten.
pub(super) fn is_wordlike(value: &[u8]) -> bool {
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let (mut pairs, mut common, mut breaks) = (0usize, 0usize, 0usize);
    for pair in value.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        if !a.is_ascii_alphabetic() || !b.is_ascii_alphabetic() {
            continue;
        }
        // `aB` is where a camel-case word starts; often, it is chance.
        if a.is_ascii_lowercase() && b.is_ascii_uppercase() {
            breaks += 1;
            continue;
        }
        pairs += 1;
        let pair = [a.to_ascii_lowercase(), b.to_ascii_lowercase()];
        common += usize::from(PAIRS.as_bytes().chunks(3).any(|known| known[..2] == pair));
    }
    letters * 2 > value.len() && pairs >= 3 && breaks * 4 <= letters && common * 100 >= pairs * 64
}

/// The commonest letter pairs of English text and of identifiers.
const PAIRS: &str = "th he in er an re nd at on nt ha es st en ed to it ou ea hi is or ti as te \
et ng of al de se le sa si ar ve ra ld ur io ne me li ro co ic om ri la el ce ta ma ch no us di \
ca ho ec ll be wi un pe tr so ge ee em ac pr lo id ns ai ni ss ol po il ly ir wa sh fo mo ul ot \
ut pa ie ow im op ad am ts ct su ke vi iv ev wh ay gh mi da ex bl ab ue na ry ck fi ag pl oo av \
ig rs um ap gr ia ui cl cr qu sp up tu do go wo ov nc ty mp rt rd ft ey sc ep br au ru rm og rk \
ap pi ub bo ob ok nf ug ga vo my by se rv us cu pt ";

fn has_any(value: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| {
        value
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    })
}

pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|there| there == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_noise_are_told_apart() {
        let words = [
            "getUserPassword",
            "my-secret-name",
            "ultraPictureBox1",
            "correct horse battery staple",
            "aws_ec2_client_vpn_endpoint",
            "subscription",
        ];
        for word in words {
            assert!(is_wordlike(word.as_bytes()), "{word}");
        }
        let noise = [
            "Zf3D0LXCM3EIMbgJpUNnkRtOfOueHznB",
            "k3v9x0q2mznw8t5r",
            "9fceb02d0ae598e95dc970b74767f193",
            "wJq9sXtkBvPzLmNcYdRgHf",
            "QWxhZGRpbjpPcGVuU2VzYW1l",
        ];
        for value in noise {
            assert!(!is_wordlike(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn fillers_are_known() {
        let fillers = [
            "xxxxxxxxxxxx",
            "0123456789abcdef",
            "AKIAIOSFODNN7EXAMPLE",
            "deadbeefdeadbeefdeadbeef",
            "00000000000000000001",
        ];
        for value in fillers {
            assert!(is_filler(value.as_bytes()), "{value}");
        }
        assert!(!is_filler(b"9fceb02d0ae598e95dc970b74767f193"));
    }

    #[test]
    fn code_that_names_a_secret_is_not_one() {
        for value in [
            "$TOKEN",
            "${TOKEN}",
            "<token>",
            "{{ token }}",
            "%TOKEN%",
            "process.env.X",
            "/run/secrets/db",
            "getToken()",
            "arn:aws:x",
        ] {
            assert!(is_reference(value.as_bytes()), "{value}");
        }
        assert!(!is_reference(b"/9fKcX+b02dZae598QeW95dc970b74767f193abZ"));
    }
}

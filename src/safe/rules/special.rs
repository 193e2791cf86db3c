//! Secrets with a grammar of their own: keys in PEM, JWT, URLs, cookies, commands.

use super::value::{contains, is_drawn, is_filler, is_password_word, is_reference, is_wordlike};
use super::{Found, MARK};

/// A special rule: text, start and end of the word that was found.
pub(super) type Special = fn(&[u8], usize, usize) -> Option<Found>;

/// The words that lead to the special rules.
pub(super) const SPECIALS: &[(&str, Special)] = &[
    ("-----begin", pem),
    ("private-lines:", putty),
    ("eyj", jwt),
    ("zxlk", jwt_base64),
    ("://", userinfo),
    ("hooks.slack.com/", slack_hook),
    ("webhook.office.com/", teams_hook),
    ("hooks.zapier.com/hooks/catch/", zapier_hook),
    ("discord.com/api/webhooks/", discord_hook),
    ("discordapp.com/api/webhooks/", discord_hook),
    ("cookie", cookie),
    (" -u", user_flag),
    ("--user", user_flag),
    ("mysql", short_password),
    ("mariadb", short_password),
    ("sshpass", short_password),
    ("redis-cli", short_password),
    (" login", short_password),
    ("stringdata", kubernetes),
    ("data:", kubernetes),
    ("\"data\"", kubernetes),
];

fn found(start: usize, end: usize, kind: &'static str) -> Option<Found> {
    Some(Found {
        start,
        end,
        kind,
        rank: 2,
    })
}

fn run(text: &[u8], at: usize, class: impl Fn(u8) -> bool) -> usize {
    at + text[at..]
        .iter()
        .take(4096)
        .take_while(|&&b| class(b))
        .count()
}

/// From a PEM header to its footer, or to the end of the text if that was cut off.
fn pem(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let header = &text[end..text.len().min(end + 120)];
    let close = header.windows(5).position(|part| part == b"-----")?;
    if !contains(&header[..close].to_ascii_lowercase(), b"private key") {
        return None;
    }
    let body = end + close + 5;
    // Bounded, so that many headers do not cost a scan to the end each.
    let rest = &text[body..text.len().min(body + 16 * 1024)];
    // The material holds no dashes: five of them are the footer, or all is cut off.
    let dashes = find(rest, b"-----").map(|at| body + at);
    let footer = dashes.filter(|&at| text[at..].starts_with(b"-----END"));
    let limit = dashes.unwrap_or(text.len());
    let rest = &text[body..limit];
    let marked = find(rest, MARK).map(|at| body + at);
    let material = &text[body..footer.or(marked).unwrap_or(limit)];
    let plain = material
        .iter()
        .filter(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
        .count();
    // Cut off, it is a key only if the next line is its material.
    let opens = material.starts_with(b"\n")
        || material.starts_with(b"\r")
        || material.starts_with(b"\\")
        || material.starts_with(b"MII");
    if (footer.is_some() && plain < 24) || (footer.is_none() && (!opens || plain < 3)) {
        return None;
    }
    let last = match footer {
        Some(at) if marked.is_none_or(|mark| at < mark) => {
            let line = run(text, at + 5, |b| b.is_ascii_alphanumeric() || b == b' ');
            run(text, line, |b| b == b'-')
        }
        _ => marked.unwrap_or(limit),
    };
    Some(Found {
        start,
        end: last,
        kind: "private-key",
        rank: 0,
    })
}

fn putty(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    let digits = run(text, end, |b| b == b' ' || b.is_ascii_digit());
    let last = run(text, digits, |b| {
        b.is_ascii_alphanumeric() || b"+/=\r\n".contains(&b)
    });
    (last > digits + 40).then_some(Found {
        start: digits,
        end: last,
        kind: "private-key",
        rank: 0,
    })
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|there| there == part)
}

fn is_base64url(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

fn jwt(text: &[u8], start: usize, _end: usize) -> Option<Found> {
    if start > 0 && is_base64url(text[start - 1]) && !super::is_token_start(text, start) {
        return None;
    }
    let head = run(text, start, is_base64url);
    if head - start < 17
        || text.get(head) != Some(&b'.')
        || text.get(head + 1..head + 3) != Some(b"ey")
    {
        return None;
    }
    let body = run(text, head + 1, |b| is_base64url(b) || b == b'/');
    if body - head < 10 || is_filler(&text[start..body]) {
        return None;
    }
    let last = match text.get(body) {
        Some(b'.') => run(text, body + 1, |b| {
            is_base64url(b) || b == b'/' || b == b'='
        }),
        _ => body,
    };
    found(start, last, "jwt")
}

fn jwt_base64(text: &[u8], start: usize, _end: usize) -> Option<Found> {
    let full = |b: u8| b.is_ascii_alphanumeric() || b"+/_-=".contains(&b);
    if start > 0 && full(text[start - 1]) && !super::is_token_start(text, start) {
        return None;
    }
    let last = run(text, start, full);
    (last - start >= 60).then_some(())?;
    found(start, last, "jwt")
}

/// `scheme://user:password@host`, `https://token@host`.
fn userinfo(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    let part = |b: u8| b.is_ascii_graphic() && !b"/\"'`<>@?#\\,()[]{}|".contains(&b);
    let user = run(text, end, part);
    // A password may hold a raw slash, bracket or hash; its `@` must still follow.
    let last = if text.get(user) == Some(&b'@') {
        user
    } else {
        let odd = run(&text[..text.len().min(end + 300)], end, |b| {
            b.is_ascii_graphic() && !b"\"'`<>@\\ ".contains(&b)
        });
        let colon = text[end..user].contains(&b':');
        let host = text[end..user]
            .rsplit(|&b| b == b':')
            .next()
            .unwrap_or_default();
        let port = !host.is_empty() && host.iter().all(u8::is_ascii_digit);
        let whole = text.get(odd) == Some(&b'@') && colon && !port;
        (whole && !text[end..odd].contains(&b'?')).then_some(odd)?
    };
    let info = &text[end..last];
    let (start, secret) = match info.iter().position(|&b| b == b':') {
        Some(colon) => (end + colon + 1, &info[colon + 1..]),
        None if info.len() >= 16
            && is_drawn(info, false, true)
            && info.iter().any(u8::is_ascii_digit) =>
        {
            (end, info)
        }
        None => return None,
    };
    let template = is_reference(secret) || contains(info, MARK);
    (!secret.is_empty() && !template && !is_password_word(secret)).then_some(())?;
    found(start, last, "url-password")
}

fn hook(text: &[u8], end: usize, least: usize, kind: &'static str) -> Option<Found> {
    let last = run(text, end, |b| {
        b.is_ascii_alphanumeric() || b"/_-+@.".contains(&b)
    });
    let value = &text[end..last];
    (value.len() >= least && is_drawn(value, false, false)).then_some(())?;
    found(end, last, kind)
}

fn slack_hook(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    let path = run(text, end, |b| b.is_ascii_lowercase());
    matches!(&text[end..path], b"services" | b"workflows" | b"triggers").then_some(())?;
    hook(text, path + 1, 40, "slack-webhook")
}

fn teams_hook(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    hook(text, end, 60, "teams-webhook")
}

fn zapier_hook(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    hook(text, end, 10, "zapier-webhook")
}

fn discord_hook(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    hook(text, end, 60, "discord-webhook")
}

/// `Cookie:` and `Set-Cookie:` to the end of their quote or line.
fn cookie(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    let gap = run(text, end, |b| b"\"'\\ ".contains(&b));
    if text.get(gap) != Some(&b':') || gap - end > 4 {
        return None;
    }
    let start = run(text, gap + 1, |b| b"\"'\\ [".contains(&b));
    let near = &text[..text.len().min(start + 64)];
    near[start..].contains(&b'=').then_some(())?;
    let last = run(text, start, |b| {
        b.is_ascii_graphic() && !b"\"'`\\".contains(&b) || b == b' '
    });
    let value = &text[start..last];
    let equals = value.iter().position(|&b| b == b'=')?;
    let named = value[..equals]
        .iter()
        .all(|&b| is_base64url(b) || b == b'.');
    let secret = &value[equals + 1..];
    // The head tells; the rest may be long.
    let head = &secret[..secret.len().min(64)];
    (named
        && secret.len() >= 6
        && !is_reference(head)
        && !is_filler(head)
        && !contains(value, MARK))
    .then_some(())?;
    found(start, last, "cookie")
}

/// `-u user:password`, `--user user:password`.
fn user_flag(text: &[u8], _start: usize, end: usize) -> Option<Found> {
    let gap = run(text, end, |b| b" =\"'\\$".contains(&b));
    (gap > end || text[end - 2..end] == *b"-u").then_some(())?;
    let quoted = text[end..gap]
        .iter()
        .rev()
        .find(|b| b"\"'".contains(b))
        .copied();
    let last = run(text, gap, |b| match quoted {
        Some(mark) => b != mark && b != b'\n' && b != b'\\',
        None => b.is_ascii_graphic() && !b"\"'`\\;|<>()".contains(&b),
    });
    let pair = &text[gap..last];
    let colon = pair.iter().position(|&b| b == b':')?;
    let (user, secret) = (&pair[..colon], &pair[colon + 1..]);
    let head = &text[end.saturating_sub(400)..end];
    let curl = [&b"curl"[..], b"http", b"wget"]
        .iter()
        .any(|word| contains(head, word));
    let ids = pair.iter().all(|b| b.is_ascii_digit() || *b == b':');
    let drawn = curl || secret.iter().any(u8::is_ascii_digit) || !is_wordlike(secret);
    let template =
        is_reference(secret) || is_reference(pair) || user.contains(&b' ') || contains(pair, MARK);
    (secret.len() >= 3
        && !template
        && !ids
        && drawn
        && user != secret
        && !is_password_word(secret))
    .then_some(())?;
    found(gap + colon + 1, last, "user-password")
}

/// The commands whose `-p` (or `-a`) is a password, on the same line.
fn short_password(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let word = text[start..end].to_ascii_lowercase();
    let flag: &[u8] = if word == b"redis-cli" { b" -a" } else { b" -p" };
    let joined = word == b"mysql" || word == b"mariadb";
    if word == b" login" {
        let head = text[start.saturating_sub(10)..start].to_ascii_lowercase();
        let known = [
            &b"docker"[..],
            b"podman",
            b"buildah",
            b"skopeo",
            b"registry",
            b"az",
            b"oc",
            b"nerdctl",
        ];
        known
            .iter()
            .any(|tool| head.ends_with(tool))
            .then_some(())?;
    }
    let near = &text[..text.len().min(end + 300)];
    let line = run(near, end, |b| b != b'\n' && b != b'|' && b != b';');
    let at = end + find(&text[end..line], flag)? + flag.len();
    let start = run(text, at, |b| b"\"' \\".contains(&b));
    if joined && start > at && text[at] == b' ' {
        return None;
    }
    let last = run(text, start, |b| {
        b.is_ascii_graphic() && !b"\"'`\\;|<>()".contains(&b)
    })
    .min(line);
    let secret = text.get(start..last)?;
    let port = secret.iter().all(u8::is_ascii_digit) || secret.starts_with(b"-");
    (secret.len() >= 3
        && !port
        && !is_reference(secret)
        && !is_password_word(secret)
        && !contains(secret, MARK))
    .then_some(())?;
    found(start, last, "password")
}

/// The next value under `data:` or `stringData:` of a Kubernetes secret; the rest
/// of them follow on later passes.
fn kubernetes(text: &[u8], start: usize, end: usize) -> Option<Found> {
    let near = &text[start.saturating_sub(1500)..text.len().min(end + 1500)];
    let compact: Vec<u8> = near
        .iter()
        .filter(|b| !b" \"'\\".contains(b))
        .map(u8::to_ascii_lowercase)
        .collect();
    contains(&compact, b"kind:secret").then_some(())?;
    let mut at = end;
    for _ in 0..64 {
        let colon = run(text, at, |b| b != b':' && b != b'}');
        if text.get(colon) != Some(&b':') {
            return None;
        }
        let value = run(text, colon + 1, |b| b" \"'\\|>-\n\r{".contains(&b));
        let last = run(text, value, |b| {
            b.is_ascii_alphanumeric() || b"+/=_-".contains(&b)
        });
        let secret = &text[value..last];
        let next = text.get(last).copied().unwrap_or(b'\n');
        if next == b':' || next == b'.' {
            // A name: `metadata:` after the data, or the next key of a block.
            at = value;
            if [&b"metadata"[..], b"kind", b"type", b"apiVersion"].contains(&secret) {
                return None;
            }
            if value == colon + 1 {
                return None;
            }
            continue;
        }
        if secret.len() >= 8 && !is_filler(secret) && secret.len().is_multiple_of(4) {
            return found(value, last, "kubernetes");
        }
        at = last.max(colon + 1);
    }
    None
}

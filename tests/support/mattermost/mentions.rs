//! Whom a message mentions.

use std::collections::BTreeSet;

/// The names after an `@` that notify, lower case, without what code hides.
pub fn names(text: &str) -> BTreeSet<String> {
    let text = without_code(text)
        .replace("&#64;", "@")
        .replace("&commat;", "@");
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices('@') {
        if text[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric)
        {
            continue;
        }
        let rest = &text[at + 1..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c));
        let name = rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', '-', '_']);
        if !name.is_empty() {
            names.insert(name.to_ascii_lowercase());
        }
    }
    names
}

/// The text without fenced code, indented code and code spans.
fn without_code(text: &str) -> String {
    let mut kept = String::new();
    let mut fence: Option<&str> = None;
    let mut blank_before = true;
    for line in text.lines() {
        let bare = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| bare.starts_with(mark));
        let indented = blank_before && (line.starts_with("    ") || line.starts_with('\t'));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (None, Some(mark)) => fence = Some(mark),
            (Some(_), _) => {}
            (None, None) if indented => {}
            (None, None) => {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        blank_before = bare.is_empty() || (indented && fence.is_none());
    }
    without_spans(&kept)
}

fn without_spans(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('`') {
        kept.push_str(&rest[..at]);
        let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let inside = &rest[at + ticks..];
        match closing(inside, ticks) {
            Some(end) => rest = &inside[end + ticks..],
            None => {
                kept.push_str(&rest[at..at + ticks]);
                rest = inside;
            }
        }
        kept.push(' ');
    }
    kept.push_str(rest);
    kept
}

/// Where a run of exactly `ticks` backticks begins.
fn closing(text: &str, ticks: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].len() - text[start..].trim_start_matches('`').len();
        if run == ticks {
            return Some(start);
        }
        at = start + run;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_mentions_notify_and_code_does_not() {
        let cases = [
            ("@alice", "alice"),
            ("(@alice) **@bob**", "alice bob"),
            ("> @alice", "alice"),
            ("foo.@alice.", "alice"),
            (r"\@alice &#64;bob", "alice bob"),
            ("npm i @alice/pkg", "alice"),
            ("@all @channel @here", "all channel here"),
            ("`@alice` and ``a ` @bob``", ""),
            ("```\n@alice\n```\n@bob", "bob"),
            ("    @alice", ""),
            ("@\u{200b}alice @\u{2060}alice \u{ff20}alice", ""),
            ("x@alice", ""),
            ("@alice_x", "alice_x"),
            ("a ` tick @alice", "alice"),
        ];
        for (text, want) in cases {
            let got: Vec<String> = names(text).into_iter().collect();
            assert_eq!(got.join(" "), want, "{text:?}");
        }
    }
}

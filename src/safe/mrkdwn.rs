//! Text for Slack's mrkdwn, which has no escape but three entities.

use super::line::line;
use super::neutralise::{NOTHING, ONE_DOT, look_alike};

/// `text` as one line of Slack mrkdwn that means only itself.
///
/// `&`, `<` and `>` are escaped, so there is no `<!channel>` and no `<@U…>`; what
/// formats, mentions, links or names an emoji becomes its look-alike. Slack links
/// bare host names too, so a dot before a letter goes the same way.
pub fn mrkdwn(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len() + text.len() / 8 + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied();
        match c {
            // Slack reads an escaped `>` at the head of a line as a quote.
            '>' if out.is_empty() => out.push('\u{FF1E}'),
            '&' | '<' | '>' => out.push_str(entity(c)),
            '*' => out.push('\u{2217}'),
            '`' => out.push(GRAVE),
            '_' if !(is_word(before) && is_word(next)) => out.push('\u{02CD}'),
            '.' if is_word(before) && next.is_some_and(char::is_alphabetic) => out.push(ONE_DOT),
            _ => out.push(look_alike(c, next).unwrap_or(c)),
        }
        before = Some(c);
    }
    out
}

/// `text` as one Slack code span; a backtick inside becomes U+02CB, since Slack
/// has no longer fence for one line. An empty text gives a span with `…`.
pub fn mrkdwn_code(text: &str) -> String {
    let text = line(text);
    let mut out = String::with_capacity(text.len() + 2);
    out.push('`');
    for c in text.chars() {
        match c {
            '&' | '<' | '>' => out.push_str(entity(c)),
            '`' => out.push(GRAVE),
            _ => out.push(c),
        }
    }
    if text.is_empty() {
        out.push_str(NOTHING);
    }
    out.push('`');
    out
}

/// U+02CB: drawn as a backtick.
const GRAVE: char = '\u{02CB}';

fn entity(c: char) -> &'static str {
    match c {
        '&' => "&amp;",
        '<' => "&lt;",
        _ => "&gt;",
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mrkdwn_shows_what_was_written() {
        let cases = [
            ("plain words, 3 of 5", "plain words, 3 of 5"),
            (
                "<!channel> <@U1> a&b",
                "&lt;!channel&gt; &lt;\u{FF20}U1&gt; a&amp;b",
            ),
            ("*b* ~s~", "\u{2217}b\u{2217} \u{223C}s\u{223C}"),
            ("_i_ snake_case", "\u{02CD}i\u{02CD} snake_case"),
            ("`c`", "\u{02CB}c\u{02CB}"),
            (":tada: at: x", "\u{2236}tada: at: x"),
            ("http://x.org/a", "http\u{2236}//x\u{2024}org/a"),
            ("> q", "\u{FF1E} q"),
            ("v1.2 main.rs", "v1.2 main\u{2024}rs"),
            ("", ""),
        ];
        for (text, want) in cases {
            assert_eq!(mrkdwn(text), want, "text: {text:?}");
        }
    }

    #[test]
    fn a_code_span_of_slack_has_no_backtick_inside() {
        let cases = [
            ("ls", "`ls`"),
            ("a `b` <c> & d", "`a \u{02CB}b\u{02CB} &lt;c&gt; &amp; d`"),
            ("", "`…`"),
        ];
        for (text, want) in cases {
            assert_eq!(mrkdwn_code(text), want, "text: {text:?}");
        }
    }
}

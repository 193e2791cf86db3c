//! Names of tools, read and made readable.

use super::tidy::tidy;
use crate::safe::clip_bytes;

/// A readable name has at most this many graphemes.
const MOST_GRAPHEMES: usize = 48;

/// The form in which spellings of one name are equal: `WebFetch`, `web_fetch`
/// and `web-fetch` are `webfetch`.
pub(super) fn squashed(name: &str) -> String {
    bare(name)
        .chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Without the wrapping some models add: `functions.exec:0` is `exec`.
fn bare(name: &str) -> &str {
    let name = name.trim();
    let name = ["functions.", "default_api.", "default_api:", "tools."]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    match name.rsplit_once(':') {
        Some((head, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => head,
        _ => name,
    }
}

/// The words of a name, for people: `create_issue` and `createIssue` are
/// `create issue`. Nothing but letters, digits and single spaces.
pub(super) fn readable(name: &str) -> String {
    let name = bare(name);
    let name = clip_bytes(name, 512);
    let mut words = String::new();
    let mut before = ' ';
    for char in name.chars() {
        if !char.is_alphanumeric() || (char.is_uppercase() && before.is_lowercase()) {
            words.push(' ');
        }
        if char.is_alphanumeric() {
            words.push(char);
        }
        before = char;
    }
    let words: Vec<String> = words.split_whitespace().map(lower_first).collect();
    tidy(&words.join(" "), MOST_GRAPHEMES)
}

/// `Read` becomes `read`, `SQL` stays.
fn lower_first(word: &str) -> String {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(word.chars().skip(1)).collect()
        }
        _ => word.to_owned(),
    }
}

/// Server and tool of an MCP tool's name, each as it is written.
///
/// The forms: `mcp__server__tool`, `mcp.server.tool`, `mcp_server_tool`,
/// `server__tool`.
pub(super) fn mcp(name: &str) -> Option<(&str, &str)> {
    let name = bare(name);
    let start = name.get(..3).unwrap_or("").to_ascii_lowercase();
    let rest = name.get(3..).unwrap_or("");
    let (server, tool) = if start != "mcp" {
        name.split_once("__")?
    } else if let Some(rest) = rest.strip_prefix("__") {
        rest.split_once("__")?
    } else if let Some(rest) = rest.strip_prefix(['.', ':', '/']) {
        rest.split_once(['.', ':', '/'])?
    } else {
        rest.strip_prefix('_')?.split_once('_')?
    };
    let has_letters = |part: &str| part.chars().any(char::is_alphanumeric);
    (has_letters(server) && has_letters(tool)).then_some((server, tool))
}

/// An MCP tool for people: `github: create issue`.
pub(super) fn readable_mcp(server: &str, tool: &str) -> String {
    let server = server.strip_prefix("plugin_").unwrap_or(server);
    // A plugin's server is often named twice: `playwright_playwright`.
    let server = match server.split_once('_') {
        Some((plugin, same)) if plugin == same => plugin,
        _ => server,
    };
    let text = format!("{}: {}", readable(server), readable(tool));
    tidy(&text, MOST_GRAPHEMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        let cases = [
            ("create_issue", "create issue"),
            ("createIssue", "create issue"),
            ("CreateIssue", "create issue"),
            ("runSQL", "run SQL"),
            ("SQL", "SQL"),
            ("functions.do-it:3", "do it"),
            ("a\n`b`<@c>", "a b c"),
            ("!!", ""),
            ("", ""),
        ];
        for (name, want) in cases {
            assert_eq!(readable(name), want, "name: {name:?}");
        }
    }

    #[test]
    fn mcp_names_have_a_server_and_a_tool() {
        let cases = [
            ("mcp__github__create_issue", "github: create issue"),
            ("MCP__GitHub__create_issue", "git hub: create issue"),
            ("github__create_issue", "github: create issue"),
            ("mcp.github.createIssue", "github: create issue"),
            ("mcp_github_create_issue", "github: create issue"),
            ("mcp__plugin_x_x__tap", "x: tap"),
            ("mcp__a__b__c", "a: b c"),
            ("mcp__github", ""),
            ("__init__", ""),
            ("mcpé", ""),
            ("read_file", ""),
        ];
        for (name, want) in cases {
            let got = mcp(name).map(|(server, tool)| readable_mcp(server, tool));
            assert_eq!(got.as_deref().unwrap_or(""), want, "name: {name:?}");
        }
    }
}

//! Rules a user writes: patterns of tools and the phrases for them.

use std::collections::HashMap;

use regex::{Regex, RegexBuilder};

use super::rules_file::{self, Entry};
use super::template::Template;
use crate::safe::clip_bytes;

/// A pattern is held against this much of a name.
const MOST_NAME_BYTES: usize = 256;

/// User rules, in the order in which they are tried.
///
/// A pattern is tried on the tool's name and on `name:program` for tools that
/// run commands (`exec:cargo`), without regard to case. The order is
///
/// 1. an exact `name:program`,
/// 2. globs with a colon, the one with most literal characters first,
/// 3. an exact name,
/// 4. other globs (and `*:*`), the one with most literal characters first,
/// 5. regular expressions, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    exact: HashMap<String, Rule>,
    globs: Vec<Glob>,
    regexes: Vec<(Regex, Rule)>,
}

/// A rule that is no rule.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("line {line}{}: {reason}", of_key(.key))]
pub struct BadRule {
    /// The line of its key, from 1.
    pub line: usize,
    /// Its key; empty when the file could not be read as far as that.
    pub key: String,
    /// What is wrong, and what would be right.
    pub reason: String,
}

fn of_key(key: &str) -> String {
    match key {
        "" => String::new(),
        key => format!(", key {key:?}"),
    }
}

/// A pattern with its phrase.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The pattern as it was written.
    pub(super) pattern: String,
    pub(super) template: Template,
    /// Why it stands where it stands in the order.
    pub(super) rank: &'static str,
}

#[derive(Clone, Debug)]
struct Glob {
    lower: String,
    literals: usize,
    rule: Rule,
}

impl Glob {
    fn is_of_program(&self) -> bool {
        self.lower.contains(':') && self.literals > 1
    }
}

impl Rules {
    /// Reads a labels file: JSON when it begins with `{`, else TOML.
    ///
    /// Both are a map from pattern to phrase, on top or in a table `labels`.
    ///
    /// # Errors
    ///
    /// [`BadRule`] names the line and the key of the first rule that is
    /// malformed, refers to an unknown field, or is there twice.
    pub fn parse(text: &str) -> Result<Self, BadRule> {
        let mut rules = Self::default();
        let mut lines: HashMap<String, usize> = HashMap::new();
        for Entry { line, key, value } in rules_file::entries(text)? {
            let bad = |reason: String| BadRule {
                line,
                key: key.clone(),
                reason,
            };
            let phrase = value.map_err(|found| {
                bad(format!(
                    "the phrase must be a string, not {found}; a pattern with dots needs quotes"
                ))
            })?;
            let template = Template::parse(&phrase).map_err(bad)?;
            if key.is_empty() {
                return Err(bad("the pattern is empty".into()));
            }
            if let Some(first) = lines.insert(key.to_lowercase(), line) {
                return Err(bad(format!("already given in line {first}")));
            }
            rules.add(key.clone(), template).map_err(bad)?;
        }
        // Stable: globs of one weight stay in the order of the file.
        rules
            .globs
            .sort_by_key(|glob| std::cmp::Reverse(glob.literals));
        Ok(rules)
    }

    fn add(&mut self, pattern: String, template: Template) -> Result<(), String> {
        let rule = |rank| Rule {
            pattern: pattern.clone(),
            template,
            rank,
        };
        let lower = pattern.to_lowercase();
        if let Some(source) = pattern.strip_prefix('/') {
            let source = source
                .strip_suffix('/')
                .filter(|source| !source.is_empty())
                .ok_or("a regular expression is written /between slashes/")?;
            let regex = RegexBuilder::new(source)
                .case_insensitive(true)
                .size_limit(1 << 20)
                .build()
                .map_err(|error| one_line(&error))?;
            self.regexes.push((regex, rule("a regular expression")));
        } else if pattern.contains(['*', '?']) {
            let literals = lower.chars().filter(|char| !"*?".contains(*char)).count();
            self.globs.push(Glob {
                lower,
                literals,
                rule: rule("a glob"),
            });
        } else {
            self.exact.insert(lower, rule("an exact name"));
        }
        Ok(())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.globs.is_empty() && self.regexes.is_empty()
    }

    /// The rules that match, the winner first.
    pub(super) fn matching(
        &self,
        name: &str,
        program: Option<&str>,
    ) -> impl Iterator<Item = &Rule> {
        let name = name.trim();
        let name = clip_bytes(name, MOST_NAME_BYTES).to_lowercase();
        let full = program.map(|program| format!("{name}:{}", program.to_lowercase()));
        let exact_full = full.as_ref().and_then(|full| self.exact.get(full));
        let exact = self.exact.get(&name);
        let regexes = {
            let (name, full) = (name.clone(), full.clone());
            self.regexes.iter().filter(move |(regex, _)| {
                regex.is_match(&name) || full.as_ref().is_some_and(|full| regex.is_match(full))
            })
        };
        let globs: Vec<&Glob> = self
            .globs
            .iter()
            .filter(|glob| {
                fits(&glob.lower, &name)
                    || full.as_ref().is_some_and(|full| fits(&glob.lower, full))
            })
            .collect();
        let (of_program, of_name): (Vec<&Glob>, Vec<&Glob>) =
            globs.into_iter().partition(|glob| glob.is_of_program());
        exact_full
            .into_iter()
            .chain(of_program.into_iter().map(|glob| &glob.rule))
            .chain(exact)
            .chain(of_name.into_iter().map(|glob| &glob.rule))
            .chain(regexes.map(|(_, rule)| rule))
    }
}

/// The last line of a regex error says what is wrong; the others draw it.
fn one_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or("").trim();
    format!(
        "bad regular expression: {}",
        last.trim_start_matches("error: ")
    )
}

/// Whether `text` fits a glob of `*` (anything) and `?` (one character).
fn fits(glob: &str, text: &str) -> bool {
    let glob: Vec<char> = glob.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while read < text.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(char) if *char == '?' || *char == text[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((from, taken)) = star else {
                    return false;
                };
                star = Some((from, taken + 1));
                at = from + 1;
                read = taken + 1;
            }
        }
    }
    glob[at..].iter().all(|char| *char == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_whole_names() {
        let cases = [
            ("exec:*", "exec:cargo", true),
            ("exec:*", "exec", false),
            ("mcp__*", "mcp__a__b", true),
            ("*_file", "read_file", true),
            ("*a*b", "xaxbxb", true),
            ("*a*b", "xaxbx", false),
            ("r??d", "read", true),
            ("r?d", "read", false),
            ("*", "", true),
        ];
        for (glob, text, want) in cases {
            assert_eq!(fits(glob, text), want, "{glob} on {text}");
        }
    }

    #[test]
    fn the_most_telling_rule_comes_first() {
        let rules = Rules::parse(
            r#"{"/^ex/": "r", "/cargo/": "r", "*": "g", "e*": "g", "*:*": "g", "exec:*": "g",
                "exec:c*": "g", "Exec": "x", "EXEC:Cargo": "x"}"#,
        )
        .expect("parses");
        let patterns = |name, program| -> Vec<&str> {
            rules
                .matching(name, program)
                .map(|rule| rule.pattern.as_str())
                .collect()
        };
        assert_eq!(
            patterns("exec", Some("cargo")),
            [
                "EXEC:Cargo",
                "exec:c*",
                "exec:*",
                "Exec",
                "e*",
                "*:*",
                "*",
                "/^ex/",
                "/cargo/"
            ]
        );
        assert_eq!(patterns("EXEC", None), ["Exec", "e*", "*", "/^ex/"]);
        assert_eq!(patterns("read", None), ["*"]);
    }
}

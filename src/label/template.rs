//! Templates of user rules: `Reading {target}`.

use std::fmt::Write;

/// A template has at most this many bytes.
const MOST_BYTES: usize = 500;

/// A phrase with holes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Target,
    Name,
    Program,
}

/// What fills the holes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) target: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) program: Option<&'a str>,
}

impl Template {
    /// Reads a template; an error is the reason.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("the phrase is empty".into());
        }
        if text.len() > MOST_BYTES {
            return Err(format!("the phrase is longer than {MOST_BYTES} bytes"));
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            literal.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            let behind = &rest[at + 1..];
            if let Some(after) = behind.strip_prefix(brace) {
                literal.push_str(brace);
                rest = after;
                continue;
            }
            let (field, after) = match behind.split_once('}') {
                Some(found) if brace == "{" => found,
                _ => {
                    return Err(format!(
                        "a lone {brace}; write {brace}{brace} for the character"
                    ));
                }
            };
            if !literal.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut literal)));
            }
            parts.push(match field.trim() {
                "target" => Part::Target,
                "name" => Part::Name,
                "program" => Part::Program,
                _ => return Err(unknown(field)),
            });
            rest = after;
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Text(literal));
        }
        Ok(Self(parts))
    }

    /// The text before its last part, and that part's target when it ends in
    /// one. A hole with nothing to fill it leaves no trace, but an ellipsis
    /// when the text would have ended there.
    pub(super) fn fill<'a>(&self, fields: Fields<'a>) -> (String, Option<&'a str>) {
        let mut text = String::new();
        let mut is_open = false;
        let mut target = None;
        for (index, part) in self.0.iter().enumerate() {
            let is_last = index + 1 == self.0.len();
            let value = match part {
                Part::Text(literal) => {
                    let is_gap = text.is_empty() || text.ends_with(' ');
                    let literal = match literal.strip_prefix(' ') {
                        Some(rest) if is_gap => rest,
                        _ => literal,
                    };
                    text.push_str(literal);
                    continue;
                }
                Part::Target if is_last => {
                    target = fields.target;
                    is_open = target.is_none();
                    continue;
                }
                Part::Target => fields.target,
                Part::Name => fields.name,
                Part::Program => fields.program,
            };
            is_open = value.is_none() && is_last;
            // Writing to a string cannot fail.
            let _ = write!(text, "{}", value.unwrap_or(""));
        }
        if is_open {
            let end = text
                .trim_end_matches(|last: char| last.is_whitespace() || ":-–—,('\"`".contains(last));
            text = format!("{end}...");
        }
        (text, target)
    }
}

fn unknown(field: &str) -> String {
    let field: String = field.chars().take(40).collect();
    format!("unknown field {{{field}}}; use {{target}}, {{name}} or {{program}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let all = Fields {
            target: Some("a.rs"),
            name: Some("read"),
            program: Some("git"),
        };
        let none = Fields::default();
        let cases = [
            ("Reading {target}", all, "Reading ", Some("a.rs")),
            ("Reading {target}", none, "Reading...", None),
            ("Searching for: \"{target}", none, "Searching for...", None),
            ("{target}", all, "", Some("a.rs")),
            ("{target}", none, "...", None),
            ("{target} is read", all, "a.rs is read", None),
            ("{target} is read", none, "is read", None),
            (
                "With {program} on {target}",
                all,
                "With git on ",
                Some("a.rs"),
            ),
            ("With {program} now", none, "With now", None),
            ("{name}: {program}", all, "read: git", None),
            ("{{x}} {name}", all, "{x} read", None),
            ("Just text", none, "Just text", None),
        ];
        for (template, fields, text, target) in cases {
            let parsed = Template::parse(template).expect("parses");
            assert_eq!(parsed.fill(fields), (text.into(), target), "{template}");
        }
    }

    #[test]
    fn bad_templates_are_refused_with_a_reason() {
        let cases = [
            (
                "Do {foo}",
                "unknown field {foo}; use {target}, {name} or {program}",
            ),
            ("Do {", "a lone {; write {{ for the character"),
            ("Do }", "a lone }; write }} for the character"),
            ("Do {target", "a lone {; write {{ for the character"),
            (" ", "the phrase is empty"),
            ("{}", "unknown field {}; use {target}, {name} or {program}"),
        ];
        for (template, want) in cases {
            assert_eq!(Template::parse(template), Err(want.into()), "{template}");
        }
    }
}

//! Every program that a command line starts, with its arguments: for whoever looks for one.

use super::lex::{self, Word};
use super::{MOST_NESTED, past_head, program_name, script_argument, unwrap};
use crate::safe::clip_bytes;

/// A program that a command line starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its base name: `cargo`.
    pub program: String,
    /// Its arguments, quotes gone, expansions as they were written.
    pub arguments: Vec<String>,
    /// Nothing in them is expanded: the program gets exactly these.
    pub fixed: bool,
}

/// The programs of a command line in their order; wrappers and shells give way to what they run.
#[must_use]
pub fn started(command: &str) -> Vec<Started> {
    let mut found = Vec::new();
    script(command, 0, &mut found);
    found
}

/// The same for a list of arguments, which no shell has touched.
#[must_use]
pub fn started_by_words<'a>(words: impl Iterator<Item = &'a str>) -> Vec<Started> {
    let words: Vec<Word> = words
        .take(64)
        .map(|word| Word::literal(clip_bytes(word, lex::MOST_BYTES)))
        .collect();
    let mut found = Vec::new();
    simple(&words, 0, &mut found);
    found
}

fn script(text: &str, depth: usize, found: &mut Vec<Started>) {
    if depth > MOST_NESTED {
        return;
    }
    for words in lex::commands(text) {
        simple(&words, depth, found);
    }
}

/// What one simple command starts, substitutions in its words included.
fn simple(words: &[Word], depth: usize, found: &mut Vec<Started>) {
    for inner in words.iter().flat_map(|word| &word.inner) {
        script(inner, depth + 1, found);
    }
    let mut rest = words;
    loop {
        rest = past_head(rest);
        let Some((first, arguments)) = rest.split_first() else {
            return;
        };
        let Some(program) = program_name(first) else {
            return;
        };
        if let Some(text) = script_argument(&program, arguments) {
            return script(&text, depth + 1, found);
        }
        match unwrap(&program, arguments) {
            Some(inner) => rest = inner,
            None => {
                return found.push(Started {
                    program,
                    arguments: arguments.iter().map(|word| word.text.clone()).collect(),
                    fixed: arguments.iter().all(|word| word.fixed),
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_found_with_what_it_is_given() {
        let cases: [(&str, &[&str]); 7] = [
            (
                "cd /w && claude -p 'fix it'",
                &["cd [/w] fixed", "claude [-p|fix it] fixed"],
            ),
            (
                "timeout 60 claude -p \"$TASK\" | tee log",
                &["claude [-p|$TASK]", "tee [log] fixed"],
            ),
            (
                "bash -lc 'codex exec \"do it\"'",
                &["codex [exec|do it] fixed"],
            ),
            (
                "out=$(claude -p hi); echo $out",
                &["claude [-p|hi] fixed", "echo [$out]"],
            ),
            ("nohup claude -p x > log 2>&1 &", &["claude [-p|x] fixed"]),
            ("echo 'claude -p x'", &["echo [claude -p x] fixed"]),
            ("claude -p 'cut off he", &["claude [-p] fixed"]),
        ];
        for (command, want) in cases {
            let found: Vec<String> = started(command)
                .iter()
                .map(|one| {
                    let fixed = if one.fixed { " fixed" } else { "" };
                    format!("{} [{}]{fixed}", one.program, one.arguments.join("|"))
                })
                .collect();
            assert_eq!(found, want, "{command}");
        }
        let words = ["bash", "-lc", "claude -p x"];
        assert_eq!(started_by_words(words.into_iter()), started("claude -p x"));
    }
}

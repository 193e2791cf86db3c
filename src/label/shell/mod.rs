//! The program that matters in a command line.
//!
//! The rule: of all simple commands, in order, the **first of those that say
//! most about the work** ([`programs::lightness`]). So `cd x && cargo test |
//! tail` is `cargo test`, `cat a | grep b` is `grep`, `sleep 2; echo slow` is
//! `sleep`, and `cd x` alone is `cd`. Wrappers (`sudo -u x`, `env A=b`,
//! `timeout 5`, `xargs`, `bash -lc '…'`) give way to what they run. A command
//! of assignments alone is what its substitution runs.
//!
//! Only a program's base name, the subcommand of a program known to have some
//! (an unquoted `[a-z][a-z0-9:_-]*` of at most 20 characters) and the base
//! name of a script with a known ending are ever taken: no other argument, no
//! value of an option or a variable.

mod lex;
mod programs;
mod started;
#[cfg(test)]
mod tests;

use crate::safe::clip_bytes;
pub(super) use lex::MOST_BYTES;
use lex::Word;
use programs::{INTERPRETERS, MULTIS, SCRIPTS, SHELLS, WRAPPERS, lightness};
pub use started::{Started, started, started_by_words};

/// Scripts within scripts beyond which nobody looks.
const MOST_NESTED: usize = 4;

/// What a command line runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    /// Its base name: `cargo`.
    pub(super) name: String,
    /// With its subcommand: `cargo test`.
    pub(super) target: String,
}

/// The program that matters in a script.
pub(super) fn of_text(text: &str) -> Option<Program> {
    of_script(text, 0).map(|(_, program)| program)
}

/// The program that matters in a list of arguments.
pub(super) fn of_words<'a>(words: impl Iterator<Item = &'a str>) -> Option<Program> {
    let words: Vec<Word> = words
        .take(64)
        .map(|word| Word::literal(clip_bytes(word, MOST_BYTES)))
        .collect();
    weigh(&words, 0).map(|(_, program)| program)
}

type Weighed = (u8, Program);

fn of_script(text: &str, depth: usize) -> Option<Weighed> {
    if depth > MOST_NESTED {
        return None;
    }
    let commands = lex::commands(text);
    let mut best: Option<Weighed> = None;
    for words in &commands {
        let Some(found) = weigh(words, depth) else {
            continue;
        };
        if best.as_ref().is_none_or(|best| found.0 < best.0) {
            best = Some(found);
        }
    }
    best
}

/// What one simple command runs, and how little that says.
fn weigh(words: &[Word], depth: usize) -> Option<Weighed> {
    let mut rest = words;
    loop {
        rest = past_head(rest);
        let Some(first) = rest.first() else {
            return words
                .iter()
                .flat_map(|word| &word.inner)
                .find_map(|script| of_script(script, depth + 1));
        };
        let name = program_name(first)?;
        let arguments = &rest[1..];
        if let Some(script) = script_argument(&name, arguments) {
            let itself = || (lightness(&name), plain_program(name.clone()));
            return Some(of_script(&script, depth + 1).unwrap_or_else(itself));
        }
        match unwrap(&name, arguments) {
            Some(inner) => rest = inner,
            None => return Some((lightness(&name), with_arguments(name, arguments))),
        }
    }
}

/// Without keywords and assignments at its head.
fn past_head(words: &[Word]) -> &[Word] {
    let start = words
        .iter()
        .position(|word| !lex::is_keyword(word) && !is_assignment(&word.text))
        .unwrap_or(words.len());
    &words[start..]
}

fn is_assignment(text: &str) -> bool {
    let Some((name, _)) = text.split_once('=') else {
        return false;
    };
    let name = name.strip_suffix('+').unwrap_or(name);
    let name = name.split('[').next().unwrap_or(name);
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The base name of a program, if that can be one and is fixed.
fn program_name(word: &Word) -> Option<String> {
    if !word.fixed || word.text.contains("://") {
        return None;
    }
    let base = word.text.rsplit(['/', '\\']).next()?;
    let lower = base.to_ascii_lowercase();
    let name = [".exe", ".cmd", ".bat"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .unwrap_or(base);
    let is_name = matches!(name, "[" | "[[" | ":" | ".")
        || (name.len() <= 32
            && name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte))
            && !name.bytes().all(|byte| byte.is_ascii_digit()));
    is_name.then(|| match name {
        "[" | "[[" => "test".to_owned(),
        _ => name.to_owned(),
    })
}

/// The script a shell is given as an argument: `bash -lc '…'`.
fn script_argument(name: &str, arguments: &[Word]) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let after = |is_option: &dyn Fn(&str) -> bool| {
        let at = arguments.iter().position(|word| is_option(&word.text))?;
        arguments.get(at + 1..)
    };
    let joined = |words: &[Word]| {
        let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
        words.join(" ")
    };
    match lower.as_str() {
        "cmd" => after(&|word| word.eq_ignore_ascii_case("/c")).map(joined),
        "powershell" | "pwsh" => {
            after(&|word| word.eq_ignore_ascii_case("-command") || word.eq_ignore_ascii_case("-c"))
                .map(joined)
        }
        "env" => after(&|word| word == "-S" || word == "--split-string")
            .and_then(|rest| rest.first())
            .map(|word| word.text.clone()),
        "watch" => arguments
            .last()
            .filter(|word| word.text.contains(' '))
            .map(|word| word.text.clone()),
        "eval" => arguments.first().map(|word| word.text.clone()),
        shell if SHELLS.contains(&shell) => {
            let head = arguments.iter().position(|word| {
                !word.text.starts_with(['-', '+']) && (shell != "su" || word.text.contains(' '))
            });
            let options = &arguments[..head.unwrap_or(arguments.len())];
            let has_script = options
                .iter()
                .any(|word| !word.text.starts_with("--") && word.text.contains('c'));
            let script = arguments.get(head?).filter(|_| has_script)?;
            Some(script.text.clone())
        }
        _ => None,
    }
}

/// What a wrapper runs; `None` when `name` wraps nothing, or nobody can tell.
fn unwrap<'a>(name: &str, arguments: &'a [Word]) -> Option<&'a [Word]> {
    let wrapper = WRAPPERS
        .iter()
        .find(|wrapper| wrapper.names.contains(&name))?;
    let mut rest = past_options(arguments, wrapper.flags, wrapper.valued)?;
    rest = rest.get(wrapper.skip..)?;
    let rest = past_head(rest);
    rest.first().and_then(program_name).map(|_| rest)
}

/// Without the options at its head; `None` where one of them is unknown.
fn past_options<'a>(mut words: &'a [Word], flags: &[&str], valued: &[&str]) -> Option<&'a [Word]> {
    while let Some((first, rest)) = words.split_first() {
        let text = first.text.as_str();
        if text == "--" {
            return Some(rest);
        }
        let is_toolchain = text.starts_with('+') && first.fixed;
        if is_assignment(text) {
            words = rest;
            continue;
        }
        if !text.starts_with('-') && !is_toolchain {
            return Some(words);
        }
        words = if valued.contains(&text) {
            rest.get(1..)?
        } else if is_toolchain
            || flags.contains(&text)
            || (text.starts_with("--") && text.contains('='))
            || has_value_inside(text, flags, valued)
        {
            rest
        } else {
            return None;
        };
    }
    Some(words)
}

/// `-n1`, `-oL`, `-I{}`, `-j8`, `-5`: a short option with its value in one
/// word, or flags in a cluster.
fn has_value_inside(text: &str, flags: &[&str], valued: &[&str]) -> bool {
    let Some(first) = text.strip_prefix('-').and_then(|rest| rest.chars().next()) else {
        return false;
    };
    let known = |names: &[&str], option: char| names.contains(&format!("-{option}").as_str());
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    known(valued, first)
        || digits(&text[1..])
        || (known(flags, first)
            && (digits(&text[1 + first.len_utf8()..])
                || text.chars().skip(1).all(|option| known(flags, option))))
}

fn plain_program(name: String) -> Program {
    Program {
        target: name.clone(),
        name,
    }
}

/// The program with its subcommand or script.
fn with_arguments(name: String, arguments: &[Word]) -> Program {
    let mut target = name.clone();
    let mut push = |word: &str| {
        target.push(' ');
        target.push_str(word);
    };
    let base = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    if let Some(script) = is_interpreter(&name, base)
        .then(|| script(arguments))
        .flatten()
    {
        push(&script);
    } else if let Some(multi) = MULTIS
        .iter()
        .find(|multi| multi.names.contains(&name.as_str()))
    {
        let mut rest = past_options(arguments, multi.flags, multi.valued).unwrap_or(&[]);
        if let Some(first) = rest.first().filter(|word| is_subcommand(word)) {
            push(&first.text);
            let is_nested = |nested: &&str| *nested == "*" || *nested == first.text;
            if multi.nested.iter().any(is_nested) {
                rest = past_options(&rest[1..], multi.flags, multi.valued).unwrap_or(&[]);
                if let Some(second) = rest.first().filter(|word| is_subcommand(word)) {
                    push(&second.text);
                }
            }
        }
    }
    Program { name, target }
}

fn is_interpreter(name: &str, base: &str) -> bool {
    INTERPRETERS.contains(&name) || base == "python"
}

/// A word that names what to do, not what to do it with.
fn is_subcommand(word: &Word) -> bool {
    word.plain
        && word.text.len() <= 20
        && word
            .text
            .starts_with(|first: char| first.is_ascii_lowercase())
        && word.text.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b":_-".contains(&byte)
        })
}

/// The script an interpreter runs, or its module: `app.py`, `-m pytest`.
fn script(arguments: &[Word]) -> Option<String> {
    let at = arguments
        .iter()
        .position(|word| word.text == "-m" || !word.text.starts_with('-'))?;
    let is_code = |word: &Word| {
        matches!(
            word.text.as_str(),
            "-" | "-c" | "-e" | "-p" | "--eval" | "--print" | "-r"
        )
    };
    if arguments[..at].iter().any(is_code) {
        return None;
    }
    let word = arguments[at..].iter().find(|word| word.text != "-m")?;
    if arguments[at].text == "-m" {
        let module: Word = Word {
            text: word.text.replace('.', "-"),
            ..word.clone()
        };
        return is_subcommand(&module).then(|| format!("-m {}", word.text));
    }
    let base = word.text.rsplit(['/', '\\']).next()?;
    let (stem, ending) = base.rsplit_once('.')?;
    let is_script = word.fixed
        && base.len() <= 40
        && !stem.is_empty()
        && SCRIPTS.contains(&ending)
        && base
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    is_script.then(|| base.to_owned())
}

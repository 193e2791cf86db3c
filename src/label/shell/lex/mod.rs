//! A command line cut into simple commands, as a POSIX shell would.
//!
//! Nothing is expanded. What is inside quotes, substitutions, here documents
//! and comments never becomes a command of its own, and when the quotes do not
//! balance only what stands before the first of them counts: after it nobody
//! can tell a program from a piece of text.

mod quote;

use crate::safe::clip_bytes;

/// Only this much of a command is looked at.
pub(crate) const MOST_BYTES: usize = 4 << 10;

/// Nesting of quotes and substitutions beyond which a command is given up.
const MOST_DEPTH: usize = 32;

/// One word of a command.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Word {
    /// Its text; quotes gone, expansions as they were written.
    pub(crate) text: String,
    /// Neither quoted nor escaped nor expanded.
    pub(crate) plain: bool,
    /// Not expanded: the program gets exactly `text`.
    pub(crate) fixed: bool,
    /// The scripts inside `$(…)` and backticks.
    pub(crate) inner: Vec<String>,
}

impl Word {
    /// A word of an argument list, which no shell has touched.
    pub(crate) fn literal(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            plain: true,
            fixed: true,
            inner: Vec::new(),
        }
    }
}

/// The simple commands of `text`, in order, empty ones left out.
pub(crate) fn commands(text: &str) -> Vec<Vec<Word>> {
    let chars: Vec<char> = clip_bytes(text, MOST_BYTES).chars().collect();
    let mut lexer = Lexer::new(&chars);
    lexer.run();
    if lexer.sound {
        return lexer.done;
    }
    let open = lexer.first_open.unwrap_or(0);
    let end = chars[..open]
        .iter()
        .rposition(|char| char.is_whitespace())
        .unwrap_or(0);
    let mut lexer = Lexer::new(&chars[..end]);
    lexer.run();
    if lexer.sound { lexer.done } else { Vec::new() }
}

/// Words that stand before a command without being one.
pub(crate) fn is_keyword(word: &Word) -> bool {
    word.plain
        && matches!(
            word.text.as_str(),
            "if" | "then" | "else" | "elif" | "while" | "until" | "do" | "!" | "{" | "}" | "coproc"
        )
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
    /// Where the first quote or bracket stands.
    first_open: Option<usize>,
    /// False once something opened was never closed.
    sound: bool,
    depth: usize,
    /// Open subshells.
    parens: usize,
    /// Between `case` and `esac`, where patterns look like commands.
    in_case: bool,
    words: Vec<Word>,
    /// Delimiters of here documents that start at the next line.
    heredocs: Vec<String>,
    done: Vec<Vec<Word>>,
}

impl<'a> Lexer<'a> {
    fn new(chars: &'a [char]) -> Self {
        Self {
            chars,
            at: 0,
            first_open: None,
            sound: true,
            depth: 0,
            parens: 0,
            in_case: false,
            words: Vec::new(),
            heredocs: Vec::new(),
            done: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn opens(&mut self) {
        self.first_open.get_or_insert(self.at);
    }

    fn give_up(&mut self) {
        self.sound = false;
        self.at = self.chars.len();
    }

    fn run(&mut self) {
        while let Some(char) = self.peek(0) {
            match char {
                '\n' => {
                    self.flush();
                    self.newline();
                }
                _ if char.is_whitespace() => self.at += 1,
                '\\' if self.peek(1) == Some('\n') => self.at += 2,
                '#' => self.comment(),
                '&' if self.peek(1) == Some('>') => {
                    self.at += 1;
                    self.redirect();
                }
                ';' | '&' | '|' => {
                    self.flush();
                    self.at += 1;
                }
                '(' => self.paren(),
                ')' => {
                    if self.parens == 0 && !self.in_case {
                        // No shell would run this.
                        self.opens();
                        self.give_up();
                        break;
                    }
                    self.parens = self.parens.saturating_sub(1);
                    self.flush();
                    self.at += 1;
                }
                '<' | '>' => self.redirect(),
                _ => self.one_word(),
            }
        }
        self.flush();
        if self.parens > 0 {
            self.sound = false;
        }
    }

    /// Ends a simple command.
    fn flush(&mut self) {
        let words = std::mem::take(&mut self.words);
        let Some(first) = words.iter().find(|word| !is_keyword(word)) else {
            return;
        };
        let first = if first.plain { first.text.as_str() } else { "" };
        match first {
            "esac" => self.in_case = false,
            "for" | "select" | "function" | "done" | "fi" => {}
            _ if self.in_case => {}
            _ => self.done.push(words),
        }
    }

    fn comment(&mut self) {
        while self.peek(0).is_some_and(|char| char != '\n') {
            self.at += 1;
        }
    }

    /// A bracket between words: a subshell, arithmetic, or a function's `()`.
    fn paren(&mut self) {
        self.opens();
        if self.words.iter().all(is_keyword) && self.peek(1) != Some('(') {
            self.parens += 1;
            self.at += 1;
            return;
        }
        let is_function = self.peek(1) == Some(')');
        self.skip_parens();
        if is_function {
            self.words.clear();
        }
    }

    /// Reads a word and keeps it, unless it is the number before `>`.
    fn one_word(&mut self) {
        let Some(word) = self.word() else { return };
        let is_number = word.plain && word.text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && matches!(self.peek(0), Some('<' | '>')) {
            return;
        }
        if word.plain && word.text == "[[" {
            while self.at < self.chars.len() && !self.chars[self.at..].starts_with(&[']', ']']) {
                self.at += 1;
            }
            self.at = (self.at + 2).min(self.chars.len());
        }
        if word.plain && word.text == "case" && self.words.iter().all(is_keyword) {
            self.in_case = true;
        }
        self.words.push(word);
    }

    /// A redirection and the word it takes; at `<` or `>`.
    fn redirect(&mut self) {
        if self.peek(1) == Some('(') {
            self.opens();
            self.at += 1;
            self.skip_parens();
            self.words.push(Word::default());
            return;
        }
        if self.heredoc() {
            return;
        }
        while matches!(self.peek(0), Some('<' | '>' | '&' | '|')) {
            self.at += 1;
        }
        self.blanks();
        if self.peek(0).is_some_and(|char| !ends_word(char)) {
            self.word();
        }
    }

    /// Takes `<<WORD` or `<<-WORD` and remembers its delimiter.
    fn heredoc(&mut self) -> bool {
        if self.peek(0) != Some('<') || self.peek(1) != Some('<') || self.peek(2) == Some('<') {
            return false;
        }
        self.at += 2;
        if self.peek(0) == Some('-') {
            self.at += 1;
        }
        self.blanks();
        if self.peek(0).is_some_and(|char| !ends_word(char))
            && let Some(word) = self.word()
        {
            self.heredocs.push(word.text);
        }
        true
    }

    fn blanks(&mut self) {
        while self
            .peek(0)
            .is_some_and(|char| char != '\n' && char.is_whitespace())
        {
            self.at += 1;
        }
    }

    /// Passes a line's end and the here documents that follow it.
    fn newline(&mut self) {
        self.at += 1;
        for delimiter in std::mem::take(&mut self.heredocs) {
            while self.at < self.chars.len() {
                let rest = &self.chars[self.at..];
                let length = rest
                    .iter()
                    .position(|char| *char == '\n')
                    .unwrap_or(rest.len());
                let line: String = rest[..length].iter().collect();
                self.at = (self.at + length + 1).min(self.chars.len());
                if line.trim_end_matches('\r').trim_start_matches('\t') == delimiter {
                    break;
                }
            }
        }
    }
}

fn ends_word(char: char) -> bool {
    char.is_whitespace() || matches!(char, ';' | '&' | '|' | '(' | ')' | '<' | '>')
}

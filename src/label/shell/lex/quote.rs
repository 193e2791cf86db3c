//! Words: what quotes, escapes and substitutions hold together.

use super::{Lexer, MOST_DEPTH, Word, ends_word};

impl Lexer<'_> {
    /// Reads a word; `None` when it never ends.
    pub(super) fn word(&mut self) -> Option<Word> {
        let mut word = Word {
            plain: true,
            fixed: true,
            ..Word::default()
        };
        while let Some(char) = self.peek(0) {
            match char {
                '\\' => {
                    let next = self.peek(1);
                    self.at += 2;
                    if next == Some('\n') {
                        continue;
                    }
                    if is_windows(&word.text) {
                        word.text.push('\\');
                    } else {
                        word.plain = false;
                    }
                    word.text.extend(next);
                }
                '\'' | '"' | '`' | '$' => self.quoted(&mut word),
                '(' if word.text.ends_with(['=', '?', '*', '+', '@', '!']) => {
                    self.opens();
                    word.plain = false;
                    word.fixed = false;
                    self.skip_parens();
                }
                _ if ends_word(char) => break,
                _ => {
                    word.text.push(char);
                    self.at += 1;
                }
            }
        }
        self.at = self.at.min(self.chars.len());
        self.sound.then_some(word)
    }

    /// A quoted or expanded part of a word.
    fn quoted(&mut self, word: &mut Word) {
        word.plain = false;
        match (self.peek(0), self.peek(1)) {
            (Some('\''), _) => self.single(&mut word.text, false),
            (Some('"'), _) => self.double(word),
            (Some('$'), Some('\'')) => {
                self.at += 1;
                word.fixed = false;
                self.single(&mut word.text, true);
            }
            _ => self.expansion(word),
        }
    }

    /// `$name`, `${…}`, `$(…)` or backticks, kept as written.
    fn expansion(&mut self, word: &mut Word) {
        word.fixed = false;
        let start = self.at;
        match (self.peek(0), self.peek(1)) {
            (Some('`'), _) => {
                self.opens();
                self.until('`', true);
                word.inner.push(self.between(start + 1));
            }
            (_, Some('(')) => {
                self.opens();
                self.at += 1;
                let is_arithmetic = self.peek(1) == Some('(');
                self.skip_parens();
                if !is_arithmetic {
                    word.inner.push(self.between(start + 2));
                }
            }
            (_, Some('{')) => {
                self.opens();
                self.until('}', true);
            }
            _ => self.at += 1,
        }
        word.text.extend(&self.chars[start..self.at]);
    }

    /// The text from `start` to before the last character read.
    fn between(&self, start: usize) -> String {
        let end = self.at.saturating_sub(1).max(start);
        self.chars.get(start..end).unwrap_or(&[]).iter().collect()
    }

    /// Passes the next `close`; gives up where there is none.
    fn until(&mut self, close: char, escapes: bool) {
        self.at += 1;
        while let Some(char) = self.peek(0) {
            self.at += if escapes && char == '\\' { 2 } else { 1 };
            if char == close {
                return;
            }
        }
        self.give_up();
    }

    fn single(&mut self, text: &mut String, escapes: bool) {
        self.opens();
        let start = self.at + 1;
        self.until('\'', escapes);
        text.push_str(&self.between(start));
    }

    fn double(&mut self, word: &mut Word) {
        self.opens();
        if !self.deeper() {
            return;
        }
        self.at += 1;
        while let Some(char) = self.peek(0) {
            match char {
                '"' => {
                    self.at += 1;
                    self.depth -= 1;
                    return;
                }
                '\\' => {
                    let next = self.peek(1);
                    if !matches!(next, Some('"' | '\\' | '$' | '`' | '\n')) {
                        word.text.push('\\');
                    }
                    word.text.extend(next.filter(|next| *next != '\n'));
                    self.at += 2;
                }
                '$' | '`' => self.expansion(word),
                _ => {
                    word.text.push(char);
                    self.at += 1;
                }
            }
        }
        self.give_up();
    }

    fn deeper(&mut self) -> bool {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            self.give_up();
        }
        self.sound
    }

    /// Passes a bracket, all inside it, and its end; at `(`.
    pub(super) fn skip_parens(&mut self) {
        if !self.deeper() {
            return;
        }
        let outer = std::mem::take(&mut self.heredocs);
        let mut open = 0_usize;
        let mut unused = Word::default();
        while let Some(char) = self.peek(0) {
            match char {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            match char {
                ')' if open == 0 => {
                    self.at += 1;
                    self.depth -= 1;
                    self.heredocs = outer;
                    return;
                }
                '\'' | '"' | '`' => self.quoted(&mut unused),
                '$' if self.peek(1) == Some('\'') => self.quoted(&mut unused),
                '\\' => self.at += 2,
                '\n' => self.newline(),
                '<' if self.heredoc() => {}
                '<' if self.peek(1) == Some('<') => self.at += 3,
                _ => self.at += 1,
            }
        }
        self.give_up();
    }
}

/// Whether a backslash behind `head` parts folders rather than escapes.
fn is_windows(head: &str) -> bool {
    let bytes = head.as_bytes();
    matches!(head, "." | ".." | "~")
        || head.contains('\\')
        || (bytes.len() == 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':')
}

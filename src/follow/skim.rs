//! Going through valid JSON without reading what is not wanted. What is not valid gives `None` or nonsense, and no harm.

/// What is left of valid JSON.
pub(super) struct Skim<'a>(pub(super) &'a [u8]);

impl<'a> Skim<'a> {
    /// The next byte that is no white space; it stays.
    pub(super) fn next(&mut self) -> Option<u8> {
        let blank = |byte: &u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        while let Some((byte, rest)) = self.0.split_first()
            && blank(byte)
        {
            self.0 = rest;
        }
        self.0.first().copied()
    }

    /// Goes behind `byte`, which must be the next one.
    pub(super) fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.0 = &self.0[1..])
    }

    /// A string without escapes.
    pub(super) fn string(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.name()?).ok()
    }

    /// The bytes of one.
    pub(super) fn name(&mut self) -> Option<&'a [u8]> {
        self.take(b'"')?;
        let end = memchr::memchr2(b'"', b'\\', self.0)?;
        let (text, rest) = self.0.split_at(end);
        if rest[0] == b'\\' {
            return None;
        }
        self.0 = &rest[1..];
        Some(text)
    }

    /// A number or a word.
    pub(super) fn scalar(&mut self) -> &'a [u8] {
        let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
        let end = self.0.iter().position(ends).unwrap_or(self.0.len());
        let (scalar, rest) = self.0.split_at(end);
        self.0 = rest;
        scalar
    }

    /// Skips a value that begins with `first`.
    pub(super) fn skip(&mut self, first: u8) -> Option<()> {
        match first {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_nested(),
            _ => {
                self.scalar();
                Some(())
            }
        }
    }

    fn skip_string(&mut self) -> Option<()> {
        self.0 = &self.0[1..];
        loop {
            let at = memchr::memchr2(b'"', b'\\', self.0)?;
            let escape = self.0[at] == b'\\';
            self.0 = self.0.get(at + 1 + usize::from(escape)..)?;
            if !escape {
                return Some(());
            }
        }
    }

    fn skip_nested(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.0.first()? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.0 = &self.0[1..];
            if depth == 0 {
                return Some(());
            }
        }
    }
}

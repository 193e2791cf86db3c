//! Between `indicatif` and the terminal: one write a drawing, and lines that end.
//!
//! `indicatif` fills each line with blanks up to the last column and lets the
//! terminal wrap. When the window is resized, terminals join or split such
//! lines, and the board falls apart. Here each line ends where its text ends,
//! with a real line end behind it.

use std::fmt::Debug;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use super::paint::columns;

/// What a board or plain lines are written to.
pub trait Surface: Debug + Send + Sync {
    /// Rows and columns; `None` where nobody knows.
    fn size(&self) -> Option<(u16, u16)>;

    /// Writes and flushes.
    ///
    /// # Errors
    ///
    /// What writing gave.
    fn write(&self, text: &str) -> io::Result<()>;
}

/// The standard output.
#[derive(Debug)]
pub struct StandardOutput;

impl Surface for StandardOutput {
    fn size(&self) -> Option<(u16, u16)> {
        console::Term::stdout().size_checked()
    }

    fn write(&self, text: &str) -> io::Result<()> {
        use std::io::Write;
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// The standard error: for a board beside data on the standard output.
#[derive(Debug)]
pub struct StandardError;

impl Surface for StandardError {
    fn size(&self) -> Option<(u16, u16)> {
        console::Term::stderr().size_checked()
    }

    fn write(&self, text: &str) -> io::Result<()> {
        use std::io::Write;
        io::stderr().lock().write_all(text.as_bytes())
    }
}

/// What `indicatif` draws on.
#[derive(Debug)]
pub(super) struct Screen {
    surface: Arc<dyn Surface>,
    pen: Mutex<Pen>,
}

#[derive(Debug)]
struct Pen {
    /// What the current drawing has written so far.
    out: String,
    rows: u16,
    columns: u16,
    /// The cursor stands at the start of an empty line.
    fresh: bool,
    /// The next string fills up the line before it.
    filler: bool,
    /// Columns of the lines that the last drawing left, text above them too.
    drawn: Vec<usize>,
    error: Option<io::Error>,
}

impl Screen {
    pub(super) fn new(surface: Arc<dyn Surface>) -> Arc<Self> {
        let pen = Pen {
            out: String::new(),
            rows: 24,
            columns: 80,
            fresh: true,
            filler: false,
            drawn: Vec::new(),
            error: None,
        };
        Arc::new(Self {
            surface,
            pen: Mutex::new(pen),
        })
    }

    /// Asks for the size, which then stays until the next drawing. `board` is
    /// how many lines of the last drawing are still to be redrawn; with
    /// `reflows` the terminal has split those that no longer fit.
    pub(super) fn begin(&self, board: usize, reflows: bool) -> (u16, u16) {
        let (rows, columns) = self.surface.size().unwrap_or((24, 80));
        let (rows, columns) = (rows.max(1), columns.max(2));
        let mut pen = self.pen();
        if reflows && columns < pen.columns {
            let from = pen.drawn.len().saturating_sub(board);
            let split = |width: &usize| width.saturating_sub(1) / usize::from(columns);
            let extra: usize = pen.drawn[from..].iter().map(split).sum();
            if extra > 0 {
                let up = extra + board.saturating_sub(1);
                pen.out.push_str(&format!("\r\x1b[{up}A\x1b[J"));
                pen.down(board.saturating_sub(1));
            }
        }
        (pen.rows, pen.columns) = (rows, columns);
        (rows, columns)
    }

    /// Writes the drawing.
    pub(super) fn end(&self) -> io::Result<()> {
        let mut pen = self.pen();
        let out = std::mem::take(&mut pen.out);
        if let Some(error) = pen.error.take() {
            return Err(error);
        }
        if out.is_empty() {
            return Ok(());
        }
        self.surface.write(&out)
    }

    /// Puts the cursor on a line of its own.
    pub(super) fn end_line(&self) {
        let mut pen = self.pen();
        if !pen.fresh {
            pen.out.push_str("\r\n");
            pen.fresh = true;
        }
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pen {
    fn down(&mut self, lines: usize) {
        if lines > 0 {
            self.out.push_str(&format!("\x1b[{lines}B"));
        }
    }
}

/// A handle that `indicatif` can own.
#[derive(Clone, Debug)]
pub(super) struct Handle(pub(super) Arc<Screen>);

impl TermLike for Handle {
    fn width(&self) -> u16 {
        self.0.pen().columns
    }

    fn height(&self) -> u16 {
        self.0.pen().rows
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        let mut pen = self.0.pen();
        pen.drawn.clear();
        if lines > 0 {
            pen.out.push_str(&format!("\x1b[{lines}A"));
        }
        Ok(())
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.pen().down(lines);
        Ok(())
    }

    fn move_cursor_right(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn move_cursor_left(&self, _: usize) -> io::Result<()> {
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("")
    }

    /// Lines and what fills them up take turns.
    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut pen = self.0.pen();
        if pen.filler {
            pen.filler = false;
            return Ok(());
        }
        pen.filler = true;
        if !pen.fresh {
            pen.out.push_str("\r\n");
        }
        pen.fresh = false;
        pen.out.push_str(text);
        let plain = super::clean::clean(text);
        pen.drawn.push(columns(&plain));
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let mut pen = self.0.pen();
        pen.out.push_str("\r\x1b[2K");
        pen.fresh = true;
        pen.filler = false;
        Ok(())
    }

    /// The drawing is written when it is whole, see [`Screen::end`].
    fn flush(&self) -> io::Result<()> {
        self.0.pen().filler = false;
        Ok(())
    }
}

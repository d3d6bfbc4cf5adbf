//! The only printer: screens and errors as styled lines, or one JSON document.
//!
//! Every text that reaches a terminal passes [`clean`], so that nothing that comes from a file, a branch name or a
//! commit can move the cursor, change colours or turn the reading direction.

mod problem;
mod progress;
mod table;
mod text;

use std::io::{self, IsTerminal, Write};

use serde_json::Value;

use crate::error::Error;

pub use progress::Progress;
pub use table::Table;
pub use text::{Line, Style, Text, clean, cut, width, wrap};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// On a terminal that wants it.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What the environment says about colour.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    /// `NO_COLOR` is set, or the terminal is dumb.
    pub plain: bool,
    /// `CLICOLOR_FORCE` or `FORCE_COLOR` is set.
    pub forced: bool,
    /// git has started a pager that shows colours.
    pub paged: bool,
}

/// An answer as it was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    plain: String,
    coloured: String,
}

impl Printed {
    /// An answer without and with colours; for `--json` the document alone.
    pub fn new(plain: String, coloured: String) -> Self {
        Self { plain, coloured }
    }
}

/// Where output goes and in which form.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    color: Color,
    wishes: Wishes,
    json: bool,
    quiet: bool,
}

impl Ui {
    /// A printer.
    pub fn new(color: Color, wishes: Wishes, json: bool, quiet: bool) -> Self {
        Self { color, wishes, json, quiet }
    }

    /// Prints an answer: the data with `--json`, else the text. A closed pipe is not an error.
    pub fn answer(self, data: &Value, text: &Text) -> io::Result<()> {
        let stdout = io::stdout();
        let printed = if self.json {
            self.document(data)
        } else if self.quiet {
            String::new()
        } else {
            text.render(self.colors(stdout.is_terminal()))
        };
        quietly(write_all(stdout.lock(), &printed))
    }

    /// A document as `--json` prints it.
    pub fn document(self, data: &Value) -> String {
        serde_json::to_string_pretty(data).unwrap_or_default() + "\n"
    }

    /// Prints an answer again that was printed in the same form.
    pub fn printed(self, printed: &Printed) -> io::Result<()> {
        let stdout = io::stdout();
        if self.quiet && !self.json {
            return Ok(());
        }
        let coloured = !self.json && self.colors(stdout.is_terminal());
        let text = if coloured { &printed.coloured } else { &printed.plain };
        quietly(write_all(stdout.lock(), text))
    }

    /// Prints bytes as they are, to be read by a shell or another program; with `--json` as `text` of the document.
    pub fn raw(self, document: &Value, bytes: &[u8]) -> io::Result<()> {
        if self.json {
            let mut document = document.clone();
            if let Some(map) = document.as_object_mut() {
                map.insert("text".to_owned(), Value::from(String::from_utf8_lossy(bytes)));
            }
            return self.answer(&document, &Text::new());
        }
        let mut out = io::stdout().lock();
        quietly(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Prints an error: as `{"error": …}` on standard output with `--json`, else on standard error.
    pub fn error(self, command: &str, error: &Error) {
        let stderr = io::stderr();
        let _ = if self.json {
            let document = problem::json(command, error);
            let printed = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
            quietly(write_all(io::stdout().lock(), &printed))
        } else {
            quietly(write_all(stderr.lock(), &problem::text(error).render(self.colors(stderr.is_terminal()))))
        };
    }

    /// Prints a remark about what the program does on standard error.
    pub fn remark(self, text: &Text) {
        if !self.quiet {
            let stderr = io::stderr();
            let _ = write_all(stderr.lock(), &text.render(self.colors(stderr.is_terminal())));
        }
    }

    /// What shows on a terminal how far something is that takes long.
    pub fn progress(self) -> Progress {
        Progress::new(!self.quiet && !self.json && io::stderr().is_terminal())
    }

    fn colors(self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !self.wishes.plain && (self.wishes.forced || terminal || self.wishes.paged),
        }
    }
}

fn write_all(mut out: impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

fn quietly(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

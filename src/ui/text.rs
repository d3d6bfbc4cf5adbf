//! Styled lines, sanitised and measured.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style as Ansi};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// What a piece of text means; the colour follows from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Nothing special.
    #[default]
    Plain,
    /// A heading or a name.
    Strong,
    /// Less important.
    Dim,
    /// Good news.
    Good,
    /// Something to look at.
    Warn,
    /// Bad news.
    Bad,
    /// A command to type.
    Command,
}

impl Style {
    fn ansi(self) -> Ansi {
        let color = |color: AnsiColor| Ansi::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Ansi::new(),
            Self::Strong => Ansi::new().effects(Effects::BOLD),
            Self::Dim => Ansi::new().effects(Effects::DIMMED),
            Self::Good => color(AnsiColor::Green),
            Self::Warn => color(AnsiColor::Yellow),
            Self::Bad => color(AnsiColor::Red).effects(Effects::BOLD),
            Self::Command => color(AnsiColor::Cyan),
        }
    }
}

/// A line of styled pieces.
#[derive(Clone, Debug, Default)]
pub struct Line(Vec<(Style, String)>);

impl Line {
    /// An empty line.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece.
    pub fn add(mut self, style: Style, text: impl AsRef<str>) -> Self {
        self.0.push((style, clean(text.as_ref())));
        self
    }

    /// Adds a plain piece.
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.add(Style::Plain, text)
    }

    /// Fills with blanks up to a column.
    pub fn to_column(mut self, column: usize) -> Self {
        let blanks = column.saturating_sub(self.width());
        self.0.push((Style::Plain, " ".repeat(blanks)));
        self
    }

    /// Its display width.
    pub fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| width(text)).sum()
    }

    fn render(&self, colors: bool, out: &mut String) {
        let last =
            self.0.iter().rposition(|(_, text)| !text.trim_end().is_empty()).map_or(0, |last| last + 1);
        for (index, (style, text)) in self.0.iter().take(last).enumerate() {
            let text = if index + 1 == last { text.trim_end() } else { text };
            if colors && *style != Style::Plain {
                let _ = write!(out, "{0}{text}{0:#}", style.ansi());
            } else {
                out.push_str(text);
            }
        }
        out.push('\n');
    }
}

impl<T: AsRef<str>> From<T> for Line {
    fn from(text: T) -> Self {
        Self::new().plain(text)
    }
}

/// Lines to print.
#[derive(Clone, Debug, Default)]
pub struct Text(Vec<Line>);

impl Text {
    /// No lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line.
    pub fn line(&mut self, line: impl Into<Line>) {
        self.0.push(line.into());
    }

    /// Adds an empty line, unless there is nothing above it or one is there already.
    pub fn gap(&mut self) {
        if self.0.last().is_some_and(|line| line.width() > 0) {
            self.0.push(Line::new());
        }
    }

    /// Adds the lines of another text.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Whether there are no lines.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps only the first lines.
    pub fn truncate(&mut self, lines: usize) {
        self.0.truncate(lines);
    }

    /// The lines as they are printed.
    pub fn render(&self, colors: bool) -> String {
        let mut out = String::new();
        for line in &self.0 {
            line.render(colors, &mut out);
        }
        out
    }
}

/// Makes foreign text safe to show on one line: line ends and tabs become blanks, every other control, bidirectional
/// or invisible character becomes visible as `\u{…}`.
pub fn clean(text: &str) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' | '\r' => out.push(' '),
            c if is_hidden(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x00ad | 0x061c | 0x180e | 0x200b..=0x200c | 0x200e..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069
            | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text cut to a display width, `..` at its end when something was cut.
pub fn cut(text: &str, columns: usize) -> String {
    let text = clean(text);
    if width(&text) <= columns {
        return text;
    }
    let mut kept = String::new();
    let mut used = 2;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        kept.push(c);
    }
    format!("{}..", kept.trim_end())
}

/// The text in lines of at most so many columns, broken at blanks where there are any.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in clean(text).split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cut(word, columns));
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_made_visible() {
        assert_eq!(clean("a\x1b[31mb"), "a\\u{1b}[31mb");
        assert_eq!(clean("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(clean("one\r\ntwo\tthree"), "one  two three");
        assert_eq!(clean("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(clean("Größe 🔴 “fine”"), "Größe 🔴 “fine”");
    }

    #[test]
    fn long_text_is_cut_by_display_width() {
        assert_eq!(cut("CHG-20260122-auth-timeout", 21), "CHG-20260122-auth-t..");
        assert_eq!(cut("🔴🔴🔴", 5), "🔴..");
        assert_eq!(cut("short", 5), "short");
    }

    #[test]
    fn lines_carry_no_trailing_blanks_and_no_colour_unless_asked() {
        let mut text = Text::new();
        text.line(Line::new().add(Style::Bad, "no").to_column(10));
        assert_eq!(text.render(false), "no\n");
        assert!(text.render(true).contains("\x1b["));
    }

    #[test]
    fn paragraphs_are_wrapped_at_blanks() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), Vec::<String>::new());
    }
}
